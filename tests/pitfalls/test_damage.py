"""Files that came to harm: compressed ones cut off or damaged, half lines, bytes that are no text."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from logs import ALL

from mailwake.ingest.files import InputError
from mailwake.operations.opening import FileBackend
from mailwake.store.query import And

LINES = "".join(
    f"2026-11-21T10:{second // 60:02}:{second % 60:02}+00:00 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from"
    f" out.example.net[192.0.2.1]: 550 5.1.1 <x{second}@example.org>: unknown; from=<a{second * 7919 % 1000}@example.net>"  # noqa: E501
    f" to=<x{second}@example.org> proto=ESMTP helo=<h>\n"
    for second in range(3000)
).encode()
PACKERS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def rows(path: Path) -> tuple[int, list[str]]:
    """Number of rows of a file, and the notes of its account."""
    backend = FileBackend((str(path),), zone="UTC")
    return len(backend.search(And(()), ALL)), backend.account.notes


@pytest.mark.pitfall("T23")
@pytest.mark.parametrize("kind", sorted(PACKERS))
@pytest.mark.parametrize("place", [0.3, 0.9])
def test_damaged_in_the_middle(kind: str, place: float, tmp_path: Path) -> None:
    """What stands before the damage is read, and the damage is told; never a trace of Python's own."""
    packed = bytearray(PACKERS[kind](LINES))
    spot = int(len(packed) * place)
    packed[spot : spot + 64] = bytes(range(64))
    path = tmp_path / f"mail.log.1.{kind}"
    path.write_bytes(packed)
    try:
        count, notes = rows(path)
    except InputError as error:
        assert path.name in str(error)
        return
    assert count <= 3000
    assert any(path.name in note for note in notes), "the damage is not told"


@pytest.mark.pitfall("T23", "T25")
@pytest.mark.parametrize("kind", sorted(PACKERS))
def test_cut_off(kind: str, tmp_path: Path) -> None:
    packed = PACKERS[kind](LINES)
    path = tmp_path / f"mail.log.1.{kind}"
    path.write_bytes(packed[: len(packed) // 2])
    try:
        _, notes = rows(path)
    except InputError as error:
        assert path.name in str(error)
        return
    assert any(path.name in note for note in notes), "the damage is not told"


@pytest.mark.pitfall("T23")
def test_one_damaged_file_among_others(tmp_path: Path) -> None:
    good, bad = tmp_path / "mail.log", tmp_path / "mail.log.1.gz"
    good.write_bytes(LINES)
    packed = bytearray(gzip.compress(LINES))
    packed[200:300] = bytes(100)
    bad.write_bytes(packed)
    backend = FileBackend((str(good), str(bad)), zone="UTC")
    assert len(backend.search(And(()), ALL)) == 3000
    assert any(bad.name in note for note in backend.account.notes)


@pytest.mark.pitfall("T17", "T19", "T25")
def test_zeros_broken_text_and_a_half_line(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    first, *_, last = LINES.splitlines(keepends=True)
    path.write_bytes(b"\0" * 50 + first + first.replace(b"x0@", b"x\xe9\xff@") + b"\xff\xfe\n" + last[:-1])
    found = FileBackend((str(path),), zone="UTC").search(And(()), ALL)
    assert {row.recipient for row in found} == {"x0@example.org", "x\udce9\udcff@example.org", "x2999@example.org"}
