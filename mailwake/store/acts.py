"""The table of acts: what was made of the facts of each key, recorded or not, and which keys are still to be worked
on."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mailwake.store.arrow import clean_texts, id_column, raw_texts, time_column
from mailwake.store.binding import bindable
from mailwake.store.database import Database
from mailwake.store.facts import IN_ORDER, Stored, array_of, by_keys, in_order_of_keys

if TYPE_CHECKING:
    import pyarrow as pa

_CHUNK = 5000
PORTION = 200_000
"""Facts worked on at a time."""


class Act(NamedTuple):
    """One act. Times are µs UTC."""

    key: str
    ts: int
    id: str
    """32 hex digits; (key, ts, id) is the place of an act."""
    recorded: bool
    state: str
    rule: str
    host: str
    action: str
    account: str
    """Of bypassed accounts; else ""."""
    mailbox: str
    """Whose it was in, lower case."""
    cohort: str
    """Acts of one cohort may become one record; "" for none beyond its own key."""
    record_mailbox: str
    record_ts: int
    record_id: str
    """The record it is part of; "" for none."""
    body: bytes
    """The observation as JSON, for acts of a cohort; else empty."""


_KEY = attrgetter("key")
_NOBODY = "0" * 32
_COLUMNS = (
    "key, toUnixTimestamp64Micro(ts) AS t, lower(hex(id)) AS i, recorded, state, rule, host, action, account, mailbox,"
    " cohort,"
    " record_mailbox, toUnixTimestamp64Micro(record_ts) AS rt, lower(hex(record_id)) AS ri, body, version, deleted"
)


def insert(database: Database, acts: Sequence[Act], version: int, *, deleted: int = 0, where: str = "acts") -> None:
    """Append acts; those of a higher version replace earlier ones of the same place."""
    if acts:
        database.insert(where, table(acts, version, deleted))


def insert_file(database: Database, file: Path, version: int) -> None:
    """Append the acts of an Arrow stream of `table`, with this version."""
    names = "key, ts, id, deleted, recorded, state, rule, host, action, account, mailbox, cohort"
    database.insert_stream("acts", f"{names}, record_mailbox, record_ts, record_id, body", file, version, IN_ORDER)


def table(acts: Sequence[Act], version: int, deleted: int = 0) -> pa.Table:
    """Acts as an Arrow table."""
    import pyarrow as pa

    columns = dict(zip(Act._fields, zip(*acts, strict=True), strict=True))
    made: dict[str, Any] = {
        "id": id_column(columns["id"]),
        "record_id": id_column([one or _NOBODY for one in columns["record_id"]]),
        "recorded": pa.array(columns["recorded"], pa.bool_()).cast(pa.uint8()),
        "version": pa.array([version] * len(acts), pa.uint64()),
        "deleted": pa.array([deleted] * len(acts), pa.uint8()),
        "body": pa.array(columns["body"], pa.binary()),
    }
    for name in ("ts", "record_ts"):
        made[name] = time_column(columns[name])
    for name in ("state", "rule", "host", "action", "account", "mailbox", "record_mailbox"):
        made[name] = clean_texts(columns[name])
    for name in ("key", "cohort"):
        made[name] = raw_texts(columns[name])
    return pa.table(made)


def of_keys(database: Database, keys: Iterable[str], where: str = "acts") -> list[Act]:
    """The acts now known of some keys."""
    found: list[Act] = []
    if not any_known(database, where):
        return found
    wanted = sorted(keys)
    for start in range(0, len(wanted), _CHUNK):
        among, texts = array_of(wanted[start : start + _CHUNK])
        condition = f"key IN {among}" if among.startswith("{") else f"has({among}, key)"
        found.extend(_current(database, f"SELECT {_COLUMNS} FROM {where} WHERE {condition}", {"keys": texts}))
    return found


def any_known(database: Database, where: str = "acts") -> bool:
    """Whether there are acts at all: most stores that are filled by several processes have none before."""
    return bool(database.client().query(f"SELECT 1 FROM {where} LIMIT 1").result_rows)


def of_cohort(database: Database, cohort: str, low: int, high: int, where: str = "acts") -> list[Act]:
    """The recorded acts now known of a cohort between two times (inclusive)."""
    among, texts = array_of([cohort])
    query = (
        f"SELECT {_COLUMNS} FROM {where} WHERE has({among}, cohort)"
        " AND ts BETWEEN fromUnixTimestamp64Micro({l:Int64}, 'UTC') AND fromUnixTimestamp64Micro({h:Int64}, 'UTC')"
    )
    return _current(database, query, {"keys": texts, "l": low, "h": high})


def _current(database: Database, query: str, parameters: dict[str, object]) -> list[Act]:
    newest: dict[tuple[str, int, str], tuple[int, int, Act]] = {}
    block = database.arrow(query, bindable(parameters))
    columns = [column.to_pylist() for column in block.columns]
    for *values, version, deleted in zip(*columns, strict=True):
        plain = [_text(value) if isinstance(value, bytes) else value for value in values]
        act = Act._make(plain)._replace(body=values[-1] or b"", recorded=bool(plain[3]))
        if act.record_id == _NOBODY:
            act = act._replace(record_id="")
        place = (act.key, act.ts, act.id)
        if place not in newest or newest[place][0] < version:
            newest[place] = (version, deleted, act)
    return [act for _, deleted, act in newest.values() if not deleted]


def seen(database: Database) -> list[tuple[str, str, int, int]]:
    """(host, action, acts, last µs): what every host's log showed, recorded or not."""
    query = (
        "SELECT host, action, count(), toUnixTimestamp64Micro(max(ts)) FROM acts FINAL WHERE deleted = 0"
        " GROUP BY host, action ORDER BY host, action"
    )
    return [(str(h), str(a), int(n), int(t)) for h, a, n, t in database.client().query(query).result_rows]


