"""Many files at once, and compressed ones a second time."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from mailwake.ingest.facts import FactReader
from mailwake.operations import importing, inputs
from mailwake.operations.opening import FileBackend
from mailwake.store.query import And


def log(host: str, messages: int) -> str:
    """A message a minute through one host."""
    lines = []
    for number in range(messages):
        stamp = f"2026-11-21T10:{number // 60:02}:{number % 60:02}+00:00 {host}"
        name = f"A{number:09}"
        lines += [
            f"{stamp} postfix/smtpd[1]: {name}: client=out.example.net[192.0.2.1]",
            f"{stamp} postfix/cleanup[2]: {name}: message-id=<{number}.{host}@example.net>",
            f"{stamp} postfix/qmgr[3]: {name}: from=<a@example.net>, size=100, nrcpt=1 (queue active)",
            f"{stamp} postfix/virtual[4]: {name}: to=<x@example.org>, relay=virtual, delay=0, status=sent (ok)",
            f"{stamp} postfix/qmgr[3]: {name}: removed",
        ]
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.pitfall("T23")
def test_files_that_overlap_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than a few are open at a time; the answer is the same."""
    paths = []
    for number in range(6):
        path = tmp_path / f"{number}.log"
        path.write_text(log(f"mx{number}", 300))
        paths.append(str(path))
    expected = FileBackend(tuple(paths), zone="UTC").search(And(()), 10_000)
    assert len(expected) == 1800
    opened: list[int] = []
    read = FactReader.__init__

    def small(self: FactReader, path: Path, **options: object) -> None:
        opened.append(int(options.get("start", 0)))  # type: ignore[call-overload]
        read(self, path, **{**options, "size": 4096})  # type: ignore[arg-type]

    monkeypatch.setattr(inputs, "OPEN_FILES", 2)
    monkeypatch.setattr(FactReader, "__init__", small)
    assert FileBackend(tuple(paths), zone="UTC").search(And(()), 10_000) == expected
    assert sum(start > 0 for start in opened) > 6, "files were closed and opened again"


@pytest.mark.pitfall("T23", "R07")
def test_a_compressed_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mail.log.2.gz"
    path.write_bytes(gzip.compress(log("mx", 50).encode()))
    assert importing.run(tmp_path / "data", [str(path)], zone="UTC").lines == 250
    again = importing.run(tmp_path / "data", [str(path)], zone="UTC")
    assert (again.lines, again.files) == (0, 1)
    renamed = shutil.copy(path, tmp_path / "mail.log.3.gz")
    assert importing.run(tmp_path / "data", [str(renamed)], zone="UTC").lines == 0
    path.write_bytes(gzip.compress(log("mx", 60).encode()))
    assert importing.run(tmp_path / "data", [str(path)], zone="UTC").lines > 0, "another file under the old name"


@pytest.mark.pitfall("T23")
def test_a_damaged_file_is_read_again(tmp_path: Path) -> None:
    """It may have been in the making."""
    whole = gzip.compress(log("mx", 500).encode())
    path = tmp_path / "mail.log.2.gz"
    path.write_bytes(whole[: len(whole) // 2])
    account = importing.run(tmp_path / "data", [str(path)], zone="UTC")
    assert account.notes
    assert importing.run(tmp_path / "data", [str(path)], zone="UTC").lines > 0
    path.write_bytes(whole)
    importing.run(tmp_path / "data", [str(path)], zone="UTC")
    assert importing.run(tmp_path / "data", [str(path)], zone="UTC").lines == 0
