"""What a handler may use: the caller, the store, the directory, and the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from mailwake.operations.contract import Caller

if TYPE_CHECKING:
    from mailwake.store.database import Database


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Context:
    """Of one call; `database` is None where the answer comes straight from log files."""

    caller: Caller
    database: Database | None
    zone: tzinfo = UTC
    """Zone of times that the caller gives without one."""
    now: Callable[[], datetime] = _now
    """The clock, aware, UTC; tests set it."""
