"""What cmdlets ask: the operations of this process, or those of a server. Both give and take plain JSON values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mailwake.operations.contract import Caller, Operation

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory
    from mailwake.operations.context import Context
    from mailwake.store.database import Database


@dataclass
class Reply:
    """Items of an answer by Exchange's names, as JSON has them."""

    items: Iterable[dict[str, Any]]
    warnings: list[str] = field(default_factory=list)
    """Known when the items have been taken."""


class Operations(Protocol):
    """Something that performs operations."""

    def perform(self, operation: Operation[Any], values: Mapping[str, Any], *, what_if: bool = False) -> Reply:
        """Ask or order. `values` by Exchange's names, as JSON has them. Raises OperationError."""
        ...

    def release(self) -> None:
        """Let go of what others wait for; it is taken up again when it is needed."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class LocalOperations:
    """The operations of this process over a data directory; the store is opened when one first needs it."""

    def __init__(self, data_dir: Path, caller: Caller | None = None) -> None:
        self._data_dir = data_dir
        self._caller = caller
        self._directories = ExitStack()
        self._stores = ExitStack()
        self._directory: Directory | None = None
        self._database: Database | None = None

    def perform(self, operation: Operation[Any], values: Mapping[str, Any], *, what_if: bool = False) -> Reply:
        """See `Operations`."""
        from mailwake.operations.parameters import build_input
        from mailwake.operations.perform import perform, told_as

        given = build_input(operation, values)
        try:
            context = self._context(operation)
        except Exception as error:
            told = told_as(error)
            if told is None:
                raise
            raise told from error
        context.what_if = what_if
        answer = perform(operation, context, given)
        reply = Reply((), answer.warnings)
        reply.items = (_record(item) for item in answer)
        return reply

    def _context(self, operation: Operation[Any]) -> Context:
        from mailwake.directory.opening import open_directory
        from mailwake.operations.context import Context
        from mailwake.operations.local import local_caller

        create = operation.changes
        if operation.store and self._database is None:
            from mailwake.store.database import Database

            self._database = self._stores.enter_context(Database(self._data_dir, create=create))
        if self._directory is None:
            opened = open_directory(self._data_dir, create=create or self._data_dir.exists())
            self._directory = self._directories.enter_context(opened)
        return Context(self._caller or local_caller("shell"), self._database, self._directory)

    def release(self) -> None:
        """Close the store, which only one process can have open."""
        self._database = None
        self._stores.close()

    def close(self) -> None:
        """Close the store and the directory."""
        self.release()
        self._directory = None
        self._directories.close()


def _record(item: Any) -> dict[str, Any]:
    made: dict[str, Any] = item.record() if hasattr(item, "record") else item.model_dump(mode="json", by_alias=True)
    return made


@dataclass
class Services:
    """What the session of a shell has: where it begins, where it is connected to, and how to connect."""

    home: Operations
    """Asked when nothing else is connected."""
    connect: Callable[[str, str], Operations] | None = None
    """Makes the operations of a server out of its address and a token. Raises OperationError."""
    uri: str = ""
    """Server that Connect-ExchangeOnline takes when none is named."""
    token: str = ""
    away: Operations | None = None
    """The server that is connected."""
    away_uri: str = ""
    """Its address."""

    @property
    def operations(self) -> Operations:
        """What is asked now."""
        return self.away or self.home

    def disconnect(self) -> None:
        """Go back home."""
        if self.away is not None:
            self.away.close()
            self.away = None

    def close(self) -> None:
        """Let go of everything."""
        self.disconnect()
        self.home.close()
