"""The table of audit records: what searches ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from mailwake.store import items
from mailwake.store.arrow import clean, clean_lists, clean_texts, id_column, time_column
from mailwake.store.audit_filter import AuditFilter, AuditPlace, Retained
from mailwake.store.database import Database
from mailwake.store.facts import IN_ORDER
from mailwake.store.spread import of_pieces, pieces

if TYPE_CHECKING:
    import pyarrow as pa


class StoredRecord(NamedTuple):
    """A record as the store keeps it. Times are µs UTC; names lower case, Message-IDs without angle brackets."""

    mailbox: str
    ts: int
    id: str
    """32 hex digits; (mailbox, ts, id) is the place of a record."""
    actor: str
    action: str
    logon_type: str
    result: str
    folder: str
    client_ip: str
    session: str
    host: str
    record_type: int
    rule: str
    origin: str
    searchable: bool
    message_ids: tuple[str, ...]
    """Of items whose Message-ID the record itself knows."""
    item_keys: tuple[str, ...]
    """Of the others: `items.key` of each; their names are looked up when the record is read."""
    keys: tuple[str, ...]
    body: bytes
    """The whole record, JSON, in its own spelling."""


class Found(NamedTuple):
    """A record as a search gives it."""

    mailbox: str
    ts: int
    id: str
    searchable: bool
    message_ids: tuple[str, ...]
    item_keys: tuple[str, ...]
    body: bytes


class Place(NamedTuple):
    """Where a record is."""

    mailbox: str
    ts: int
    id: str


_PLAIN = (
    *("mailbox", "actor", "action", "logon_type", "result", "folder", "client_ip", "session", "host"),
    *("rule", "origin"),
)
_LISTS = ("message_ids", "item_keys", "keys")
_COLUMNS = "mailbox, toUnixTimestamp64Micro(ts) AS t, lower(hex(id)) AS i, searchable, message_ids, item_keys, body"
"""What a search reads: each column costs time for every part of the table that it looks into."""
_FINAL = {"do_not_merge_across_partitions_select_final": 1}


def table(records: Sequence[StoredRecord], version: int) -> pa.Table:
    """Records as an Arrow table."""
    import pyarrow as pa

    columns = dict(zip(StoredRecord._fields, zip(*records, strict=True), strict=True))
    made: dict[str, Any] = {
        "ts": time_column(columns["ts"]),
        "id": id_column(columns["id"]),
        "version": pa.array([version] * len(records), pa.uint64()),
        "deleted": pa.array([0] * len(records), pa.uint8()),
        "record_type": pa.array(columns["record_type"], pa.uint16()),
        "searchable": pa.array(columns["searchable"], pa.bool_()).cast(pa.uint8()),
        "body": pa.array(columns["body"], pa.binary()),
    }
    for name in _PLAIN:
        made[name] = clean_texts(columns[name])
    for name in _LISTS:
        made[name] = clean_lists(columns[name])
    return pa.table(made)


def insert(database: Database, records: Sequence[StoredRecord], version: int, where: str = "audit") -> None:
    """Append records; those of a higher version replace earlier ones of the same place."""
    if records:
        database.insert(where, table(records, version))


def insert_file(database: Database, file: Path, version: int) -> None:
    """Append the records of an Arrow stream of `table`, with this version."""
    names = ", ".join(("ts", "id", "deleted", "record_type", "searchable", "body", *_PLAIN, *_LISTS))
    database.insert_stream("audit", names, file, version, IN_ORDER)


def strike(database: Database, places: Iterable[Place], version: int, where: str = "audit") -> None:
    """Take records back."""
    import pyarrow as pa

    gone = list(places)
    if not gone:
        return
    made = {
        "mailbox": clean_texts([one.mailbox for one in gone]),
        "ts": time_column([one.ts for one in gone]),
        "id": id_column([one.id for one in gone]),
        "version": pa.array([version] * len(gone), pa.uint64()),
        "deleted": pa.array([1] * len(gone), pa.uint8()),
    }
    database.insert(where, pa.table(made))


def find(
    database: Database,
    wanted: AuditFilter,
    limit: int,
    after: AuditPlace | None = None,
    *,
    oldest_first: bool = False,
) -> list[Found]:
    """Records in the order of (time, id), newest first unless told, behind a place; at most limit.

    A Message-ID is found also where the record knows its item by UID only (see `items`).
    """
    found: list[Found] = []
    by_item = items.named(database, wanted) if wanted.message_ids else {}
    while len(found) < limit:
        ask = _current_page if _of_mailboxes(wanted) else _any_page
        page, last = ask(database, wanted, by_item, limit - len(found), after, oldest_first=oldest_first)
        found.extend(one for one in page if not by_item or _is_meant(database, one, wanted, by_item))
        if last is None:
            break
        after = last
    return found


def _of_mailboxes(wanted: AuditFilter) -> bool:
    """Whether only the records of some mailboxes are asked for, which lie together: see the order of the table."""
    return wanted.mailboxes is not None and wanted.domains is None


_Page = tuple[list[Found], AuditPlace | None]
"""Records, and the place behind which there may be more."""


def _current_page(
    database: Database,
    wanted: AuditFilter,
    by_item: dict[str, set[str]],
    limit: int,
    after: AuditPlace | None,
    *,
    oldest_first: bool,
) -> _Page:
    """Records of mailboxes, as they are now.

    The engine looks for the times of so many first, and then reads whole records of these times only: of a mailbox with
    hundreds of thousands of records it would otherwise unpack every body.
    """
    form = _Form()
    conditions = " AND ".join(["deleted = 0", *form.conditions(wanted, by_item), *form.behind(after, oldest_first)])
    end, sign, order = ("max", "<=", "") if oldest_first else ("min", ">=", " DESC")
    bound = (
        f"SELECT ({end}(ts), count()) FROM (SELECT ts FROM audit WHERE {conditions} ORDER BY ts{order} LIMIT {limit})"
    )
    query = (
        f"WITH ({bound}) AS bound SELECT {_COLUMNS}, toUnixTimestamp64Micro(bound.1), bound.2 FROM audit FINAL"
        f" WHERE {conditions} AND ts {sign} bound.1 ORDER BY audit.ts{order}, audit.id{order} LIMIT {limit}"
    )
    rows = database.client().query(query, parameters=form.parameters, settings=_FINAL).result_rows
    found = [_record(columns) for *columns, _, _ in rows]
    if len(found) == limit:
        return found, AuditPlace(found[-1].ts, found[-1].id)
    if rows:
        *_, ts, count = rows[0]
    else:
        asked = f"WITH ({bound}) AS bound SELECT toUnixTimestamp64Micro(bound.1), bound.2"
        ((ts, count),) = database.client().query(asked, parameters=form.parameters).result_rows
    # Fewer although there were times enough: some of these were of records that are no more.
    return found, AuditPlace(int(ts), _LAST_ID if oldest_first else "0" * 32) if count == limit else None


_LAST_ID = "f" * 32


def _any_page(
    database: Database,
    wanted: AuditFilter,
    by_item: dict[str, set[str]],
    limit: int,
    after: AuditPlace | None,
    *,
    oldest_first: bool,
) -> _Page:
    """Records from anywhere: those of their places that are the version now in force.

    Looks at the newest span first, then as far back as the records lie apart there, then at everything.
    """
    lies = None if oldest_first or after is not None else of_pieces(pieces(database, "audit", "ts"), _LOOK)
    if lies is not None and lies.first:
        top = min(lies.newest, lies.newest if wanted.high is None else wanted.high)
        step = lies.first
        for _ in range(2):
            low = top - step
            if wanted.low is not None and low <= wanted.low:
                break
            rows = _rows(database, replace(wanted, low=low), by_item, limit, after, oldest_first=oldest_first)
            if len(rows) == limit:
                return _in_force(database, rows, limit)
            if not rows or step * limit * 2 // len(rows) > _FURTHEST * step:
                break
            step = step * limit * 2 // len(rows)
    rows = _rows(database, wanted, by_item, limit, after, oldest_first=oldest_first)
    return _in_force(database, rows, limit)


_LOOK, _FURTHEST = 400_000, 16
"""Records that a search from anywhere looks at first, and how many times as far it looks before it looks everywhere."""


def _rows(
    database: Database,
    wanted: AuditFilter,
    by_item: dict[str, set[str]],
    limit: int,
    after: AuditPlace | None,
    *,
    oldest_first: bool,
) -> Sequence[Sequence[Any]]:
    """Records in order, whichever version, and their versions."""
    form = _Form()
    parts = ["deleted = 0", *form.conditions(wanted, by_item), *form.behind(after, oldest_first)]
    order = "" if oldest_first else " DESC"
    # The newest version of a place first: a page that ends between two versions must not leave it out.
    query = (
        f"SELECT {_COLUMNS}, version FROM audit WHERE {' AND '.join(parts)}"
        f" ORDER BY audit.ts{order}, audit.id{order}, version DESC LIMIT {limit}"
    )
    found: Sequence[Sequence[Any]] = database.client().query(query, parameters=form.parameters).result_rows
    return found


def _in_force(database: Database, rows: Sequence[Sequence[Any]], limit: int) -> _Page:
    """What rows say now."""
    page = [(_record(columns), int(version)) for *columns, version in rows]
    last = AuditPlace(page[-1][0].ts, page[-1][0].id) if len(page) == limit else None
    return list(_current(database, page)), last


def _current(database: Database, page: list[tuple[Found, int]]) -> Iterator[Found]:
    """Those of a page that are the version now in force."""
    if not page:
        return
    newest = _newest(database, [record for record, _ in page])
    given: set[Place] = set()
    for record, version in page:
        place = Place(record.mailbox, record.ts, record.id)
        if newest.get(place) != version or place in given:
            continue
        given.add(place)
        yield record


def _newest(database: Database, records: list[Found]) -> dict[Place, int]:
    """The version now in force at the place of each record: found by the times, which each mailbox is ordered by."""
    parameters = {
        "m": sorted({one.mailbox for one in records}),
        "i": sorted({one.id for one in records}),
        "t": sorted({one.ts for one in records}),
    }
    query = (
        "SELECT mailbox, toUnixTimestamp64Micro(ts) AS t, lower(hex(id)) AS i, max(version) FROM audit"
        " WHERE mailbox IN {m:Array(String)}"
        " AND ts IN (SELECT fromUnixTimestamp64Micro(arrayJoin({t:Array(Int64)}), 'UTC'))"
        " AND id IN (SELECT toFixedString(unhex(arrayJoin({i:Array(String)})), 16)) GROUP BY mailbox, ts, id"
    )
    rows = database.client().query(query, parameters=parameters).result_rows
    return {Place(str(mailbox), int(ts), str(id)): int(version) for mailbox, ts, id, version in rows}


def _record(columns: Sequence[Any]) -> Found:
    mailbox, ts, id, searchable, message_ids, item_keys, body = columns
    coded = body.encode("utf-8", "surrogateescape") if isinstance(body, str) else bytes(body)
    return Found(mailbox, int(ts), str(id), bool(searchable), tuple(message_ids), tuple(item_keys), coded)


def _is_meant(database: Database, record: Found, wanted: AuditFilter, by_item: dict[str, set[str]]) -> bool:
    """Whether a record has the Message-ID in truth: a UID may have been another message's at its time."""
    ids = {one.strip("<>") for one in wanted.message_ids}
    if ids & set(record.message_ids):
        return True
    asked = [(*items.parts(key), record.ts) for key in record.item_keys if key in by_item]
    return any(name.message_id in ids for name in items.resolve(database, asked).values())


