"""The table of facts: append-only, in order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mailwake.events.fact import Fact
from mailwake.store.arrow import raw_texts
from mailwake.store.binding import bindable
from mailwake.store.database import Database

if TYPE_CHECKING:
    import pyarrow as pa

_KEYS_AT_ONCE = 5000


class Stored(NamedTuple):
    """A fact as the store keeps it: what it says is read from the raw text again."""

    ts: int
    host: str
    program: str
    pid: int
    kind: str
    key: str
    source: str
    raw: str


_NAMES = "ts, seq, host, program, pid, kind, key, source, raw"
_COLUMNS = "toUnixTimestamp64Micro(ts) AS t, host, program, pid, kind, key, source, raw"


def table(facts: list[Fact], keys: list[str], seq: int) -> pa.Table:
    """Facts as an Arrow table, with the key of each; seq numbers the first one, the others follow."""
    import pyarrow as pa

    ts, host, program, pid, kind, _, _, raw, origin = zip(*facts, strict=True)
    return pa.table(
        {
            "ts": pa.array(ts, pa.int64()).cast(pa.timestamp("us", "UTC")),
            "seq": pa.array(range(seq, seq + len(facts)), pa.uint64()),
            "host": raw_texts(host).dictionary_encode(),
            "program": raw_texts(program).dictionary_encode(),
            "pid": pa.array([one if 0 <= one < 1 << 32 else 0 for one in pid], pa.uint32()),
            "kind": raw_texts(kind).dictionary_encode(),
            "key": raw_texts(keys),
            "source": raw_texts([one.source for one in origin]).dictionary_encode(),
            "raw": raw_texts(raw),
        }
    )


def table_of_columns(rows: int, columns: Mapping[str, Any], names: Mapping[str, Sequence[str]]) -> pa.Table:
    """The same of columns that lie ready as buffers: fixed numbers, numbers of `names`, and (ends, bytes) of texts."""
    import pyarrow as pa

    def numbers(name: str, kind: pa.DataType) -> pa.Array:
        return pa.Array.from_buffers(kind, rows, [None, pa.py_buffer(columns[name])])

    def texts(name: str) -> pa.Array:
        ends, data = map(pa.py_buffer, columns[name])
        return pa.Array.from_buffers(pa.binary(), rows, [None, ends, data])

    def named(name: str) -> pa.Array:
        return pa.DictionaryArray.from_arrays(numbers(name, pa.int32()), raw_texts(names[name]))

    return pa.table(
        {
            "ts": numbers("ts", pa.timestamp("us", "UTC")),
            "seq": _counted(0, rows),
            "host": named("host"),
            "program": named("program"),
            "pid": numbers("pid", pa.uint32()),
            "kind": named("kind"),
            "key": texts("key"),
            "source": named("source"),
            "raw": texts("raw"),
        }
    )


def _counted(seq: int, count: int) -> pa.Array:
    """Numbers from seq on. Arrow, given an array of numpy's, would load numpy's part for masked ones."""
    import numpy as np
    import pyarrow as pa

    numbers = np.arange(seq, seq + count, dtype=np.uint64)
    return pa.Array.from_buffers(pa.uint64(), count, [None, pa.py_buffer(numbers)])


def numbered(file: Path, seq: int) -> pa.Table:
    """The table of an Arrow stream, its facts numbered anew from seq."""
    import pyarrow as pa

    with pa.OSFile(str(file)) as stream:
        made = pa.ipc.open_stream(stream).read_all()
    return made.set_column(made.schema.get_field_index("seq"), "seq", _counted(seq, made.num_rows))


IN_ORDER = "SETTINGS max_threads = 1, optimize_on_insert = 0"
"""What is written is no two versions of anything, and mostly lies in order: nothing is gained by several threads, or by
looking for versions."""


def insert_file(database: Database, file: Path, seq: int) -> None:
    """Append facts that the store does not have yet: an Arrow stream, numbered from seq. The engine reads the file."""
    database.client().command(
        f"INSERT INTO facts ({_NAMES}) SELECT {_NAMES.replace('seq', 'seq + {seq:UInt64}')}"
        f" FROM file({{file:String}}, 'ArrowStream') {IN_ORDER}",
        parameters={"seq": seq, "file": str(file)},
    )
    database.facts_changed()


def insert(database: Database, table: pa.Table) -> None:
    """Append facts that the store does not have yet."""
    if table.num_rows:
        database.insert("facts", table)
        database.facts_changed()


def insert_new(database: Database, table: pa.Table) -> int:
    """Append those facts of the table that the store does not have; give their number.

    Identity of a fact is its time, host, program, pid and raw text: two records equal in all of these are one.
    """
    if not table.num_rows:
        return 0
    client = database.client()
    client.command("DROP TABLE IF EXISTS facts_staged")
    client.command("CREATE TABLE facts_staged AS facts ENGINE = Memory")
    client.insert_arrow("facts_staged", table)
    span = "SELECT toUnixTimestamp64Micro(min(ts)), toUnixTimestamp64Micro(max(ts)) FROM facts_staged WHERE ts > 0"
    low, high = client.query(span).result_rows[0]
    identity = "(ts, cityHash64(host, program, pid, raw))"
    fresh = (
        "FROM (SELECT * FROM facts_staged ORDER BY ts, seq LIMIT 1 BY ts, cityHash64(host, program, pid, raw))"
        f" WHERE {identity} NOT IN (SELECT ts, cityHash64(host, program, pid, raw) FROM facts"
        " WHERE ts BETWEEN fromUnixTimestamp64Micro({low:Int64}) AND fromUnixTimestamp64Micro({high:Int64})"
        " OR ts = fromUnixTimestamp64Micro(0))"
    )
    bounds = {"low": low, "high": high}
    count = int(client.query(f"SELECT count() {fresh}", parameters=bounds).result_rows[0][0])
    if count:
        client.command(f"INSERT INTO facts ({_NAMES}) SELECT {_NAMES} {fresh}", parameters=bounds)
    client.command("DROP TABLE facts_staged")
    database.facts_changed()
    return count


def span(database: Database) -> tuple[int, int] | None:
    """Earliest and latest time (µs) of the facts that have one; None for an empty store."""
    query = "SELECT toUnixTimestamp64Micro(min(ts)), toUnixTimestamp64Micro(max(ts)), count() FROM facts WHERE ts > 0"
    low, high, count = database.client().query(query).result_rows[0]
    return (low, high) if count else None


def is_empty(database: Database) -> bool:
    """Whether nothing was ever imported."""
    return not database.client().query("SELECT 1 FROM facts LIMIT 1").result_rows


def by_keys(
    database: Database, keys: Iterable[str], low: int | None = None, high: int | None = None
) -> Iterator[Stored]:
    """All facts filed under any of the keys, in order of time; between two times (µs, inclusive) if given."""
    wanted = sorted(keys)
    bounds, settings = "", ""
    parameters: dict[str, object] = {}
    if low is not None and high is not None:
        bounds = "ts BETWEEN fromUnixTimestamp64Micro({l:Int64}) AND fromUnixTimestamp64Micro({h:Int64}) AND "
        parameters = {"l": low, "h": high}
        settings = "max_threads = 1"  # a message's: a granule or two
    for start in range(0, len(wanted), _KEYS_AT_ONCE):
        part = wanted[start : start + _KEYS_AT_ONCE]
        among, texts = array_of(part)
        query = f"SELECT {_COLUMNS} FROM facts WHERE {bounds}has({among}, key) ORDER BY ts, seq"
        if among == PLAIN:
            query = f"SELECT {_COLUMNS} FROM facts WHERE {bounds}key IN {among} ORDER BY ts, seq"
        yield from _read(database, query, {**parameters, "keys": texts}, settings)


def in_order_of_keys(
    database: Database, keys_of: str, kinds: Sequence[str], prefixes: Sequence[str]
) -> Iterator[Stored]:
    """Facts under the keys that a query of ours gives, key by key, each in order of time.

    All facts of a key that begins so, and of the others those of some kinds.
    """
    query = (
        f"SELECT {_COLUMNS} FROM facts WHERE key IN ({keys_of})"
        " AND (kind IN {k:Array(String)} OR substring(key, 1, 2) IN {p:Array(String)}) ORDER BY key, ts, seq"
    )
    return _read(database, query, {"k": list(kinds), "p": list(prefixes)})


PLAIN = "{keys:Array(String)}"


def array_of(texts: Sequence[str]) -> tuple[str, list[str]]:
    """The engine's words for an array of texts bound as `keys`, and what to bind; texts that are no UTF-8 go as hex."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return f"arrayMap(x -> unhex(x), {PLAIN})", [text.encode("utf-8", "surrogateescape").hex() for text in texts]
    return PLAIN, list(texts)


