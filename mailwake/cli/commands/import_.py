"""`mailwake import`: logs into the store."""

from __future__ import annotations

import time

import click

from mailwake.cli.printable import plain
from mailwake.cli.session import session_of
from mailwake.cli.shared_options import AssumedZone
from mailwake.operations.loaded import keep_what_is_loaded, uncollected

HELP = """Read mail logs into the store: files, folders, or - for standard input.

Format and compression (gz, bz2, xz, zst) are recognised. Reading anything again is harmless, and an import that was
interrupted goes on where it was left. At the end comes an account of what was understood and what was not.

\b
mailwake import /var/log/mail.log /var/log/mail.log.*.gz
mailwake import /srv/logs/mx1 /srv/logs/mx2
mailwake import --zone Europe/Berlin old/maillog
journalctl -o json -u postfix | mailwake import -
"""


@click.command("import", help=HELP, short_help="Read logs into the store.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--zone", type=AssumedZone(), metavar="ZONE", help="Zone of stamps that name none (else inferred).")
@click.option("--year", type=click.IntRange(1970, 2200), help="Year of each file's first stamp (else inferred).")
@click.option("--quiet", is_flag=True, help="No progress and no account; failures are still told.")
@click.pass_context
def COMMAND(ctx: click.Context, paths: tuple[str, ...], zone: str | None, year: int | None, quiet: bool) -> int:
    """Import and account for it."""
    with uncollected():
        return _run(ctx, paths, zone, year, quiet)


def _run(ctx: click.Context, paths: tuple[str, ...], zone: str | None, year: int | None, quiet: bool) -> int:
    from mailwake.cli.progress import Progress
    from mailwake.operations import importing
    from mailwake.sources.api import found

    for fault in found()[1]:
        click.echo(f"mailwake: {plain(fault)}", err=True)
    keep_what_is_loaded()
    started = time.monotonic()
    progress = Progress(quiet=quiet)
    try:
        account = importing.run(session_of(ctx).data_dir, list(paths), zone=zone, year=year, progress=progress)
    finally:
        progress.finish()
    if not quiet:
        from mailwake.cli.render_account import lines
        from mailwake.operations.when import local_zone

        for line in lines(account, local_zone(), seconds=time.monotonic() - started):
            click.echo(line)
    return 0