class _Form:
    """Conditions of a filter; user text goes into `parameters`."""

    def __init__(self) -> None:
        self.parameters: dict[str, Any] = {}

    def bind(self, value: object, kind: str) -> str:
        name = f"p{len(self.parameters)}"
        if isinstance(value, str):
            value = clean(value)
        elif isinstance(value, list | tuple):
            value = [clean(one) if isinstance(one, str) else one for one in value]
        self.parameters[name] = value
        return f"{{{name}:{kind}}}"

    def behind(self, after: AuditPlace | None, oldest_first: bool) -> list[str]:
        """That a record comes behind a place."""
        if after is None:
            return []
        sign = ">" if oldest_first else "<"
        ts = f"fromUnixTimestamp64Micro({self.bind(after.ts, 'Int64')}, 'UTC')"
        id = f"toFixedString(unhex({self.bind(after.id, 'String')}), 16)"
        return [f"ts {sign}= {ts}", f"(ts, id) {sign} ({ts}, {id})"]

    def conditions(self, wanted: AuditFilter, by_item: dict[str, set[str]]) -> list[str]:
        """What WHERE says."""
        parts = [*self._whose(wanted), *self.times(wanted)]
        texts: tuple[tuple[str, Iterable[str]], ...] = (
            ("actor", map(str.lower, wanted.actors)),
            ("lower(action)", map(str.lower, wanted.actions)),
            ("logon_type", wanted.logon_types),
            ("client_ip", wanted.client_ips),
            ("host", wanted.hosts),
            ("origin", wanted.origins),
            ("lower(hex(id))", (one.replace("-", "").lower() for one in wanted.ids)),
        )
        for column, values in texts:
            given = list(values)
            if given:
                parts.append(f"{column} IN {self.bind(given, 'Array(String)')}")
        if wanted.record_types:
            parts.append(f"record_type IN {self.bind(list(wanted.record_types), 'Array(UInt16)')}")
        if wanted.keys:
            parts.append(f"hasAny(keys, {self.bind(list(wanted.keys), 'Array(String)')})")
        if wanted.message_ids:
            parts.append(self._message_ids(wanted, by_item))
        for text in wanted.texts:
            coded = orjson.dumps(clean(text))[1:-1].decode()
            parts.append(f"positionCaseInsensitiveUTF8(body, {self.bind(coded, 'String')}) > 0")
        if wanted.searchable_only:
            parts.append("searchable = 1")
        if wanted.kept:
            parts.append(self._kept(wanted.kept))
        return parts

    def _kept(self, policies: Iterable[Retained]) -> str:
        """That a record is as young as the first policy that speaks of it asks for."""
        branches: list[str] = []
        for policy in policies:
            fits = []
            if policy.record_types:
                fits.append(f"record_type IN {self.bind(list(policy.record_types), 'Array(UInt16)')}")
            if policy.actions:
                fits.append(f"lower(action) IN {self.bind(list(policy.actions), 'Array(String)')}")
            if policy.actors:
                fits.append(f"actor IN {self.bind(list(policy.actors), 'Array(String)')}")
            young = f"ts >= fromUnixTimestamp64Micro({self.bind(policy.since, 'Int64')}, 'UTC')"
            branches += [f"({' AND '.join(fits) or '1'})", young]
        return f"multiIf({', '.join(branches)}, 1)"

    def times(self, wanted: AuditFilter) -> list[str]:
        """That a record is of the time asked for."""
        asked = ((">=", wanted.low), ("<", wanted.high))
        bounds = [(sign, self.bind(ts, "Int64")) for sign, ts in asked if ts is not None]
        return [f"ts {sign} fromUnixTimestamp64Micro({name}, 'UTC')" for sign, name in bounds]

    def _whose(self, wanted: AuditFilter) -> list[str]:
        parts = []
        if wanted.mailboxes is not None:
            parts.append(f"mailbox IN {self.bind([one.lower() for one in wanted.mailboxes], 'Array(String)')}")
        if wanted.domains is not None:
            domains = self.bind([one.lower() for one in wanted.domains], "Array(String)")
            parts.append(f"(position(mailbox, '@') > 0 AND splitByChar('@', mailbox)[-1] IN {domains})")
        return [f"({' OR '.join(parts)})"] if parts else []

    def _message_ids(self, wanted: AuditFilter, by_item: dict[str, set[str]]) -> str:
        ids = self.bind([one.strip("<>") for one in wanted.message_ids], "Array(String)")
        direct = f"hasAny(message_ids, {ids})"
        if not by_item:
            return direct
        return f"({direct} OR hasAny(item_keys, {self.bind(sorted(by_item), 'Array(String)')}))"


