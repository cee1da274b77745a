"""`mailwake rebuild`: all answers computed anew from the stored facts."""

from __future__ import annotations

import click

from mailwake.cli.session import session_of

HELP = """Compute all rows anew from the facts in the store.

Nothing changes unless a newer Mailwake understands more. The old rows stay in force until the new ones are complete, so
it may be interrupted at any time.
"""


@click.command("rebuild", help=HELP, short_help="Compute all rows anew.")
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
@click.pass_context
def COMMAND(ctx: click.Context, quiet: bool) -> int:
    """Rebuild, and say how much that was."""
    from mailwake.cli.progress import Progress
    from mailwake.operations import rebuild

    progress = Progress(quiet=quiet)
    try:
        rebuilt = rebuild.run(session_of(ctx).data_dir, progress=progress)
    finally:
        progress.finish()
    if not quiet:
        click.echo(f"Computed {rebuilt.rows:,} rows from {rebuilt.facts:,} facts.")
    return 0
