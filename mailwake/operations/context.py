"""What a handler may use: the caller, the store, the directory, and the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from mailwake.events.told import tell
from mailwake.operations.contract import Caller, OperationError

if TYPE_CHECKING:
    from pathlib import Path

    from mailwake.directory.directory import Directory
    from mailwake.directory.records import MailboxRecord
    from mailwake.operations.audit_log import AuditLog
    from mailwake.operations.backend import Backend
    from mailwake.operations.live.service import Live
    from mailwake.store.database import Database


def _now() -> datetime:
    return datetime.now(UTC)


class Change(NamedTuple):
    """Something that a handler changed: properties by their names outside (`AuditLogAgeLimit`), before and after."""

    object: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass
class Context:
    """Of one call; `database` and `directory` are None where the answer comes straight from log files."""

    caller: Caller
    database: Database | None
    directory: Directory | None = None
    zone: tzinfo = UTC
    """Zone of times that the caller gives without one."""
    now: Callable[[], datetime] = _now
    """The clock, aware, UTC; tests set it."""
    audit: AuditLog | None = None
    """The log of audit records; None: the one in `database`."""
    what_if: bool = False
    """Nothing that a change does in the directory is kept."""
    changes: list[Change] = field(default_factory=list)
    """What the handler changed, for the admin audit log; see `changed`."""
    data_dir: Path | None = None
    """The data directory; None where there is none."""
    live: Live | None = None
    """Live ingest of this process; None where there is none."""
    warnings: list[str] = field(default_factory=list)
    """Sentences for the caller beside the answer; see `warn`."""

    def backend(self) -> Backend:
        """What answers questions about messages: the store. Raises OperationError where there is none."""
        from mailwake.operations.opening import StoreBackend

        if self.database is None:
            raise OperationError(
                "no-store", tell("there is no store to ask"), tell("Import logs first: mailwake import FILE...")
            )
        return StoreBackend(self.database)

    @property
    def micros(self) -> int:
        """The time now, µs UTC."""
        return round(self.now().timestamp() * 1e6)

    @property
    def settings(self) -> Directory:
        """The directory, where an operation cannot do without. Raises OperationError when there is none."""
        if self.directory is None:
            raise OperationError(
                "no-directory",
                tell("this needs the directory of a data directory"),
                tell("leave out --in, which reads log files on the spot"),
            )
        return self.directory

    def mailbox(self, identity: str, *, group: bool | None = None) -> MailboxRecord:
        """The mailbox that the caller means, within their scope: one outside is as one that does not exist.

        group: True for group mailboxes only, False for none of them. Raises DirectoryError.
        """
        return self.settings.mailboxes.find(identity, self.caller.scope, group=group)

    def changed(self, what: str, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Report a change for the admin audit log; properties that are equal before and after are left out there."""
        self.changes.append(Change(what, before, after))

    def warn(self, text: str) -> None:
        """Tell the caller something beside the answer."""
        self.warnings.append(text)
