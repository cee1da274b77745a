"""The admin center's "Export mailbox audit logs"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

from pydantic import Field

from mailwake.operations.audit_models import AuditLogSearch
from mailwake.operations.catalog import new_mailbox_audit_log_search as search
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import Moment, WordList
from mailwake.operations.models import Input

Access = Literal["AllNonOwners", "ExternalUsers", "AdministratorsAndDelegatedUsers", "Administrators"]
ACCESS: dict[str, tuple[str, ...]] = {
    "AllNonOwners": ("Admin", "Delegate"),
    "ExternalUsers": ("External",),
    "AdministratorsAndDelegatedUsers": ("Admin", "Delegate"),
    "Administrators": ("Admin",),
}
"""Logon types of each type of access; those of external users are non-owners, too."""
WEEKS = timedelta(days=14)


class Order(Input):
    """What the form of the admin center asks for."""

    start_date: Moment | None = Field(None, description="Done at this time or later; two weeks ago when left out.")
    end_date: Moment | None = Field(None, description="Done before this time; now when left out.")
    mailboxes: WordList = Field((), description="Mailboxes; all when left out.")
    access: Access = Field("AllNonOwners", description="Type of access.")
    recipients: WordList = Field((), description="Addresses that get the result by mail.")


def handle(context: Context, given: Order) -> Iterator[AuditLogSearch]:
    """Order the search."""
    end = given.end_date or context.now()
    order = search.Order(
        name="Export mailbox audit logs",
        start_date=given.start_date or end - WEEKS,
        end_date=end,
        status_mail_recipients=given.recipients,
        mailboxes=given.mailboxes,
        logon_types=ACCESS[given.access],
    )
    yield search.place(context, order)


OPERATION = Operation(
    name="export-mailbox-audit-logs",
    summary="Export what others than the owner did in mailboxes, as SearchResult.xml.",
    input=Order,
    output=AuditLogSearch,
    handler=handle,
    roles=("Audit Logs", "View-Only Audit Logs"),
    scope=Scope.FILTERED,
    changes=True,
    store=False,
    command=("audit", "export"),
)
