"""Queries of the message trace that can be run again: those that come with the product, those that people named, and
what somebody asked last.

A query is criteria and, for a range that ends whenever it is run, its length: "the last two days" stays that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

from pydantic import Field

from mailwake.directory.errors import query_not_found
from mailwake.directory.records import QueryRecord
from mailwake.events.told import tell
from mailwake.operations.context import Context
from mailwake.operations.contract import OperationError
from mailwake.operations.criteria import CriteriaError, to_node
from mailwake.operations.fields import TimeSpan
from mailwake.operations.models import Output
from mailwake.operations.trace_models import TraceCriteria
from mailwake.operations.when import from_micros

Kind = Literal["Default", "Custom", "Autosaved"]
LONGEST_NAME = 120


@dataclass(frozen=True)
class DefaultQuery:
    """One that comes with the product."""

    id: str
    name: str
    about: str
    criteria: dict[str, Any]
    span: timedelta


_TWO_DAYS, _WEEK = timedelta(days=2), timedelta(days=7)
DEFAULTS = (
    DefaultQuery("all", "All messages", "From anybody to anybody.", {}, _TWO_DAYS),
    DefaultQuery(
        "failed", "Messages that failed", "Refused, bounced, expired, thrown away.", {"Status": ["Failed"]}, _TWO_DAYS
    ),
    DefaultQuery(
        "pending",
        "Messages that wait",
        "Deferred, greylisted, held: not yet at their end.",
        {"Status": ["Pending"]},
        _WEEK,
    ),
    DefaultQuery(
        "refused",
        "Refused at the door",
        "Never accepted: the sender's server was told no.",
        {"StatusDetail": ["Rejected"], "Direction": ["Inbound"]},
        _TWO_DAYS,
    ),
    DefaultQuery(
        "bounced",
        "Sent by us and come back",
        "Messages of our people that another server refused or that expired.",
        {"StatusDetail": ["Bounced", "Expired"], "Direction": ["Outbound"]},
        _WEEK,
    ),
    DefaultQuery("quarantined", "In quarantine", "Kept back by a filter.", {"Status": ["Quarantined"]}, _WEEK),
    DefaultQuery("spam", "Filtered as spam", "Delivered to the Junk folder.", {"Status": ["FilteredAsSpam"]}, _WEEK),
    DefaultQuery(
        "discarded",
        "Thrown away without a word",
        "Discarded by a filter or a rule of the recipient: the sender believes it arrived.",
        {"StatusDetail": ["Discarded", "Deleted"]},
        _WEEK,
    ),
    DefaultQuery(
        "lists", "Lists and groups", "Messages that went to many by one address.", {"Status": ["Expanded"]}, _WEEK
    ),
    DefaultQuery("large", "Large messages", "10 MB and more.", {"SizeMin": 10 << 20}, _WEEK),
)


class SavedQuery(Output):
    """A query that can be run again."""

    table_columns: ClassVar[tuple[str, ...]] = ("query_id", "kind", "name", "owner", "span", "criteria")
    query_id: str = Field(description="Its id.")
    kind: Kind = Field(description="Default: comes with the product; Custom: named by somebody; Autosaved: ran lately.")
    name: str = Field(description="Its name.")
    owner: str | None = Field(description="Who keeps it.")
    mine: bool = Field(description="The caller's own, which they may change.")
    span: TimeSpan | None = Field(description="Length of its range, which ends whenever it is run.")
    criteria: dict[str, Any] = Field(description="Criteria by their names, as message-trace takes them.")
    created: datetime | None = Field(description="When it was first kept.")
    last_run: datetime | None = Field(description="When it ran last.")


def default_queries() -> list[SavedQuery]:
    """Those that come with the product."""
    return [
        SavedQuery(
            query_id=one.id,
            kind="Default",
            name=one.name,
            owner=None,
            mine=False,
            span=one.span,
            criteria=one.criteria,
            created=None,
            last_run=None,
        )
        for one in DEFAULTS
    ]


def as_shown(record: QueryRecord, caller: str) -> SavedQuery:
    """One that is kept, as operations show it."""
    return SavedQuery(
        query_id=record.guid,
        kind="Custom" if record.name else "Autosaved",
        name=record.name,
        owner=record.owner,
        mine=record.owner == caller.strip().lower(),
        span=timedelta(seconds=record.seconds) if record.seconds else None,
        criteria=record.criteria,
        created=from_micros(record.created, UTC),
        last_run=from_micros(record.used, UTC) if record.used else None,
    )


def kept(context: Context, kinds: Iterable[str] = ()) -> list[SavedQuery]:
    """What the caller can run again. Named queries are for everybody who traces the whole organization; whoever sees
    only a part of it has their own alone, because criteria name people of other parts."""
    wanted = set(kinds) or {"Default", "Custom", "Autosaved"}
    name = context.caller.name
    found = default_queries() if "Default" in wanted else []
    if "Custom" in wanted:
        named = context.settings.queries.named("" if context.caller.scope.everything else name)
        found += [as_shown(one, name) for one in named]
    if "Autosaved" in wanted:
        found += [as_shown(one, name) for one in context.settings.queries.recent(name)]
    return found


def own(context: Context, query_id: str) -> QueryRecord:
    """A query that the caller may change. Raises OperationError, DirectoryError."""
    found = context.settings.queries.get(query_id)
    if found.owner == context.caller.name.strip().lower():
        return found
    if not context.caller.scope.everything:
        raise query_not_found(query_id)
    what = tell("the query {name!r} is kept by {owner}", name=found.name, owner=found.owner)
    raise OperationError("query-of-another", what, tell("save it under a name of your own"), status=409)


def criteria_of(given: TraceCriteria) -> dict[str, Any]:
    """The criteria among what was given, as they are kept. Raises OperationError for what no search would take."""
    asked = TraceCriteria.model_validate({name: getattr(given, name) for name in TraceCriteria.model_fields})
    try:
        to_node(asked.criteria())
    except CriteriaError as error:
        raise OperationError("criterion-not-understood", error.what, error.hint) from error
    return asked.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def seconds_of(given: TraceCriteria, span: timedelta | None) -> int:
    """The length of a relative range. Raises OperationError where an absolute one is given, too."""
    if span is None:
        return 0
    if given.start_date or given.end_date:
        raise OperationError(
            "two-ranges",
            tell("both Span and StartDate or EndDate are given"),
            tell("give Span for a range that ends when it is run"),
        )
    return round(span.total_seconds())


def remember(context: Context, criteria: dict[str, Any], span: timedelta | None) -> None:
    """Keep what the caller asked just now among their last queries. criteria: by the names of TraceCriteria."""
    if span is not None:
        criteria = {name: value for name, value in criteria.items() if name not in ("start_date", "end_date")}
    asked = TraceCriteria.model_validate(criteria)
    outside = asked.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    seconds = round(span.total_seconds()) if span is not None else 0
    context.settings.queries.remember(context.caller.name, outside, seconds, context.micros)