def strike(database: Database, ts: int, raw: str) -> None:
    """Take a record back that was read before its line was complete."""
    where = "ts = fromUnixTimestamp64Micro({t:Int64}) AND raw = unhex({raw:String})"
    parameters = {"t": ts, "raw": raw.encode("utf-8", "surrogateescape").hex()}
    with database.merging():  # the engine deletes by rewriting, which is a kind of merge
        database.client().command(f"DELETE FROM facts WHERE {where}", parameters=parameters)
    database.facts_changed()


def by_process(database: Database, host: str, program: str, pid: int, low: int, high: int) -> Iterator[Stored]:
    """What one process logged in a span of time (µs, inclusive): the session around a message."""
    where, bound = _of_process(0, (host, program, pid, low, high))
    return _read(database, f"SELECT {_COLUMNS} FROM facts WHERE {where} ORDER BY ts, seq LIMIT 1000", bound)


def beside(
    database: Database,
    processes: Iterable[tuple[str, str, int, int, int]],
    door: tuple[str, str, int, int] | None = None,
) -> Iterator[Stored]:
    """What processes (host, program, pid) logged in spans of time (µs, inclusive) and what is filed under no key:
    they may have had many messages in hand. All in one look, as they lie near each other.

    door: also what postscreen and policy services logged of a client (host, address) in a span of time.
    """
    parts: list[str] = []
    parameters: dict[str, object] = {}
    for number, process in enumerate(processes):
        where, bound = _of_process(number, process)
        parts.append(f"({where} AND empty(key))")
        parameters |= bound
    if door is not None:
        host, ip, low, high = door
        parts.append(
            "(ts BETWEEN fromUnixTimestamp64Micro({dl:Int64}) AND fromUnixTimestamp64Micro({dh:Int64})"
            " AND host = {dhost:String} AND (kind = 'postscreen' AND position(raw, {screened:String}) > 0"
            " OR kind = 'policy' AND empty(key) AND position(raw, {ip:String}) > 0))"
        )
        parameters |= {"dl": low, "dh": high, "dhost": host, "screened": f"[{ip}]", "ip": ip}
    if not parts:
        return iter(())
    where = " OR ".join(parts)
    query = f"SELECT {_COLUMNS} FROM facts WHERE {where} ORDER BY ts, seq LIMIT 1000 BY host, program, pid"
    return _read(database, query, parameters)


