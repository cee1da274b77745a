"""The unified audit log: acts on mailboxes, imported records of any service, and changes made with this product."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import dropwhile
from typing import TYPE_CHECKING, Any

from mailwake.audit import raw_record
from mailwake.audit.imported_fields import ip
from mailwake.audit.model import LogonType, Observation
from mailwake.audit.record import EXCHANGE_ADMIN, AuditRecord, Identities, Organization, Origin, type_name
from mailwake.audit.record_api import LOGON_TYPES, creation_time, to_api
from mailwake.directory.errors import DirectoryError
from mailwake.operations.audit_log import PAGE, AuditLog, names_of
from mailwake.operations.unified_kept import gives
from mailwake.store.audit_filter import AuditFilter, AuditPlace

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory
    from mailwake.directory.records import AuditEntry
    from mailwake.operations.context import Context

_USER_TYPES = {0: "Regular", 1: "Reserved", 2: "Admin", 3: "DcAdmin", 4: "System", 5: "Application"}
_LOGON_WORDS = {number: str(kind) for kind, number in LOGON_TYPES.items()} | {2: "Delegated"}


def search(
    log: AuditLog,
    directory: Directory | None,
    wanted: AuditFilter,
    after: AuditPlace | None = None,
    size: int = PAGE,
) -> Iterator[AuditRecord]:
    """Records newest first, behind a place. size: so many will probably do; more are read when more are taken."""
    streams = [_stored(log, wanted, after, size), _changes(directory, wanted, after)]
    return heapq.merge(*streams, key=place_of, reverse=True)


def count(log: AuditLog, directory: Directory | None, wanted: AuditFilter) -> int:
    """How many there are."""
    return log.count(wanted) + sum(1 for _ in _changes(directory, wanted, None))


def place_of(record: AuditRecord) -> AuditPlace:
    """Where a record stands in the order."""
    return AuditPlace(record.observation.ts, record.id)


def _stored(log: AuditLog, wanted: AuditFilter, after: AuditPlace | None, size: int) -> Iterator[AuditRecord]:
    while True:
        page = log.find(wanted, size, after)
        yield from page
        if len(page) < size:
            return
        after, size = place_of(page[-1]), PAGE


# -- changes made with this product -----------------------------------------------------------------------------------


def _changes(directory: Directory | None, wanted: AuditFilter, after: AuditPlace | None) -> Iterator[AuditRecord]:
    """Changes that were ordered, as records of administrators' cmdlets."""
    limited = wanted.mailboxes is not None or wanted.domains is not None or bool(wanted.logon_types or wanted.keys)
    other_kind = wanted.record_types and EXCHANGE_ADMIN not in wanted.record_types
    elsewhere = wanted.hosts or wanted.message_ids or (wanted.origins and Origin.ADMIN not in wanted.origins)
    if directory is None or limited or other_kind or elsewhere:
        return iter(())
    high = wanted.high if after is None else min(after.ts + 1, wanted.high if wanted.high is not None else after.ts + 1)
    entries = directory.log.search(start=wanted.low, end=high, changes=True, cmdlets=wanted.actions)
    found = (record for record in map(of_entry, entries) if _fits(record, wanted))
    ordered = _in_place(found)
    return ordered if after is None else dropwhile(lambda record: place_of(record) >= after, ordered)


def _in_place(found: Iterable[AuditRecord]) -> Iterator[AuditRecord]:
    """In the order of the log, newest first: of equal times by id."""
    same: list[AuditRecord] = []
    for record in found:
        if same and same[0].observation.ts != record.observation.ts:
            yield from sorted(same, key=place_of, reverse=True)
            same = []
        same.append(record)
    yield from sorted(same, key=place_of, reverse=True)


def _fits(record: AuditRecord, wanted: AuditFilter) -> bool:
    act = record.observation
    if wanted.actors and act.actor.casefold() not in {name.casefold() for name in wanted.actors}:
        return False
    if wanted.client_ips and act.client_ip not in wanted.client_ips:
        return False
    if wanted.ids and record.id not in wanted.ids:
        return False
    if wanted.kept and not gives(wanted.kept, act.ts, record.record_type, act.action, act.actor):
        return False
    text = f"{act.action} {act.actor} {act.mailbox} {act.properties} {record.raw}".casefold()
    return all(one.casefold() in text for one in wanted.texts)


def of_entry(entry: AuditEntry) -> AuditRecord:
    """A row of the admin audit log as a record."""
    name = blake2b(f"admin\0{entry.id}\0{entry.run_date}".encode(), digest_size=16).hexdigest()
    properties = (*entry.parameters, *((("Error", entry.error),) if entry.error else ()))
    modified = [{"Name": one, "OldValue": old, "NewValue": new} for one, old, new in entry.modified_properties]
    return AuditRecord(
        name,
        Observation(
            id=name,
            ts=entry.run_date,
            action=entry.cmdlet or entry.operation,
            actor=entry.caller,
            mailbox=entry.object_modified,
            logon_type=LogonType.ADMIN,
            result="Succeeded" if entry.succeeded else "Failed",
            client_ip=ip(entry.origin),
            client=f"Client={entry.face}" if entry.face else "",
            host=entry.server,
            properties=properties,
        ),
        rule="admin",
        reason="every change made with this product is recorded",
        record_type=EXCHANGE_ADMIN,
        origin=Origin.ADMIN,
        raw=raw_record.dumps({"ModifiedProperties": modified}) if modified else "",
    )


# -- how a record is given --------------------------------------------------------------------------------------------


def audit_data(
    record: AuditRecord, people: Identities, organization: Organization, *, formatted: bool
) -> dict[str, Any]:
    """AuditData of a record. formatted: numbers that stand for words as words."""
    found = to_api(record, people, organization)
    if formatted:
        words: dict[str, dict[int, str]] = {
            "UserType": _USER_TYPES,
            "LogonType": _LOGON_WORDS,
            "InternalLogonType": _LOGON_WORDS,
        }
        found = {
            name: words[name].get(value, value) if name in words and isinstance(value, int) else value
            for name, value in found.items()
        }
        if isinstance(found.get("RecordType"), int):
            found["RecordType"] = type_name(found["RecordType"])
    return found


def object_id(record: AuditRecord) -> str:
    """ObjectId: what an administrator's cmdlet or a service's act concerned."""
    if record.origin is Origin.IMPORTED:
        return str(raw_record.loads(record.raw).get("ObjectId", ""))
    return record.observation.mailbox if record.origin is Origin.ADMIN else ""


def site(record: AuditRecord) -> str:
    """Site of a record of SharePoint."""
    return str(raw_record.loads(record.raw).get("Site", "")) if record.origin is Origin.IMPORTED else ""


def created(record: AuditRecord) -> str:
    """CreationDate."""
    return creation_time(record.observation.ts) + "Z"


def account_names(context: Context, users: Iterable[str]) -> tuple[str, ...]:
    """Every name by which logs may know the accounts that a caller means; out of scope, the one that was given."""
    found: list[str] = []
    for user in users:
        found.append(user)
        if context.directory is not None:
            try:
                found += names_of(context.mailbox(user))
            except DirectoryError:
                continue  # an account without a mailbox, or of another organization
    return tuple(dict.fromkeys(found))
