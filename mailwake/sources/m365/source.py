"""Which lines and tables are audit records, and where their time stands."""

from __future__ import annotations

from typing import Any

from mailwake.events.fact import LineParser
from mailwake.events.written_times import iso
from mailwake.sources.api import Bare
from mailwake.sources.m365 import mailbox_log, unified
from mailwake.sources.m365.shapes import column, loads, unwrapped


class Microsoft365:
    """See `sources.api.Source`, `TableSource` and `ElementSource`."""

    name = "m365"

    def parser(self, program: str) -> LineParser | None:
        """See `Source`."""
        return {unified.PROGRAM: unified.parse, mailbox_log.PROGRAM: mailbox_log.parse}.get(program)

    def split_bare(self, line: str) -> Bare | None:
        """A record of either log, alone or in a wrapper, as one line of JSON."""
        if line[:1] != "{" or ("peration" not in line and "RecordId" not in line):
            return None
        record = loads(line)
        if record is None:
            return None
        if mailbox_log.is_record(record):
            stamp, host = iso(str(record.get("LastAccessed", ""))), _host(record)
            return Bare(stamp, host, mailbox_log.PROGRAM, 0, line)
        found = unwrapped(record)
        if found is None:
            return None
        stamp = iso(str(found.get("CreationTime") or _inner(found.get("CreationDate")) or ""), zone="Z")
        return Bare(stamp, _host(found), unified.PROGRAM, 0, line)

    def continues(self, line: str) -> bool:
        """No: a record is one line."""
        return False

    def table(self, columns: tuple[str, ...]) -> bool:
        """Exports of the unified audit log, and of Search-MailboxAuditLog."""
        return "AuditData" in map(column, columns) or mailbox_log.is_table(columns)

    def element(self, name: str, attributes: tuple[str, ...]) -> bool:
        """Events of SearchResult.xml."""
        return name == "Event" and {"MailboxGuid", "Operation", "LastAccessed"} <= set(attributes)


def _inner(value: Any) -> Any:
    """A time that Windows PowerShell's ConvertTo-Json wrote as an object."""
    return value.get("value") or value.get("DateTime") if isinstance(value, dict) else value


def _host(record: dict[str, Any]) -> str:
    """OriginatingServer without its version: `MX01 (15.20.4200.000)`."""
    server = record.get("OriginatingServer")
    return server.split()[0] if isinstance(server, str) and server.split() else ""
