"""Searches of the audit log that were ordered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from pydantic import Field

from mailwake.events.told import tell
from mailwake.jobs.records import IN_PROGRESS, NOT_STARTED
from mailwake.operations.audit_jobs import TYPES, as_shown
from mailwake.operations.audit_models import AuditLogSearch
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import Moment, ResultSize, position
from mailwake.operations.job_access import queue as queue_of
from mailwake.operations.models import Input
from mailwake.operations.when import to_micros


class Question(Input):
    """Which searches."""

    identity: str = Field("", description="Id of one search.", json_schema_extra=position(1))
    created_after: Moment | None = Field(None, description="Ordered at this time or later.")
    created_before: Moment | None = Field(None, description="Ordered before this time.")
    type: str = Field("", description="Mailbox or Admin.")
    all: bool = Field(False, description="Those that have ended, too.")
    result_size: ResultSize = Field(1000, description="Searches at most, or Unlimited.")


def handle(context: Context, question: Question) -> Iterator[AuditLogSearch]:
    """Searches, newest first; without `all` those that have not ended. Raises OperationError for an id not known."""
    queue = queue_of(context)
    mine = "" if context.caller.scope.everything else context.caller.name
    if question.identity:
        job = queue.get(question.identity)
        if job is None or job.kind not in TYPES or (mine and job.caller != mine):
            what = tell("there is no audit log search {identity!r}", identity=question.identity)
            raise OperationError("search-not-found", what, tell("List them: Get-AuditLogSearch -All."), status=404)
        return iter([as_shown(job)])
    wanted = question.type.casefold()
    kinds = tuple(kind for kind, name in TYPES.items() if not wanted or name.casefold() == wanted)
    if not kinds:
        raise OperationError(
            "no-such-type", tell("{type!r} is no type of search", type=question.type), tell("Give Mailbox or Admin.")
        )
    jobs = queue.list(
        kinds=kinds,
        states=() if question.all else (NOT_STARTED, IN_PROGRESS),
        created_after=to_micros(question.created_after) if question.created_after else None,
        created_before=to_micros(question.created_before) if question.created_before else None,
        caller=mine,
    )
    return islice(map(as_shown, jobs), question.result_size)


OPERATION = Operation(
    name="get-audit-log-search",
    summary="List the searches of the audit log that were ordered and have not ended.",
    input=Question,
    output=AuditLogSearch,
    handler=handle,
    roles=("Audit Logs", "View-Only Audit Logs"),
    scope=Scope.FILTERED,
    store=False,
    command=("audit", "orders"),
    cmdlet="Get-AuditLogSearch",
    details="With All, those that are done, failed or cancelled are listed, too.",
)
