"""A search of the message trace in words, as lists of queries and the pages before an order show it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mailwake.web import words
from mailwake.web.trace_form import RANGES, TraceForm

FIELDS: dict[str, str | Promise] = {
    "sender": _("Senders"),
    "recipient": _("Recipients"),
    "subject": _("Subject"),
    "message_id": _("Message ID"),
    "trace_id": _("Network Message ID"),
    "queue_id": _("Queue ID"),
    "from_ip": _("Original client IP address"),
    "to_ip": _("Next hop"),
    "sasl_user": _("Signed in as"),
    "host": _("Host"),
    "size_min": _("At least this size"),
    "size_max": _("At most this size"),
}
"""Labels of what is typed."""
CHOICES: dict[str, tuple[str | Promise, dict[str, str | Promise]]] = {
    "status": (_("Delivery status"), {word: label for word, (label, _tone) in words.STATUSES.items()}),
    "detail": (_("Status in detail"), words.DETAILS),
    "outcome": (_("Outcome"), words.OUTCOMES),
    "direction": (_("Direction"), words.DIRECTIONS),
}
"""Labels of what is chosen, and of the choices."""
_HOW: dict[str, str | Promise] = {"StartsWith": _("starts with"), "EndsWith": _("ends with")}


def in_words(form: TraceForm) -> list[tuple[str | Promise, str]]:
    """Each criterion: its name and what it says; the time range comes first."""
    found: list[tuple[str | Promise, str]] = [(_("Time range"), _time(form))]
    for name, label in FIELDS.items():
        text = form.values.get(name, "")
        if text and name == "subject" and form.values.get("how") in _HOW:
            text = f"{_HOW[form.values['how']]}: {text}"
        if text:
            found.append((label, text))
    for name, (label, choices) in CHOICES.items():
        if form.chosen.get(name):
            found.append((label, ", ".join(str(choices.get(one, one)) for one in form.chosen[name])))
    return found


def _time(form: TraceForm) -> str:
    word = form.values["range"]
    if word == "days":
        days = int(form.values["days"])
        return ngettext("Last %(count)s day", "Last %(count)s days", days) % {"count": days}
    if word != "custom":
        return str(RANGES[word][0])
    start, end = (form.values.get(name, "").replace("T", " ") for name in ("start", "end"))
    return f"{start or '…'} – {end or '…'}"
