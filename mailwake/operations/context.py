"""What a handler may use: the caller, the store, the directory, and the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from mailwake.operations.contract import Caller

if TYPE_CHECKING:
    from mailwake.operations.backend import Backend
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

    def backend(self) -> Backend:
        """What answers questions about messages: the store. Raises OperationError where there is none."""
        from mailwake.operations.contract import OperationError
        from mailwake.operations.opening import StoreBackend

        if self.database is None:
            raise OperationError("no-store", "there is no store to ask", "Import logs first: mailwake import FILE...")
        return StoreBackend(self.database)
