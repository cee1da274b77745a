"""The way to the shared corpora: real logs of others, read in place, never copied."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mailwake.ingest.account import Account
from mailwake.operations.opening import FileBackend
from mailwake.store.query import And
from mailwake.store.rows import Row

_SHARED = Path(os.environ.get("MAILWAKE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
CORPORA = _SHARED / "corpora"
WHY_NOT = "the shared corpora are not here (set MAILWAKE_SHARED to the folder that holds `corpora`)"
_NOT_LOGS = frozenset(
    [".json", ".yaml", ".mmdb", ".conf", ".py", ".csv", ".tsv", ".assert", ".metrics", ".condensed"]
)  # expected outputs, configuration, code


def present() -> bool:
    """Whether this machine has the corpora."""
    return CORPORA.is_dir()


def logs(part: str) -> list[Path]:
    """The text log files of a part, as paths below it."""
    top = CORPORA / part
    if not top.is_dir():
        return []
    found = (path for path in top.rglob("*") if path.is_file() and path.suffix not in _NOT_LOGS)
    return sorted(path.relative_to(CORPORA) for path in found)


def read(path: Path) -> tuple[list[Row], Account]:
    """Rows and account of a file."""
    backend = FileBackend((str(path),), zone="UTC")
    return backend.search(And(()), 1_000_000), backend.account


def wrapped(path: Path) -> Iterator[str]:
    """Log lines out of files that hold more than that.

    fail2ban's begin with `# failJSON` remarks, wazuh's are rules with `log 1 pass = ...` lines, Exim's test suite puts
    banners between the logs of several daemons.
    """
    for line in path.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        if path.suffix == ".ini":
            name, _, value = line.partition(" = ")
            if name.startswith("log ") and value:
                yield value
        elif line and not line.startswith(("#", "*")):
            yield line
