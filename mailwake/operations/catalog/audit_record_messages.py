"""From an audit record back to the messages that it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pydantic import Field

from mailwake.audit.imported import KEY, own_id
from mailwake.events.told import tell
from mailwake.operations.audit_log import audit_log, within
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import position
from mailwake.operations.mailbox_fate import messages_of
from mailwake.operations.models import Input
from mailwake.operations.trace_models import TraceRow


class Question(Input):
    """Which record."""

    identity: str = Field(description="Id of the audit record.", json_schema_extra=position(1))


def handle(context: Context, question: Question) -> Iterator[TraceRow]:
    """Rows of the message trace for each item of the record. Raises OperationError for a record that is not known."""
    log, scope = audit_log(context), within(context.caller.scope)
    own = own_id(question.identity)
    plain = own.replace("-", "").lower()
    is_hash = len(plain) == 32 and all(char in "0123456789abcdef" for char in plain)
    found = log.find(replace(scope, ids=(plain,)), 1) if is_hash else []
    found = found or log.find(replace(scope, keys=(f"{KEY}{own}",)), 10)
    if not found:
        what = tell("there is no audit record {identity!r}", identity=question.identity)
        raise OperationError("record-not-found", what, tell("Copy its Identity from a search."), status=404)
    rows = [row for record in found for row in messages_of(context.backend(), record, context.caller.scope)]
    return (TraceRow.of(row) for row in dict.fromkeys(rows))


OPERATION = Operation(
    name="audit-record-messages",
    summary="Find the messages that an audit record is about in the message trace.",
    input=Question,
    output=TraceRow,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
    command=("audit", "messages"),
)
