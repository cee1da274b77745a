"""Frames of syslog streams, the lines that messages become, and bodies of pushes: hostile ones, too."""

from __future__ import annotations

import gzip
import random
import zlib
from datetime import UTC, datetime

import orjson
import pytest
import zstandard

from mailwake.operations.live import push
from mailwake.operations.live.frames import Frames, line_of
from mailwake.operations.live.push import PushError, lines_of, unpacked

ARRIVED = datetime(2026, 11, 24, 10, 0, 0, tzinfo=UTC)
BSD = b"<22>Nov 24 10:00:00 mx postfix/qmgr[7]: 4A1: removed"


def _pieces(data: bytes, size: int, most: int = 1000) -> list[bytes]:
    frames = Frames(most)
    found = [one for at in range(0, len(data), size) for one in frames.feed(data[at : at + size])]
    return found + frames.end()


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_both_framings(size: int) -> None:
    lines = BSD + b"\n" + BSD + b"\r\n"
    counted = b"%d %s" % (len(BSD), BSD)
    assert _pieces(lines, size) == [BSD, BSD]
    assert _pieces(counted * 2, size) == [BSD, BSD]
    assert _pieces(counted + lines + counted, size) == [BSD] * 4


def test_counted_frame_holds_line_ends() -> None:
    text = BSD + b"\nsecond line"
    assert _pieces(b"%d %s" % (len(text), text), 5) == [text]
    assert b"\n" not in line_of(text, "192.0.2.1", ARRIVED)
    assert line_of(text, "192.0.2.1", ARRIVED).endswith(b"removed#012second line")


@pytest.mark.parametrize("size", [1, 50, 10_000])
def test_oversized_frames_are_cut(size: int) -> None:
    long = b"<22>" + b"x" * 5000
    after = b"%d %s" % (len(BSD), BSD)
    assert _pieces(b"%d %s" % (len(long), long) + after, size) == [long[:1000], BSD]
    assert _pieces(long + b"\n" + after, size) == [long[:1000], BSD]


def test_stream_that_is_no_syslog_is_given_up() -> None:
    frames = Frames(1000)
    assert frames.feed(b"\x16\x03\x01\x02\x00\x01\x00") == []
    assert frames.broken


def test_any_bytes_are_bounded() -> None:
    chance = random.Random(3)
    for _ in range(300):
        frames = Frames(500)
        for _ in range(20):
            data = chance.choice([b"9999999 <", b"12 <", b"\n", b"<22>", chance.randbytes(300), b"a" * 900])
            for one in frames.feed(data):
                assert len(one) <= 500
                made = line_of(one, "192.0.2.1", ARRIVED)
                assert b"\n" not in made
                assert b"\0" not in made
            assert len(frames._data) <= 520


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (BSD, b"Nov 24 10:00:00 mx postfix/qmgr[7]: 4A1: removed"),
        (b"<22>Nov 24 10:00:00 postfix/qmgr[7]: x", b"Nov 24 10:00:00 192.0.2.1 postfix/qmgr[7]: x"),
        (b"<22>postfix/qmgr[7]: x", b"2026-11-24T10:00:00.000000+00:00 192.0.2.1 postfix/qmgr[7]: x"),
        (
            b"<22>1 2026-11-24T11:00:00.5+01:00 mx postfix/qmgr 7 - - 4A1: removed",
            b"2026-11-24T11:00:00.5+01:00 mx postfix/qmgr[7]: 4A1: removed",
        ),
        (
            b"<22>1 2026-11-24T11:00:00Z mx postfix/qmgr 7 - -  4A1: removed",  # rsyslog's %msg%
            b"2026-11-24T11:00:00Z mx postfix/qmgr[7]: 4A1: removed",
        ),
        (b"<22>1 - - dovecot - - - \xef\xbb\xbfhi", b"2026-11-24T10:00:00.000000+00:00 192.0.2.1 dovecot: hi"),
        (
            b'<22>1 2026-11-24T11:00:00Z mx a 1 - [x@1 b="c"] hi',
            b'1 2026-11-24T11:00:00Z mx a 1 - [x@1 b="c"] hi',
        ),
        (b"<22>2026-11-24T11:00:00Z mx a[1]: hi", b"2026-11-24T11:00:00Z mx a[1]: hi"),
    ],
)
def test_line_of_a_message(message: bytes, line: bytes) -> None:
    assert line_of(message, "192.0.2.1", ARRIVED) == line


def test_bodies() -> None:
    one, two = {"a": 1}, {"b": "x"}
    ndjson = orjson.dumps(one) + b"\n" + orjson.dumps(two) + b"\n"
    assert lines_of(ndjson, "application/x-ndjson") == [orjson.dumps(one), orjson.dumps(two)]
    assert lines_of(ndjson, "application/json") == [orjson.dumps(one), orjson.dumps(two)]
    assert lines_of(b'[{"a":1},\n{"b":"x"}]', "application/json") == [orjson.dumps(one), orjson.dumps(two)]
    assert lines_of(orjson.dumps(one, option=orjson.OPT_INDENT_2), "application/json") == [orjson.dumps(one)]
    assert lines_of(b"a line\r\nanother\n\n", "text/plain") == [b"a line", b"another"]


@pytest.mark.parametrize("body", [b"\0\1\2", b"x" * (2 << 20)])
def test_bodies_that_are_refused(body: bytes) -> None:
    with pytest.raises(PushError):
        lines_of(body, "text/plain")


def test_codings() -> None:
    text = b"a line\n" * 1000
    members = gzip.compress(text[:700]) + gzip.compress(text[700:])
    assert unpacked(members, "gzip") == text
    assert unpacked(zlib.compress(text), "deflate") == text
    assert unpacked(zstandard.compress(text), "zstd") == text
    assert unpacked(text, "") == text
    for body, coding in ((text, "gzip"), (gzip.compress(text)[:-9], "gzip"), (text, "zstd"), (text, "br")):
        with pytest.raises(PushError):
            unpacked(body, coding)


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_bomb_is_refused(coding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "LIMIT", 1 << 20)
    bomb = b"\0" * (32 << 20)
    packed = gzip.compress(bomb) if coding == "gzip" else zstandard.compress(bomb)
    with pytest.raises(PushError) as caught:
        unpacked(packed, coding)
    assert caught.value.status == 413
