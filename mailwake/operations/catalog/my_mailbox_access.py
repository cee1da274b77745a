"""Who was in one's own mailbox?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from pydantic import Field

from mailwake.audit.model import LogonType
from mailwake.directory.errors import DirectoryError
from mailwake.directory.roles import MY_OWN
from mailwake.operations.audit_criteria import span
from mailwake.operations.audit_log import MAILBOX_RECORDS, audit_log, mailbox_names, records, within
from mailwake.operations.audit_models import MailboxAuditRecord, shown
from mailwake.operations.audit_people import People
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import Moment
from mailwake.operations.models import Input, Output
from mailwake.operations.own import check_own


class Question(Input):
    """When, and whose acts."""

    start_date: Moment | None = Field(None, description="Done at this time or later.")
    end_date: Moment | None = Field(None, description="Done before this time.")
    include_owner: bool = Field(False, description="What one did oneself, too.")
    result_size: int = Field(1000, ge=1, le=50_000, description="Records at most.")


def handle(context: Context, question: Question) -> Iterator[Output]:
    """Records of the caller's mailbox, newest first. Raises OperationError."""
    check_own(context)
    low, high = span(question.start_date, question.end_date)
    kinds = () if question.include_owner else (LogonType.ADMIN.value, LogonType.DELEGATE.value)
    wanted = replace(
        within(context.caller.scope),
        mailboxes=_names(context),
        low=low,
        high=high,
        logon_types=kinds,
        record_types=MAILBOX_RECORDS,
    )
    people = People(context.directory)
    found = islice(records(audit_log(context), wanted), question.result_size)
    return (shown(record, people) for record in found)


def _names(context: Context) -> tuple[str, ...]:
    """Every name by which records know the caller's mailbox."""
    first = context.caller.scope.mailboxes[:1]
    try:
        known = mailbox_names(context, first)
    except DirectoryError as error:
        if error.status != 404:
            raise
        known = ()  # nothing was ever seen in it
    return tuple(dict.fromkeys((*context.caller.scope.mailboxes, *known)))


OPERATION = Operation(
    name="my-mailbox-access",
    summary="Show who was in one's own mailbox: delegates and administrators, what they did, when and from where.",
    input=Question,
    output=MailboxAuditRecord,
    handler=handle,
    roles=(MY_OWN,),
    scope=Scope.FILTERED,
)
