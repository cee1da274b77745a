"""Entry of the command line: finds the command, and turns whatever goes wrong into one line and an exit code."""

from __future__ import annotations

import atexit
import io
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from mailwake import __version__
from mailwake.cli import commands, failures
from mailwake.cli.session import Session

_EXAMPLES = """\b
mailwake import /var/log/mail.log*        read logs into the store
mailwake trace -r bob@example.org         where is Bob's mail?
mailwake trace --in /var/log/mail.log bob@example.org
                                          the same, straight from a file
mailwake show 4F3A2B1C0D                  the whole story of one message
"""


class _Commands(click.Group):
    """Commands are imported when they are asked for, so that one does not wait for what another needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return commands.names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return commands.load(cmd_name)


@click.command(
    cls=_Commands,
    name="mailwake",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 found or done, 1 nothing found, 2 wrong usage, 3 failed.",
    help=f"Where is my mail? Message trace for any mail estate.\n\n{_EXAMPLES}",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="MAILWAKE_DATA_DIR",
    show_envvar=True,
    default=Path("data"),
    show_default="./data",
    help="Where the store lies.",
)
@click.version_option(__version__, "--version", message="mailwake %(version)s")
@click.pass_context
def cli(ctx: click.Context, data_dir: Path) -> None:
    """The group of all commands."""
    given = ctx.get_parameter_source("data_dir") is click.core.ParameterSource.COMMANDLINE
    ctx.obj = Session(data_dir, ctx.obj or (), given)


def run(argv: Sequence[str]) -> int:
    """Run a command line; the exit code."""
    _prepare_output()
    try:
        with cli.make_context("mailwake", list(argv), obj=tuple(argv)) as ctx:
            code = cli.invoke(ctx)
        sys.stdout.flush()
        return int(code or 0)
    except BaseException as error:
        return failures.report(error)


def _prepare_output() -> None:
    """Logs hold anything: no terminal may make the answer fail, and JSON for a program is UTF-8 in any locale."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def main() -> None:
    """What `mailwake` on the command line calls."""
    if "_MAILWAKE_COMPLETE" in os.environ:  # a shell asks for completions: click's own way
        cli.main(prog_name="mailwake")
    _leave(run(sys.argv[1:]))


def _leave(code: int) -> NoReturn:
    """End this process. Taking apart what Python and the engine have loaded takes a fifth of a second, and nobody needs
    it who has closed what was open; who still has threads at work, or cannot write, leaves in the usual way."""
    if all(thread.daemon or thread is threading.main_thread() for thread in threading.enumerate()):
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
            atexit._run_exitfuncs()
            os._exit(code)
    sys.exit(code)
