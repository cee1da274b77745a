"""The search panel of a trace as markup, and what is around the rows that it found: made once, filled in for each
view."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from mailwake.web import grid, words
from mailwake.web.kept import kept
from mailwake.web.trace_form import DEFAULT_DAYS, FURTHEST, RANGES, SORTS, TEXTS, TraceForm
from mailwake.web.zones import zones

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailwake.web.views.trace import Place

_CHOICES: dict[str, dict[str, Any]] = {
    "status": {word: label for word, (label, _tone) in words.STATUSES.items()},
    "detail": dict(words.DETAILS),
    "outcome": dict(words.OUTCOMES),
    "direction": dict(words.DIRECTIONS),
}
_IN_SIGHT = {"sender", "recipient", "range", "days", "start", "end", "how"}
"""Fields that are not among "More criteria"."""


def panel(form: TraceForm, place: Place, saved: str) -> SafeString:
    """Heading, tabs and form, filled in."""
    chosen = {name: tuple(word for word in known if word in form.chosen[name]) for name, known in _CHOICES.items()}
    chooses_more = any(chosen[name] for name in chosen if name != "status")
    more = chooses_more or any(form.values.get(name) for name in TEXTS if name not in _IN_SIGHT)
    has_saved = bool(saved) and not place.own
    key = (place.page, form.values["range"], form.values["how"], tuple(chosen.values()), more, has_saved)
    texts = {name: form.values.get(name, "") for name in TEXTS}
    texts["days"] = texts["days"] or DEFAULT_DAYS

    def shown() -> dict[str, Any]:
        return {
            "place": place,
            "tab": "search",
            "errors": form.errors,
            "range": form.values["range"],
            "furthest": FURTHEST,
            "how": form.values["how"],
            "chosen": chosen,
            "more": more,
            "saved": has_saved,
            "ranges": [(word, title) for word, (title, _length) in RANGES.items()],
            **{f"{name}_choices": list(known.items()) for name, known in _CHOICES.items()},
        }

    holes = {**texts, "zones": zones(), "saved": saved}
    return kept("web/partials/trace_search.html", None if form.errors else key, shown, holes)


def commands(place: Place, columns: Sequence[grid.Column], download: str, count: str) -> SafeString:
    """What can be done with the rows, and how many there are."""
    key = (place.page, tuple(column.name for column in columns))

    def shown() -> dict[str, Any]:
        return {"place": place, "all_columns": [(column, column in columns) for column in grid.COLUMNS]}

    return kept("web/partials/trace_commands.html", key, shown, {"download": download, "count": count})


def table(columns: Sequence[grid.Column], rows: SafeString, zone: str, form: TraceForm) -> SafeString:
    """The grid around its rows. Heads of columns that all can be sorted by lead to the same search in that order."""
    sort = form.sort or "-received"
    key = (tuple(column.name for column in columns), sort)

    def shown() -> dict[str, Any]:
        name = sort.removeprefix("-")
        ways = {name: "descending" if sort.startswith("-") else "ascending"}
        heads = [
            (column, ways.get(column.name, ""), _turned(column.name, sort) if column.name in SORTS else "")
            for column in columns
        ]
        return {"heads": heads}

    holes = {"rows": rows, "zone": zone, "search": replace(form, sort="").address()}
    return kept("web/partials/trace_grid.html", key, shown, holes)


def _turned(name: str, sort: str) -> str:
    """The order that a click on a head asks for: the smallest first, then the largest."""
    return f"-{name}" if sort == name else name


def counted(count: int, *, more: bool) -> str:
    """How many rows are loaded, in words."""
    if more:
        return ngettext("%(counter)s row and more", "%(counter)s rows and more", count) % {"counter": count}
    return ngettext("%(counter)s row", "%(counter)s rows", count) % {"counter": count}
