"""The menu: sections and pages in the order in which they are shown. A page is shown to who may run its operation."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


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
    ]
