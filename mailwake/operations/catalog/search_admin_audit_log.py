"""Who asked or ordered what: the admin audit log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import ClassVar

from pydantic import AwareDatetime, Field

from mailwake.directory.records import AuditEntry
from mailwake.events.told import tell
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import ResultSize, WordList
from mailwake.operations.models import Input, Output
from mailwake.operations.when import from_micros, to_micros


class Question(Input):
    """Criteria: values of one widen the search, different ones narrow it."""

    cmdlets: WordList = Field((), description="Cmdlets or operations.")
    parameters: WordList = Field((), description="Entries in which one of these parameters was given; with cmdlets.")
    start_date: AwareDatetime | None = Field(None, description="At this time or later.")
    end_date: AwareDatetime | None = Field(None, description="Before this time.")
    user_ids: WordList = Field((), description="Who asked.")
    object_ids: WordList = Field((), description="What it was about.")
    is_success: bool | None = Field(None, description="Only what succeeded, or only what did not.")
    changes_only: bool = Field(False, description="Orders only, no questions.")
    result_size: ResultSize = Field(1000, description="Entries at most, or Unlimited.")
    start_index: int = Field(0, ge=0, description="Leave out so many of the newest.")


class AdminAuditEvent(Output):
    """An entry."""

    table_columns: ClassVar[tuple[str, ...]] = (
        *("run_date", "caller", "cmdlet_name", "object_modified", "cmdlet_parameters", "succeeded", "error"),
    )
    run_date: datetime = Field(description="When.")
    caller: str = Field(description="Who.")
    cmdlet_name: str = Field(description="Which cmdlet; the operation's name for what is none.")
    object_modified: str = Field(description="What it was about.")
    cmdlet_parameters: tuple[str, ...] = Field(description="NAME:VALUE; changes of lists as +A;-B.")
    modified_properties: tuple[str, ...] = Field(description="NAME: before -> after.")
    succeeded: bool = Field(description="Whether it was done.")
    error: str | None = Field(description="Why not.")
    client_ip: str | None = Field(alias="ClientIP", description="From where.")
    face: str | None = Field(description="web, api, shell or cli.")
    is_change: bool = Field(description="An order, not a question.")
    originating_server: str | None = Field(description="Which host did it.")
    identity: str = Field(description="Number of the entry.")

    @classmethod
    def of(cls, entry: AuditEntry) -> AdminAuditEvent:
        """Of a record."""
        return cls(
            run_date=from_micros(entry.run_date, UTC),
            caller=entry.caller,
            cmdlet_name=entry.cmdlet or entry.operation,
            object_modified=entry.object_modified,
            cmdlet_parameters=tuple(f"{name}:{value}" for name, value in entry.parameters),
            modified_properties=tuple(f"{name}: {old} -> {new}" for name, old, new in entry.modified_properties),
            succeeded=entry.succeeded,
            error=entry.error or None,
            ClientIP=entry.origin or None,
            face=entry.face or None,
            is_change=entry.changes,
            originating_server=entry.server or None,
            identity=str(entry.id),
        )


def handle(context: Context, question: Question) -> Iterator[AdminAuditEvent]:
    """Search. Raises OperationError for parameters without cmdlets."""
    if question.parameters and not question.cmdlets:
        raise OperationError("cmdlets-missing", tell("Parameters goes with Cmdlets"), tell("name the cmdlets, too"))
    found = context.settings.log.search(
        cmdlets=question.cmdlets,
        parameters=question.parameters,
        start=to_micros(question.start_date) if question.start_date else None,
        end=to_micros(question.end_date) if question.end_date else None,
        users=question.user_ids,
        objects=question.object_ids,
        succeeded=question.is_success,
        changes=True if question.changes_only else None,
    )
    stop = None if question.result_size is None else question.start_index + question.result_size
    for entry in islice(found, question.start_index, stop):
        yield AdminAuditEvent.of(entry)


OPERATION = Operation(
    name="search-admin-audit-log",
    summary="Show who asked or ordered what, newest first.",
    input=Question,
    output=AdminAuditEvent,
    handler=handle,
    roles=("Audit Logs", "View-Only Audit Logs"),
    scope=Scope.ORGANIZATION,
    command=("audit", "admin-log"),
    cmdlet="Search-AdminAuditLog",
    store=False,
    details="Every question and order is here, with what it changed, and those that were refused.",
)
