"""Who did what in a mailbox?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from pydantic import Field

from mailwake.audit.imported import id_of
from mailwake.audit.record import AuditRecord
from mailwake.events.told import tell
from mailwake.operations import gaps
from mailwake.operations.audit_criteria import has_attachments, is_external, logon_types, mailbox_actions, span
from mailwake.operations.audit_log import MAILBOX_RECORDS, PAGE, audit_log, mailbox_names, records, within
from mailwake.operations.audit_models import MailboxAuditRecord, shown
from mailwake.operations.audit_people import People
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import Moment, WordList, position
from mailwake.operations.models import Input, Output
from mailwake.store.audit_filter import AuditFilter

MOST = 250_000
_KEPT = ("MailboxGuid", "MailboxOwnerUPN", "MailboxResolvedOwnerName", "LastAccessed", "IsValid", "ObjectState")


class Question(Input):
    """Criteria of Search-MailboxAuditLog. Values of one widen the search, different ones narrow it."""

    identity: str = Field("", description="The mailbox.", json_schema_extra=position(1))
    mailboxes: WordList = Field((), description="Several mailboxes; not with ShowDetails.")
    show_details: bool = Field(False, description="Every record, instead of the last access to each mailbox.")
    start_date: Moment | None = Field(None, description="Done at this time or later.")
    end_date: Moment | None = Field(None, description="Done before this time.")
    logon_types: WordList = Field((), description="Admin, Delegate, Owner (needs ShowDetails).")
    operations: WordList = Field((), description="Actions, such as HardDelete or MailItemsAccessed.")
    external_access: bool = Field(False, description="Only acts of people from outside the organization.")
    has_attachments: bool | None = Field(None, description="Only records of items with, or without, attachments.")
    group_mailbox: bool = Field(False, description="The mailbox is a group's.")
    include_inactive_mailbox: bool = Field(False, description="Accepted: removed mailboxes are always searched.")
    result_size: int = Field(1000, ge=1, le=MOST, description="Records at most.")


def wanted(context: Context, question: Question) -> AuditFilter:
    """The criteria as the log knows them. Raises OperationError, DirectoryError."""
    kinds, external = logon_types(question.logon_types)
    if external:
        raise OperationError(
            "logon-type-not-known",
            tell("External is no logon type of this search"),
            tell("Use ExternalAccess instead."),
        )
    _check(question, kinds)
    low, high = span(question.start_date, question.end_date)
    named = (question.identity,) if question.identity else question.mailboxes
    base = within(context.caller.scope)
    if named:
        names = mailbox_names(context, named, group=True if question.group_mailbox else None)
        base = AuditFilter(mailboxes=names)
    actions = mailbox_actions(question.operations)
    return replace(base, low=low, high=high, actions=actions, logon_types=kinds, record_types=MAILBOX_RECORDS)


def _check(question: Question, kinds: tuple[str, ...]) -> None:
    if question.identity and question.mailboxes:
        raise OperationError(
            "identity-and-mailboxes", tell("give either Identity or Mailboxes"), tell("Use Mailboxes for several.")
        )
    if question.show_details and question.mailboxes:
        advice = tell("Give one mailbox as Identity, or leave ShowDetails out.")
        raise OperationError("details-of-several", tell("ShowDetails is not for Mailboxes"), advice)
    if "Owner" in kinds and not question.show_details:
        raise OperationError(
            "owner-needs-details", tell("LogonTypes Owner needs ShowDetails"), tell("Add ShowDetails.")
        )


def _asks_more(question: Question) -> bool:
    """Whether there are criteria that are not asked of the log: see `fits`."""
    return question.external_access or question.has_attachments is not None


def fits(question: Question, record: AuditRecord) -> bool:
    """Whether a record meets the criteria that are not asked of the log."""
    if question.external_access and not is_external(record):
        return False
    return question.has_attachments is None or has_attachments(record) == question.has_attachments


def handle(context: Context, question: Question) -> Iterator[Output]:
    """Search. Raises OperationError for criteria that cannot be meant so."""
    log, people = audit_log(context), People(context.directory)
    context.warnings += gaps.of_window(context, *span(question.start_date, question.end_date))
    # Where nothing more is asked of a record than of the log, no more are read than are given.
    limit = question.result_size if question.show_details and not _asks_more(question) else None
    found = (record for record in records(log, wanted(context, question), limit) if fits(question, record))
    return _details(found, people, question.result_size) if question.show_details else _last(found, people, question)


def _details(found: Iterator[AuditRecord], people: People, limit: int) -> Iterator[Output]:
    wanted = islice(found, limit)
    while page := list(islice(wanted, PAGE)):
        people.meet(page)
        for record in page:
            yield shown(record, people)


def _last(found: Iterator[AuditRecord], people: People, question: Question) -> Iterator[Output]:
    """The last access to each mailbox by somebody who is not its owner, unless all are asked for."""
    seen: set[str] = set()
    for record in found:
        if record.observation.logon_type == "Owner":
            continue
        box = people.identity(record.observation.mailbox)
        if box.guid in seen:
            continue
        seen.add(box.guid)
        full = shown(record, people).model_dump(by_alias=True)
        yield MailboxAuditRecord.model_validate({name: full[name] for name in _KEPT} | {"Identity": id_of(record)})
        if len(seen) == question.result_size:
            return


OPERATION = Operation(
    name="search-mailbox-audit-log",
    summary="Search the mailbox audit log: who did what in a mailbox, when and from where.",
    input=Question,
    output=MailboxAuditRecord,
    handler=handle,
    roles=("Audit Logs", "View-Only Audit Logs"),
    scope=Scope.FILTERED,
    command=("audit", "search"),
    cmdlet="Search-MailboxAuditLog",
    details="Without ShowDetails: the last access of somebody else to each mailbox. With it: every record, newest"
    " first. It finds all records that there are, however old.",
)
