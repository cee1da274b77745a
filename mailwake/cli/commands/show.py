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
    from mailwake.trace.story_visits import Visits

HELP = """The whole story of one message: what became of it and why, what to do, every step, and how that is known.

ID is a queue ID, a Message-ID or a MessageTraceId, as `trace` shows them. For the IP address of a client it tells what
that client did, also where no message came of it: failed logins, sessions that broke off, refusals.

\b
mailwake show 4F3A2B1C0D
mailwake show '<20261122.1234@mail.example.org>'
mailwake show --raw 0f6b2c1e-5a7d-4f39-9c3e-2b8a1d4e6f70
mailwake show 203.0.113.9
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
    from mailwake.operations import visits
    from mailwake.operations.show import NotFound, show
    from mailwake.operations.when import zone_name
    from mailwake.trace.story_visits import Visits

    check_input_options(in_files, assume_zone, assume_year)
    if not identity.strip():
        raise click.UsageError("the ID is empty")
    with opened(session_of(ctx), in_files, assume_zone, assume_year) as backend:
        ip = visits.client_of(identity)
        story: Story | Visits | None = visits.of_client(backend, ip, zone_name(zone)) if ip else None
        try:
            if ip and story is None:
                raise NotFound(f"no record names the client {ip}", "Other addresses are found by `mailwake trace`.")
            story = story or show(backend, identity, zone_name(zone))
        except NotFound as error:
            story = visits.of_queue_id(backend, identity.strip(), zone_name(zone)) if not ip else None
            if story is None:
                click.echo(f"Nothing found: {plain(error.what)}.\nhint: {plain(error.hint)}", err=True)
                if as_json:
                    click.echo("null")
                return NOTHING
        records = None if isinstance(story, Visits) else _afterwards(backend, story)
    if as_json:
        from mailwake.cli.writing import to_json

        click.echo(to_json(story.to_json() | _as_json(records), indent=True))
        return FOUND
    from mailwake.cli import render_afterwards, render_story, render_visits
    from mailwake.cli.terminal import columns

    command = partial(session_of(ctx).command, "show", *input_words(in_files, assume_zone, assume_year))
    if isinstance(story, Visits):
        told = render_visits.lines(story, zone, columns(), command, raw=raw)
    else:
        told = render_story.lines(story, zone, columns(), command, raw=raw)
    for line in told:
        click.echo(line)
    for line in render_story.titled(render_afterwards.TITLE, render_afterwards.lines(records or (), zone)):
        click.echo(line)
    return FOUND


def _as_json(records: list[AuditRecord] | None) -> dict[str, object]:
    """What was done in the mailbox; nothing of clients' sessions, which have no message."""
    if records is None:
        return {}
    from mailwake.operations.audit_models import shown
    from mailwake.operations.audit_people import People

    people = People(None)
    return {"AfterwardsInTheMailbox": [shown(record, people).record() for record in records]}


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