def hosts(database: Database, mailboxes: Sequence[str] | None) -> list[tuple[str, str]]:
    """(mailbox, host): whose logs told of which mailbox, of these or of all; names in lower case."""
    among, parameters = "", {}
    if mailboxes is not None:
        among, parameters = " AND mailbox IN {m:Array(String)}", {"m": list(mailboxes)}
    query = f"SELECT DISTINCT mailbox, host FROM acts FINAL WHERE deleted = 0{among} ORDER BY mailbox, host"
    rows = database.client().query(query, parameters=bindable(parameters)).result_rows
    return [(str(mailbox), str(host)) for mailbox, host in rows]


def unrecorded(database: Database) -> list[tuple[str, int, str, int]]:
    """(rule, day as µs of its beginning, account, acts): acts that left no record."""
    query = (
        "SELECT rule, toUnixTimestamp(toStartOfDay(ts)) AS day, account, count() FROM acts FINAL"
        " WHERE deleted = 0 AND recorded = 0 GROUP BY rule, day, account ORDER BY day, rule, account"
    )
    rows = database.client().query(query).result_rows
    return [(str(rule), int(day) * 1_000_000, str(account), int(number)) for rule, day, account, number in rows]


def mark_due(database: Database, keys: Iterable[str]) -> None:
    """Note that there are facts under these keys from which acts are to be made."""
    import pyarrow as pa

    noted = list(keys)
    if noted:
        database.insert("acts_due", pa.table({"key": raw_texts(noted)}))


def mark_all_due(database: Database, prefixes: Iterable[str], words: Iterable[str]) -> None:
    """Note that everything is to be made anew: keys that begin so, and keys of facts with one of these words."""
    query = (
        "INSERT INTO acts_due SELECT DISTINCT key FROM facts WHERE key != ''"
        " AND (substring(key, 1, 2) IN {p:Array(String)} OR multiSearchAny(raw, {w:Array(String)}))"
    )
    database.client().command(query, parameters={"p": list(prefixes), "w": list(words)})


