"""Pages that are one operation each: which, with which controls and columns. A list; `views.listing` shows them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mailwake.audit.policy.actions import EVERYDAY_NAMES
from mailwake.audit.policy.rules import RULES
from mailwake.directory.roles import ROLE_GROUPS
from mailwake.operations.contract import all_operations
from mailwake.operations.saved_queries import DEFAULTS


@dataclass(frozen=True)
class Page:
    """One page."""

    slug: str
    operation: str
    title: str | Promise
    lead: str | Promise
    fields: tuple[str, ...] = ()
    """Inputs that have a control, in order."""
    columns: tuple[str, ...] = ()
    """Outputs that are shown, by their names in Python; empty: those the operation's own table has."""
    icon: str = "list"
    always: dict[str, Any] = field(default_factory=dict)
    """Inputs that are always given."""
    usual: Callable[[], dict[str, Any]] = dict
    """Inputs that are given when the page is opened without any."""
    waits: bool = False
    """Nothing is asked until the form was sent: an input is needed."""


def _ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


AUDITING = (
    Page(
        "mailbox-search",
        "search-mailbox-audit-log",
        _("Mailbox audit log"),
        _("Who did what in a mailbox, when, and from where: the owner, delegates and administrators."),
        ("identity", "logon_types", "operations", "start_date", "end_date", "external_access", "result_size"),
        (
            *("last_accessed", "mailbox_owner_upn", "logon_user_display_name", "logon_type", "operation"),
            *("operation_result", "folder_path_name", "dest_folder_path_name", "item_subject", "client_ip_address"),
        ),
        "search",
        always={"show_details": True},
        usual=lambda: {"result_size": 1000},
        waits=True,
    ),
    Page(
        "non-owner-access",
        "non-owner-mailbox-access-report",
        _("Non-owner mailbox access report"),
        _("Which mailboxes were opened by somebody else than their owner."),
        ("start_date", "end_date", "mailboxes", "access"),
        icon="people",
    ),
    Page(
        "unified",
        "search-unified-audit-log",
        _("Audit log search"),
        _("Everything that is audited: mailboxes, imported records of other services, changes of settings."),
        (
            *("start_date", "end_date", "operations", "user_ids", "record_type", "ip_addresses", "free_text"),
            "result_size",
        ),
        icon="shield",
        usual=lambda: {
            "start_date": timezone.now() - timedelta(days=7),
            "end_date": timezone.now(),
            "result_size": 500,
        },
    ),
    Page(
        "explain",
        "audit-explain",
        _("Would it be recorded?"),
        _("Names the rule of the policy that decides, for anybody, any mailbox and any action, at any time."),
        ("identity", "actor", "action", "logon_type", "at"),
        icon="question",
        waits=True,
    ),
    Page(
        "coverage",
        "audit-coverage",
        _("Coverage"),
        _("What the policy asks for in each mailbox, against what its server has ever shown."),
        ("mailboxes",),
        icon="shield",
    ),
    Page(
        "hosts",
        "audit-host-coverage",
        _("What servers show"),
        _("Which actions each host's log has shown, and what the others need to be seen."),
        ("hosts",),
        icon="list",
    ),
    Page(
        "unrecorded",
        "unrecorded-acts",
        _("Left out"),
        _("Acts that left no record, counted by day and by the rule that kept them out: no hole is silent."),
        ("start_date", "end_date", "rules"),
        icon="list",
    ),
    Page(
        "bypass",
        "get-mailbox-audit-bypass-association",
        _("Bypass associations"),
        _("Who is left out of auditing, wherever they act: those with Yes. Review this list regularly."),
        icon="people",
    ),
    Page(
        "admin-log",
        "search-admin-audit-log",
        _("Admin audit log"),
        _("Who asked what, and who changed which setting: before and after."),
        ("start_date", "end_date", "user_ids", "cmdlets", "object_ids", "is_success", "changes_only", "result_size"),
        icon="clock",
        usual=lambda: {"start_date": _ago(7), "result_size": 500},
    ),
)
ADMINISTRATION = (
    Page(
        "sources",
        "source-status",
        _("Sources"),
        _("Logs that are read as they are written: what came, how late, and what was lost."),
        icon="list",
    ),
    Page(
        "role-groups",
        "get-role-group",
        _("Role groups"),
        _("Who may do what: role groups, their management roles and members."),
        icon="people",
    ),
    Page(
        "domains",
        "get-accepted-domain",
        _("Accepted domains"),
        _("Domains of the organization: what is inbound and outbound follows from them."),
        icon="list",
    ),
)
OWN = (
    Page(
        "my-mailbox",
        "my-mailbox-access",
        _("My mailbox"),
        _("Who was in your mailbox: delegates and administrators, what they did, when and from where."),
        ("start_date", "end_date", "include_owner", "result_size"),
        (
            *("last_accessed", "logon_user_display_name", "logon_type", "operation", "operation_result"),
            *("folder_path_name", "item_subject", "client_ip_address"),
        ),
        icon="shield",
        usual=lambda: {"result_size": 1000},
    ),
)
PAGES = {page.slug: page for page in (*AUDITING, *ADMINISTRATION, *OWN)}


def hints() -> list[str]:
    """Descriptions of the inputs that have a control, in English: texts for the catalogues of translations."""
    operations = all_operations()
    inputs = [(operations[page.operation].input.model_fields, page.fields) for page in PAGES.values()]
    return sorted({infos[name].description or "" for infos, names in inputs for name in names} - {""})


def sentences() -> list[str]:
    """What the product says of its role groups, rules, actions and queries, in English, for the catalogues, too."""
    queries = (text for one in DEFAULTS for text in (one.name, one.about))
    return sorted(
        {*(about for about, _roles in ROLE_GROUPS.values()), *RULES.values(), *EVERYDAY_NAMES.values(), *queries}
    )
