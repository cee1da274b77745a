"""Pages of a trace as Exchange's cmdlets have them: by the last row of the page before, or by number.

Rows come newest first. Exchange goes on from a row by its Received as the new EndDate and its RecipientAddress as
StartingRecipientAddress (Get-MessageTraceV2), so rows of one moment are in the order of their recipients here, and
rows that share moment and recipient are never parted: a page may be longer than asked for by such rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from mailwake.events.told import tell
from mailwake.operations.catalog.message_trace import PAGE
from mailwake.operations.catalog.message_trace import Question as Search
from mailwake.operations.catalog.message_trace import handle as search
from mailwake.operations.context import Context
from mailwake.operations.contract import OperationError
from mailwake.operations.trace_models import TraceRow

MOST = 2**31 - 1
_MICRO = timedelta(microseconds=1)
_MARGIN = 20
"""Rows that are fetched beyond a page, to see its end."""
DEFAULT_SPAN = timedelta(hours=48)
"""Looked at when no dates are given."""
REACH = timedelta(days=90)
"""How far back Exchange Online looks; holds under parity."""
LONGEST = timedelta(days=10)
"""The longest span of one question to Exchange Online; holds under parity."""


def parity(context: Context) -> bool:
    """Whether the organization wants Exchange Online's limits."""
    return context.directory is not None and context.settings.organization.current().settings.parity


def period(
    context: Context, start: datetime | None, end: datetime | None, reach: timedelta = REACH
) -> tuple[datetime, datetime]:
    """The period that a question means. Raises OperationError for one that cannot be, or is not allowed under parity.

    Without dates the last 48 hours; with an end alone the 48 hours before it; with a start alone until now.
    """
    now = context.now()
    until = end or now
    since = start or until - DEFAULT_SPAN
    if since > until:
        raise OperationError(
            "invalid-period",
            tell(
                "StartDate {since} UTC lies after EndDate {until} UTC",
                since=f"{since:%Y-%m-%d %H:%M:%S}",
                until=f"{until:%Y-%m-%d %H:%M:%S}",
            ),
            tell("give a StartDate before the EndDate"),
        )
    if not parity(context):
        return since, until
    if since < now - reach:
        raise OperationError(
            "period-too-old",
            tell(
                "StartDate lies more than {days} days back, and the organization keeps to Exchange's limits",
                days=reach.days,
            ),
            tell("give a StartDate within the last {days} days, or set ExchangeParity to $false", days=reach.days),
        )
    if until - since > LONGEST:
        raise OperationError(
            "period-too-long",
            tell(
                "the period is longer than {days} days, and the organization keeps to Exchange's limits",
                days=LONGEST.days,
            ),
            tell("ask for shorter periods one by one, or set ExchangeParity to $false"),
        )
    return since, until


def ordered(rows: Iterable[TraceRow]) -> Iterator[TraceRow]:
    """Rows that come newest first, those of one moment by recipient."""
    for _, run in groupby(rows, key=lambda row: row.received):
        yield from sorted(run, key=lambda row: (recipient(row), row.message_trace_id))


def recipient(row: TraceRow) -> str:
    """What rows of one moment are ordered by."""
    return (row.recipient_address or "").lower()


def found(context: Context, asked: Search, since: datetime, until: datetime, wanted: int) -> Iterator[TraceRow]:
    """All rows from `since` to `until`, both included, in the order of pages; wanted: how many are likely taken."""
    whole = asked.model_copy(update={"start_date": since, "end_date": until + _MICRO})
    return ordered(_in_portions(context, whole, wanted + _MARGIN))


def _in_portions(context: Context, asked: Search, size: int) -> Iterator[TraceRow]:
    cursor: str | None = ""
    while cursor is not None:
        answer = search(context, asked.model_copy(update={"result_size": size, "cursor": cursor}))
        yield from (row for row in answer if isinstance(row, TraceRow))
        cursor, size = answer.next_cursor, PAGE


def after(rows: Iterable[TraceRow], end: datetime, starting: str) -> Iterator[TraceRow]:
    """The rows behind the one of that moment and recipient."""
    last = starting.strip().lower()
    return (row for row in rows if row.received != end or recipient(row) > last)


def page(rows: Iterator[TraceRow], size: int) -> tuple[list[TraceRow], bool]:
    """The next rows, and whether there are more behind them."""
    taken: list[TraceRow] = []
    for row in rows:
        if len(taken) >= size and not _together(taken[-1], row):
            return taken, True
        taken.append(row)
    return taken, False


def _together(one: TraceRow, other: TraceRow) -> bool:
    return one.received == other.received and recipient(one) == recipient(other)


def command(name: str, values: Sequence[tuple[str, str | int | Sequence[str]]]) -> str:
    """A command line to copy; values that are empty are left out."""
    words = [name]
    for parameter, value in values:
        if isinstance(value, int):
            words.append(f"-{parameter} {value}")
        elif isinstance(value, str):
            words += [f"-{parameter} {_quoted(value)}"] if value else []
        elif value:
            words.append(f"-{parameter} {','.join(map(_quoted, value))}")
    return " ".join(words)


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def moment(value: datetime) -> str:
    """A time as commands to copy have it: with its zone, nothing rounded."""
    return value.isoformat(timespec="microseconds").replace("+00:00", "Z")
