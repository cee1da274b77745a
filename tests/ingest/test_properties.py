"""Properties of reading: nothing raises, blocks do not matter, cuts do not matter."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from stub import REGISTRY, put, read

from mailwake.events.fact import Fact, Origin
from mailwake.ingest import envelope, export, stamps
from mailwake.ingest.calendar import Calendar, zone_of
from mailwake.ingest.facts import FactReader
from mailwake.ingest.files import InputError
from mailwake.ingest.runs import Heads, bsd_run, iso_run
from mailwake.ingest.stamps import find

WRITTEN = datetime(2026, 11, 22, 12)
LINES = st.sampled_from(
    [
        b"Nov 21 10:00:00 mx1 postfix/smtpd[17]: A1: go",
        b"Nov 21 10:00:01 mx1 postfix/smtpd[17]: A2: caf\xe9 #012",
        b"2026-11-21T10:00:02.123456+00:00 mx1 postfix/smtpd[17]: A3: go",
        b"2026-11-21T10:00:02Z mx1 postfix/smtpd[17]: A4: go\r",
        b"<22>1 2026-11-21T10:00:03Z mx1 postfix 17 - - A5: go",
        b"Nov 21 10:00:04 mx1 docker[1]: Nov 21 10:00:03 mx2 postfix/smtpd[17]: A6: go",
        b"Nov 21 10:00:05 mx1 cron[1]: foreign",
        b"Nov 21 10:00:06 mx1 postfix/smtpd[17]: ??? unknown",
        b"Nov 21 10:00:07 mx1 last message repeated 3 times",
        b"2026-11-21 10:00:08 1rXyzA-0001Ab-Cd x: go",
        b'{"log":"Nov 21 10:00:09 mx1 postfix/smtpd[17]: A7: go\\n","stream":"stdout","time":"2026-11-21T10:00:09Z"}',
        b"no log line",
        b"\0\0Nov 21 10:00:10 mx1 postfix/smtpd[17]: A8: go",
        b"",
    ]
)
GARBAGE = st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(LINES, max_size=25), size=st.integers(1, 400))
def test_block_size_does_not_matter(lines: list[bytes], size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = put(Path(folder) / "log", b"\n".join(lines), WRITTEN)
        whole, account = read(path)
        pieces, other = read(path, size=size)
        assert pieces == whole
        assert other == account


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=25), place=st.integers(0, 2000))
def test_cut_at_any_byte(lines: list[bytes], place: int) -> None:
    """Two files cut at any byte hold the same facts but for the line that was cut."""
    data = b"".join(line + b"\n" for line in lines)
    place %= len(data)
    begin, end = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place) + 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        whole, left, right = (_said(put(path, part, WRITTEN)) for part in (data, data[:place], data[place:]))
    pieces = (data[begin:end], data[begin:place], data[place:end])
    cut = {piece.replace(b"\0", b"").strip(b"\r\n").decode("utf-8", "surrogateescape") for piece in pieces}
    assert {fact for fact in left | right if fact[-1] not in cut} == {fact for fact in whole if fact[-1] not in cut}


def _said(path: Path) -> set[tuple[object, ...]]:
    """What the facts of a file say, raw text last."""
    return {(*fact[:6], repr(fact.fields), fact.raw) for fact in read(path)[0]}


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=25), number=st.integers(0, 24))
def test_resuming_at_any_line(lines: list[bytes], number: int) -> None:
    number %= len(lines)
    start = sum(len(line) + 1 for line in lines[:number])
    with tempfile.TemporaryDirectory() as folder:
        path = put(Path(folder) / "log", b"".join(line + b"\n" for line in lines), WRITTEN)
        rest = read(path, start=start)[0]
        assert read(path)[0][-len(rest) :] == rest or not rest


@settings(max_examples=150, deadline=None)
@given(lines=st.lists(GARBAGE | LINES, max_size=12))
def test_T19_never_raises(lines: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = put(Path(folder) / "log", b"\n".join(lines), WRITTEN)
        try:
            reader = FactReader(path, registry=REGISTRY, zone="Europe/Paris", size=50)
        except InputError:
            return
        total = sum(len(batch.facts) for batch in reader)
        assert total <= sum(line.count(b"\n") + 1 for line in lines)


@settings(max_examples=200, deadline=None)
@given(
    stamp=st.sampled_from(["Nov 21 10:00:00", "2026-11-21T10:00:00.5Z", "2026-02-30T10:00:00Z", "Feb 31 10:00:00", ""]),
    rest=st.text(max_size=50),
)
def test_fast_loops_agree_with_the_careful_way(stamp: str, rest: str) -> None:
    """Whatever a fast loop takes, the careful way makes the same header of it."""
    line = f"{stamp} mx1 postfix/smtpd[17]{rest}".replace("\n", " ")
    calendar = Calendar(zone_of("UTC"), {"": 2026}, 0, "", ())
    header = envelope.Splitter(calendar.clock(), REGISTRY).split(line)
    for run in (bsd_run, iso_run):
        facts: list[Fact] = []
        if run([line], 0, calendar.clock(), Heads(REGISTRY), Origin(""), True, facts):
            assert header is not None
            assert facts[0][:4] == (header.ts, header.host, header.program, header.pid)


@given(text=st.text(max_size=40))
def test_stamps_never_raise(text: str) -> None:
    assert find(text) is None or stamps.parse(text[: (find(text) or (0, 0))[1]]) is not None
    stamps.parse(text)


@given(data=st.binary(max_size=200))
def test_T13_export_never_raises(data: bytes) -> None:
    _, used = export.records(b"__CURSOR=1\nMESSAGE\n" + data)
    assert used <= len(data) + 19
