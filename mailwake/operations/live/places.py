"""How far each log was read: the places that imports and the server commit alike."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mailwake.ingest.files import InputError
from mailwake.ingest.resume import Saved, fingerprint, resume_offset
from mailwake.ingest.tail import Tail
from mailwake.store import files
from mailwake.store.database import Database

_SPAN = 4096


class Places:
    """Committed places. One thread uses it."""

    def __init__(self, database: Database) -> None:
        """Those in the store."""
        self._by_path: dict[str, Saved] = {}
        self._by_head: dict[str, set[Saved]] = {}
        for place in files.load(database):
            self._keep(place.path, Saved(place.offset, place.head, place.tail))

    def offset(self, path: Path) -> int:
        """Where to go on reading a file; known by its content, so a rotated one is known under its new name."""
        own = resume_offset(path, self._by_path.get(str(path.absolute())))
        if own or not self._by_path:
            return own
        try:
            head = fingerprint(path, _SPAN).head
        except InputError:
            return 0
        return max((resume_offset(path, saved) for saved in self._by_head.get(head, ())), default=0)

    def commit(self, tails: Iterable[Tail]) -> list[files.Place]:
        """The places to commit with the data that was read from these files."""
        made = []
        for tail in tails:
            saved, path = tail.saved(), str(tail.path.absolute())
            if saved is not None and self._by_path.get(path) != saved:
                self._keep(path, saved)
                made.append(files.Place(path, *saved))
        return made

    def _keep(self, path: str, saved: Saved) -> None:
        before = self._by_path.get(path)
        if before is not None:
            self._by_head.get(before.head, set()).discard(before)
        self._by_path[path] = saved
        if saved.offset:
            self._by_head.setdefault(saved.head, set()).add(saved)
