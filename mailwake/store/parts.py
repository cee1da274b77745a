"""Pieces that tables lie in on the disk. An import writes many and merges none, for that would be written twice; here
they are joined when it has ended, or when they become too many for the engine.
"""

from __future__ import annotations

import time

from mailwake.store.database import Database

_MOST = {"rows": 24, "facts": 300}
"""More pieces of one month than so many are joined. A search opens all pieces of `rows`; facts are found by time."""
_AT_ONCE = 3_000_000
"""Of more rows than so many, those that lie in large pieces already are not written again (some 5 s for a million)."""
_ROUNDS = 8
_WORTH_WAITING = 1 << 20
_LONGEST_WAIT = 5.0
"""Seconds. The engine looks once a second or two for what can go (see migration 0005)."""


def tidy(database: Database, *, last: bool = True) -> None:
    """Join what lies in many pieces. last: the facts, too, and wait until what was joined has left the disk."""
    for table, most in _MOST.items() if last else [("rows", _MOST["rows"])]:
        for partition, pieces, rows, largest in _crowded(database, table, most):
            with database.merging(table):
                if largest * 3 < rows <= _AT_ONCE:
                    database.client().command(
                        f"OPTIMIZE TABLE {table} PARTITION ID '{partition}' FINAL", settings=_LONG
                    )
                else:
                    _join_small(database, table, partition, pieces, most)
    if last:
        _wait(database)


_LONG = {"max_execution_time": 0}


def _crowded(database: Database, table: str, most: int) -> list[tuple[str, int, int, int]]:
    """Partitions in more pieces than that: name, pieces, rows, rows of the largest piece."""
    query = (
        "SELECT partition_id, count(), sum(rows), max(rows) FROM system.parts"
        " WHERE active AND database = currentDatabase() AND table = {t:String}"
        " GROUP BY partition_id HAVING count() > {n:UInt64}"
    )
    found = database.client().query(query, parameters={"t": table, "n": most}).result_rows
    return [(str(name), int(pieces), int(rows), int(largest)) for name, pieces, rows, largest in found]


def _join_small(database: Database, table: str, partition: str, pieces: int, most: int) -> None:
    """Join small pieces beside large ones, which are not worth being written again for them.

    The engine chooses, at most a hundred at a time. It would join all of a partition that is named.
    """
    for _ in range(_ROUNDS):
        database.client().command(f"OPTIMIZE TABLE {table}", settings=_LONG)
        _wait_for_merges(database, table)
        left = next((one[1] for one in _crowded(database, table, most) if one[0] == partition), 0)
        if not left or left >= pieces:
            return
        pieces = left


def _wait_for_merges(database: Database, table: str) -> None:
    """Until the merges that the engine began by itself have ended: they would be broken off."""
    query = "SELECT count() FROM system.merges WHERE database = currentDatabase() AND table = {t:String}"
    while database.client().query(query, parameters={"t": table}).result_rows[0][0]:
        time.sleep(0.05)


def _wait(database: Database) -> None:
    """Until the pieces that were joined are gone: the process may end after this, and what it leaves stays for long."""
    query = "SELECT sum(bytes_on_disk) FROM system.parts WHERE NOT active AND database = currentDatabase()"
    until = time.monotonic() + _LONGEST_WAIT
    while time.monotonic() < until:
        if int(database.client().query(query).result_rows[0][0]) < _WORTH_WAITING:
            return
        time.sleep(0.1)
