"""Audit records to what the store keeps of them, and back; names of their items looked up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

import orjson

from mailwake.audit.model import Item, LogonType, Observation
from mailwake.audit.record import AuditRecord, Origin
from mailwake.store import items
from mailwake.store.audit import Found, StoredRecord
from mailwake.store.database import Database

_LOGON_TYPES = {str(one): one for one in LogonType}
_ORIGINS = {str(one): one for one in Origin}
"""By hand: the call of an enumeration takes as long as reading the JSON does."""


def pack(value: Any) -> bytes:
    """JSON of a dataclass or of plain values; bytes of a log that are no UTF-8 survive."""
    try:
        return orjson.dumps(value)
    except (orjson.JSONEncodeError, TypeError):
        return json.dumps(value if isinstance(value, dict) else asdict(value)).encode()


def unpack(body: bytes) -> Any:
    """What `pack` made this of, as plain values."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.loads(body)


def pack_record(record: AuditRecord) -> bytes:
    """As `pack`, a quarter of the time where no text of the record needs to be escaped."""
    act = record.observation
    items = ",".join([_item(item) for item in act.items])
    pairs = ",".join([f'["{name}","{text}"]' for name, text in act.properties])
    keys = ",".join([f'"{key}"' for key in act.keys])
    made = (
        f'{{"id":"{record.id}","observation":{{"id":"{act.id}","ts":{act.ts},"action":"{act.action}","actor":"{act.actor}",'
        f'"mailbox":"{act.mailbox}","logon_type":"{act.logon_type}","result":"{act.result}","folder":"{act.folder}",'
        f'"dest_mailbox":"{act.dest_mailbox}","dest_folder":"{act.dest_folder}","items":[{items}],'
        f'"client_ip":"{act.client_ip}","client":"{act.client}","session":"{act.session}","host":"{act.host}",'
        f'"access":"{act.access}","on_behalf_of":"{act.on_behalf_of}","properties":[{pairs}],"keys":[{keys}]}},'
        f'"rule":"{record.rule}","reason":"{record.reason}","record_type":{record.record_type},"count":{record.count},'
        f'"throttled":{_TRUTH[record.throttled]},"searchable":{_TRUTH[record.searchable]},"origin":"{record.origin}",'
        f'"raw":"{record.raw}"}}'
    )
    marks = _MARKS + 2 * len(act.keys) + 4 * len(act.properties)
    for item in act.items:
        marks += _ITEM_MARKS if item.subject is None else _ITEM_MARKS + 2
        if not (0 <= item.uid < _LARGEST and 0 <= item.dest_uid < _LARGEST and 0 <= item.size < _LARGEST):
            return pack(record)
    if made.count('"') != marks or "\\" in made or not (made.isascii() and made.isprintable()):
        return pack(record)
    return made.encode()


_TRUTH = {False: "false", True: "true"}
_MARKS, _ITEM_MARKS = 98, 20
"""Quotation marks that are not in a text: of a record, of an item in it (without a subject)."""
_LARGEST = 1 << 63


def _item(item: Item) -> str:
    subject = "null" if item.subject is None else f'"{item.subject}"'
    return (
        f'{{"folder":"{item.folder}","uid":{item.uid},"dest_uid":{item.dest_uid},"message_id":"{item.message_id}",'
        f'"subject":{subject},"sender":"{item.sender}","size":{item.size}}}'
    )


def observation_of(values: dict[str, Any]) -> Observation:
    """An observation out of JSON: `values` is used up."""
    values["logon_type"] = _LOGON_TYPES[values["logon_type"]]
    values["items"] = tuple([Item(**item) for item in values["items"]])
    values["properties"] = tuple([(name, text) for name, text in values["properties"]])
    values["keys"] = tuple(values["keys"])
    return Observation(**values)


def stored_of(record: AuditRecord) -> StoredRecord:
    """A record for `store.audit.insert`."""
    act = record.observation
    unnamed = [item for item in act.items if item.uid and not item.message_id]
    return StoredRecord(
        mailbox=act.mailbox.lower(),
        ts=act.ts,
        id=record.id,
        actor=act.actor.lower(),
        action=act.action,
        logon_type=str(act.logon_type),
        result=act.result,
        folder=act.folder,
        client_ip=act.client_ip,
        session=act.session,
        host=act.host,
        record_type=record.record_type,
        rule=record.rule,
        origin=str(record.origin),
        searchable=record.searchable,
        message_ids=tuple(sorted({item.message_id.strip("<>") for item in act.items if item.message_id})),
        item_keys=tuple(items.key(act.mailbox, item.folder or act.folder, item.uid) for item in unnamed),
        keys=act.keys,
        body=pack_record(record),
    )


def record_of(stored: StoredRecord | Found) -> AuditRecord:
    """The record that the store keeps."""
    values = unpack(stored.body)
    values["observation"] = observation_of(values["observation"])
    values["origin"] = _ORIGINS[values["origin"]]
    values["searchable"] = stored.searchable
    return AuditRecord(**values)


def with_names(database: Database, records: Sequence[AuditRecord]) -> list[AuditRecord]:
    """Records whose items have the Message-ID and subject that any line of the log gives them."""
    wanted = {_key(record, item) for record in records for item in _unnamed(record)}
    if not wanted:
        return list(records)
    found = items.resolve(database, wanted)
    return [_named(record, found) for record in records]


def _unnamed(record: AuditRecord) -> Iterable[Item]:
    return (item for item in record.observation.items if item.uid and not item.message_id)


def _key(record: AuditRecord, item: Item) -> items.Wanted:
    act = record.observation
    return act.mailbox.lower(), item.folder or act.folder, item.uid, act.ts


def _named(record: AuditRecord, found: dict[items.Wanted, items.Sign]) -> AuditRecord:
    named = []
    for item in record.observation.items:
        sign = None if item.message_id or not item.uid else found.get(_key(record, item))
        if sign is not None:
            item = replace(
                item,
                message_id=f"<{sign.message_id}>" if "@" in sign.message_id else sign.message_id,
                subject=sign.subject if item.subject is None else item.subject,
                sender=item.sender or sign.sender,
                size=item.size or sign.size,
            )
        named.append(item)
    if tuple(named) == record.observation.items:
        return record
    return replace(record, observation=replace(record.observation, items=tuple(named)))
