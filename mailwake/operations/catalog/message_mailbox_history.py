"""Afterwards in the mailbox: who opened, moved, deleted a message that was traced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from pydantic import Field

from mailwake.audit.imported import id_of
from mailwake.audit.policy.actions import EVERYDAY_NAMES
from mailwake.audit.record import AuditRecord, Identities
from mailwake.events.told import tell
from mailwake.operations.audit_jobs import moment
from mailwake.operations.audit_log import audit_log
from mailwake.operations.audit_people import People
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.criteria import Criteria, CriteriaError, to_node
from mailwake.operations.fields import position
from mailwake.operations.mailbox_fate import afterwards, items_of
from mailwake.operations.models import Input, Output
from mailwake.operations.scoping import within


class Question(Input):
    """Which message."""

    identity: str = Field(
        description="Its MessageTraceId, or its Message-ID (in angle brackets).", json_schema_extra=position(1)
    )


class Happened(Output):
    """One thing that was done with the message."""

    table_columns: ClassVar[tuple[str, ...]] = ("date", "mailbox", "operation", "user", "logon_type", "folder")
    date: datetime = Field(description="When.")
    mailbox: str = Field(description="In which mailbox.")
    operation: str = Field(description="What.")
    meaning: str = Field(description="The same in people's words.")
    user: str = Field(description="Who.")
    logon_type: str = Field(description="Owner, Delegate or Admin.")
    result: str = Field(description="Succeeded, or not.")
    folder: str | None = Field(description="Where it lay.")
    dest_folder: str | None = Field(description="Where it went.")
    client: str | None = Field(description="With which client.")
    client_ip: str | None = Field(alias="ClientIP", description="From where.")
    record_id: str = Field(description="Id of the audit record.")


def handle(context: Context, question: Question) -> Iterator[Happened]:
    """What was done, oldest first. Raises OperationError for a message that is not known."""
    message_ids, since = _message(context, question.identity.strip())
    people = People(context.directory)
    found = afterwards(audit_log(context), message_ids, context.caller.scope, since)
    return (happened(items_of(record, message_ids), people) for record in found)


def _message(context: Context, text: str) -> tuple[list[str], int | None]:
    """Message-IDs of the message, and when it was received first."""
    if "@" in text or text.startswith("<"):
        return [text], None
    try:
        node = within(to_node(Criteria(trace_ids=(text,))), context.caller.scope)
    except CriteriaError as error:
        raise OperationError("criterion-not-understood", error.what, error.hint) from error
    rows = context.backend().search(node, 1000)
    if not rows:
        what = tell("no message is known by {text!r}", text=text)
        raise OperationError("message-not-found", what, tell("Look for it with the message trace."), status=404)
    return sorted({row.message_id for row in rows if row.message_id}), min(row.received for row in rows)


def happened(record: AuditRecord, people: Identities) -> Happened:
    """A record as what happened to a message."""
    act = record.observation
    folder = act.items[0].folder if len(act.items) == 1 and act.items[0].folder else act.folder
    values = {
        "date": moment(act.ts),
        "mailbox": people.identity(act.mailbox).upn or act.mailbox,
        "operation": act.action,
        "meaning": EVERYDAY_NAMES.get(act.action, act.action),
        "user": people.identity(act.actor).upn or act.actor,
        "logon_type": str(act.logon_type),
        "result": act.result,
        "folder": folder or None,
        "dest_folder": act.dest_folder or None,
        "client": act.client or None,
        "client_ip": act.client_ip or None,
        "record_id": id_of(record),
    }
    return Happened.model_validate(values)


OPERATION = Operation(
    name="message-mailbox-history",
    summary="Tell what was done with a traced message in the mailbox: who opened, moved, deleted it, and when.",
    input=Question,
    output=Happened,
    handler=handle,
    roles=("Audit Logs", "View-Only Audit Logs"),
    scope=Scope.FILTERED,
    command=("audit", "message"),
)
