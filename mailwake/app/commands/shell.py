"""`mailwake shell`: the shell at a terminal; and what `mailwake run` has in common with it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwake.cli.session import session_of
from mailwake.cli.shared_options import Zone

if TYPE_CHECKING:
    from mailwake.shell import Interpreter
    from mailwake.shell.exchange.services import Services

HELP = """The shell: commands of Exchange Online PowerShell, with completion, help and history.

Tab completes, Get-Command lists the commands, Get-Help explains one, exit or Ctrl-D leaves. It asks the data directory
of this machine, or the server that --server names (token in MAILWAKE_TOKEN).
"""
_WIDTH = 120


@click.command("shell", help=HELP, short_help="Exchange's commands, at a prompt.")
@click.option("--server", envvar="MAILWAKE_SERVER", show_envvar=True, help="Ask this server.")
@click.option(
    "--zone", type=Zone(), default="local", metavar="ZONE", show_default="this machine's", help="Zone of times."
)
@click.option("--culture", default="en-US", show_default=True, help="How dates and numbers are written.")
@click.pass_context
def COMMAND(ctx: click.Context, server: str | None, zone: tzinfo, culture: str) -> int:
    """Read and run lines until the user leaves."""
    from mailwake.shell.interactive import InteractiveShell

    with opened(session_of(ctx).data_dir, server) as services:

        class Shell(InteractiveShell):
            """Others may have the store between two lines."""

            def run_line(self, text: str) -> int:
                """Run a line."""
                try:
                    return super().run_line(text)
                finally:
                    services.operations.release()

        interpreter = interpreter_of(services, zone, culture, None)
        greeting = "Mailwake. Get-Command lists the commands, Get-Help NAME explains one, exit leaves.\n"
        return int(Shell(interpreter, history=_history(), greeting=greeting).run())


@contextmanager
def opened(data_dir: Path, server: str | None) -> Iterator[Services]:
    """What the commands ask, until they are done. Raises OperationError when the server cannot be asked."""
    from mailwake.shell.exchange.services import LocalOperations, Services
    from mailwake.shell.remote import connect

    token = os.environ.get("MAILWAKE_TOKEN", "")
    services = Services(LocalOperations(data_dir), connect, server or "", token)
    try:
        if server:
            services.away = connect(server, token)
        yield services
    finally:
        services.close()


def interpreter_of(services: Services, zone: tzinfo, culture: str, width: int | None) -> Interpreter:
    """An interpreter with all cmdlets on the standard streams. Raises click.UsageError for an unknown culture."""
    from mailwake.shell import Interpreter
    from mailwake.shell.exchange import exchange_registry

    columns = shutil.get_terminal_size((_WIDTH, 0)).columns if sys.stdout.isatty() else _WIDTH
    try:
        return Interpreter(
            exchange_registry(),
            out=sys.stdout,
            err=sys.stderr,
            warn=sys.stderr,
            width=width or columns,
            culture=culture,
            zone=zone,
            services=services,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _history() -> Path:
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "mailwake" / "history"
