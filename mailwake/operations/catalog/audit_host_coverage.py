"""What each host's log shows, and what it cannot show with the logging in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from pydantic import Field

from mailwake.audit.policy.actions import ACTIONS, NEVER_LOGGED
from mailwake.audit.visibility import what_is_missing, why_unseen
from mailwake.operations.audit_jobs import moment
from mailwake.operations.audit_log import audit_log
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import WordList
from mailwake.operations.models import Input, Output


class Question(Input):
    """Which hosts."""

    hosts: WordList = Field((), description="Hosts; all that told of a mailbox when left out.")


class Shown(Output):
    """One action on one host."""

    table_columns: ClassVar[tuple[str, ...]] = ("host", "operation", "acts", "last", "remark")
    host: str = Field(description="The host.")
    operation: str = Field(description="The action.")
    acts: int = Field(description="How often its log showed it, recorded or not.")
    last: datetime | None = Field(description="When last.")
    remark: str = Field(
        description="What of the action is not shown; of one never seen, what it needs, or why no log can show it."
    )


def handle(context: Context, question: Question) -> Iterator[Shown]:
    """Every action of the mailbox audit log for each host."""
    seen = audit_log(context).seen()
    known = {(one.host.casefold(), one.action): one for one in seen}
    hosts = list(dict.fromkeys(question.hosts)) or sorted({one.host for one in seen})
    for host in hosts:
        for action in ACTIONS:
            if action in NEVER_LOGGED:
                continue
            one = known.get((host.casefold(), action))
            yield Shown(
                host=host,
                operation=action,
                acts=one.acts if one else 0,
                last=moment(one.last) if one else None,
                remark=what_is_missing(action) if one else why_unseen(action),
            )


OPERATION = Operation(
    name="audit-host-coverage",
    summary="List for each host which actions its log has shown, and what the others need to be seen.",
    input=Question,
    output=Shown,
    handler=handle,
    roles=("Audit Logs", "View-Only Audit Logs"),
    scope=Scope.ORGANIZATION,
    command=("audit", "hosts"),
)
