"""One reader that is given lines again, moments or hours later, answers as if they had come once."""

from __future__ import annotations

import random
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import folder, plain, rows_of
from random_estate import Lines, estates
from stores import stored

from mailwake.ingest.fact_tail import FactTail
from mailwake.operations import recent
from mailwake.operations.correlate import Correlator
from mailwake.operations.reviving import StoredReviver
from mailwake.operations.writer import Writer
from mailwake.store import journeys
from mailwake.store.database import Database
from mailwake.store.rows import Row

FEW = settings(max_examples=max(4, settings().max_examples // 4))


def differences(found: list[Row], wanted: list[Row]) -> list[tuple[str, object, object]]:
    """Where rows differ, in few words."""
    places = [{(row.received, row.trace_id, row.leaf): row for row in rows} for rows in (found, wanted)]
    told: list[tuple[str, object, object]] = []
    for place in sorted(places[0].keys() | places[1].keys()):
        one, other = (rows.get(place) for rows in places)
        if one is None or other is None:
            told.append(("row", one, other))
        else:
            told += [
                (name, mine, theirs)
                for name, mine, theirs in zip(Row._fields, one, other, strict=True)
                if mine != theirs
            ]
    return told


@pytest.mark.pitfall("D10")
@FEW
@given(
    estate=estates,
    window=st.integers(1, 40),
    most=st.sampled_from([5, 50, recent.MOST]),
    random_=st.randoms(use_true_random=False),
)
def test_lines_that_come_again(estate: Lines, window: int, most: int, random_: random.Random) -> None:
    with folder() as place, mock.patch.object(recent, "MOST", most):
        facts = []
        for host, lines in estate.items():
            path = place / f"{host}.log"
            path.write_text("".join(f"{line}\n" for line in lines))
            tail = FactTail(path, 0, "UTC", "")
            facts += [*tail.read(), *tail.finish()]
        facts.sort(key=lambda fact: fact.ts)
        windows = [facts[at : at + window] for at in range(0, len(facts), window)]
        with Database(place / "data") as database:
            correlator = Correlator(database, StoredReviver())
            with Writer(database, journeys.next_version(database)) as writer:
                correlator.before_reading = writer.drain
                high = 0
                for number, one in enumerate(windows):
                    high = max(high, *(fact.ts for fact in one))
                    writer.write(correlator.window(one, high), [])
                    if random_.random() < 0.5:
                        again = [fact._replace() for fact in windows[random_.randint(0, number)]]
                        writer.write(correlator.window(again, high), [])
        rows, counts = stored(place / "data")
        found = differences(rows, plain(rows_of(list(estate.values()))))
        assert not found, (found[:9], window, most)
        assert sum(counts.values()) == len({line for lines in estate.values() for line in lines})
