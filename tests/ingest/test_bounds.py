"""What no input may do: fill the memory, end a file early, or bring values that no column holds."""

from __future__ import annotations

import json
import lzma
import time
import tracemalloc
from pathlib import Path

import pytest
import zstandard
from stub import StubSource, put, read, when

from mailwake.ingest import export, sections
from mailwake.ingest.files import check_text, read_at
from mailwake.ingest.registry import Registry
from mailwake.sources.api import Bare

GOOD = "2026-11-22T02:39:01+00:00 mx1 postfix/smtpd[17]: A1: go\n"
HEAD = b"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1792896000500000\n_HOSTNAME=mx1\nSYSLOG_IDENTIFIER=postfix/smtpd\n_PID=17\n"


def bomb(kind: str) -> bytes:
    """A quarter of a gigabyte of zeros in a few kilobytes."""
    zeros = bytes(1 << 24)
    packer = zstandard.ZstdCompressor().compressobj() if kind == "zst" else lzma.LZMACompressor(preset=0)
    return b"".join(packer.compress(zeros) for _ in range(16)) + packer.flush()


@pytest.mark.parametrize("kind", ["zst", "xz"])
def test_a_bomb_is_read_in_pieces(kind: str, tmp_path: Path) -> None:
    path = put(tmp_path / "mail.log.1", bomb(kind))
    tracemalloc.start()
    try:
        assert read_at(path, 0, 16) == bytes(16)
        check_text(path)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("pid", [2**32 - 1, 2**32, 2**63])
@pytest.mark.parametrize(
    "shape",
    [
        "Nov 22 02:39:02 mx1 postfix/smtpd[{}]: A2: go",
        "2026-11-22T02:39:02+00:00 mx1 postfix/smtpd[{}]: A2: go",
        "2026-11-22 02:39:02 [{}] 1rXyzA-0001Ab-Cd A2: go",
        "<22>1 2026-11-22T02:39:02Z mx1 postfix/smtpd {} - - A2: go",
        '{{"timestamp": "2026-11-22T02:39:02Z", "appname": "postfix/smtpd", "procid": {}, "message": "A2: go"}}',
        '{{"__REALTIME_TIMESTAMP": "1792896000500000", "SYSLOG_IDENTIFIER": "postfix/smtpd", "_PID": "{}",'
        ' "MESSAGE": "A2: go"}}',
    ],
)
def test_a_pid_fits_its_column(shape: str, pid: int, tmp_path: Path) -> None:
    line = shape.format(pid) + "\n"
    facts, _ = read(put(tmp_path / "log", GOOD + line * 3))
    assert [fact.pid for fact in facts] == [17] + [pid if pid < 2**32 else 0] * 3
    assert {fact.kind for fact in facts} == {"note"}


@pytest.mark.parametrize("stamp", ["0001-01-01", "1969-12-31", "2262-01-01", "2300-06-01", "9999-12-31"])
@pytest.mark.parametrize(
    "shape",
    [
        "{}T02:39:02+00:00 mx1 postfix/smtpd[1]: A2: go",
        "{}T02:39:02 mx1 postfix/smtpd[1]: A2: go",
        "{} 02:39:02 1rXyzA-0001Ab-Cd A2: go",
        "<22>1 {}T02:39:02Z mx1 postfix/smtpd 1 - - A2: go",
        '{{"timestamp": "{}T02:39:02Z", "appname": "postfix/smtpd", "message": "A2: go"}}',
    ],
)
def test_a_time_fits_its_column(shape: str, stamp: str, tmp_path: Path) -> None:
    """A time that cannot be is no time: the record stands where the one before it does."""
    line = shape.format(stamp) + "\n"
    facts, _ = read(put(tmp_path / "alone", line * 3))
    assert [fact.ts for fact in facts] == [0] * 3
    facts, _ = read(put(tmp_path / "log", GOOD + line * 3 + GOOD))
    assert [when(fact) for fact in facts] == ["2026-11-22T02:39:01"] * 5


