"""Numbers over a span, against rows whose numbers are known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mailwake.events.fact import Fact
from mailwake.operations import stats as stats_module
from mailwake.operations.stats import Delays, Tally, normalised, stats
from mailwake.store.query import NEWEST, Cursor, Equals, Node, Order
from mailwake.store.rows import Row
from mailwake.trace.match import predicate

HOUR = 3_600_000_000
START = 1_792_879_200_000_000  # 2026-10-25T00:00Z less two hours: midnight in Berlin, on the day of 25 hours
BERLIN = ZoneInfo("Europe/Berlin")


class Rows:
    """The part of a backend that stats needs."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = sorted(rows, key=lambda row: (row.received, row.trace_id, row.leaf), reverse=True)
        self.searches = 0

    def search(
        self,
        node: Node,
        limit: int,
        cursor: Cursor | None = None,
        *,
        since: int | None = None,
        order: Order = NEWEST,
    ) -> list[Row]:
        self.searches += 1
        test = predicate(node)
        place = (cursor.received, cursor.trace_id, cursor.leaf) if cursor else None
        found = (r for r in self.rows if test(r) and (place is None or (r.received, r.trace_id, r.leaf) < place))
        return [row for _, row in zip(range(limit), found, strict=False)]

    def facts(self, keys: Iterable[str], low: int | None = None, high: int | None = None) -> list[Fact]:
        raise AssertionError

    def beside(self, spans: object, door: object) -> list[Fact]:
        raise AssertionError

    def gaps(self, low: int | None, high: int | None, hosts: object = None) -> list[str]:
        return []

    def close(self) -> None:
        raise AssertionError


def row(message: int, leaf: int = 0, *, hour: int = 0, **known: Any) -> Row:
    received = START + hour * HOUR
    blank: dict[str, Any] = dict.fromkeys(Row._fields, "")
    blank |= {"received": received, "trace_id": f"{message:032x}", "leaf": leaf, "last": received + 2_000_000}
    blank |= {"sender": "Alice@example.org", "recipient": f"r{leaf}@example.net", "from_ip": "192.0.2.1", "size": 100}
    blank |= {"status": "Delivered", "direction": "Outbound", "to_host": "mx.example.net", "attempts": 1}
    return Row(**(blank | known))


def test_counts_messages_once_and_recipients_each() -> None:
    found = stats(Rows([row(1), row(1, 1), row(2, sender=""), row(3, sender=None)]), None, None, UTC)
    assert (found.messages, found.rows, found.bytes) == (3, 4, 300)
    assert found.statuses == {"Delivered": 4}
    assert found.directions == {"Outbound": 4}
    assert found.top["senders"] == [("<>", 1), ("alice@example.org", 1)]
    assert found.top["sender_domains"] == [("<>", 1), ("example.org", 1)]
    assert found.top["recipients"] == [("r0@example.net", 3), ("r1@example.net", 1)]
    assert found.top["client_ips"] == [("192.0.2.1", 3)]
    assert found.top["next_hops"] == [("mx.example.net", 4)]


def test_pages_through_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stats_module, "PAGE", 3)
    backend = Rows(row(number, leaf) for number in range(5) for leaf in range(2))
    assert stats(backend, None, None, UTC).rows == 10
    assert backend.searches == 4


def test_span_and_condition() -> None:
    backend = Rows([row(1, hour=0), row(2, hour=1), row(3, hour=1, status="Failed"), row(4, hour=2)])
    found = stats(backend, START + HOUR, START + 2 * HOUR, UTC, condition=Equals("status", "Failed"))
    assert found.rows == 1


def test_by_hour_under_two_days_and_twice_the_same_hour_when_the_clock_goes_back() -> None:
    backend = Rows([row(1, hour=2), row(2, hour=3), row(3, 1, hour=3, status="Failed")])
    found = stats(backend, START, START + 25 * HOUR, BERLIN)
    assert found.hourly
    assert [(p.start, p.messages, dict(p.statuses)) for p in found.periods] == [
        ("2026-10-25T02:00+02:00", 1, {"Delivered": 1}),
        ("2026-10-25T02:00+01:00", 2, {"Delivered": 1, "Failed": 1}),
    ]


def test_by_day_from_two_days_on() -> None:
    found = stats(Rows([row(1, hour=2), row(2, hour=24), row(3, hour=25)]), START, START + 48 * HOUR, BERLIN)
    assert [(p.start, p.rows) for p in found.periods] == [("2026-10-25", 2), ("2026-10-26", 1)]


def test_delays_and_retries() -> None:
    rows = [row(n, last=START + n * 1_000_000, attempts=n % 3) for n in range(1, 101)]
    rows.append(row(200, status="Pending", attempts=9))
    found = stats(Rows(rows), None, None, UTC)
    assert found.delays == Delays(100, 50.0, 90.0, 99.0, 100.0)
    assert (found.retried, found.retries, found.most_attempts) == (34, 33 + 8, 9)


def test_nothing_there() -> None:
    found = stats(Rows([]), None, None, UTC)
    assert (found.messages, found.periods, found.delays.count) == (0, [], 0)


def test_rows_without_a_time() -> None:
    found = stats(Rows([row(1, received=0)]), None, None, UTC)
    assert [p.start for p in found.periods] == [""]
    assert found.delays.count == 0


def test_reasons_are_put_together() -> None:
    said = "host mx[192.0.2.9] said: 550 5.1.1 <{}@example.net>: Recipient address rejected: User unknown (in reply)"
    rows = [row(n, status="Failed", reason=said.format(f"user{n}")) for n in range(3)]
    rows.append(row(9, status="Pending", reason="451 4.7.1 Greylisted for 287 seconds"))
    found = stats(Rows(rows), None, None, UTC)
    assert found.top["failures"] == [("550 5.1.1 <address>: Recipient address rejected: User unknown (in reply)", 3)]
    assert found.top["deferrals"] == [("451 4.7.1 Greylisted for <number> seconds", 1)]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("554 5.7.1 Service unavailable; Client host [192.0.2.77] blocked using zen.example.org; https://example.org/q?ip=1",
         "554 5.7.1 Service unavailable; Client host [<ip>] blocked using zen.example.org; <url>"),
        ("550-5.7.26 Unauthenticated a92af1059eb24-13e9 - gsmtp", "550-5.7.26 Unauthenticated <id> - gsmtp"),
        ("connect to mx1.example.org[2001:db8::25]:25: Connection timed out",
         "connect to mx1.example.org[<ip>]:<number>: Connection timed out"),
        ("550 5.1.1 a@b.example 550 5.1.1 gone", "550 5.1.1 <address> 550 5.1.1 gone"),
        ("452 4.3.1 Insufficient system storage", "452 4.3.1 Insufficient system storage"),
        ("delivery temporarily suspended: lost connection with smtp-out-01.example.org[10.0.0.1]",
         "delivery temporarily suspended: lost connection with smtp-out-01.example.org[<ip>]"),
        ("message size 52428800 exceeds 10485760", "message size <number> exceeds <number>"),
        ("a \n  b", "a b"),
    ],
)  # fmt: skip
def test_normalised(reply: str, expected: str) -> None:
    assert normalised(reply) == expected


def test_a_tally_forgets_the_tail_and_says_so() -> None:
    tally = Tally(keep=10)
    for number in range(100):
        tally.add("often")
        tally.add(f"once {number}")
    assert tally.top(1) == [("often", 100)]
    assert tally.cut
