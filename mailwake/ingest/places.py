"""How far each log was read: the places that imports, the server and agents commit alike."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mailwake.ingest.files import InputError
from mailwake.ingest.resume import Saved, fingerprint, resume_offset
from mailwake.ingest.tail import T, Tail

_SPAN = 4096


class Places:
    """Committed places. One thread uses it."""

    def __init__(self, known: Iterable[tuple[str, Saved]]) -> None:
        """known: absolute path of each, and the place."""
        self._by_path: dict[str, Saved] = {}
        self._by_head: dict[str, set[Saved]] = {}
        for path, saved in known:
            self._keep(path, saved)

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

    def commit(self, tails: Iterable[Tail[T]]) -> list[tuple[str, Saved]]:
        """The places to commit with the data that was read from these files."""
        made = []
        for tail in tails:
            saved, path = tail.saved(), str(tail.path.absolute())
            if saved is not None and self._by_path.get(path) != saved:
                self._keep(path, saved)
                made.append((path, saved))
        return made

    def _keep(self, path: str, saved: Saved) -> None:
        before = self._by_path.get(path)
        if before is not None:
            self._by_head.get(before.head, set()).discard(before)
        self._by_path[path] = saved
        if saved.offset:
            self._by_head.setdefault(saved.head, set()).add(saved)
