"""`mailwake run`: commands of the shell, from the command line or a file."""

from __future__ import annotations

import sys
from datetime import tzinfo
from pathlib import Path

import click

from mailwake.cli.session import session_of
from mailwake.cli.shared_options import Zone

HELP = """Run commands of the shell: those of Exchange Online PowerShell, in a part of its language.

Output looks as PowerShell's; `| ConvertTo-Json` and `| Export-Csv` make it fit for programs. The commands ask the data
directory of this machine, or the server that --server names (token in MAILWAKE_TOKEN). Connect-ExchangeOnline in the
commands does the same.

\b
mailwake run 'Get-MessageTraceV2 -RecipientAddress bob@example.org | Format-List'
mailwake run -f report.ps1
mailwake run --server https://trace.example.org 'Get-Mailbox | Select-Object Name,AuditEnabled'
"""

_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command(
    "run",
    help=HELP,
    short_help="Run commands of the shell.",
    epilog="Exit codes: 0 done, 1 an error was written, 2 not understood: nothing ran; or what exit said.",
)
@click.argument("commands", required=False)
@click.option("-f", "--file", type=_FILE, help="A script (.ps1); - for standard input.")
@click.option("--server", envvar="MAILWAKE_SERVER", show_envvar=True, help="Ask this server.")
@click.option(
    "--zone", type=Zone(), default="local", metavar="ZONE", show_default="this machine's", help="Zone of times."
)
@click.option("--culture", default="en-US", show_default=True, help="How dates and numbers are written.")
@click.option("--width", type=click.IntRange(20, 10_000), help="Columns of a line.  [default: the terminal's, or 120]")
@click.pass_context
def COMMAND(
    ctx: click.Context,
    commands: str | None,
    file: Path | None,
    server: str | None,
    zone: tzinfo,
    culture: str,
    width: int | None,
) -> int:
    """Run them."""
    from mailwake.app.commands.shell import interpreter_of, opened

    if (commands is None) == (file is None):
        raise click.UsageError("give commands, or a file with -f")
    with opened(session_of(ctx).data_dir, server) as services:
        interpreter = interpreter_of(services, zone, culture, width)
        if commands is not None:
            code = interpreter.run(commands)
        elif str(file) == "-":
            code = interpreter.run(sys.stdin.read())
        else:
            assert file is not None
            code = interpreter.run_file(file)
    return int(code)
