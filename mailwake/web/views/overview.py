"""The overview page: mail flow over time, and what goes wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from mailwake.operations.catalog.mail_flow_overview import Overview, Reason
from mailwake.operations.contract import Refused
from mailwake.trace.story_missing import as_sentence
from mailwake.web import words
from mailwake.web.callers import ask, items, page, require
from mailwake.web.charts import Column, stacked
from mailwake.web.spoken import spoken

_RANGES = {
    "24h": (_("Last 24 hours"), timedelta(hours=24)),
    "7d": (_("Last 7 days"), timedelta(days=7)),
    "30d": (_("Last 30 days"), timedelta(days=30)),
    "90d": (_("Last 90 days"), timedelta(days=90)),
}
_ORDER = ("Delivered", "Expanded", "Pending", "GettingStatus", "Quarantined", "FilteredAsSpam", "Failed")
_FILLS = {
    "Delivered": "good",
    "Expanded": "plain",
    "Pending": "wait",
    "GettingStatus": "wait-paler",
    "Quarantined": "wait-palest",
    "FilteredAsSpam": "accent",
    "Failed": "bad",
}
"""Colours in the chart: statuses of one tone are told apart there."""


@page
def overview(request: HttpRequest) -> HttpResponseBase:
    """Counts of the chosen time."""
    word = request.GET.get("range", "7d")
    word = word if word in _RANGES else "7d"
    start = timezone.now() - _RANGES[word][1]
    answer = ask(request, "mail-flow-overview", start_date=start)
    found = next(iter(answer))
    assert isinstance(found, Overview)
    columns = [
        Column(
            period.start,
            [(period.statuses[one], _FILLS[one], str(words.status(one))) for one in _ORDER if one in period.statuses],
        )
        for period in found.periods
    ]
    shown: dict[str, Any] = {
        "found": found,
        "chart": stacked(columns, found.start, found.end, found.span),
        "ranges": [(name, title) for name, (title, _length) in _RANGES.items()],
        "range": word,
        "cards": [(one, words.status(one), words.tone(one), found.statuses.get(one, 0)) for one in _ORDER],
        "legend": [(words.status(one), _FILLS[one]) for one in _ORDER if found.statuses.get(one)],
        "directions": [(words.DIRECTIONS.get(one, one), times) for one, times in sorted(found.directions.items())],
        "failed": [_reason(one) for one in found.reasons if one.status == "Failed"],
        "waiting": [_reason(one) for one in found.reasons if one.status == "Pending"],
        "warnings": spoken(tuple(answer.warnings)),
        "sources": _sources(request),
    }
    return render(request, "web/overview.html", shown)


def _sources(request: HttpRequest) -> list[BaseModel] | None:
    """What is read live; None for those who may not know."""
    try:
        require(request, "source-status")
    except Refused:
        return None
    return items(request, "source-status")


def _reason(one: Reason) -> dict[str, Any]:
    """Servers' words as they are; a remark of ours, where they said nothing, in the reader's language."""
    text = spoken(as_sentence(one.reason))
    return {"reason": text if text.lower() != one.reason.lower() else one.reason, "count": one.count}
