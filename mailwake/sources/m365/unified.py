"""Records of the unified audit log (Office 365 Management Activity API schema, "Common schema").

A row of an export whose AuditData is empty says in its columns what it can: RecordId or Identity, CreationDate,
Operation(s), UserId(s), RecordType.
"""

from __future__ import annotations

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.m365.shapes import loads, unwrapped

PROGRAM = "unified-audit"
"""What stands for a program: the records come from a service."""


def parse(message: str) -> Parsed | None:
    """One record, as an object or as a row of an export."""
    whole = loads(message)
    record = unwrapped(whole) if whole is not None else None
    if whole is None or record is None:
        return None
    action = record.get("Operation") or record.get("Operations") or ""
    user = record.get("UserId") or record.get("UserIds") or ""
    own_id = record.get("Id") or record.get("RecordId") or record.get("Identity") or ""
    fields: Fields = {"form": "unified", "action": str(action), "record": record}
    if user:
        fields["user"] = str(user)
    if record.get("MailboxOwnerUPN"):
        fields["mailbox"] = str(record["MailboxOwnerUPN"])
    return "audited", str(own_id), fields
