"""Where is my mail? One row for each message and final recipient, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

from pydantic import BaseModel, Field

from mailwake.events.told import tell, words_of
from mailwake.operations import gaps
from mailwake.operations.backend import Backend
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.criteria import Criteria, CriteriaError, to_node
from mailwake.operations.cursors import cursor, token
from mailwake.operations.models import Answer
from mailwake.operations.scoping import within
from mailwake.operations.trace import TraceQuestion, trace
from mailwake.operations.trace_models import TraceCriteria, TraceRow
from mailwake.store.order import fits
from mailwake.store.query import Order

PAGE = 5000
SortBy = Literal[
    "Received",
    "SenderAddress",
    "RecipientAddress",
    "Subject",
    "Status",
    "Direction",
    "FromIP",
    "ToIP",
    "Size",
    "MessageId",
    "SaslUser",
    "LastEvent",
]
_COLUMNS: dict[SortBy, str] = {
    "Received": "received",
    "SenderAddress": "sender",
    "RecipientAddress": "recipient",
    "Subject": "subject",
    "Status": "status",
    "Direction": "direction",
    "FromIP": "from_ip",
    "ToIP": "to_ip",
    "Size": "size",
    "MessageId": "message_id",
    "SaslUser": "sasl_user",
    "LastEvent": "last",
}


class Question(TraceCriteria):
    """Criteria, and how many rows are wanted."""

    result_size: int = Field(1000, ge=1, description="Rows at most.")
    cursor: str = Field("", description="Go on where an earlier answer ended; with the same SortBy and Ascending.")
    sort_by: SortBy = Field("Received", description="Property that the rows are in the order of.")
    ascending: bool = Field(False, description="The smallest, or oldest, first.")

    def order(self) -> Order:
        """The same as the store knows it."""
        return Order(_COLUMNS[self.sort_by], not self.ascending)


class Rows(Answer):
    """Rows of one question, fetched page by page; `next_cursor` is known when they have been taken."""

    def __init__(self, backend: Backend, asked: TraceQuestion) -> None:
        super().__init__(self._taken(backend, asked))
        self.first: int | None = None
        """When the oldest of the rows taken came in (µs UTC)."""
        self.last: int | None = None
        """When the latest event of them was."""

    def _taken(self, backend: Backend, asked: TraceQuestion) -> Iterator[TraceRow]:
        start, limit = asked.cursor, asked.limit
        while limit:
            answer = trace(backend, replace(asked, limit=min(limit, PAGE), cursor=start))
            self.next_cursor = token(answer.next_cursor) if answer.next_cursor else None
            for row in answer.rows:
                self.first = min(self.first or row.received, row.received)
                self.last = max(self.last or row.last, row.last)
                yield TraceRow.of(row)
            start = answer.next_cursor
            limit -= len(answer.rows)
            if start is None:
                return


def handle(context: Context, question: Question) -> Answer:
    """Search. Raises OperationError for criteria that cannot be meant so."""
    criteria = question.criteria()
    try:
        node = within(to_node(criteria), context.caller.scope)
        start = cursor(question.cursor) if question.cursor else None
    except CriteriaError as error:
        raise OperationError("criterion-not-understood", error.what, error.hint) from error
    except ValueError as error:
        raise OperationError(
            "cursor-not-understood", words_of(error), tell("Leave it out to begin at the newest row.")
        ) from error
    order = question.order()
    if start is not None and not fits(start, order):
        raise OperationError(
            "cursor-not-understood",
            tell("the cursor is of rows in another order"),
            tell("Leave it out to begin at the first row."),
        )
    asked = TraceQuestion(node, question.result_size, start, criteria.since, order)
    answer = Rows(context.backend(), asked)
    if start is None:  # else it was said with the first rows
        answer.items = _with_gaps(context, answer, answer.items, criteria)
    return answer


def _with_gaps(context: Context, answer: Rows, items: Iterable[BaseModel], criteria: Criteria) -> Iterator[BaseModel]:
    """The rows; when they have been taken, what the logs lack of the time asked for, or of that of the rows."""
    yield from items
    low, high = criteria.since, criteria.until
    if low is None and high is None:
        low, high = gaps.around(answer.first, answer.last)
    answer.warnings += gaps.of_window(context, low, high)


OPERATION = Operation(
    name="message-trace",
    summary="Find messages: who sent what to whom, and what became of it. One row for each final recipient.",
    input=Question,
    output=TraceRow,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
    details="Newest first unless SortBy says otherwise. Messages refused at the door are results like any other.",
)
