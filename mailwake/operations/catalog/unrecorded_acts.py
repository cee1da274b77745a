"""Acts that left no record: counted, so that no hole is silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from pydantic import Field

from mailwake.audit.policy.rules import RULES
from mailwake.operations.audit_criteria import span
from mailwake.operations.audit_jobs import moment
from mailwake.operations.audit_log import audit_log
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import Moment, WordList
from mailwake.operations.models import Input, Output


class Question(Input):
    """Which acts."""

    start_date: Moment | None = Field(None, description="On the day of this time or later.")
    end_date: Moment | None = Field(None, description="Before this time.")
    rules: WordList = Field((), description="Rules that kept them out, such as bypass.")


class Count(Output):
    """Acts of one day that one rule kept out."""

    table_columns: ClassVar[tuple[str, ...]] = ("day", "rule", "account", "acts")
    day: datetime = Field(description="The day, UTC.")
    rule: str = Field(description="Rule of the audit policy.")
    account: str | None = Field(description="Of accounts with a bypass association: who.")
    acts: int = Field(description="How many.")
    meaning: str = Field(description="What the rule says.")


def handle(context: Context, question: Question) -> Iterator[Count]:
    """Counts by day and rule, and by account where a bypass association kept them out."""
    low, high = span(question.start_date, question.end_date)
    day = 86_400_000_000
    wanted = {name.casefold() for name in question.rules}
    for one in audit_log(context).unrecorded():
        inside = (low is None or one.day + day > low) and (high is None or one.day < high)
        if inside and (not wanted or one.rule.casefold() in wanted):
            yield Count(
                day=moment(one.day),
                rule=one.rule,
                account=one.account or None,
                acts=one.acts,
                meaning=RULES.get(one.rule, ""),
            )


OPERATION = Operation(
    name="unrecorded-acts",
    summary="Count the acts that left no record, by day and by the rule that kept them out.",
    input=Question,
    output=Count,
    handler=handle,
    roles=("Audit Logs", "View-Only Audit Logs"),
    scope=Scope.ORGANIZATION,
    command=("audit", "holes"),
)
