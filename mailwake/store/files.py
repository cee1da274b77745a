"""How far each file was read: committed after the facts that were read from it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import orjson

from mailwake.store.database import Database


class Place(NamedTuple):
    """A place in a file, known again by its content (see `ingest.resume`)."""

    path: str
    offset: int
    head: str
    tail: str
    half: str = ""
    """Text of the line without end that was read behind the offset; "" for none."""
    half_ts: int = 0
    """Its time (µs)."""
    half_key: str = ""
    """The key that its fact was filed under."""


def save(database: Database, places: list[Place]) -> None:
    """Commit places; later ones of a path replace earlier ones."""
    now = datetime.now(UTC)
    for place in places:
        state = orjson.dumps([_clean(part) if isinstance(part, str) else part for part in place]).decode()
        database.insert_one("files", path=_clean(place.path), saved=now, state=state)


def _clean(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("latin-1")


def load(database: Database) -> list[Place]:
    """All committed places."""
    result = database.client().query("SELECT state FROM files FINAL").result_rows
    found = []
    for (state,) in result:
        parts = [
            part.encode("latin-1").decode("utf-8", "surrogateescape") if isinstance(part, str) else part
            for part in orjson.loads(state)
        ]
        found.append(Place._make(parts))
    return found
