"""`mailwake demo`: a sample estate to look at."""

from __future__ import annotations

from dataclasses import replace

import click

from mailwake.cli.session import Session, session_of

HELP = """Import the bundled sample estate into a folder of its own, and trace it.

Several hosts, every status, and the troubles that real logs have. It touches nothing else.

With --organization it puts the mailboxes of an imagined company into the data directory itself instead, and the last
three days of its mail servers' logs, so that the commands of documents about mailbox auditing can be tried as they are
printed: mailwake run, mailwake shell.
"""


@click.command("demo", help=HELP, short_help="Try it on a sample.")
@click.option("--organization", metavar="NAME", help="Put this imagined organization's mailboxes there: contoso.")
@click.pass_context
def COMMAND(ctx: click.Context, organization: str | None) -> int:
    """Import, trace, and say what to try next."""
    if organization is not None:
        return _organization(session_of(ctx), organization)
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


_TRIES = (
    "Get-Mailbox | Format-Table Name,RecipientTypeDetails,DefaultAuditSet",
    'Set-Mailbox -Identity "Gabriela Laureano" -AuditAdmin HardDelete,SoftDelete',
    "Get-Mailbox -Identity chris@contoso.onmicrosoft.com | Select-Object -ExpandProperty AuditOwner",
    'Search-MailboxAuditLog -Identity "Gabriela Laureano" -ShowDetails -LogonTypes Admin',
)
_QUESTIONS = (
    ("audit", "report"),
    ("audit", "coverage"),
    ("audit", "explain", "gabriela@contoso.onmicrosoft.com", "--actor", "backup", "--action", "MailItemsAccessed"),
    ("trace", "--since", "4d"),
)


def _organization(session: Session, name: str) -> int:
    """Make the mailboxes, read their days, and say what to try next."""
    from mailwake.cli.progress import Progress
    from mailwake.operations import demo_organization

    demo_organization.check(name)
    made = demo_organization.make(session.data_dir)
    click.echo(f"Made: {', '.join(made)}." if made else "All mailboxes were there already.")
    progress = Progress()
    try:
        read = demo_organization.fill(session.data_dir, progress=progress)
    finally:
        progress.finish()
    if read is None:
        click.echo("There are logs already; none were added.")
    else:
        click.echo(f"Read {read.lines:,} lines of its mail servers, of the last three days.")
    click.echo("\nTo try next:")
    for tried in _TRIES:
        click.echo(f"  {session.command('run', tried)}")
    for words in _QUESTIONS:
        click.echo(f"  {session.command(*words)}")
    return 0
