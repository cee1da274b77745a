"""What surrounds every page: who is signed in, the menu of what they may open, languages, zones, theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mailwake.operations.contract import Caller, all_operations
from mailwake.operations.perform import allowed
from mailwake.web.callers import caller_of
from mailwake.web.sections import Entry, sections

THEMES = ("system", "light", "dark")


@dataclass(frozen=True)
class Section:
    """A part of the menu with what the caller may open of it."""

    title: str | Promise
    entries: list[tuple[Entry, str, bool]]
    """Entry, address, and whether it is the page shown."""


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    if not hasattr(request, "user") or not request.user.is_authenticated:
        return {"languages": settings.LANGUAGES, "language": get_language(), "theme": _theme(request)}
    caller = caller_of(request)
    return {
        "caller": caller,
        "menu": _menu(request, caller),
        "languages": settings.LANGUAGES,
        "language": get_language(),
        "theme": _theme(request),
        "themes": ((THEMES[0], _("Theme of the system")), (THEMES[1], _("Light")), (THEMES[2], _("Dark"))),
        "find": _find(caller),
        "zone_name": timezone.get_current_timezone_name(),
    }


def _find(caller: Caller) -> str:
    """Where the search box leads; "" for who may look for no message."""
    for operation, view in (("message-trace", "trace-find"), ("my-messages", "my-find")):
        if allowed(all_operations()[operation], caller):
            return reverse(view)
    return ""


def _theme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get("mailwake-theme", THEMES[0])
    return chosen if chosen in THEMES else THEMES[0]


def _menu(request: HttpRequest, caller: Caller) -> list[Section]:
    found = []
    for title, entries in sections():
        shown = [
            (entry, entry.address, request.path.startswith(entry.address))
            for entry in entries
            if may_open(caller, entry)
        ]
        if shown:
            found.append(Section(title, shown))
    return found


def may_open(caller: Caller, entry: Entry) -> bool:
    """Whether the caller may run the operation that a page shows."""
    if not entry.operation:
        return True
    operation = all_operations().get(entry.operation)
    return operation is not None and allowed(operation, caller)
