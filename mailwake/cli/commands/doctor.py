"""`mailwake doctor`: is everything as it should be?"""

from __future__ import annotations

import click

from mailwake.cli.failures import FAILED, FOUND
from mailwake.cli.printable import plain
from mailwake.cli.session import session_of
from mailwake.cli.terminal import toned

HELP = """Check the store and what is in it: engine, space, clocks, gaps, what was not understood.

Exit code: 0 all is well (warnings included), 3 something is broken.
"""

_MARKS = {"good": "ok", "wait": "note", "bad": "BAD"}


@click.command("doctor", help=HELP, short_help="Check the store.")
@click.pass_context
def COMMAND(ctx: click.Context) -> int:
    """Show every finding with what to do about it."""
    from mailwake.operations import doctor

    findings = doctor.run(session_of(ctx).data_dir)
    for finding in findings:
        click.echo(f"{toned(f'{_MARKS[finding.tone]:>5}', finding.tone)}  {plain(finding.text)}")
        if finding.hint:
            click.echo(f"{'':>7}{plain(finding.hint)}")
    return FAILED if any(finding.tone == "bad" for finding in findings) else FOUND
