"""Searches of the admin audit log in the background: ordered, run; shown as those of the mailbox audit log are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mailwake.audit.record import AuditRecord
from mailwake.audit.record_xml import admin_result
from mailwake.jobs.records import JobRecord, Order
from mailwake.operations.audit_jobs import ADMIN_KIND, FILE, as_shown, summary
from mailwake.operations.audit_models import AuditLogSearch
from mailwake.operations.audit_unified import of_entry
from mailwake.operations.context import Context
from mailwake.operations.job_access import queue
from mailwake.operations.job_runner import Work

KIND = ADMIN_KIND


def order(
    context: Context, criteria: dict[str, Any], *, name: str, recipients: tuple[str, ...], shown: dict[str, str]
) -> AuditLogSearch:
    """Put a search into the queue. criteria: what `AdminLog.search` takes."""
    kept = {"log": criteria, "zone": str(context.zone)}
    made = Order(KIND, context.caller.name, name, kept, shown, recipients)
    return as_shown(queue(context).add(made, context.micros))


def run(context: Context, job: JobRecord) -> Work:
    """Search, and write SearchResult.xml, newest first as Search-AdminAuditLog has it."""
    rows = [0]

    def found() -> Iterator[AuditRecord]:
        for entry in context.settings.log.search(**job.criteria["log"]):
            rows[0] += 1
            yield of_entry(entry)

    pieces = admin_result(found(), context.zone)
    return Work(pieces, FILE, summary(job, "admin"), rows, f"Admin audit log search: {job.name}")
