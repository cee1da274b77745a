"""A comment in the admin audit log."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input, Output


class Order(Input):
    """Parameters of Write-AdminAuditLog."""

    comment: str = Field(max_length=500, description="What to remember.", json_schema_extra=position(1))


class Nothing(Output):
    """Nothing is given back."""


def handle(context: Context, given: Order) -> Iterator[Nothing]:
    """The record of the order, with its comment, is what is wanted. Raises OperationError for an empty comment."""
    if not given.comment.strip():
        raise OperationError("nothing-to-write", "the comment is empty", "say what is to be remembered")
    return iter(())


OPERATION = Operation(
    name="write-admin-audit-log",
    summary="Write a comment into the admin audit log.",
    input=Order,
    output=Nothing,
    handler=handle,
    roles=("Organization Configuration", "Audit Logs"),
    scope=Scope.ORGANIZATION,
    changes=True,
    store=False,
    command=("audit", "comment"),
    cmdlet="Write-AdminAuditLog",
    details="It is found there, with who wrote it and when, by `mailwake audit admin-log`; entries are never changed.",
)
