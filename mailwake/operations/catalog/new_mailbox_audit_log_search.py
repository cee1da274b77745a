"""A search of the mailbox audit log in the background, its result by mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pydantic import Field

from mailwake.events.told import tell
from mailwake.operations import audit_jobs
from mailwake.operations.audit_criteria import logon_types, mail_addresses, mailbox_actions, span
from mailwake.operations.audit_log import MAILBOX_RECORDS, mailbox_names, within
from mailwake.operations.audit_models import AuditLogSearch
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import Moment, WordList, position
from mailwake.operations.models import Input
from mailwake.store.audit_filter import AuditFilter


class Order(Input):
    """Parameters of New-MailboxAuditLogSearch."""

    name: str = Field(default="", max_length=64, description="What to call it.", json_schema_extra=position(1))
    start_date: Moment = Field(description="Done at this time or later.")
    end_date: Moment = Field(description="Done before this time.")
    status_mail_recipients: WordList = Field(default=(), description="Addresses that get the result by mail.")
    mailboxes: WordList = Field(default=(), description="Mailboxes; all when left out.")
    logon_types: WordList = Field(default=(), description="Admin, Delegate, External, Owner (needs ShowDetails).")
    operations: WordList = Field(default=(), description="Actions, such as HardDelete.")
    external_access: bool = Field(default=False, description="Only acts of people from outside the organization.")
    has_attachments: bool | None = Field(
        default=None, description="Only records of items with, or without, attachments."
    )
    group_mailbox: bool = Field(default=False, description="The mailboxes are groups'.")
    show_details: bool = Field(default=False, description="Owners' acts, too.")


def place(context: Context, given: Order) -> AuditLogSearch:
    """Check the order and put it into the queue. Raises OperationError, DirectoryError."""
    low, high = span(given.start_date, given.end_date)
    kinds, external = logon_types(given.logon_types)
    if "Owner" in kinds and not given.show_details:
        raise OperationError(
            "owner-needs-details", tell("LogonTypes Owner needs ShowDetails"), tell("Add ShowDetails.")
        )
    if external and kinds:
        raise OperationError(
            "external-alone", tell("External cannot be combined with other logon types"), tell("Search twice.")
        )
    if not kinds and not given.show_details:
        kinds = ("Admin", "Delegate")
    mail_addresses(given.status_mail_recipients)
    base = within(context.caller.scope)
    if given.mailboxes:
        base = AuditFilter(mailboxes=mailbox_names(context, given.mailboxes, group=given.group_mailbox or None))
    wanted = replace(
        base,
        low=low,
        high=high,
        logon_types=kinds,
        actions=mailbox_actions(given.operations),
        record_types=MAILBOX_RECORDS,
    )
    shown = {
        "StartDate": given.start_date.isoformat(),
        "EndDate": given.end_date.isoformat(),
        "Mailboxes": ", ".join(given.mailboxes),
        "LogonTypes": ", ".join(given.logon_types),
        "Operations": ", ".join(given.operations),
        "ExternalAccess": "True" if given.external_access or external else "",
    }
    return audit_jobs.order(
        context,
        wanted,
        name=given.name or f"Mailbox audit log search {context.now():%Y-%m-%d %H:%M}",
        recipients=given.status_mail_recipients,
        shown=shown,
        external=given.external_access or external,
        attachments=given.has_attachments,
    )


def handle(context: Context, given: Order) -> Iterator[AuditLogSearch]:
    """Order the search."""
    yield place(context, given)


OPERATION = Operation(
    name="new-mailbox-audit-log-search",
    summary="Order a search of the mailbox audit log whose result, SearchResult.xml, comes by mail or is kept.",
    input=Order,
    output=AuditLogSearch,
    handler=handle,
    roles=("Audit Logs", "View-Only Audit Logs"),
    scope=Scope.FILTERED,
    changes=True,
    store=False,
    command=("audit", "order"),
    cmdlet="New-MailboxAuditLogSearch",
    details="The server runs it; without one, `mailwake jobs run` does. Mail goes out by the server that"
    " MAILWAKE_SMTP_URL names; without one the result is kept for download.",
)
