"""Mailbox audit log searches in the background: ordered, run, shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from mailwake.audit.record import AuditRecord
from mailwake.audit.record_xml import mailbox_result
from mailwake.jobs.records import JobRecord, Order
from mailwake.operations.audit_criteria import has_attachments, is_external
from mailwake.operations.audit_log import audit_log, records
from mailwake.operations.audit_models import AuditLogSearch
from mailwake.operations.audit_people import People
from mailwake.operations.context import Context
from mailwake.operations.job_access import queue
from mailwake.operations.job_runner import Work
from mailwake.operations.when import from_micros
from mailwake.store.audit_filter import AuditFilter

KIND = "mailbox-audit-log-search"
ADMIN_KIND = "admin-audit-log-search"
TYPES = {KIND: "Mailbox", ADMIN_KIND: "Admin"}
"""Kinds of jobs that are searches of an audit log, and the type that Get-AuditLogSearch gives them."""
FILE = "SearchResult.xml"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def order(
    context: Context,
    wanted: AuditFilter,
    *,
    name: str,
    recipients: tuple[str, ...],
    shown: dict[str, str],
    external: bool = False,
    attachments: bool | None = None,
) -> AuditLogSearch:
    """Put a search into the queue."""
    criteria = {"filter": _plain(wanted), "external": external, "attachments": attachments, "zone": str(context.zone)}
    made = Order(KIND, context.caller.name, name, criteria, shown, recipients)
    return as_shown(queue(context).add(made, context.micros))


def _plain(wanted: AuditFilter) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(wanted).items()}


def _filter(values: dict[str, Any]) -> AuditFilter:
    kept: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return AuditFilter(**kept)


def run(context: Context, job: JobRecord) -> Work:
    """Search, and write SearchResult.xml."""
    wanted = _filter(job.criteria["filter"])
    external, attachments = bool(job.criteria["external"]), job.criteria["attachments"]
    rows = [0]

    def found() -> Iterator[AuditRecord]:
        for record in records(audit_log(context), wanted, oldest_first=True):
            if external and not is_external(record):
                continue
            if attachments is not None and has_attachments(record) != attachments:
                continue
            rows[0] += 1
            yield record

    pieces = mailbox_result(found(), People(context.directory), context.zone)
    return Work(pieces, FILE, summary(job, "mailbox"), rows, f"Audit log search: {job.name}")


def summary(job: JobRecord, log: str) -> str:
    """Text of the mail: what was searched for in which log, and when."""
    ordered = from_micros(job.created, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    lines = [f"The {log} audit log search {job.name!r}, ordered by {job.caller} at {ordered}, is done.", ""]
    lines += [f"{name}: {value}" for name, value in job.shown.items() if value]
    return "\n".join([*lines, "", f"The records are in the attached file {FILE}.", ""])


def as_shown(job: JobRecord) -> AuditLogSearch:
    """A job as the searches' operations show it."""
    return AuditLogSearch(
        name=job.name,
        identity=job.guid,
        type=TYPES.get(job.kind, "MessageTrace"),
        status=job.state,
        created=moment(job.created),
        created_by=job.caller,
        finished=moment(job.finished) if job.finished else None,
        start_date=job.shown.get("StartDate"),
        end_date=job.shown.get("EndDate"),
        mailboxes=job.shown.get("Mailboxes") or None,
        logon_types=job.shown.get("LogonTypes") or None,
        operations=job.shown.get("Operations") or None,
        status_mail_recipients=job.recipients,
        rows=job.rows if job.state == "Done" else None,
        size=job.size if job.state == "Done" else None,
        mailed=job.mailed,
        note=job.error or job.note or None,
    )


def moment(micros: int) -> datetime:
    """A time as outputs have it."""
    return _EPOCH + timedelta(microseconds=micros)
