"""`mailwake demo`: a sample estate to look at."""

from __future__ import annotations

from dataclasses import replace

import click

from mailwake.cli.session import session_of

HELP = """Import the bundled sample estate into a folder of its own, and trace it.

Several hosts, every status, and the troubles that real logs have. It touches nothing else.
"""


@click.command("demo", help=HELP, short_help="Try it on a sample.")
@click.pass_context
def COMMAND(ctx: click.Context) -> int:
    """Import, trace, and say what to try next."""
    from mailwake.cli.commands.trace import COMMAND as TRACE
    from mailwake.cli.progress import Progress
    from mailwake.cli.render_account import lines
    from mailwake.operations import demo
    from mailwake.operations.when import local_zone

    session = session_of(ctx)
    progress = Progress()
    try:
        made = demo.run(session.data_dir, progress=progress)
    finally:
        progress.finish()
    for line in lines(made.account, local_zone()):
        click.echo(line)
    words = ("trace", "--limit", "20")
    there = replace(
        session, data_dir=made.data_dir, data_dir_given=True, argv=("--data-dir", str(made.data_dir), *words)
    )
    click.echo(f"\n$ {there.command(*words)}\n")
    with TRACE.make_context("trace", list(words[1:]), obj=there) as inner:
        TRACE.invoke(inner)
    click.echo("\nTo try next:")
    for tried in made.tries:
        click.echo(f"  {there.command(*tried)}")
    return 0
