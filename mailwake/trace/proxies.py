"""Filters before the queue (smtpd_proxy_filter): what they took without a queue ID of ours to follow.

The front smtpd logs `proxy-accept` with the filter's reply. Where that names a queue ID, the message is that leg's; a
filter with ids of its own (Proxmox) decides per recipient: accepted ones go on under a queue ID, others are blocked or
quarantined and are seen nowhere else.
"""

from __future__ import annotations

from mailwake.events.fact import Fact
from mailwake.store.rows import Row
from mailwake.trace.fate import OUTCOMES, Fate
from mailwake.trace.links import Component
from mailwake.trace.model import Leg
from mailwake.trace.refusals import MAX_TEXT, refusal_row
from mailwake.trace.walk import filter_fates, filter_id

_SPAN = 600_000_000
"""A persistent filter uses an id again; what it says so long (µs) from the session is about another message."""


def proxy_rows(component: Component, fact: Fact) -> tuple[Leg | None, list[Row]]:
    """Rows of the recipients that no leg shows, and the leg under which the accepted ones went on, if there is one."""
    next_id = str(fact.fields.get("next_id", ""))
    if component.legs_of.get(next_id):
        return None, []
    name = filter_id(str(fact.fields.get("reply", ""))) or next_id
    told = [other for other in component.filters.get(name, ()) if abs(other.ts - fact.ts) <= _SPAN]
    told.sort(key=lambda other: (other.ts, other.raw))
    leg: Leg | None = None
    shown: set[str] = set()
    for verdict in told:
        for queue_id in verdict.fields.get("queued_as", ()):
            for known in component.legs_of.get(queue_id, ()):
                leg = leg or known
                shown.add(str(verdict.fields.get("recipient", "")).lower())
    base = refusal_row(fact._replace(fields={**fact.fields, "text": ""}))
    names = [str(other.fields["recipient"]) for other in told if other.fields.get("recipient")]
    wanted: list[str | None] = [one for one in dict.fromkeys(names) if one.lower() not in shown]
    if not names:
        wanted = [base.recipient]
    keys = tuple(sorted({*base.keys, "f:" + name})) if told else base.keys
    return leg, [_row(base, keys, one, told, fact) for one in sorted(wanted, key=lambda one: one or "")]


def _row(base: Row, keys: tuple[str, ...], recipient: str | None, told: list[Fact], fact: Fact) -> Row:
    fates = filter_fates(told, recipient or "", fact.ts) or [_by_reply(str(fact.fields.get("reply", "")))]
    fate = fates[0]
    return base._replace(
        recipient=recipient,
        original_recipient=recipient,
        status=fate.status,
        detail=fate.detail,
        outcome=OUTCOMES.get(fate.detail, "received"),
        reason=(fate.reason or str(fact.fields.get("reply", "")))[:MAX_TEXT],
        remark=fate.remark,
        keys=keys,
    )


def _by_reply(reply: str) -> Fate:
    """What the filter's own words say of a message that it took and did not hand on."""
    low = reply.lower()
    if "quarantin" in low:
        return Fate("Quarantined", "Quarantined", reply)
    if "discard" in low or "blocked" in low:
        return Fate("Failed", "Discarded", reply)
    return Fate("GettingStatus", "Unknown", remark="end not seen")
