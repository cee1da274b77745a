"""The result of a search of the audit log that was kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from mailwake.events.told import tell
from mailwake.jobs.records import DONE
from mailwake.operations.audit_jobs import TYPES
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import position
from mailwake.operations.job_access import queue as queue_of
from mailwake.operations.models import Input, Piece

if TYPE_CHECKING:
    from mailwake.jobs.queue import Queue


class Question(Input):
    """Which search."""

    identity: str = Field(description="Id of the search.", json_schema_extra=position(1))


def handle(context: Context, question: Question) -> Iterator[Piece]:
    """The file, in pieces. Raises OperationError when there is none (yet)."""
    queue = queue_of(context)
    job = queue.get(question.identity)
    hidden = job is not None and not context.caller.scope.everything and job.caller != context.caller.name
    if job is None or job.kind not in TYPES or hidden:
        what = tell("there is no audit log search {identity!r}", identity=question.identity)
        raise OperationError("search-not-found", what, tell("List them: Get-AuditLogSearch -All."), status=404)
    if job.state != DONE:
        what = tell("the search {name!r} has no result: its status is {state}", name=job.name, state=job.state)
        raise OperationError(
            "search-not-done", what, job.error or tell("Wait for it, or run: mailwake jobs run"), status=409
        )
    return _pieces(queue, job.guid)


def _pieces(queue: Queue, guid: str) -> Iterator[Piece]:
    rest = b""
    for data in queue.result(guid):
        whole = rest + data
        text = whole.decode("utf-8", "ignore")  # a character may be cut in two at the end of a piece
        rest = whole[len(text.encode()) :]
        yield Piece(text=text)


OPERATION = Operation(
    name="audit-log-search-result",
    summary="Give the file of a search of the audit log that is done.",
    input=Question,
    output=Piece,
    handler=handle,
    roles=("Audit Logs", "View-Only Audit Logs"),
    scope=Scope.FILTERED,
    store=False,
    command=("audit", "result"),
    cmdlet="Get-AuditLogSearchResult",
)