def _of_process(number: int, process: tuple[str, str, int, int, int]) -> tuple[str, dict[str, object]]:
    """Condition and parameters for what a process logged in a span of time; number: tells the parameters apart."""
    n = str(number)
    where = (
        f"ts BETWEEN fromUnixTimestamp64Micro({{l{n}:Int64}}) AND fromUnixTimestamp64Micro({{h{n}:Int64}})"
        f" AND host = {{host{n}:String}} AND program = {{program{n}:String}} AND pid = {{pid{n}:UInt32}}"
    )
    host, program, pid, low, high = process
    return where, {f"l{n}": low, f"h{n}": high, f"host{n}": host, f"program{n}": program, f"pid{n}": pid}


def between(database: Database, kind: str, low: int, high: int, *, alone: bool = False) -> Iterator[Stored]:
    """Facts of a kind, of a span of time (µs, inclusive); alone: only those filed under a key of their own."""
    query = f"SELECT {_COLUMNS} FROM facts WHERE {_BETWEEN}{_ALONE if alone else ''} ORDER BY ts, seq"
    return _read(database, query, {"l": low, "h": high, "kind": kind})


def refusals(database: Database, low: int, high: int, routes: Iterable[str]) -> Iterator[Stored]:
    """Refusals without a queue ID, of a span of time (µs, inclusive), that came by other routes than these (see
    `trace.twins`)."""
    other = f" AND NOT has({{routes:Array(String)}}, {_ROUTE})"
    query = f"SELECT {_COLUMNS} FROM facts WHERE {_BETWEEN}{_ALONE}{other} ORDER BY ts, seq"
    return _read(database, query, {"l": low, "h": high, "kind": "reject", "routes": sorted(routes)})


_BETWEEN = (
    "ts BETWEEN fromUnixTimestamp64Micro({l:Int64}) AND fromUnixTimestamp64Micro({h:Int64}) AND kind = {kind:String}"
)
_ALONE = " AND startsWith(key, 'n:')"
_ROUTE = (
    "multiIf(startsWith(raw, '{') OR startsWith(raw, '__'), '2', toUnixTimestamp64Micro(ts) % 1000000 != 0"
    " OR (substring(raw, 5, 1) = '-' AND substring(raw, 20, 1) = '.'), '1', '3')"
)


