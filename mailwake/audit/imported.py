"""Audit records that another service made: kept with all their fields, decided elsewhere.

A record's own Id identifies it together with what it says: the same record read again, from whatever kind of export, is
the same; one of the same Id that says something else is kept beside it. So nothing depends on which came first.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from mailwake.audit import raw_record
from mailwake.audit.imported_fields import Known, from_mailbox_log, from_unified
from mailwake.audit.model import LogonType, Observation
from mailwake.audit.record import AuditRecord, Origin
from mailwake.events.fact import Fact

KIND = "audited"
"""Kind of fact that these records come as."""
KEY = "u:"
"""Prefix of the key under which a record's own Id is filed (`Observation.keys`)."""
_GUID = re.compile(r"\{?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}?\Z")


def record_of(fact: Fact) -> AuditRecord:
    """The record that a fact of kind `audited` is."""
    original: dict[str, Any] = fact.fields["record"]
    form = str(fact.fields["form"])
    known = from_unified(original) if form == "unified" else from_mailbox_log(original)
    own = own_id(fact.key)
    content = raw_record.canonical(original)
    name = blake2b(f"{own}\0{content}".encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
    return AuditRecord(
        name,
        _observation(fact, known, name, own),
        rule="imported",
        reason="decided by the service that it was exported from",
        record_type=known.record_type,
        count=known.count,
        throttled=known.throttled,
        origin=Origin.IMPORTED,
        raw=raw_record.dumps(original),
    )


def own_id(text: str) -> str:
    """A record's own Id, GUIDs in lower case with dashes; "" when it has none."""
    match = _GUID.match(text.strip())
    return str(uuid.UUID(match[1])) if match else text.strip()


def id_of(record: AuditRecord) -> str:
    """Id that a record is shown with: its own if it came with one."""
    for key in record.observation.keys if record.origin is Origin.IMPORTED else ():
        if key.startswith(KEY):
            return key.removeprefix(KEY)
    return record.guid


def doubles(records: Iterable[AuditRecord]) -> list[str]:
    """Own Ids that several of the records bear, which then differ in what they say."""
    seen: dict[str, int] = {}
    for record in records:
        if record.origin is Origin.IMPORTED:
            own = id_of(record)
            seen[own] = seen.get(own, 0) + 1
    return [own for own, count in seen.items() if count > 1]


def _observation(fact: Fact, known: Known, name: str, own: str) -> Observation:
    return Observation(
        id=name,
        ts=fact.ts,
        action=known.action or str(fact.fields.get("action", "")),
        actor=known.actor,
        mailbox=known.mailbox,
        logon_type=known.logon_type or LogonType.ADMIN,
        result=known.result,
        folder=known.folder,
        dest_mailbox=known.dest_mailbox,
        dest_folder=known.dest_folder,
        items=known.items,
        client_ip=known.client_ip,
        client=known.client,
        session=known.session,
        host=known.host,
        access=known.access,
        on_behalf_of=known.on_behalf_of,
        properties=known.properties,
        keys=(f"{KEY}{own}",) if own else (),
    )
