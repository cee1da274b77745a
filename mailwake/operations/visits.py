"""The questions "what did this client do?" and "what became of this queue ID that no message has?"."""

from __future__ import annotations

from ipaddress import ip_address

from mailwake.operations.backend import Backend
from mailwake.trace.story_session import SESSION_SPAN
from mailwake.trace.story_visits import KINDS, Visit, Visits, unfinished, visits

_SHOWN = 20
_FACTS = 5000


def client_of(text: str) -> str:
    """The address that a text is, as logs write it; "" when it is none."""
    try:
        return str(ip_address(text.strip().removeprefix("[").removesuffix("]")))
    except ValueError:
        return ""


def of_client(backend: Backend, ip: str, zone: str = "UTC") -> Visits | None:
    """The newest sessions of a client; None when no record names it."""
    facts = backend.client(ip, KINDS, _FACTS)
    found = visits(facts)
    if not found:
        return None
    count = f"{len(found)} session" + ("s" if len(found) > 1 else "")
    without = sum(not visit.queue_ids for visit in found)
    headline = f"{ip}: {count} in the logs, {without} of them without a message."
    return Visits(ip, headline, tuple(found[:_SHOWN]), len(found) > _SHOWN or len(facts) == _FACTS, zone)


def of_queue_id(backend: Backend, queue_id: str, zone: str = "UTC") -> Visits | None:
    """What is known of a queue ID that no message has; None when no record names it."""
    facts = [fact for fact in backend.facts([queue_id]) if fact.key == queue_id]
    born = next((fact for fact in facts if fact.kind == "arrive" and fact.pid), None)
    beside = backend.beside([(born, born.ts - SESSION_SPAN, born.ts + SESSION_SPAN)], None) if born is not None else []
    found: list[Visit] = unfinished(facts, [fact for fact in beside if not fact.key])
    if not found:
        return None
    return Visits(queue_id, f"{queue_id}: {found[0].headline}", tuple(found[:_SHOWN]), len(found) > _SHOWN, zone)
