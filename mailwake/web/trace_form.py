"""The search panel of the message trace page: what is typed, to the input of the operation, and back into the fields.

Everything is in the address, so that a search can be sent to somebody or kept as a bookmark. Times are as the person
sees clocks: in the zone of the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel

from mailwake.operations.criteria import split_addresses
from mailwake.operations.trace_models import TraceCriteria

RANGES: dict[str, tuple[str | Promise, timedelta | None]] = {
    "1h": (gettext_lazy("Last hour"), timedelta(hours=1)),
    "24h": (gettext_lazy("Last 24 hours"), timedelta(hours=24)),
    "2d": (gettext_lazy("Last 2 days"), timedelta(days=2)),
    "7d": (gettext_lazy("Last 7 days"), timedelta(days=7)),
    "30d": (gettext_lazy("Last 30 days"), timedelta(days=30)),
    "90d": (gettext_lazy("Last 90 days"), timedelta(days=90)),
    "all": (gettext_lazy("Any time"), None),
    "days": (gettext_lazy("Slider: days back"), None),
    "custom": (gettext_lazy("Custom range"), None),
}
DEFAULT_RANGE = "2d"
DEFAULT_DAYS = "2"
FURTHEST = 90
"""Days that the slider reaches back, as Exchange's time line does."""
_LISTS = {"message_id": "message_id", "trace_id": "message_trace_id", "queue_id": "queue_id", "from_ip": "from_ip",
          "to_ip": "to_ip", "sasl_user": "sasl_user", "host": "host"}  # fmt: skip
_CHOICES = {"status": "status", "detail": "status_detail", "outcome": "outcome", "direction": "direction"}
_ADDRESSES = {"sender": "sender_address", "recipient": "recipient_address"}
_SEPARATOR = re.compile(r"[;,\s]+")
TEXTS = (*_ADDRESSES, *_LISTS, "subject", "how", "range", "days", "start", "end", "size_min", "size_max")
SORTS = {
    "received": "Received",
    "sender_address": "SenderAddress",
    "recipient_address": "RecipientAddress",
    "subject": "Subject",
    "status": "Status",
    "direction": "Direction",
    "from_ip": "FromIP",
    "to_ip": "ToIP",
    "size": "Size",
    "message_id": "MessageId",
    "sasl_user": "SaslUser",
}
"""Columns of the list that all that was found can be sorted by."""
_HOW = ("Contains", "StartsWith", "EndsWith")
_TYPED = "%Y-%m-%dT%H:%M"
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


