"""How much a mailbox's audit records are: the folder Audits under Recoverable Items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field

from mailwake.directory.records import MailboxRecord
from mailwake.events.told import tell
from mailwake.operations.audit_log import audit_log, names_of
from mailwake.operations.audit_quota import warnings_of
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import ByteSize, position
from mailwake.operations.models import Input, Output

_SCOPES = ("All", "RecoverableItems", "NonIpmRoot")
"""Scopes that have Recoverable Items in them."""


class Question(Input):
    """Which mailbox and folders."""

    identity: str = Field(description="The mailbox.", json_schema_extra=position(1))
    folder_scope: str = Field("All", description="RecoverableItems, or All; the folders of mail are the server's.")
    group_mailbox: bool = Field(False, description="The mailbox is a group's.")


class Folder(Output):
    """A folder."""

    table_columns: ClassVar[tuple[str, ...]] = ("name", "folder_path", "items_in_folder", "folder_size")
    name: str = Field(description="Its name.")
    identity: str = Field(description="Mailbox and path.")
    folder_path: str = Field(description="Its path.")
    folder_type: str = Field(description="RecoverableItemsRoot or Audits.")
    items_in_folder: int = Field(description="Items in it.")
    folder_size: ByteSize = Field(description="Their size.")
    items_in_folder_and_subfolders: int = Field(description="Items in it and below.")
    folder_and_subfolder_size: ByteSize = Field(description="Their size.")


def handle(context: Context, question: Question) -> Iterator[Folder]:
    """The folders that there are: Recoverable Items, with the audit records in it. Raises OperationError."""
    scope = next((one for one in _SCOPES if one.casefold() == question.folder_scope.casefold()), None)
    if scope is None:
        what = tell(
            "the folders of the scope {scope!r} are the mail server's, which keeps their sizes",
            scope=question.folder_scope,
        )
        raise OperationError("folder-scope-not-known", what, tell("Give RecoverableItems, or leave FolderScope out."))
    box = context.mailbox(question.identity, group=True if question.group_mailbox else None)
    sizes = audit_log(context).sizes(names_of(box))
    count, size = sum(one.records for one in sizes), sum(one.bytes for one in sizes)
    context.warnings += warnings_of(box, count, size)
    return iter([_folder(box, "Recoverable Items", "/", (0, 0), (count, size)), _audits(box, count, size)])


def _audits(box: MailboxRecord, count: int, size: int) -> Folder:
    return _folder(box, "Audits", "/Audits", (count, size), (count, size))


def _folder(box: MailboxRecord, name: str, path: str, own: tuple[int, int], whole: tuple[int, int]) -> Folder:
    values: dict[str, Any] = {
        "name": name,
        "identity": f"{box.identity}\\{name}",
        "folder_path": "/Recoverable Items" if path == "/" else path,
        "folder_type": "RecoverableItemsRoot" if path == "/" else "Audits",
        "items_in_folder": own[0],
        "folder_size": own[1],
        "items_in_folder_and_subfolders": whole[0],
        "folder_and_subfolder_size": whole[1],
    }
    return Folder(**values)


OPERATION = Operation(
    name="get-mailbox-folder-statistics",
    summary="Show how many audit records a mailbox has and how large they are: the folder Audits.",
    input=Question,
    output=Folder,
    handler=handle,
    roles=("View-Only Recipients", "Mail Recipients", "Audit Logs", "View-Only Audit Logs"),
    scope=Scope.MAILBOX,
    command=("mailbox", "folders"),
    cmdlet="Get-MailboxFolderStatistics",
    details="The folder itself cannot be opened: its records are found by searching the audit log.",
)
