"""What surrounds every page: who is signed in, the menu of what they may open, languages, zones, theme."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mailwake.operations.contract import Caller, all_operations, roles_of
from mailwake.operations.perform import allowed
from mailwake.web.callers import caller_of
from mailwake.web.kept import kept
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
    return {
        "bar": lambda: _bar(request),  # a template asks for it or does not
        "languages": settings.LANGUAGES,
        "language": get_language(),
        "theme": _theme(request),
        "zone_name": timezone.get_current_timezone_name(),
    }


def _bar(request: HttpRequest) -> SafeString:
    """What is above and beside a page; made once for each name with its roles, language, theme and part of the menu."""
    signed_in = hasattr(request, "user") and request.user.is_authenticated
    caller = caller_of(request) if signed_in else None
    theme, here = _theme(request), _here(request.path)
    who = (caller.name, caller.role_groups, frozenset(roles_of(caller))) if caller else ()
    holes = {"token": get_token(request), "here": request.get_full_path()}
    return kept("web/partials/bar.html", (theme, here, who), lambda: _shown(theme, here, caller), holes)


def _shown(theme: str, here: tuple[str, ...], caller: Caller | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"theme": theme, "language": get_language(), "languages": settings.LANGUAGES}
    if caller is not None:
        shown |= {"name": caller.name, "role_groups": sorted(caller.role_groups), "find": _find(caller)}
        shown |= {"menu": _menu(here, caller), "themes": _themes()}
    return shown


def _themes() -> tuple[tuple[str, str | Promise], ...]:
    return ((THEMES[0], _("Theme of the system")), (THEMES[1], _("Light")), (THEMES[2], _("Dark")))


def _find(caller: Caller) -> str:
    """Where the search box leads; "" for who may look for no message."""
    for operation, view in (("message-trace", "trace-find"), ("my-messages", "my-find")):
        if allowed(all_operations()[operation], caller):
            return reverse(view)
    return ""


def _theme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get("mailwake-theme", THEMES[0])
    return chosen if chosen in THEMES else THEMES[0]


@cache
def _addresses() -> tuple[str, ...]:
    return tuple(entry.address for _title, entries in sections() for entry in entries)


def _here(path: str) -> tuple[str, ...]:
    """Addresses of the menu that a page is, or is below."""
    return tuple(address for address in _addresses() if path.startswith(address))


def _menu(here: tuple[str, ...], caller: Caller) -> list[Section]:
    found = []
    for title, entries in sections():
        shown = [(entry, entry.address, entry.address in here) for entry in entries if may_open(caller, entry)]
        if shown:
            found.append(Section(title, shown))
    return found


def may_open(caller: Caller, entry: Entry) -> bool:
    """Whether the caller may run the operation that a page shows."""
    if not entry.operation:
        return True
    operation = all_operations().get(entry.operation)
    return operation is not None and allowed(operation, caller)
