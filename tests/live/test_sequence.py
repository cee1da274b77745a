"""Gaps in the numbers of RFC 5424's `meta` element are losses."""

from __future__ import annotations

from mailwake.operations.live.sequence import LATE, Sequences


def message(number: int, host: str = "mx1") -> bytes:
    """As syslog-ng sends it."""
    return b'<22>1 2026-11-24T10:00:00+00:00 %s postfix 7 - [meta sequenceId="%d"] text' % (host.encode(), number)


def _lost(numbers: list[int], late: int = 0) -> int:
    sequences = Sequences(late)
    return sum(sequences.see(message(number))[1] for number in numbers)


def test_in_a_stream_each_leap_is_a_loss() -> None:
    assert _lost([5, 6, 7, 10, 11, 15]) == 5
    assert _lost([1, 2, 3]) == 0
    assert _lost([100, 101, 1, 2, 3]) == 0  # the sender was started anew
    assert _lost([100, 90_000_000, 90_000_001]) == 0


def test_datagrams_may_overtake_each_other() -> None:
    assert _lost([1, 3, 2, 4, 6, 5, *range(7, 200)], LATE) == 0
    assert _lost([1, 3, *range(4, 200)], LATE) == 1
    assert _lost([1, *range(1000, 1200)], LATE) == 998
    assert _lost([*range(1, 100), *range(1, 100)], LATE) == 0


def test_hosts_are_counted_for_themselves() -> None:
    sequences = Sequences()
    found = [sequences.see(message(number, host)) for number, host in ((1, "a"), (7, "b"), (3, "a"), (8, "b"))]
    assert found == [("", 0), ("", 0), ("a", 1), ("b", 0)]
    other = b'<22>1 2026-11-24T10:00:00+00:00 mx1 x 7 - [origin ip="192.0.2.1"][meta x="1" sequenceId="9"] text'
    assert sequences.see(other) == ("", 0)
    assert sequences.see(other.replace(b'"9"', b'"12"')) == ("mx1", 2)
    assert sequences.see(b'<22>Nov 24 10:00:00 mx1 x: sequenceId="4"') == ("", 0)
