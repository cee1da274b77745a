"""A small mail source for the tests of the ingest room, and short ways to read bytes with it."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailwake.events.fact import Fact, LineParser, Parsed
from mailwake.ingest.account import Account
from mailwake.ingest.facts import FactReader
from mailwake.ingest.registry import Registry
from mailwake.sources.api import Bare

_NATIVE = re.compile(r"([-\d]{10} [:\d]{8}(?:\.\d+)?(?: [+-]\d{4})?) (?:\[(\d+)\] )?(\d\w{5}-\w{6}-\w\w .*)")


class StubSource:
    """Knows `postfix*` and `dovecot`, messages `QID: verb`; has a file of its own that looks like Exim's."""

    name = "stub"

    def parser(self, program: str) -> LineParser | None:
        if program.strip("/").startswith(("postfix", "dovecot", "exim")):
            return self._crash if program == "postfix/crash" else self._parse
        return None

    def split_bare(self, line: str) -> Bare | None:
        if line.startswith("action="):
            return Bare("", "", "postfix/grey", 0, line)
        match = _NATIVE.match(line)
        return Bare(match[1], "", "exim", int(match[2] or 0), match[3]) if match else None

    def continues(self, line: str) -> bool:
        return line.startswith(("  ", "Envelope-"))

    def _crash(self, message: str) -> Parsed | None:
        raise RuntimeError("a faulty parser")

    def _parse(self, message: str) -> Parsed | None:
        if message.startswith(("???", "message repeated", "last message", "[ID ")) or message[:4] in ("May ", "Nov "):
            return None
        if message.startswith("quiet"):
            return "noise", "", {}
        key, colon, rest = message.partition(": ")
        return "note", key if colon else "", {"text": rest if colon else message}


REGISTRY = Registry([StubSource()])


def put(path: Path, text: str | bytes, written: datetime | None = None) -> Path:
    """Write a file, last changed at `written`."""
    path.write_bytes(text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text)
    if written is not None:
        seconds = written.replace(tzinfo=UTC).timestamp()
        os.utime(path, (seconds, seconds))
    return path


def read(path: Path, **options: Any) -> tuple[list[Fact], Account]:
    """All facts of a file, and its account."""
    options.setdefault("zone", "UTC")
    reader = FactReader(path, registry=options.pop("registry", REGISTRY), **options)
    return [fact for batch in reader for fact in batch.facts], reader.account


def when(fact: Fact) -> str:
    """Time of a fact, UTC, as `2026-11-01T00:00:00.5`; empty for none."""
    if not fact.ts:
        return ""
    whole, rest = divmod(fact.ts, 1_000_000)
    text = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{rest:06d}".rstrip("0") if rest else text