def next_version(database: Database) -> int:
    """A version above all that are there; the clock may have been set back meanwhile."""
    query = "SELECT greatest((SELECT max(version) FROM audit), (SELECT max(version) FROM acts))"
    return max(time.time_ns() // 1000, int(database.client().query(query).result_rows[0][0]) + 1)


def due(database: Database) -> int:
    """How many keys are to be worked on."""
    return int(database.client().query("SELECT uniqExact(key) FROM acts_due").result_rows[0][0])


def note_sights(database: Database, seen: Sequence[tuple[str, int]]) -> None:
    """Note how many facts were seen under keys, of whose acts are known already what they will be."""
    import pyarrow as pa

    if seen:
        database.client().command(f"CREATE TABLE IF NOT EXISTS {_SIGHTED} (key String, facts UInt32) ENGINE = Memory")
        keys, facts = zip(*seen, strict=True)
        database.client().insert_arrow(
            _SIGHTED, pa.table({"key": raw_texts(keys), "facts": pa.array(facts, pa.uint32())})
        )


_SIGHTED = "acts_sighted"
"""A table for the time of an import: keys and numbers of facts, none for keys of which more is to be known."""


def unsure(database: Database, kinds: Sequence[str]) -> tuple[dict[str, int], set[str]]:
    """Keys whose facts of these kinds were seen in several parts, and in how many; and keys of which there are other
    facts than were seen, which are noted (`note_sights`)."""
    query = (
        "SELECT key, sum(n) = 0, toUInt32(sum(times)) FROM ("
        f"SELECT key, toInt64(facts) AS n, 1 AS times FROM {_SIGHTED}"
        f" UNION ALL SELECT key, -toInt64(count()), 0 FROM facts WHERE key IN (SELECT key FROM {_SIGHTED})"
        " AND kind IN {k:Array(String)} GROUP BY key) GROUP BY key HAVING sum(n) != 0 OR sum(times) != 1"
    )
    # By several threads, the engine (26.5) once waited for ever here, with 380 pieces of facts.
    rows = database.arrow(query, {"k": list(kinds)}, "max_threads = 1")
    several: dict[str, int] = {}
    doubtful: set[str] = set()
    for key, same, times in zip(*(column.to_pylist() for column in rows.columns), strict=True):
        if same:
            several[_text(key)] = times
        else:
            doubtful.add(_text(key))
    note_sights(database, [(key, 0) for key in sorted(doubtful)])
    return several, doubtful


def forget_sights(database: Database) -> None:
    """Nothing is seen any more, or not yet."""
    database.client().command(f"DROP TABLE IF EXISTS {_SIGHTED} SYNC")


def due_facts(
    database: Database, kinds: Sequence[str], prefixes: Sequence[str], *, sighted: bool = False
) -> Iterator[list[tuple[str, list[Stored]]]]:
    """Facts under the keys that are due, by key, in portions of whole keys: all of keys that begin so, of others those
    of some kinds.

    sighted: but for the keys noted as seen (`note_sights`), if `unsure` did not give them.
    """
    among = "SELECT DISTINCT key FROM acts_due"
    if sighted:
        among += f" WHERE key NOT IN (SELECT key FROM {_SIGHTED} GROUP BY key HAVING min(facts) > 0)"
    number = int(database.client().query(f"SELECT count() FROM ({among})").result_rows[0][0])
    if not number:
        return
    if number <= _CHUNK:
        rows = database.arrow(among)
        keys = [_text(key) for key in rows.column(0).to_pylist()]
        found: dict[str, list[Stored]] = {key: [] for key in sorted(keys)}
        for stored in by_keys(database, keys):
            if stored.kind in kinds or stored.key.startswith(tuple(prefixes)):
                found[stored.key].append(stored)
        yield list(found.items())
        return
    query = f"SELECT count() FROM facts WHERE key IN ({among})"
    total = int(database.client().query(query).result_rows[0][0])
    parts = max(1, -(-total // PORTION), -(-number // (8 * _CHUNK)))
    for part in range(parts):
        keys_of = f"SELECT key FROM ({among}) WHERE cityHash64(key) % {parts} = {part}"
        rows = database.arrow(keys_of)
        portion: dict[str, list[Stored]] = {_text(key): [] for key in rows.column(0).to_pylist()}
        for key, group in groupby(in_order_of_keys(database, keys_of, kinds, prefixes), key=_KEY):
            portion[key] = list(group)
        yield list(portion.items())


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


def settle(database: Database) -> None:
    """Everything that was due is done."""
    database.client().command("TRUNCATE TABLE acts_due")