@dataclass
class TraceForm:
    """What the panel says."""

    values: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    sort: str = ""
    """Property that rows are in the order of, with - before it if the largest is first; "" is newest first."""

    @classmethod
    def of(cls, query: QueryDict) -> TraceForm:
        """Read an address."""
        form = cls({name: query.get(name, "").strip() for name in TEXTS if query.get(name, "").strip()})
        form.chosen = {name: [one for one in query.getlist(name) if one] for name in _CHOICES}
        if form.values.get("range") not in RANGES:
            given = form.values.get("start") or form.values.get("end")
            form.values["range"] = "custom" if given else DEFAULT_RANGE
        if form.values.get("how") not in _HOW:
            form.values["how"] = _HOW[0]
        days = form.values.get("days", "")
        if form.values["range"] != "days":
            form.values.pop("days", "")
        elif not (days.isascii() and days.isdecimal() and 1 <= int(days[:4]) <= FURTHEST):
            form.values["days"] = DEFAULT_DAYS
        sort = query.get("sort", "")
        form.sort = sort if sort.removeprefix("-") in SORTS and sort != "-received" else ""
        return form

    def order(self) -> dict[str, Any]:
        """Inputs of the operation for the order of the rows."""
        name = self.sort.removeprefix("-")
        return {"sort_by": SORTS[name], "ascending": not self.sort.startswith("-")} if name else {}

    def given(self) -> dict[str, Any]:
        """Inputs of the operation; `errors` has what was not understood."""
        found: dict[str, Any] = {}
        for name, inside in _ADDRESSES.items():
            if addresses := split_addresses(self.values.get(name, "")):
                found[inside] = tuple(addresses)
        for name, inside in _LISTS.items():
            if parts := [part for part in _SEPARATOR.split(self.values.get(name, "")) if part]:
                found[inside] = tuple(parts)
        for name, inside in _CHOICES.items():
            if self.chosen.get(name):
                found[inside] = tuple(self.chosen[name])
        if self.values.get("subject"):
            found |= {"subject": self.values["subject"], "subject_filter_type": self.values["how"]}
        for name in ("size_min", "size_max"):
            if name in self.values:
                found[name] = self._size(name)
        return found | self._span()

    def _span(self) -> dict[str, Any]:
        if self.values["range"] != "custom":
            length = self.span
            return {} if length is None else {"start_date": timezone.now() - length}
        found = {}
        for name, inside in (("start", "start_date"), ("end", "end_date")):
            if text := self.values.get(name):
                found[inside] = self._moment(name, text)
        if len(found) == 2 and found["start_date"] and found["end_date"] and found["start_date"] >= found["end_date"]:
            self.errors["end"] = _("The end is not after the start.")
        return {name: value for name, value in found.items() if value is not None}

    def _moment(self, name: str, text: str) -> datetime | None:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.errors[name] = _("This is no date and time, such as 2026-11-24 14:30.")
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.get_current_timezone())

    def _size(self, name: str) -> int | None:
        found = re.fullmatch(r"(\d{1,12})\s*([kmg]?)b?", self.values[name].lower())
        if found is None:
            self.errors[name] = _("This is no size, such as 2000, 10k or 5M.")
            return None
        return int(found[1]) * _UNITS[found[2]]

    @property
    def span(self) -> timedelta | None:
        """Length of a range that ends now; None for a custom one, and for any time."""
        if self.values["range"] == "days":
            return timedelta(days=int(self.values["days"]))
        return RANGES[self.values["range"]][1]

    @classmethod
    def of_criteria(cls, criteria: TraceCriteria, span: timedelta | None) -> TraceForm:
        """The panel of a search that was kept."""
        form = cls()
        texts: dict[str, Any] = {}
        for name, inside in _ADDRESSES.items():
            texts[name] = "; ".join(getattr(criteria, inside))
        for name, inside in _LISTS.items():
            texts[name] = " ".join(getattr(criteria, inside))
        texts |= {"subject": criteria.subject, "how": criteria.subject_filter_type}
        texts |= {name: _size_text(getattr(criteria, name) or 0) for name in ("size_min", "size_max")}
        for name, moment in (("start", criteria.start_date), ("end", criteria.end_date)):
            texts[name] = timezone.localtime(moment).strftime(_TYPED) if moment else ""
        texts["range"] = _range(span, bool(criteria.start_date or criteria.end_date))
        if span is not None and texts["range"] == "days":
            texts["days"] = str(span.days)
        if span is not None and texts["range"] == "custom":
            texts["start"] = (timezone.localtime() - span).strftime(_TYPED)
        form.values = {name: text for name, text in texts.items() if text}
        form.chosen = {name: list(getattr(criteria, inside)) for name, inside in _CHOICES.items()}
        return form

    def address(self, **changes: str) -> str:
        """The search as a query string, with changes."""
        query = QueryDict(mutable=True)
        for name, text in {**self.values, **changes}.items():
            if text and not (name == "how" and not self.values.get("subject")):
                query[name] = text
        for name, texts in self.chosen.items():
            if texts:
                query.setlist(name, texts)
        if self.sort:
            query["sort"] = self.sort
        return query.urlencode()


def _size_text(size: int) -> str:
    """As one would type it."""
    if not size:
        return ""
    unit = next(unit for unit in ("g", "m", "k", "") if size % _UNITS[unit] == 0)
    return f"{size // _UNITS[unit]}{unit.upper()}"


def _range(span: timedelta | None, absolute: bool) -> str:
    """The word of the range that has this length."""
    if span is None:
        return "custom" if absolute else "all"
    fixed = next((word for word, (_title, length) in RANGES.items() if length == span), "")
    return fixed or ("days" if span == timedelta(days=span.days) and 1 <= span.days <= FURTHEST else "custom")


def operation_query(given: dict[str, Any], model: type[BaseModel] = TraceCriteria, **more: str) -> str:
    """The same search as a query string of the REST face, for downloads."""
    query = QueryDict(mutable=True)
    for name, value in given.items():
        info = model.model_fields[name]
        outside = info.alias or name
        texts = value if isinstance(value, tuple) else (value,)
        query.setlist(outside, [one.isoformat() if isinstance(one, datetime) else str(one) for one in texts])
    query.update(more)
    return query.urlencode()
