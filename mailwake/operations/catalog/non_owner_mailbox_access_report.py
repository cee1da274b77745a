"""The admin center's non-owner mailbox access report: who was in whose mailbox?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from pydantic import Field

from mailwake.audit.policy.actions import in_order
from mailwake.audit.record import AuditRecord
from mailwake.operations.audit_criteria import is_external, logon_types, span
from mailwake.operations.audit_jobs import moment
from mailwake.operations.audit_log import MAILBOX_RECORDS, audit_log, mailbox_names, records, within
from mailwake.operations.audit_people import People
from mailwake.operations.catalog.export_mailbox_audit_logs import ACCESS, WEEKS, Access
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import Moment, WordList
from mailwake.operations.models import Input, Output
from mailwake.store.audit_filter import AuditFilter


class Question(Input):
    """What the form of the admin center asks for."""

    start_date: Moment | None = Field(
        default=None, description="Done at this time or later; two weeks ago when left out."
    )
    end_date: Moment | None = Field(default=None, description="Done before this time; now when left out.")
    mailboxes: WordList = Field(default=(), description="Mailboxes; all when left out.")
    access: Access = Field(default="AllNonOwners", description="Type of access.")


class Accessed(Output):
    """What one account did in one mailbox."""

    table_columns: ClassVar[tuple[str, ...]] = ("mailbox", "accessed_by", "logon_type", "records", "last", "operations")
    mailbox: str = Field(description="The mailbox.")
    mailbox_guid: str = Field(description="Its id.")
    accessed_by: str = Field(description="Who was in it.")
    logon_type: str = Field(description="Delegate or Admin.")
    external_access: bool = Field(description="Whether it was somebody from outside the organization.")
    records: int = Field(description="Records of it.")
    first: datetime = Field(description="The first one.")
    last: datetime = Field(description="The last one.")
    operations: tuple[str, ...] = Field(description="What was done.")
    client_ips: tuple[str, ...] = Field(alias="ClientIPs", description="From where.")


@dataclass
class _Sum:
    newest: AuditRecord
    oldest: AuditRecord
    count: int = 0
    actions: set[str] = field(default_factory=set)
    ips: set[str] = field(default_factory=set)


def handle(context: Context, question: Question) -> Iterator[Accessed]:
    """One line for each mailbox and account, the latest access first. Raises OperationError."""
    end = question.end_date or context.now()
    low, high = span(question.start_date or end - WEEKS, end)
    kinds, external = logon_types(ACCESS[question.access])
    base = within(context.caller.scope)
    if question.mailboxes:
        base = AuditFilter(mailboxes=mailbox_names(context, question.mailboxes))
    kinds = kinds or ("Admin", "Delegate")
    wanted = replace(base, low=low, high=high, logon_types=kinds, record_types=MAILBOX_RECORDS)
    people = People(context.directory)
    sums: dict[tuple[str, str, str, bool], _Sum] = {}
    for record in records(audit_log(context), wanted):
        act = record.observation
        outside = is_external(record)
        if external and not outside:
            continue
        key = (people.identity(act.mailbox).guid, people.identity(act.actor).guid, str(act.logon_type), outside)
        found = sums.setdefault(key, _Sum(record, record))
        found.oldest = record
        found.count += 1
        found.actions.add(act.action)
        found.ips.add(act.client_ip)
    return (_line(people, key, found) for key, found in sums.items())


def _line(people: People, key: tuple[str, str, str, bool], found: _Sum) -> Accessed:
    act = found.newest.observation
    values = {
        "mailbox": people.identity(act.mailbox).upn,
        "mailbox_guid": key[0],
        "accessed_by": people.identity(act.actor).upn or act.actor,
        "logon_type": key[2],
        "external_access": key[3],
        "records": found.count,
        "first": moment(found.oldest.observation.ts),
        "last": moment(act.ts),
        "operations": tuple(in_order(found.actions)),
        "client_ips": tuple(sorted(ip for ip in found.ips if ip)),
    }
    return Accessed.model_validate(values)


OPERATION = Operation(
    name="non-owner-mailbox-access-report",
    summary="Report who else than the owner was in which mailbox: how often, when last, and what was done.",
    input=Question,
    output=Accessed,
    handler=handle,
    roles=("Audit Logs", "View-Only Audit Logs"),
    scope=Scope.FILTERED,
    command=("audit", "report"),
)
