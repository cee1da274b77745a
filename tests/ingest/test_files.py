"""Opening, resuming and refusing files (T23-T25); the account of what was read."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import zstandard
from stub import REGISTRY, put, read

from mailwake.ingest.account import MAX_SHAPES, Account, shape
from mailwake.ingest.facts import FactReader
from mailwake.ingest.files import InputError, check_text, spooled
from mailwake.ingest.folders import expand
from mailwake.ingest.resume import fingerprint, resume_offset

LINE = "2026-11-22T02:39:{:02d}.5+00:00 mx1 postfix/smtpd[17]: A{}: go\n"
TEXT = "".join(LINE.format(number % 60, number) for number in range(300)).encode()
PACKED = {
    "plain": TEXT,
    "gz": gzip.compress(TEXT),
    "gz twice": gzip.compress(TEXT[:5000]) + gzip.compress(TEXT[5000:]),
    "bz2": bz2.compress(TEXT),
    "xz": lzma.compress(TEXT),
    "lzma": lzma.compress(TEXT, lzma.FORMAT_ALONE),
    "zst": zstandard.compress(TEXT),
    "zst twice": zstandard.compress(TEXT[:5000]) + zstandard.compress(TEXT[5000:]),
}


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("size", [100, 1 << 20])
def test_T23_compressed_by_magic(kind: str, size: int, tmp_path: Path) -> None:
    path = put(tmp_path / "mail.log.7", PACKED[kind])
    facts, account = read(path, size=size)
    assert [fact.key for fact in facts] == [f"A{number}" for number in range(300)]
    assert (account.bytes, account.lines, account.recognised) == (len(TEXT), 300, 300)
    middle = TEXT.index(b"\n", 9000) + 1
    assert read(path, start=middle)[0] == facts[TEXT[:middle].count(b"\n") :]


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_T23_damaged_after_what_could_be_read(kind: str, tmp_path: Path) -> None:
    text = TEXT * 40
    packers: dict[str, Callable[[bytes], bytes]] = {
        "gz": gzip.compress,
        "bz2": bz2.compress,
        "xz": lzma.compress,
        "zst": zstandard.compress,
    }
    noise = "".join(chr(33 + (number * number * 7) % 90) for number in range(200_000)).encode()
    data = packers[kind](text + noise)
    path = put(tmp_path / "mail.log.gz", data[: len(data) * 9 // 10])
    count = 0
    with pytest.raises(InputError, match="damaged"):
        for batch in FactReader(path, registry=REGISTRY, zone="UTC", size=4096):
            count += len(batch.facts)
    assert count > 11_000 or kind == "bz2"  # bzip2 has larger blocks than this file


def test_stdin_is_spooled() -> None:
    with spooled(io.BytesIO(PACKED["gz"])) as path:
        facts, _ = read(path, name="-")
        assert (len(facts), facts[0].origin.source) == (300, "-")
    assert not path.exists()


def test_T25_half_line(tmp_path: Path) -> None:
    path = put(tmp_path / "mail.log", TEXT[:-4])
    batches = list(FactReader(path, registry=REGISTRY, zone="UTC"))
    assert (batches[-1].half, len(batches[-1].facts)) == (True, 1)
    assert batches[-1].offset == batches[0].offset == TEXT[:-1].rindex(b"\n") + 1
    following = list(FactReader(path, registry=REGISTRY, zone="UTC", follow=True))
    assert sum(len(batch.facts) for batch in following) == 299
    place = fingerprint(path, batches[-1].offset)
    put(path, TEXT)
    assert resume_offset(path, place) == place.offset
    assert [fact.key for fact in read(path, start=place.offset)[0]] == ["A299"]


def test_T23_resume_after_rename_and_compression(tmp_path: Path) -> None:
    place = fingerprint(put(tmp_path / "mail.log", TEXT), 7000)
    assert resume_offset(put(tmp_path / "mail.log.1.gz", gzip.compress(TEXT)), place) == 7000


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (TEXT + TEXT, 7000),  # grown
        (b"", 0),  # copytruncate
        (TEXT[:6000], 0),
        (TEXT[:6990] + b"X" + TEXT[6991:], 0),  # replaced, same prefix
        (b"X" + TEXT[1:], 0),  # replaced
    ],
)
def test_T24_replaced_file(data: bytes, offset: int, tmp_path: Path) -> None:
    path = put(tmp_path / "mail.log", TEXT)
    place = fingerprint(path, 7000)
    path.unlink()  # another inode
    assert resume_offset(put(path, data), place) == offset


def test_pending_record_is_not_committed(tmp_path: Path) -> None:
    first, more = "2026-11-21 10:00:00 1rXyzA-0001Ab-Cd x: go\n", "Envelope-from: <>\n"
    last = "2026-11-21 10:00:01 1rXyzA-0001Ab-Cd y: go\n"
    path = put(tmp_path / "log", first + more + last)
    offsets = [batch.offset for batch in FactReader(path, registry=REGISTRY, zone="UTC", size=1)]
    assert offsets == [0, 0, len(first + more), len(first + more + last)]


def test_continuation_after_resuming_is_noise(tmp_path: Path) -> None:
    first, more = "2026-11-21 10:00:00 1rXyzA-0001Ab-Cd x: go\n", "Envelope-from: <>\n"
    facts, account = read(put(tmp_path / "log", first + more), start=len(first))
    assert ([fact.kind for fact in facts], account.unknown_count) == (["noise"], 0)


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (bytes(range(256)) * 20, "text"),
        (b"LPKSHHRH" + bytes(200), "journalctl"),
    ],
)
def test_not_text(data: bytes, hint: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        FactReader(put(tmp_path / "system.journal", data))
    assert hint in caught.value.hint


def test_T17_sparse_file_is_text(tmp_path: Path) -> None:
    path = put(tmp_path / "mail.log", bytes(100_000) + TEXT)
    check_text(path)
    assert len(read(path)[0]) == 300


def test_missing_empty_and_table(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        FactReader(tmp_path / "none")
    assert "empty" in read(put(tmp_path / "empty", ""))[1].notes[0]
    assert "CSV" in read(put(tmp_path / "table", "date,from,to,size\n" + "2026,a,b,3\n" * 9))[1].notes[0]


def test_directory_is_walked(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("mail/mail.log", "mail/mail.log.1", "mail/mail.log.10.gz", "mail/mail.log.2.gz", "auth.log",
                 ".hidden/x.log", "mail/.x"):  # fmt: skip
        put(tmp_path / name, PACKED["gz"] if name.endswith("gz") else TEXT)
    put(tmp_path / "system.journal", b"LPKSHHRH" + bytes(200))
    put(tmp_path / "empty.log", b"")
    files, notes = expand([tmp_path])
    assert [path.name for path in files] == ["auth.log", "mail.log.10.gz", "mail.log.2.gz", "mail.log.1", "mail.log"]
    assert len(notes) == 1
    assert "journalctl" in notes[0]
    with pytest.raises(InputError):
        expand([tmp_path / "none"])


def test_T19_never_stops_at_bad_bytes(tmp_path: Path) -> None:
    data = b"Nov  1 10:00:00 mx1 postfix/smtpd[1]: A1: caf\xe9 \xff\xfe\n"
    facts, _ = read(put(tmp_path / "log", data, datetime(2026, 11, 22)))
    assert facts[0].raw.encode("utf-8", "surrogateescape") == data[:-1]


def test_shapes_and_merging() -> None:
    one = shape('4Lyb5328XVzj9Jl: to=<a@example.net>, relay=mx.example.net[192.0.2.1]:25, x="y z" 2001:db8::1 7.5')
    assert one == "{ID}: to={ADDR}, relay=mx.example.net[{IP}]:{N}, x={TEXT} {IP} {N}.{N}"
    left, right = Account(files=1, lines=2, first=5, last=9), Account(files=2, lines=3, first=3, last=4)
    left.add_unknown("x", "a 1", "raw")
    for number in range(5):
        right.add_unknown("x", f"a {number}", f"raw {number}")
    left.foreign["cron"] += 2
    right.foreign["cron"] += 3
    both = left + right
    assert (both.files, both.lines, both.first, both.last, both.foreign["cron"]) == (3, 5, 3, 9, 5)
    assert (both.unknown["x: a {N}"].count, len(both.unknown["x: a {N}"].samples)) == (6, 3)
    assert (left.unknown_count, both.unknown_count) == (1, 6)


def test_account_is_bounded() -> None:
    account = Account()
    for number in range(MAX_SHAPES + 500):
        account.add_unknown("", "".join(chr(97 + int(digit)) for digit in str(number)), "raw")
    assert len(account.unknown) <= MAX_SHAPES + 1
    assert account.unknown_count == MAX_SHAPES + 500
