"""What the audit operations give."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field, create_model

from mailwake.audit.imported import id_of
from mailwake.audit.record import AuditRecord, Identities
from mailwake.audit.record_shell import PROPERTIES, to_shell
from mailwake.operations.fields import Sentence
from mailwake.operations.models import Output

_SAID = {
    "Operation": "The action.",
    "OperationResult": "Succeeded, PartiallySucceeded or Failed.",
    "LogonType": "Owner, Delegate or Admin.",
    "ExternalAccess": "Whether somebody from outside the organization acted.",
    "DestFolderPathName": "Folder that items were moved or copied to.",
    "FolderPathName": "Folder that was acted in.",
    "FolderName": "Its last name.",
    "MemberRights": "Rights given on a folder.",
    "MemberUpn": "Who got the rights.",
    "ClientInfoString": "Client: protocol, and its name when it said so.",
    "ClientIPAddress": "Where the client was.",
    "MailboxOwnerUPN": "Owner of the mailbox.",
    "DestMailboxOwnerUPN": "Owner of the mailbox that items went to.",
    "CrossMailboxOperation": "Whether items went to another mailbox.",
    "LogonUserDisplayName": "Who acted.",
    "SourceItems": "Ids of the items.",
    "ItemSubject": "Subject of the item.",
    "ItemInternetMessageId": "Message-ID of the item.",
    "OriginatingServer": "Host whose log tells of it.",
    "SessionId": "Session of the client.",
    "OperationProperties": "What else is known.",
    "AuditOperationsCountInAggregatedRecord": "Accesses in this record.",
    "MailboxGuid": "Id of the mailbox.",
    "MailboxResolvedOwnerName": "Name of the mailbox.",
    "LastAccessed": "When it was done.",
    "Identity": "Id of the record.",
}


def _snake(name: str) -> str:
    text = "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
    return text.strip("_").replace("i_p", "ip").replace("u_p_n", "upn")


class _Record(Output):
    """A record of the mailbox audit log, as Search-MailboxAuditLog gives it, and why it is one."""

    table_columns: ClassVar[tuple[str, ...]] = tuple(
        _snake(name)
        for name in (
            *("LastAccessed", "MailboxOwnerUPN", "LogonUserDisplayName", "LogonType", "Operation"),
            *("OperationResult", "FolderPathName", "DestFolderPathName", "ItemSubject", "SourceItemSubjectsList"),
            "ClientIPAddress",
        )
    )


_FIELDS: dict[str, Any] = {
    _snake(name): (Any, Field(None, alias=name, description=_SAID.get(name, "As in Search-MailboxAuditLog.")))
    for name in PROPERTIES
}

MailboxAuditRecord: type[Output] = create_model(
    "MailboxAuditRecord",
    __base__=_Record,
    __doc__=_Record.__doc__,
    **_FIELDS,
    rule=(str | None, Field(default=None, description="Rule of the audit policy by which it was recorded.")),
    reason=(str | None, Field(default=None, description="The same in a sentence.")),
    origin=(str | None, Field(default=None, description="Observed here, or imported.")),
    evidence=(tuple[str, ...], Field(default=(), description="Keys of the log records behind it.")),
)
"""A record of the mailbox audit log: the properties of Search-MailboxAuditLog in their order, then ours."""


def shown(record: AuditRecord, people: Identities) -> Output:
    """A record with all its properties."""
    found = to_shell(record, people) | {
        "Identity": id_of(record),
        "Rule": record.rule,
        "Reason": record.reason or None,
        "Origin": str(record.origin),
        "Evidence": record.observation.keys,
    }
    return MailboxAuditRecord.model_validate(found)


class UnifiedRecord(Output):
    """A record of the unified audit log."""

    table_columns: ClassVar[tuple[str, ...]] = ("creation_date", "record_type", "operations", "user_ids", "identity")
    record_type: str = Field(description="Kind of record, as a word.")
    creation_date: datetime = Field(description="When it was done, UTC.")
    user_ids: str = Field(description="Who acted.")
    operations: str = Field(description="What was done.")
    audit_data: str = Field(description="The whole record, JSON.")
    result_index: int = Field(description="Place of the record in the answer, from 1.")
    result_count: int = Field(description="Records that meet the criteria.")
    identity: str = Field(description="Id of the record.")
    is_valid: bool = Field(default=True, description="Always true.")
    object_state: str = Field(default="Unchanged", description="Always Unchanged.")


class AuditLogSearch(Output):
    """A search that runs in the background."""

    table_columns: ClassVar[tuple[str, ...]] = ("name", "status", "created", "rows", "size", "identity")
    name: str = Field(description="What the search was called.")
    identity: str = Field(description="Its id.")
    type: str = Field(
        default="Mailbox", description="Mailbox or Admin: which log is searched. MessageTrace: a historical search."
    )
    status: str = Field(description="NotStarted, InProgress, Done, Failed or Cancelled.")
    created: datetime = Field(description="When it was ordered.")
    created_by: str = Field(description="Who ordered it.")
    finished: datetime | None = Field(default=None, description="When it ended.")
    start_date: str | None = Field(default=None, description="Records from this time on.")
    end_date: str | None = Field(default=None, description="Records from before this time.")
    mailboxes: str | None = Field(default=None, description="Mailboxes that are searched; empty: all.")
    logon_types: str | None = Field(default=None, description="Logon types that are wanted.")
    operations: str | None = Field(default=None, description="Actions that are wanted.")
    status_mail_recipients: tuple[str, ...] = Field(default=(), description="Who gets the result by mail.")
    rows: int | None = Field(default=None, description="Records found.")
    size: int | None = Field(default=None, description="Bytes of the result.")
    mailed: bool = Field(default=False, description="Whether the result went out by mail.")
    note: Sentence | None = Field(
        default=None, description="What there is to say, such as why it failed or no mail went out."
    )
