"""The journal of systemd, by `journalctl --follow --output=json` (journalctl(1)): one JSON object a line.

The records are those of systemd.journal-fields(7), cut down to what a mail log needs. Each names its cursor, so whoever
keeps the lines knows where to go on; `--after-cursor` goes on behind it, also when it is no longer there.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import orjson

FIELDS = (
    *("MESSAGE", "SYSLOG_IDENTIFIER", "SYSLOG_PID", "_PID", "_COMM", "_HOSTNAME"),
    *("_SOURCE_REALTIME_TIMESTAMP", "N_DROPPED"),
)
"""What is asked for beside the cursor and the time, which always come."""
_READ = 256 << 10
_AGAIN_AFTER = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before journalctl is started again after it ended."""
_LONGEST = 4 << 20
"""Bytes of a record that are waited for: what is longer is given up."""


class Journal:
    """Reads one journal on; journalctl runs while it is open. One thread uses it."""

    def __init__(
        self, *, match: Sequence[str] = (), directory: Path | None = None, since: str = "", cursor: str = ""
    ) -> None:
        """match: `FIELD=value`, as journalctl takes them. directory: of journal files, None for this machine's.

        since: where to begin without a cursor, as journalctl takes it; "" for the beginning. cursor: go on behind it.
        """
        self.cursor = cursor
        """That of the last record given out."""
        self.error = ""
        """Why nothing can be read; "" when all is well."""
        self._match, self._directory, self._since = tuple(match), directory, since
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._failed = 0
        self._due = 0.0

    def command(self) -> list[str]:
        """The command that reads on from the cursor."""
        # --merge: else --follow means this boot alone, and what was logged before a reboot would be missing.
        words = ["journalctl", "--follow", "--merge", "--no-tail", "--output=json", "--all", "--no-pager", "--quiet"]
        words.append(f"--output-fields={','.join(FIELDS)}")
        if self._directory is not None:
            words.append(f"--directory={self._directory}")
        if self.cursor:
            words.append(f"--after-cursor={self.cursor}")
        elif self._since:
            words.append(f"--since={self._since}")
        return [*words, *self._match]

    def read(self) -> list[bytes]:
        """Records that are there now, each a line of JSON without its end; none when there are none. Never waits."""
        if self._process is None and not self._start():
            return []
        process = self._process
        assert process is not None
        assert process.stdout is not None
        try:
            data = os.read(process.stdout.fileno(), _READ)
        except BlockingIOError:
            return []
        if not data:
            self._ended(process)
            return []
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop() if len(lines[-1]) < _LONGEST else b""
        lines = [line for line in lines if line.startswith(b"{")]
        if lines:
            self._failed, self.error = 0, ""
            self._note_cursor(lines)
        return lines

    def close(self) -> None:
        """End journalctl."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            self._let_go(process)

    def _start(self) -> bool:
        if time.monotonic() < self._due:
            return False
        self._rest = b""
        try:
            process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            self._fail(f"journalctl cannot be run: {error.strerror}")
            return False
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        self._process = process
        return True

    def _ended(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        said = process.stderr.read(2000).decode("utf-8", "replace").strip()
        self._process = None
        self._let_go(process)
        self._fail(f"journalctl ended with {process.returncode}: {said or 'it said nothing'}")

    def _let_go(self, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()

    def _fail(self, text: str) -> None:
        self.error = text
        self._due = time.monotonic() + _AGAIN_AFTER[min(self._failed, len(_AGAIN_AFTER) - 1)]
        self._failed += 1

    def _note_cursor(self, lines: list[bytes]) -> None:
        for line in reversed(lines):
            with suppress(ValueError, KeyError, TypeError):
                self.cursor = str(orjson.loads(line)["__CURSOR"])
                return