def count(database: Database, wanted: AuditFilter) -> int:
    """How many records there are."""
    form = _Form()
    by_item = items.named(database, wanted) if wanted.message_ids else {}
    conditions = " AND ".join(["deleted = 0", *form.conditions(wanted, by_item)])
    query = f"SELECT count() FROM audit FINAL WHERE {conditions}"
    if wanted.actors and not _of_mailboxes(wanted):
        # What one account did lies scattered: only the places where it ever did something are looked at, found by
        # what is quickly read of all the others.
        places = f"SELECT mailbox, ts FROM audit WHERE {conditions}"
        query = (
            f"SELECT count() FROM (SELECT argMax({conditions}, version) AS current FROM audit"
            f" WHERE {' AND '.join(form.times(wanted) or ['1'])} AND (mailbox, ts) IN ({places})"
            " GROUP BY mailbox, ts, id) WHERE current"
        )
    return int(database.client().query(query, parameters=form.parameters, settings=_FINAL).result_rows[0][0])


def sizes(
    database: Database, mailboxes: Iterable[str] | None, record_types: Iterable[int] = ()
) -> list[tuple[str, int, int, int, int]]:
    """(mailbox, records, bytes, oldest µs, newest µs) of mailboxes, or of all; of these record types, or of all."""
    form = _Form()
    names = None if mailboxes is None else tuple(mailboxes)
    conditions = form.conditions(AuditFilter(mailboxes=names, record_types=tuple(record_types)), {})
    query = (
        "SELECT mailbox, count(), sum(length(body)), toUnixTimestamp64Micro(min(ts)), toUnixTimestamp64Micro(max(ts))"
        f" FROM audit FINAL WHERE {' AND '.join(['deleted = 0', *conditions])} GROUP BY mailbox ORDER BY mailbox"
    )
    rows = database.client().query(query, parameters=form.parameters, settings=_FINAL).result_rows
    return [(str(name), int(number), int(size), int(low), int(high)) for name, number, size, low, high in rows]


def removed(database: Database) -> dict[str, int]:
    """Mailbox (lower case) to the time (µs UTC) from before which its records were deleted for good."""
    query = "SELECT mailbox, toUnixTimestamp64Micro(max(before)) FROM audit_removed GROUP BY mailbox"
    return {str(name): int(before) for name, before in database.client().query(query).result_rows}


def delete(database: Database, mailboxes: Iterable[str], before: int) -> int:
    """Delete the records of mailboxes from before a time (µs UTC) for good (see `removed`); how many."""
    names = tuple(mailboxes)
    until = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=max(before, 0))
    for name in names:
        database.insert_one("audit_removed", mailbox=clean(name), before=until)
    number = count(database, AuditFilter(mailboxes=names, high=before))
    form = _Form()
    conditions = form.conditions(AuditFilter(mailboxes=names, high=before), {})
    with database.merging():  # the engine deletes by rewriting, which is a kind of merge
        database.client().command(f"DELETE FROM audit WHERE {' AND '.join(conditions)}", parameters=form.parameters)
    return number
