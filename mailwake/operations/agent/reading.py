"""What an agent reads: its logs and journals, as batches of lines under headings `==> path <==`."""

from __future__ import annotations

import logging
import os
import socket
import time
from datetime import UTC, datetime

from mailwake.ingest.follow import Follower
from mailwake.ingest.journal import Journal
from mailwake.ingest.line_tail import LineTail
from mailwake.ingest.places import Places
from mailwake.ingest.resume import Saved
from mailwake.ingest.tail import Tail
from mailwake.operations.agent.configuration import Configuration, FileTable, JournalTable
from mailwake.operations.agent.outbox import Outbox, OutboxFullError

log = logging.getLogger(__name__)

BATCH = 1 << 20
"""Bytes of text after which a batch is closed."""
BATCH_EVERY = 0.2
"""Seconds after which it is closed in any case."""
_MARGIN = 5.0
"""Seconds by which the last look may be older than it is noted."""
_MAX_LINE = 1 << 20


class Reading:
    """All sources of an agent. One thread uses it."""

    def __init__(self, configuration: Configuration, outbox: Outbox) -> None:
        """Goes on where the batches end. Raises OSError."""
        known = outbox.places()
        self._outbox = outbox
        self._places = Places(known.files.items())
        self._cursors = dict(known.cursors)
        since = known.looked - _MARGIN if known.looked else float("inf")
        self._followers = [
            Follower(str(one.path), LineTail, resume=self._places.offset, since=since)
            for one in configuration.source
            if isinstance(one, FileTable)
        ]
        self._journals = {
            name: _journal(one, self._cursors.get(name, ""))
            for one in configuration.source
            if isinstance(one, JournalTable) and (name := journal_name(one))
        }
        self._told: dict[str, str] = {}
        self._batch = _Batch()
        self._unsaved: dict[str, Saved] = {}
        """Places that are in no batch yet."""
        self.waits = ""
        """Why nothing is read on; "" when all is well."""

    @property
    def backlog(self) -> int:
        """Bytes of the logs that are not in a batch yet."""
        return sum(one.backlog for one in self._followers)

    def round(self) -> bool:
        """One look at everything; whether there is more to read at once."""
        busy = False
        if not self.waits:
            busy = self._look()
            if self._batch.is_due(busy):
                self._close_batch()
        elif not self._outbox.is_full:
            self._close_batch()
        return busy and not self.waits

    def end(self) -> None:
        """Keep what was read, and close all."""
        self._close_batch()
        for follower in self._followers:
            follower.close()
        for journal in self._journals.values():
            journal.close()

    def _look(self) -> bool:
        busy = False
        for follower in self._followers:
            for tail, pieces, over in follower.poll():
                for piece in pieces:
                    self._batch.add(str(tail.path), piece)
                if over:
                    self._batch.closed.append(tail)
                busy = busy or not tail.at_end
                if self._batch.size >= BATCH:
                    return True
            self._tell_of(follower)
        for name, journal in self._journals.items():
            lines = journal.read()
            self._tell(name, journal.error)
            if lines:
                self._batch.add(name, b"\n".join(lines) + b"\n")
                self._batch.cursors[name] = journal.cursor
                busy = True
        return busy

    def _close_batch(self) -> None:
        """All that was read so far is in this batch: so are the places."""
        batch = self._batch
        tails = [*batch.closed, *(one for follower in self._followers for one in follower.tails.values())]
        self._unsaved.update(self._places.commit(tails))
        batch.closed.clear()
        if not batch.parts:
            return
        try:
            self._outbox.add(b"".join(batch.parts), self._unsaved, batch.cursors, time.time())
        except OutboxFullError as error:
            self.waits = str(error)
            self._tell("outbox", f"the logs are not read on: {error}")
            return
        self.waits = ""
        self._tell("outbox", "")
        self._batch, self._unsaved = _Batch(), {}

    def _tell_of(self, follower: Follower[bytes]) -> None:
        for text in follower.losses:
            log.warning("%s", text)
            self._batch.add("mailwake-agent", _notice(text))
        follower.losses.clear()
        for path, text in follower.errors.items():
            self._tell(path, text)

    def _tell(self, of: str, text: str) -> None:
        """Say what is wrong, once."""
        if text and self._told.get(of, "") != text:
            log.warning("%s", text if of in text else f"{of}: {text}")
        self._told[of] = text


class _Batch:
    """Lines that are not in the outbox yet."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.closed: list[Tail[bytes]] = []
        """Files that were read to their end."""
        self.cursors: dict[str, str] = {}
        self._heading = ""
        self._begun = 0.0

    def add(self, name: str, piece: bytes) -> None:
        """Take whole lines of one log."""
        if name != self._heading:
            self._heading = name
            self.parts.append(b"==> %s <==\n" % name.replace("\n", " ").encode("utf-8", "surrogateescape"))
        self.parts.append(_tidy(piece))
        self.size += len(piece)
        self._begun = self._begun or time.monotonic()

    def is_due(self, busy: bool) -> bool:
        """Whether it is to be closed: it is large, or old, or has all there is."""
        if self.size >= BATCH:
            return True
        return bool(self._begun) and (not busy or time.monotonic() - self._begun >= BATCH_EVERY)


def journal_name(one: JournalTable) -> str:
    """What a journal is called: the cursor is kept under it."""
    return " ".join(["journald", *([str(one.directory)] if one.directory else []), *one.match])


def _journal(one: JournalTable, cursor: str) -> Journal:
    return Journal(match=one.match, directory=one.directory, since=one.since, cursor=cursor)


def _notice(text: str) -> bytes:
    """A line by which the server learns of a loss (`ingest.notices`)."""
    stamp = datetime.now(UTC).isoformat(timespec="microseconds")
    return f"{stamp} {socket.gethostname()} mailwake-agent[{os.getpid()}]: lines lost: {text}\n".encode()


def _tidy(piece: bytes) -> bytes:
    """Lines as the server takes them: no NUL bytes, which a crash leaves, an end at the end, none too long."""
    piece = piece.replace(b"\0", b"") if b"\0" in piece else piece
    piece = piece if piece.endswith(b"\n") else piece + b"\n"
    if len(piece) <= _MAX_LINE:
        return piece
    cut = (line[at : at + _MAX_LINE] for line in piece[:-1].split(b"\n") for at in range(0, len(line) or 1, _MAX_LINE))
    return b"".join(line + b"\n" for line in cut)
