"""Historical searches: ordered, run in the background, shown. A report has all that was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from mailwake.events.told import tell
from mailwake.jobs.records import CANCELLED, DONE, FAILED, IN_PROGRESS, NOT_STARTED, JobRecord
from mailwake.operations.audit_jobs import moment
from mailwake.operations.catalog.message_trace import Question as Search
from mailwake.operations.catalog.message_trace import handle as search
from mailwake.operations.context import Context
from mailwake.operations.contract import Caller, CallerScope, OperationError
from mailwake.operations.historical_csv import extended, summary
from mailwake.operations.historical_models import HistoricalOrder, HistoricalSearch
from mailwake.operations.job_access import queue
from mailwake.operations.job_runner import Work
from mailwake.operations.trace_models import TraceRow
from mailwake.operations.trace_pages import MOST
from mailwake.operations.tracking_events import events

if TYPE_CHECKING:
    from mailwake.operations.models import Answer

KIND = "historical-search"
_BATCH = 200
"""Messages whose rows are asked for at once."""
_SAID = {
    NOT_STARTED: "The search has not been started.",
    IN_PROGRESS: "The search is under way.",
    DONE: "Complete. The report is ready.",
    FAILED: "The search failed.",
    CANCELLED: "The search was cancelled.",
}


def criteria_of(context: Context, order: HistoricalOrder) -> dict[str, Any]:
    """What the queue keeps: the order, and over what the caller may ask."""
    scope = context.caller.scope
    return {
        "order": order.model_dump(mode="json", by_alias=True),
        "everything": scope.everything,
        "domains": list(scope.domains),
        "mailboxes": list(scope.mailboxes),
    }


def run(context: Context, job: JobRecord) -> Work:
    """Search, and write the report."""
    order = _order(job)
    scope = CallerScope(
        bool(job.criteria["everything"]), tuple(job.criteria["domains"]), tuple(job.criteria["mailboxes"])
    )
    asking = replace(context, caller=Caller(job.caller, scope=scope))
    rows = [0]
    if order.report_type == "MessageTrace":
        pieces = summary(_whole_messages(asking, order.search()), rows)
    else:
        pieces = extended(events(asking, _ids(asking, order.search())), rows)
    if order.encoding == "Unicode":
        # kept as the bytes that they are: what is no UTF-8 goes through the queue as surrogates
        pieces = (piece.encode("utf-16-le").decode("utf-8", "surrogateescape") for piece in pieces)
    name = "".join(char if char.isalnum() or char in "-_" else "_" for char in order.report_title)
    return Work(pieces, f"{name}.csv", f"The report {order.report_title!r} is in the attached file.\n", rows)


def _order(job: JobRecord) -> HistoricalOrder:
    return HistoricalOrder.model_validate(job.criteria["order"])


def _rows(context: Context, asked: Search) -> Iterator[TraceRow]:
    found: Answer = search(context, asked.model_copy(update={"result_size": MOST}))
    return (row for row in found if isinstance(row, TraceRow))


def _ids(context: Context, asked: Search) -> Iterator[str]:
    """Messages that have a row which is asked for, newest first."""
    seen: set[str] = set()
    for row in _rows(context, asked):
        if row.message_trace_id not in seen:
            seen.add(row.message_trace_id)
            yield row.message_trace_id


def _whole_messages(context: Context, asked: Search) -> Iterator[TraceRow]:
    """All rows of each message that has one which is asked for."""
    ids = _ids(context, asked)
    while batch := tuple(islice(ids, _BATCH)):
        found: dict[str, list[TraceRow]] = {trace_id: [] for trace_id in batch}
        for row in _rows(context, Search.model_validate({"message_trace_id": batch})):
            found.setdefault(row.message_trace_id, []).append(row)
        for rows in found.values():
            yield from rows


def find(context: Context, job_id: str) -> JobRecord:
    """The search of an id that the caller may see. Raises OperationError."""
    job = queue(context).get(job_id)
    hidden = job is not None and not context.caller.scope.everything and job.caller != context.caller.name
    if job is None or job.kind != KIND or hidden:
        what = tell("there is no historical search {job_id!r}", job_id=job_id)
        raise OperationError("search-not-found", what, tell("List them: Get-HistoricalSearch."), status=404)
    return job


def as_shown(job: JobRecord) -> HistoricalSearch:
    """A job as the searches' operations show it."""
    order = _order(job)
    done = job.state == DONE
    return HistoricalSearch(
        job_id=job.guid,
        submit_date=moment(job.created),
        report_title=order.report_title,
        status=job.state,
        rows=job.rows if done or job.state == IN_PROGRESS else None,
        file_rows=job.rows if done else None,
        report_status_description=_SAID.get(job.state, job.state),
        report_type=order.report_type,
        start_date=order.start_date,
        end_date=order.end_date,
        sender_address=order.sender_address,
        recipient_address=order.recipient_address,
        MessageID=order.message_id,
        delivery_status=order.delivery_status,
        direction=order.direction,
        notify_address=job.recipients,
        submitted_by=job.caller,
        completion_date=moment(job.finished) if job.finished else None,
        file_url=f"/api/v1/historical-search-result?JobId={job.guid}&format=file" if done else None,
        file_size=job.size if done else None,
        error_code="Failed" if job.state == FAILED else None,
        error_description=job.error or job.note or None,
    )
