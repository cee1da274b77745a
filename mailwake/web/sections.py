"""The menu: sections and pages in the order in which they are shown. A page is shown to who may run its operation."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mailwake.web.pages import ADMINISTRATION, AUDITING, OWN, Page


@dataclass(frozen=True)
class Entry:
    """One page of the menu."""

    view: str
    """Name of its route."""
    title: str | Promise
    icon: str
    """Name of a symbol in `templates/web/icons.svg`."""
    operation: str = ""
    """Operation that the caller must be allowed to run; "" for anybody who is signed in."""

    @property
    def address(self) -> str:
        """Where it is."""
        name, _, slug = self.view.partition(":")
        return reverse(name, args=[slug] if slug else [])


def sections() -> list[tuple[str | Promise, list[Entry]]]:
    """All sections."""
    return [
        (
            _("Mail flow"),
            [
                Entry("overview", _("Overview"), "chart", "message-trace"),
                Entry("trace", _("Message trace"), "search", "message-trace"),
            ],
        ),
        (
            _("My mail"),
            [
                Entry("my-messages", _("My messages"), "mailbox", "my-messages"),
                *(_listed(page) for page in OWN),
            ],
        ),
        (
            _("Mailbox auditing"),
            [
                *(_listed(page) for page in AUDITING[:3]),
                Entry("mailboxes", _("Mailboxes"), "mailbox", "get-mailbox"),
                Entry("organization", _("Organization"), "gear", "get-organization-config"),
                Entry("retention", _("Retention policies"), "clock", "get-unified-audit-log-retention-policy"),
                *(_listed(page) for page in AUDITING[3:]),
            ],
        ),
        (
            _("Administration"),
            [
                Entry("accounts", _("People and tokens"), "key", "get-account"),
                *(_listed(page) for page in ADMINISTRATION),
                Entry("reference", _("API reference"), "list"),
            ],
        ),
    ]


def _listed(page: Page) -> Entry:
    return Entry(f"listing:{page.slug}", page.title, page.icon, page.operation)
