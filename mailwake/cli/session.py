"""What a command knows of the command line around it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwake.cli.printable import plain

if TYPE_CHECKING:
    from mailwake.operations.backend import Backend

_NOTES = 5


@dataclass(frozen=True)
class Session:
    """The data directory, and the words that were typed."""

    data_dir: Path
    argv: tuple[str, ...] = ()
    """Everything after the program's name."""
    data_dir_given: bool = False
    """By an option, so that further commands need it too."""

    def command(self, *words: str) -> str:
        """A command line to copy that looks at the same data."""
        start = [program(), "--data-dir", str(self.data_dir)] if self.data_dir_given else [program()]
        return shlex.join([*start, *words])

    def again(self, option: str, value: str) -> str:
        """The command line that was typed, with an option added or changed."""
        words: list[str] = []
        skip = False
        for word in self.argv:
            if skip or word.startswith(f"{option}="):
                skip = False
            elif word == option:
                skip = True
            else:
                words.append(word)
        place = words.index("--") if "--" in words else len(words)
        return shlex.join([program(), *words[:place], option, value, *words[place:]])


def program() -> str:
    """How the user calls the program: `./run` says so, for command lines to copy."""
    return os.environ.get("MAILWAKE_COMMAND") or "mailwake"


def session_of(ctx: click.Context) -> Session:
    """The session of a command's context."""
    session = ctx.find_object(Session)
    return session if session is not None else Session(Path("data"))


@contextmanager
def opened(session: Session, in_files: tuple[str, ...], zone: str | None, year: int | None) -> Iterator[Backend]:
    """What answers the command's question; notes about the input go to standard error."""
    from mailwake.operations.opening import open_backend

    backend = open_backend(session.data_dir, in_files, zone, year)
    try:
        notes: list[str] = getattr(getattr(backend, "account", None), "notes", [])
        for text in notes[:_NOTES]:
            click.echo(f"note: {plain(text)}", err=True)
        if len(notes) > _NOTES:
            click.echo(f"note: and {len(notes) - _NOTES} more like these", err=True)
        yield backend
    finally:
        sys.stdout.flush()
        backend.close()
