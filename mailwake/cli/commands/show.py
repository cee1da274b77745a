"""`mailwake show`: the whole story of one message."""

from __future__ import annotations

from datetime import tzinfo
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import click

from mailwake.cli.failures import FOUND, NOTHING
from mailwake.cli.printable import plain
from mailwake.cli.sections import SectionedCommand, option
from mailwake.cli.session import opened, session_of
from mailwake.cli.shared_options import Zone, check_input_options, input_options, input_words

if TYPE_CHECKING:
    from mailwake.audit.record import AuditRecord
    from mailwake.operations.backend import Backend
    from mailwake.trace.story_model import Story

HELP = """The whole story of one message: what became of it and why, what to do, every step, and how that is known.

ID is a queue ID, a Message-ID or a MessageTraceId, as `trace` shows them.

\b
mailwake show 4F3A2B1C0D
mailwake show '<20261122.1234@mail.example.org>'
mailwake show --raw 0f6b2c1e-5a7d-4f39-9c3e-2b8a1d4e6f70
mailwake show --in /var/log/mail.log 4F3A2B1C0D
"""


@click.command("show", cls=SectionedCommand, help=HELP, short_help="Tell the story of one message.")
@click.argument("identity", metavar="ID")
@option("Output", "--raw", is_flag=True, help="With the log records behind every step.")
@option("Output", "--json", "as_json", is_flag=True, help="As JSON, records included.")
@option(
    "Output", "--zone", type=Zone(), default="local", metavar="ZONE", show_default="this machine's",
    help="Zone of the times you see: Europe/Berlin, UTC, +02:00.",
)  # fmt: skip
@input_options
@click.pass_context
def COMMAND(
    ctx: click.Context,
    identity: str,
    raw: bool,
    as_json: bool,
    zone: tzinfo,
    in_files: tuple[str, ...],
    assume_zone: str | None,
    assume_year: int | None,
) -> int:
    """Find it and tell it."""
    from mailwake.operations.show import NotFound, show
    from mailwake.operations.when import zone_name

    check_input_options(in_files, assume_zone, assume_year)
    if not identity.strip():
        raise click.UsageError("the ID is empty")
    with opened(session_of(ctx), in_files, assume_zone, assume_year) as backend:
        try:
            story = show(backend, identity, zone_name(zone))
        except NotFound as error:
            click.echo(f"Nothing found: {plain(error.what)}.\nhint: {plain(error.hint)}", err=True)
            if as_json:
                click.echo("null")
            return NOTHING
        records = _afterwards(backend, story)
    if as_json:
        from mailwake.cli.writing import to_json
        from mailwake.operations.audit_models import shown
        from mailwake.operations.audit_people import People

        people = People(None)
        found = {"AfterwardsInTheMailbox": [shown(record, people).record() for record in records]}
        click.echo(to_json(story.to_json() | found, indent=True))
        return FOUND
    from mailwake.cli import render_afterwards
    from mailwake.cli.render_story import lines, titled
    from mailwake.cli.terminal import columns

    command = partial(session_of(ctx).command, "show", *input_words(in_files, assume_zone, assume_year))
    for line in lines(story, zone, columns(), command, raw=raw):
        click.echo(line)
    for line in titled(render_afterwards.TITLE, render_afterwards.lines(records, zone)):
        click.echo(line)
    return FOUND


def _afterwards(backend: Backend, story: Story) -> list[AuditRecord]:
    """What was done with the message in the mailbox; nothing where log files are read on the spot."""
    from mailwake.cli.render_afterwards import MOST
    from mailwake.operations.contract import CallerScope
    from mailwake.operations.mailbox_fate import afterwards, items_of
    from mailwake.operations.opening import StoreBackend
    from mailwake.operations.stored_audit_log import StoredAuditLog

    if not isinstance(backend, StoreBackend):
        return []
    message = story.message
    names = [name for name in (message.message_id, *message.other_ids) if name]
    found = afterwards(StoredAuditLog(backend.database), names, CallerScope(), message.received or None)
    return [items_of(record, names) for record in islice(found, MOST + 1)]
