"""Lines of a message in the queue that are no deliveries: the end, freezing, administrators' commands.

Exim specification, chapter 52, "Completion" and "Other log entries"; section 5.2 for the options -Mf -Mt -Mg -Mrm.
The verb must stand first: subjects, replies and ACL texts hold these words too.
"""

from __future__ import annotations

from collections.abc import Callable

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.exim.fields import fields_in, seconds
from mailwake.sources.exim.notes import remark

_FILTERS = ("ACL", "the system filter", "system filter", "local_scan", "local_scan()")
_TIMERS = ("errmsg timer", "auto-thaw", "timeout_frozen_after")


def completed(key: str, text: str) -> Parsed | None:
    """`Completed`, with queue time by log_selector."""
    if len(text) == 9:
        return "remove", key, {"by": "queue"}
    if text[9] != " ":
        return None
    fields: Fields = {"by": "queue"}
    for name, value in fields_in(text):
        took = seconds(value) if name == "QT" else None
        if took is not None:
            fields["queue_time"] = took
    return "remove", key, fields


def frozen(key: str, text: str) -> Parsed | None:
    """`frozen by root`, `Frozen (delivery error message)`, `Frozen by the system filter: text`, `*** Frozen ...`."""
    return _action(key, "hold", text.removeprefix("*** ").removeprefix("Frozen").removeprefix("frozen"))


def unfrozen(key: str, text: str) -> Parsed | None:
    """`unfrozen by root`, `Unfrozen by errmsg timer`."""
    return _action(key, "release", text[8:])


def removed(key: str, text: str) -> Parsed | None:
    """`removed by root` (-Mrm): the message is gone and nobody is told."""
    return _action(key, "delete", text[7:])


def cancelled(key: str, text: str) -> Parsed | None:
    """`cancelled by root` (-Mg), by system filter, by timeout_frozen_after: open recipients fail, `**` lines follow."""
    return _action(key, "expire", text[9:])


def marked_delivered(key: str, text: str) -> Parsed | None:
    """`address <x> marked delivered by root` (-Mmd): Exim will not deliver to it any more."""
    target, _, who = text[9:].partition("> marked delivered by ")
    if not who:
        return None
    return "deliver", key, {"recipient": target, "status": "sent", "disposition": "discard", "reply": text}


def added(key: str, text: str) -> Parsed | None:
    """`recipient <x> added by root` (-Mar)."""
    target, _, who = text[11:].partition("> added by ")
    return ("note", key, {"text": text, "recipient": target}) if who else None


def _action(key: str, action: str, rest: str) -> Parsed | None:
    fields: Fields = {"action": action, "actor": "system"}
    if rest.startswith(" by "):
        who, _, text = rest[4:].partition(": ")
        fields["actor"] = _actor(who)
        fields["who"] = who
        if text:
            fields["text"] = text
    elif rest.startswith(" ("):
        fields["text"] = rest[2:].rstrip(")")
    elif rest:
        return None
    return "queue_action", key, fields


def _actor(who: str) -> str:
    if who in _FILTERS:
        return "filter"
    return "system" if who in _TIMERS else "admin"


_VERBS: dict[str, tuple[str, Callable[[str, str], Parsed | None]]] = {
    "frozen": ("frozen by ", frozen),
    "Frozen": ("Frozen", frozen),
    "***": ("*** Frozen", frozen),
    "unfrozen": ("unfrozen by ", unfrozen),
    "Unfrozen": ("Unfrozen", unfrozen),
    "removed": ("removed by ", removed),
    "cancelled": ("cancelled by ", cancelled),
    "address": ("address <", marked_delivered),
    "recipient": ("recipient <", added),
}


def queue_line(key: str, text: str) -> Parsed:
    """Any line of a message that is neither arrival, delivery, rejection nor end."""
    verb = _VERBS.get(text.partition(" ")[0])
    if verb is not None and text.startswith(verb[0]):
        parsed = verb[1](key, text)
        if parsed is not None:
            return parsed
    return remark(key, text)