@pytest.mark.parametrize("micros", [10**16, 99999999999999999])
def test_a_time_of_the_journal_fits_its_column(micros: int, tmp_path: Path) -> None:
    record = {"__REALTIME_TIMESTAMP": str(micros), "SYSLOG_IDENTIFIER": "postfix/smtpd", "MESSAGE": "A2: go"}
    assert [fact.ts for fact in read(put(tmp_path / "json", json.dumps(record) + "\n"))[0]] == [0]
    data = HEAD.replace(b"1792896000500000", str(micros).encode()) + b"MESSAGE=A1: go\n\n"
    assert [fact.ts for fact in read(put(tmp_path / "export", data))[0]] == [0]


def test_a_journal_record_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up, whatever the blocks are, and what follows it is read."""
    monkeypatch.setattr(export, "MAX_RECORD", 5000)
    whole = HEAD + b"MESSAGE=A1: go\n\n"
    path = put(tmp_path / "export", whole + HEAD + b"X=%s\n" % (b"y" * 90) * 300 + b"\n" + whole)
    ways = [read(path, size=size) for size in (97, 1000, 1 << 20)]
    for facts, account in ways:
        assert (facts[0].key, facts[-1].key) == ("A1", "A1")
        assert [fact.raw for fact in facts] == [fact.raw for fact in ways[0][0]]
        assert {fact.kind for fact in facts[1:-1]} == {"unknown"}
        assert account.unknown_count == len(facts) - 2
        assert max(len(fact.raw) for fact in facts) <= 5000


def test_a_long_journal_record_is_parsed_once(tmp_path: Path) -> None:
    data = HEAD + b"".join(b"FIELD%d=x\n" % number for number in range(100_000)) + b"MESSAGE=A1: go\n\n"
    began = time.process_time()
    facts, _ = read(put(tmp_path / "export", data), size=4096)
    assert [fact.key for fact in facts] == ["A1"]
    assert time.process_time() - began < 3


def test_a_record_of_many_long_lines_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "MAX_RECORD", 3000)
    text = "2026-11-21 10:00:00 1rXyzA-0001Ab-Cd x: go\n" + f"  {'z' * 500}\n" * 20
    facts, _ = read(put(tmp_path / "log", text))
    assert max(len(fact.raw) for fact in facts) <= 3000
    assert sum(fact.raw.count("\n") + 1 for fact in facts) == 21


class Faulty(StubSource):
    """Fails in what it says of a line's shape, too."""

    def split_bare(self, line: str) -> Bare | None:
        """See `Source`."""
        if "boom" in line:
            raise RuntimeError("a faulty shape")
        return super().split_bare(line)

    def continues(self, line: str) -> bool:
        """See `Source`."""
        if "boom" in line:
            raise RuntimeError("a faulty test")
        return super().continues(line)


@pytest.mark.parametrize("line", ["boom\n", "  boom\n", "2026-11-21 10:00:00 1rXyzA-0001Ab-Cd boom\n"])
@pytest.mark.parametrize("start", [0, 1])
def test_a_fault_of_a_source_costs_one_line(line: str, start: int, tmp_path: Path) -> None:
    own = "2026-11-21 10:00:00 1rXyzA-0001Ab-Cd A2: go\n"
    path = put(tmp_path / "log", GOOD + own * 3 + line + own * 3 + GOOD)
    facts, account = read(path, registry=Registry([Faulty()]), start=start * len(GOOD + own * 3 + line))
    raws = (GOOD + own * 3 + line + own * 3 + GOOD).splitlines()
    assert [fact.raw for fact in facts] == raws[start * 5 :]
    assert start or any("faulty" in note for note in account.notes)


@pytest.mark.parametrize("form", ["Nov 22 02:39:02", "2026-11-22T02:39:02+00:00"])
def test_a_fault_of_a_parser_costs_one_line(form: str, tmp_path: Path) -> None:
    line = f"{form} mx1 postfix/smtpd[1]: A1: go\n"
    facts, account = read(put(tmp_path / "log", line * 2 + line.replace("smtpd", "crash") * 2 + line * 2))
    assert [fact.kind for fact in facts] == ["note", "note", "unknown", "unknown", "note", "note"]
    assert any("faulty" in note for note in account.notes)
