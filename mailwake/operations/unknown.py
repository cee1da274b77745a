"""`mailwake unknown`: records that no source recognised, clustered by shape, with samples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mailwake.ingest.account import Account, Cluster
from mailwake.store import facts
from mailwake.store.database import Database


def unknown(data_dir: Path) -> list[tuple[str, Cluster]]:
    """Shapes of unknown records and what they look like, the most frequent first. Raises StoreError."""
    with Database(data_dir, create=False) as database:
        return clusters(facts.of_kind(database, "unknown"))


def clusters(stored: Iterator[facts.Stored]) -> list[tuple[str, Cluster]]:
    """Shapes of stored records."""
    account = Account()
    for record in stored:
        text = record.raw
        marker = f"{record.program}[{record.pid}]: " if record.pid else f"{record.program}: "
        place = text.find(marker) if record.program else -1
        message = text[place + len(marker) :] if place >= 0 else text
        account.add_unknown(record.program, message, text)
    return sorted(account.unknown.items(), key=lambda item: -item[1].count)
