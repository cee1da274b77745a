"""Queries of the message trace that can be run again."""

from __future__ import annotations

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.saved_queries import Kind, SavedQuery, kept


class Question(Input):
    """Which of them."""

    query_id: str = Field("", description="Id of one; all when left out.", json_schema_extra=position(1))
    kind: tuple[Kind, ...] = Field((), description="Default, Custom (named by somebody), Autosaved (ran lately).")


def handle(context: Context, question: Question) -> list[SavedQuery]:
    """Those that come with the product, then named ones, then what the caller asked last."""
    found = kept(context, question.kind)
    wanted = question.query_id.strip().lower()
    return [one for one in found if not wanted or one.query_id == wanted]


OPERATION = Operation(
    name="get-saved-query",
    summary="List the queries of the message trace that can be run again.",
    input=Question,
    output=SavedQuery,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
    command=("query", "list"),
    store=False,
    details="Named queries are seen by everybody who traces the whole organization, and changed by who keeps them.",
)
