"""Filters before the queue (smtpd_proxy_filter): what they took without a queue ID of ours to follow.

The front smtpd logs `proxy-accept` with the filter's reply. Where that names a queue ID, the message is that leg's; a
filter with ids of its own (Proxmox) decides per recipient: accepted ones go on under a queue ID, others are blocked or
quarantined and are seen nowhere else.
"""

from __future__ import annotations

from mailwake.events.fact import Fact, Fields
from mailwake.store.rows import Row
from mailwake.trace.component import Component
from mailwake.trace.doors import door_of
from mailwake.trace.fate import OUTCOMES, Fate
from mailwake.trace.filters import filter_fates, filter_id, kept_from, left_out, near, recipients_of, verdict_words
from mailwake.trace.keys import refusal_key
from mailwake.trace.model import Leg
from mailwake.trace.refusals import MAX_TEXT, refusal_row


def proxy_rows(component: Component, fact: Fact) -> tuple[Leg | None, list[Row]]:
    """Rows of the recipients that no leg shows, and the leg under which the accepted ones went on, if there is one."""
    next_id = str(fact.fields.get("next_id", ""))
    if component.legs_of.get(next_id):
        return _left_out(component, fact, next_id)
    name, told = _told(component, fact, str(fact.fields.get("reply", "")), next_id)
    leg: Leg | None = None
    shown: set[str] = set()
    for verdict in told:
        for queue_id in verdict.fields.get("queued_as", ()):
            for known in component.legs_of.get(queue_id, ()):
                leg = leg or known
                shown.update(one.lower() for one in recipients_of(verdict))
    base = _with_verdict(refusal_row(fact._replace(fields={**fact.fields, "text": ""})), told)
    names = [one for verdict in told for one in recipients_of(verdict)]
    wanted: list[str | None] = [one for one in dict.fromkeys(names) if one.lower() not in shown]
    if not names:
        wanted = [base.recipient]
    keys = _keys(component, fact, base, name)
    return leg, [_row(base, keys, one, told, fact) for one in sorted(wanted, key=lambda one: one or "")]


def _left_out(component: Component, fact: Fact, next_id: str) -> tuple[Leg | None, list[Row]]:
    """The same where the filter handed the message on for some: rows of those for whom it did not (amavisd)."""
    reply = str(fact.fields.get("reply", ""))
    partly = left_out(reply, fact.ts)
    leg = min(component.legs_of[next_id], key=lambda known: (abs(known.first - fact.ts), known.host))
    name = next((key for key, facts in component.filters.items() if _is_about(facts, next_id, fact.ts)), "")
    told = sorted(near(component.filters.get(name, ()), fact.ts), key=lambda verdict: (verdict.ts, verdict.raw))
    fates = {one: kept_from(told, one) for verdict in told for one in recipients_of(verdict)}
    named = fact.fields.get("recipient")
    if partly is not None and named and named.lower() not in {one.lower() for one in fates}:
        known = {low for recipient in leg.recipients.values() for low in (recipient.low, recipient.low_original)}
        if known and named.lower() not in known:
            fates[named] = partly
    base = _with_verdict(refusal_row(fact._replace(fields={**fact.fields, "text": ""})), told)
    keys = _keys(component, fact, base, name)
    return leg, [_ended(base, keys, one, fate, reply) for one, fate in sorted(fates.items()) if fate is not None]


def _is_about(verdicts: list[Fact], queue_id: str, when: int) -> bool:
    """Whether a filter says that it handed a message on under this ID, at a time (µs)."""
    return any(queue_id in verdict.fields.get("queued_as", ()) for verdict in near(verdicts, when))


def refused_rows(component: Component, fact: Fact) -> list[Row]:
    """Rows of a refusal; a filter before the queue that refused a whole message may name more recipients of it."""
    name, told = _told(component, fact, str(fact.fields.get("text", "")))
    base = _with_verdict(refusal_row(fact), told)
    base = base._replace(keys=_keys(component, fact, base, name))  # the filter may speak of it later
    if not told:
        return [base]
    names = dict.fromkeys([*([base.recipient] if base.recipient else []), *(n for v in told for n in recipients_of(v))])
    return [
        base._replace(leaf=number, recipient=one, original_recipient=one)
        for number, one in enumerate(sorted({name.lower(): name for name in reversed(names)}.values()))
    ] or [base]


def _keys(component: Component, fact: Fact, base: Row, name: str) -> tuple[str, ...]:
    """Where all that a decision is told from is filed."""
    door = door_of(fact, component.doors)
    found = {*base.keys, *(("f:" + name,) if name else ()), *((refusal_key(door),) if door is not None else ())}
    return tuple(sorted(found))


def _told(component: Component, fact: Fact, reply: str, other: str = "") -> tuple[str, list[Fact]]:
    """The filter's id in its reply, and the filter's own records of this message in order of time."""
    name = filter_id(reply) or other
    told = near(component.filters.get(name, ()), fact.ts)
    return name, sorted(told, key=lambda verdict: (verdict.ts, verdict.raw))


def _with_verdict(row: Row, told: list[Fact]) -> Row:
    """A row with what the filter's records say of the message."""
    if not told:
        return row
    known: Fields = {}
    for verdict in reversed(told):
        known.update(verdict.fields)
    return row._replace(
        verdict=verdict_words(told),
        message_id=row.message_id or known.get("message_id", ""),
        subject=row.subject if row.subject is not None else known.get("subject"),
        size=row.size or known.get("size", 0),
        from_ip=row.from_ip or known.get("client_ip", ""),
    )


def _row(base: Row, keys: tuple[str, ...], recipient: str | None, told: list[Fact], fact: Fact) -> Row:
    fates = filter_fates(told, recipient or "", fact.ts) or [_by_reply(str(fact.fields.get("reply", "")))]
    return _ended(base, keys, recipient, fates[0], str(fact.fields.get("reply", "")))


def _ended(base: Row, keys: tuple[str, ...], recipient: str | None, fate: Fate, reply: str) -> Row:
    """The row of a recipient with its end."""
    return base._replace(
        recipient=recipient,
        original_recipient=recipient,
        status=fate.status,
        detail=fate.detail,
        outcome=OUTCOMES.get(fate.detail, "received"),
        reason=(fate.reason or reply)[:MAX_TEXT],
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
