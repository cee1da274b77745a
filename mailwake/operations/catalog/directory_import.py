"""Fill the directory from a list of mailboxes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from mailwake.directory.imports.loading import Account, load
from mailwake.events.told import tell
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import SECRET, Sentence, position
from mailwake.operations.models import Answer, Input, Output

_MOST_TOLD = 100


class Order(Input):
    """The list: a file, or its text."""

    file: str = Field(
        "", description="The file; - for standard input. Only where the command runs.", json_schema_extra=position(1)
    )
    content: str = Field("", description="The list itself, instead of a file.", json_schema_extra=SECRET)


class RefusedRow(Output):
    """A row that was not taken."""

    line: int = Field(description="Its line, or its number in a JSON array.")
    reason: Sentence = Field(description="Why.")


class ImportAccount(Output):
    """What became of the rows."""

    table_columns: ClassVar[tuple[str, ...]] = ("file", "rows", "made", "changed", "unchanged", "refused")
    file: str = Field(description="The file.")
    rows: int = Field(description="Rows in all.")
    made: int = Field(description="Mailboxes, permissions and bypass associations that are new.")
    changed: int = Field(description="Mailboxes that now are as the list says.")
    unchanged: int = Field(description="Rows that said nothing new.")
    refused: int = Field(description="Rows that were not taken.")
    refused_rows: tuple[RefusedRow, ...] = Field(description="These rows, with their lines and reasons.")


def handle(context: Context, order: Order) -> Answer:
    """Take the list in. Raises OperationError when there is none, or it cannot be read."""
    data, name = _data(context, order)
    account = load(context.settings, data, name, context.micros)
    item = ImportAccount(
        file=name,
        rows=account.kinds.total(),
        made=account.made,
        changed=account.changed,
        unchanged=account.same,
        refused=len(account.refused),
        refused_rows=tuple(RefusedRow(line=line, reason=reason) for line, reason in account.refused),
    )
    counts = {"Made": account.made, "Changed": account.changed, "Refused": len(account.refused)}
    context.changed(name, {}, counts)
    return Answer([item], warnings=list(_told(account)))


def _data(context: Context, order: Order) -> tuple[bytes, str]:
    if order.content:
        return order.content.encode(), order.file or "(content)"
    if not order.file:
        raise OperationError(
            "nothing-to-import", tell("no list is given"), tell("name a file, or give the list as Content")
        )
    if context.caller.face not in ("cli", "shell") or context.caller.origin != "local":
        raise OperationError(
            "file-elsewhere",
            tell("a file can be named only where Mailwake runs"),
            tell("send the list itself as Content"),
        )
    if order.file == "-":
        return sys.stdin.buffer.read(), "standard input"
    try:
        return Path(order.file).read_bytes(), order.file
    except OSError as error:
        raise OperationError(
            "file-unreadable",
            tell("{file}: {error}", file=order.file, error=error.strerror or error),
            tell("check the name and who may read it"),
        ) from error


def _told(account: Account) -> Iterator[str]:
    told = [tell("line {line} was refused: {reason}", line=line, reason=reason) for line, reason in account.refused]
    told += [tell("line {line}: {what}", line=line, what=note) for line, note in account.notes]
    yield from told[:_MOST_TOLD]
    if len(told) > _MOST_TOLD:
        more = len(told) - _MOST_TOLD
        yield tell("and {count} more lines like these; --json lists all that were refused", count=more)


OPERATION = Operation(
    name="directory-import",
    summary="Fill the directory from a list of mailboxes, permissions or bypass associations.",
    input=Order,
    output=ImportAccount,
    handler=handle,
    roles=("Organization Configuration",),
    scope=Scope.ORGANIZATION,
    changes=True,
    command=("directory", "import"),
    store=False,
    details=(
        "Takes what Export-Csv, ConvertTo-Json, Export-Clixml or Format-List make of Get-Mailbox (UTF-16, too), a CSV"
        " table of your own with Name,"
        " PrimarySmtpAddress, EmailAddresses, Type, the names of doveadm user '*', and Dovecot's passwd-file. What a"
        " row does not say stays as it is; reading a list again changes nothing."
    ),
)
