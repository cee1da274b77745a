"""What the tests of the command line share: running it over rows in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from memory import Done, MemoryBackend, Runner

from mailwake.cli.main import run
from mailwake.operations import opening
from mailwake.operations.backend import Backend
from mailwake.store.rows import Row


@pytest.fixture
def mailwake(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Runner:
    """Runs `mailwake WORDS...` over the rows given."""

    def runner(*words: str, rows: list[Row] | None = None) -> Done:
        backend = MemoryBackend(rows or [])
        opened: list[tuple[Path, tuple[str, ...], str | None, int | None]] = []

        def open_backend(
            data_dir: Path, in_files: tuple[str, ...] = (), zone: str | None = None, year: int | None = None
        ) -> Backend:
            opened.append((data_dir, in_files, zone, year))
            return backend

        monkeypatch.setattr(opening, "open_backend", open_backend)
        capsys.readouterr()
        code = run(words)
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err, backend, opened)

    return runner