def naming(database: Database, text: str, kinds: Iterable[str], limit: int) -> list[Stored]:
    """The newest facts of these kinds whose records hold a text: of the last day that has some, else of the last month,
    else of all time."""
    newest = span(database)
    for days in (1, 30, None) if newest else ():
        since = newest[1] - days * 86_400_000_000 if newest and days else 0
        query = (
            f"SELECT {_COLUMNS} FROM facts WHERE ts >= fromUnixTimestamp64Micro({{l:Int64}})"
            " AND has({kinds:Array(String)}, kind) AND position(raw, {text:String}) > 0"
            f" ORDER BY facts.ts DESC LIMIT {int(limit)}"
        )
        found = list(_read(database, query, {"l": since, "kinds": sorted(kinds), "text": text}))
        if found:
            return found
    return []


def orders(database: Database) -> Iterator[Stored]:
    """Queue manipulations that name no queue ID."""
    return _read(
        database, f"SELECT {_COLUMNS} FROM facts WHERE kind = 'queue_action' AND key = '' ORDER BY ts, seq", {}
    )


def deletions(database: Database, hosts: Iterable[str]) -> Iterator[Stored]:
    """Queue manipulations on these hosts that name a queue ID, near those that name none (see `trace.sweeps`)."""
    return _read(
        database,
        f"""SELECT {_COLUMNS} FROM facts
        WHERE kind = 'queue_action' AND key != '' AND has({{hosts:Array(String)}}, host)
        AND toStartOfMinute(ts) IN (
            SELECT arrayJoin([minute - 60, minute, minute + 60]) FROM (
                SELECT DISTINCT toStartOfMinute(ts) AS minute FROM facts WHERE kind = 'queue_action' AND key = ''))
        ORDER BY ts, seq""",
        {"hosts": sorted(hosts)},
    )


def of_kind(database: Database, kind: str) -> Iterator[Stored]:
    """All facts of one kind, newest first."""
    query = f"SELECT {_COLUMNS} FROM facts WHERE kind = {{kind:String}} ORDER BY ts DESC, seq DESC"
    return _read(database, query, {"kind": kind})


def counts(database: Database) -> list[tuple[str, str, int, int, int]]:
    """(host, kind, records, first µs, last µs) of everything stored."""
    query = (
        "SELECT host, kind, count(), toUnixTimestamp64Micro(min(ts)), toUnixTimestamp64Micro(max(ts)) FROM facts"
        " GROUP BY host, kind ORDER BY host, kind"
    )
    return [tuple(line) for line in database.client().query(query).result_rows]


def everything(database: Database) -> Iterator[Sequence[Stored]]:
    """All facts in order of time, in blocks, for a rebuild."""
    query = f"SELECT {_COLUMNS} FROM facts ORDER BY ts, seq"
    with database.client().query_arrow_stream(query, use_strings=False, settings={"max_threads": 1}) as stream:
        for block in stream:
            yield list(_rows(block))


_SORTED = "optimize_read_in_order = 0"
"""Reading many partitions in order by several threads, the engine (26.5) now and then waits for ever. What is found by
key is little and quickly sorted; what is much is read by one thread."""


def _read(database: Database, query: str, parameters: dict[str, object], settings: str = "") -> Iterator[Stored]:
    said = f"{_SORTED}, {settings}" if settings else _SORTED
    yield from _rows(database.arrow(query, bindable(parameters), said))


def _rows(block: pa.Table | pa.RecordBatch) -> Iterator[Stored]:
    ts, host, program, pid, *texts = block.columns
    kind, key, source, raw = map(_decoded, texts)
    yield from map(Stored, ts.to_pylist(), _decoded(host), _decoded(program), pid.to_pylist(), kind, key, source, raw)


def _decoded(column: pa.Array | pa.ChunkedArray) -> list[str]:
    """Texts of a column of bytes; those that are no UTF-8 make it several times as slow."""
    import pyarrow as pa

    try:
        texts: list[str] = column.cast(pa.string()).to_pylist()
    except pa.ArrowInvalid:
        texts = [value.decode("utf-8", "surrogateescape") for value in column.to_pylist()]
    return texts
