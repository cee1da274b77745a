"""The file of a report on messages that is done."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from pydantic import Field

from mailwake.events.told import tell
from mailwake.jobs.records import DONE
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import position
from mailwake.operations.historical_jobs import find
from mailwake.operations.job_access import queue
from mailwake.operations.models import Input, Piece


class Question(Input):
    """Which report."""

    job_id: str = Field(min_length=1, description="Its id.", json_schema_extra=position(1))


def handle(context: Context, question: Question) -> Iterator[Piece]:
    """The file, in pieces. Raises OperationError when there is none (yet)."""
    job = find(context, question.job_id)
    if job.state != DONE:
        what = tell("the search {name!r} has no result: its status is {state}", name=job.name, state=job.state)
        raise OperationError(
            "search-not-done", what, job.error or tell("Wait for it, or run: mailwake jobs run"), status=409
        )
    encoding = "utf-16-le" if job.criteria["order"].get("Encoding") == "Unicode" else "utf-8"
    return _pieces(queue(context).result(job.guid), encoding)


def _pieces(parts: Iterable[bytes], encoding: str) -> Iterator[Piece]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")  # a character may be cut in two at a piece's end
    waiting = b""
    for data in parts:
        waiting += data
        if text := decoder.decode(data):
            yield Piece.of(text, waiting)
            waiting = b""
    if text := decoder.decode(b"", True):
        yield Piece.of(text, waiting)


OPERATION = Operation(
    name="historical-search-result",
    summary="Give the file of a report on messages that is done.",
    input=Question,
    output=Piece,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
    store=False,
    command=("report", "result"),
    cmdlet="Get-HistoricalSearchResult",
)
