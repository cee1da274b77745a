"""The facts of a message as a whole."""

from __future__ import annotations

from mailwake.events.fact import Fact, Fields
from mailwake.trace.story_model import Message
from mailwake.trace.story_scene import Scene
from mailwake.trace.story_verdicts import verdicts


def message(scene: Scene, tls: str) -> Message:
    """From the rows, and for what they do not hold from the records; tls: what was seen in the client's session."""
    row = scene.rows[0]
    facts = [*(fact for leg in scene.legs for fact in leg.facts), *scene.lone]
    arrival = _arrival(scene)
    recipients = dict.fromkeys(r.original_recipient or r.recipient or "" for r in scene.rows)
    recipients.pop("", None)
    local = arrival.get("user") or (f"uid {arrival['uid']}" if "uid" in arrival else "")
    return Message(
        received=row.received,
        sender=row.sender,
        header_from=_first(facts, "header_from") or _header(facts, "from"),
        recipients=tuple(recipients),
        subject=next((r.subject for r in scene.rows if r.subject is not None), None),
        message_id=row.message_id,
        other_ids=_other_ids(facts, row.message_id),
        size=max(r.size for r in scene.rows),
        direction=row.direction,
        client_name=row.from_host,
        client_ip=row.from_ip,
        helo=str(arrival.get("helo", "")) or _first(facts, "helo"),
        protocol=str(arrival.get("protocol", "")) or _first(facts, "protocol"),
        tls=tls or str(arrival.get("tls", "")),
        sasl_user=row.sasl_user,
        sasl_method=str(arrival.get("sasl_method", "")),
        local_user=str(local),
        verdicts=verdicts(scene.legs, [fact for facts in scene.component.filters.values() for fact in facts]),
    )


def _arrival(scene: Scene) -> Fields:
    return (scene.root.arrival if scene.root is not None else None) or {}


def _first(facts: list[Fact], name: str) -> str:
    """The first record's word for it."""
    return next((str(fact.fields[name]) for fact in facts if fact.fields.get(name)), "")


def _header(facts: list[Fact], name: str) -> str:
    wanted = (f for f in facts if f.kind == "header" and str(f.fields.get("header", "")).lower() == name)
    return next((str(fact.fields.get("value", "")) for fact in wanted), "")


def _other_ids(facts: list[Fact], known: str) -> tuple[str, ...]:
    """Resent-Message-IDs, and another Message-ID that a later leg has (RFC 5322, 3.6.6)."""
    found = dict.fromkeys(str(fact.fields.get("message_id", "")) for fact in facts if fact.kind == "message_id")
    return tuple(one for one in found if one and one != known)
