"""Batches on disk until the server has them.

A batch is a file: a line of JSON with its id and the places up to which it was read, then its lines, compressed with
zstd (RFC 8878). It is written whole under another name and renamed, so there are no halves. What was acknowledged is
removed after its places were noted in `places.json`; a crash in between sends it twice.
"""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import zstandard

from mailwake.ingest.resume import Saved
from mailwake.operations import durable

_LEVEL = 3
_KEPT = 2000
"""Places that are remembered at most, of the files read last."""


class Batch(NamedTuple):
    """What is sent in one request."""

    path: Path
    id: str
    lines: int
    body: bytes
    """Compressed."""


class Places(NamedTuple):
    """Where to go on: of files by their path, of journals by what they were asked for."""

    files: dict[str, Saved]
    cursors: dict[str, str]
    looked: float
    """When the logs were looked at last (Unix time); 0 for never."""


class OutboxFullError(Exception):
    """There is no room: the logs are not read on."""


class Outbox:
    """The batches of one agent. One thread adds, another takes away."""

    def __init__(self, folder: Path, limit: int) -> None:
        """limit: bytes of all batches. Batches of earlier are kept. Raises OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._limit = folder, limit
        self._lock = threading.Lock()
        self.filled = threading.Event()
        """Set when there is something to send."""
        for path in folder.glob("*.new"):
            path.unlink()
        found = sorted(folder.glob("[0-9]*.batch"))
        self._waiting = deque((path, path.stat().st_size) for path in found)
        self._number = int(found[-1].stem) if found else 0
        self._noted = self._load()
        if found:
            self.filled.set()

    @property
    def size(self) -> int:
        """Bytes that wait."""
        with self._lock:
            return sum(size for _, size in self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether nothing can be added."""
        return self.size >= self._limit

    def places(self) -> Places:
        """Where to go on reading: behind all that is in a batch, or was acknowledged. Raises OSError."""
        found = self._noted
        for path, _ in self._waiting:
            with path.open("rb") as file:
                found = _with(found, orjson.loads(file.readline()))
        return found

    def add(self, text: bytes, files: Mapping[str, Saved], cursors: Mapping[str, str], looked: float) -> None:
        """Keep lines, and the places behind them; they are on the disk when this returns.

        Raises OutboxFullError when there is no room; nothing of it is kept then.
        """
        if self.is_full:
            raise OutboxFullError(f"{self._folder}: {self._limit >> 20} MB wait for the server")
        head = {"id": secrets.token_hex(12), "lines": text.count(b"\n")}
        places = _told(Places(dict(files), dict(cursors), looked))
        data = orjson.dumps({**head, **places}) + b"\n" + zstandard.ZstdCompressor(level=_LEVEL).compress(text)
        path = self._folder / f"{self._number + 1:016}.batch"
        try:
            durable.write(path, data)
        except OSError as error:
            raise OutboxFullError(f"{self._folder}: {error.strerror}") from error
        with self._lock:
            self._number += 1
            self._waiting.append((path, len(data)))
        self.filled.set()

    def oldest(self) -> Batch | None:
        """The batch to send next; None when all is sent. Raises OSError."""
        with self._lock:
            if not self._waiting:
                self.filled.clear()
                return None
            path = self._waiting[0][0]
        head, _, body = path.read_bytes().partition(b"\n")
        told = orjson.loads(head)
        return Batch(path, told["id"], told["lines"], body)

    def done(self, batch: Batch) -> None:
        """The server has it: its places count from now on. Raises OSError."""
        with batch.path.open("rb") as file:
            self._note(_with(self._noted, orjson.loads(file.readline())))
        self._drop(batch)
        batch.path.unlink()

    def put_aside(self, batch: Batch) -> Path:
        """The server will never take it: keep it out of the way. Raises OSError."""
        aside = self._folder / "refused"
        aside.mkdir(mode=0o700, exist_ok=True)
        with batch.path.open("rb") as file:
            self._note(_with(self._noted, orjson.loads(file.readline())))
        self._drop(batch)
        return batch.path.rename(aside / f"{batch.path.stem}-{batch.id}.batch")

    def seen(self, looked: float) -> None:
        """Note that the logs were looked at, while nothing waits. Raises OSError."""
        with self._lock:
            if self._waiting:
                return
        self._note(self._noted._replace(looked=looked))

    def _drop(self, batch: Batch) -> None:
        with self._lock:
            assert self._waiting[0][0] == batch.path
            self._waiting.popleft()

    def _note(self, places: Places) -> None:
        files = dict(list(places.files.items())[-_KEPT:])
        durable.write(self._folder / "places.json", orjson.dumps(_told(places._replace(files=files))))
        self._noted = places._replace(files=files)

    def _load(self) -> Places:
        try:
            told = orjson.loads((self._folder / "places.json").read_bytes())
        except FileNotFoundError:
            return Places({}, {}, 0.0)
        return _with(Places({}, {}, 0.0), told)


def _told(places: Places) -> dict[str, Any]:
    files = {path: list(saved) for path, saved in places.files.items()}
    return {"files": files, "cursors": places.cursors, "looked": places.looked}


def _with(places: Places, told: dict[str, Any]) -> Places:
    files = dict(places.files)
    for path, saved in told["files"].items():
        files.pop(path, None)
        files[path] = Saved(*saved)
    return Places(files, {**places.cursors, **told["cursors"]}, max(places.looked, float(told["looked"])))
