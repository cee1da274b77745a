"""A comment in the admin audit log."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.events.told import tell
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input, Output


class Order(Input):
    """Parameters of Write-AdminAuditLog."""

    comment: str = Field(max_length=500, description="What to remember.", json_schema_extra=position(1))


class Comment(Output):
    """What was written."""

    caller: str = Field(description="Who wrote it.")
    comment: str = Field(description="What is to be remembered.")


def handle(context: Context, given: Order) -> Iterator[Comment]:
    """The record of the order, with its comment, is what is wanted. Raises OperationError for an empty comment."""
    if not given.comment.strip():
        raise OperationError("nothing-to-write", tell("the comment is empty"), tell("say what is to be remembered"))
    yield Comment(caller=context.caller.name, comment=given.comment)


OPERATION = Operation(
    name="write-admin-audit-log",
    summary="Write a comment into the admin audit log.",
    input=Order,
    output=Comment,
    handler=handle,
    roles=("Organization Configuration", "Audit Logs"),
    scope=Scope.ORGANIZATION,
    changes=True,
    store=False,
    command=("audit", "comment"),
    cmdlet="Write-AdminAuditLog",
    details="It is found there, with who wrote it and when, by `mailwake audit admin-log`; entries are never changed.",
)
