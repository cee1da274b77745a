"""Do what was ordered."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.operations.audit_jobs import as_shown
from mailwake.operations.audit_models import AuditLogSearch
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.job_runner import run_pending
from mailwake.operations.models import Input


class Order(Input):
    """How much."""

    most: int = Field(1000, ge=1, description="Jobs at most.")


def handle(context: Context, given: Order) -> Iterator[AuditLogSearch]:
    """Run the jobs that wait, and say what became of them."""
    yield from map(as_shown, run_pending(context, given.most))


OPERATION = Operation(
    name="run-jobs",
    summary="Run the jobs that wait, such as searches of the audit log, and say what became of them.",
    input=Order,
    output=AuditLogSearch,
    handler=handle,
    roles=("Audit Logs",),
    scope=Scope.ORGANIZATION,
    command=("jobs", "run"),
    details="A server does it by itself.",
)
