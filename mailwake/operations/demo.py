"""`mailwake demo`: the bundled sample estate in a data directory of its own."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from mailwake import sample
from mailwake.ingest.account import Account
from mailwake.operations import importing
from mailwake.operations.importing import Progress


class Demo(NamedTuple):
    """What was made, and what to look at next."""

    account: Account
    data_dir: Path
    tries: tuple[tuple[str, ...], ...]
    """Command lines, without the program's name."""


def run(data_dir: Path, *, progress: Progress | None = None) -> Demo:
    """Import the sample into `demo` beside the data directory. Raises StoreError."""
    place = data_dir.parent / f"{data_dir.name}-demo"
    account = importing.run(place, [str(path) for path in sample.paths()], zone="UTC", progress=progress)
    return Demo(account, place, sample.TRIES)
