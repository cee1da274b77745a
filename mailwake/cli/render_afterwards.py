"""Afterwards in the mailbox: what was done with a message after it was delivered, a line for each record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo

from mailwake.audit.policy.actions import EVERYDAY_NAMES
from mailwake.audit.record import AuditRecord
from mailwake.cli.printable import one_line, padded
from mailwake.operations.when import from_micros

TITLE = "Afterwards in the mailbox"
MOST = 50


def lines(records: Iterable[AuditRecord], zone: tzinfo) -> Iterator[str]:
    """When, who, what, where; at most MOST of them."""
    day = ""
    for number, record in enumerate(records):
        if number == MOST:
            yield "  and more: mailwake audit message"
            return
        act = record.observation
        moment = from_micros(act.ts, zone)
        if moment.strftime("%Y-%m-%d") != day:
            day = moment.strftime("%Y-%m-%d")
            yield f"  {day}"
        who = act.actor or act.mailbox
        whose = "" if act.actor.lower() == act.mailbox.lower() or not act.actor else f" in {act.mailbox}"
        how = "" if act.logon_type == "Owner" else f" ({str(act.logon_type).lower()})"
        what = EVERYDAY_NAMES.get(act.action, act.action)
        text = f"{who}{how}{whose}: {what} [{act.action}]{_places(record)}{_client(record)}"
        yield f"  {padded(moment.strftime('%H:%M:%S.%f')[:12], 12)} {one_line(text)}"


def _places(record: AuditRecord) -> str:
    act = record.observation
    items = act.items
    folder = items[0].folder if len(items) == 1 and items[0].folder else act.folder
    if act.dest_folder:
        return f", {folder or '?'} -> {act.dest_folder}"
    return f", {folder}" if folder else ""


def _client(record: AuditRecord) -> str:
    act = record.observation
    known = [text for text in (act.client.removeprefix("Client="), act.client_ip) if text]
    return f" by {' from '.join(known)}" if known else ""
