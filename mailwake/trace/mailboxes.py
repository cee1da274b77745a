"""What a mailbox server said of a delivery: by its session, or by Message-ID, recipient and time."""

from __future__ import annotations

from mailwake.events.fact import Fact
from mailwake.trace.component import Component
from mailwake.trace.keys import met_unsaved
from mailwake.trace.learning import bare_id
from mailwake.trace.legs import by_agent
from mailwake.trace.model import Leg, Recipient

_MINUTE = 60_000_000
_PROXIES = 5
"""So many LMTP proxies one behind another are followed: two may be set up to send to each other."""
_NAMES = frozenset({"user", "recipient"})


def mailbox_facts(component: Component, leg: Leg, recipient: Recipient) -> list[Fact]:
    """What the mailbox server said of this recipient's delivery. Not to be changed: it may be what is filed."""
    if not component.mailboxes:
        return []
    found: list[Fact] = []
    for attempt in recipient.attempts:
        token = attempt.fields.get("token")
        if token:
            told = _of_session(component, token, recipient)
            found = [*found, *told] if found else told
        elif component.sides and id(attempt) in component.sides:
            found = [*found, *component.mailboxes.get(component.sides[id(attempt)], ())]
        elif component.unsaved and (keys := met_unsaved(attempt)):
            found = [*found, *_of_refused(component, keys, leg, recipient)]
    if found or not leg.message_id or not by_agent(recipient.attempts):
        return found
    when = recipient.attempts[-1].ts
    facts = [fact for fact in component.mailboxes.get(f"m:{leg.bare_id}", ()) if abs(fact.ts - when) <= _MINUTE]
    named = _nearest([fact for fact in facts if _is_user(fact, recipient)], when)
    return named or _of_namesake(component, facts, recipient) or _of_nobody(leg, facts)


def _of_refused(component: Component, names: list[str], leg: Leg, recipient: Recipient) -> list[Fact]:
    """What was done with a message before it was found that it cannot be stored: a script may have given on a copy."""
    keys = dict.fromkeys(key for name in names for key in component.unsaved.get(name, ()))
    facts = [fact for key in keys for fact in component.mailboxes[key] if _is_user(fact, recipient)]
    return [fact for fact in facts if bare_id(str(fact.fields.get("message_id", ""))) == leg.bare_id]


def _nearest(facts: list[Fact], when: int) -> list[Fact]:
    """Of one user's deliveries of one Message-ID the one at this time (µs), in the order of time: a redirect may have
    brought the message once more. Old releases name no session."""
    sessions: dict[str, list[Fact]] = {}
    for fact in sorted(facts, key=lambda fact: (fact.ts, fact.raw)):
        sessions.setdefault(fact.key, []).append(fact)
    if len(sessions) < 2:
        return [fact for same in sessions.values() for fact in same]
    return min(sessions.items(), key=lambda one: (abs(one[1][-1].ts - when), one[0]))[1]


def _of_nobody(leg: Leg, facts: list[Fact]) -> list[Fact]:
    """What a mailing list said without a name (Mailman 3's `DISCARD: <id>`), if the message was for one recipient."""
    by_program = [other for other in leg.recipients.values() if by_agent(other.attempts)]
    return [] if len(by_program) > 1 else [fact for fact in facts if _NAMES.isdisjoint(fact.fields)]


def _of_namesake(component: Component, facts: list[Fact], recipient: Recipient) -> list[Fact]:
    """Of a mailbox that is named like the recipient in another domain (`dovecot-lda -d ${user}@...`), if one alone is
    and no recipient has its very name."""
    local = recipient.low.partition("@")[0].partition("+")[0]
    users = {str(fact.fields.get("user", "")).lower() for fact in facts}
    alike = [user for user in users if user.partition("@")[0] == local]
    if len(alike) != 1 or any(
        alike[0] in (other.low, other.low_original) for leg in component.legs for other in leg.recipients.values()
    ):
        return []
    return [fact for fact in facts if str(fact.fields.get("user", "")).lower() == alike[0]]


def _of_session(component: Component, token: str, recipient: Recipient, proxies: int = 0) -> list[Fact]:
    """What was said under a delivery session; proxies: how many lie behind."""
    facts = component.mailboxes.get("t:" + (token.partition(":")[0] if ":" in token else token), [])
    if len(facts) == 1 and facts[0].fields.get("session") == token and "token" not in facts[0].fields:
        return facts
    exact = [fact for fact in facts if fact.fields.get("session") == token]
    found = exact or [fact for fact in facts if _is_user(fact, recipient)]
    for fact in found if proxies < _PROXIES else ():
        behind = fact.fields.get("token")
        if behind and behind != token:
            return [*found, *_of_session(component, behind, recipient, proxies + 1)]
    return found


def _is_user(fact: Fact, recipient: Recipient) -> bool:
    names = {recipient.low, recipient.low_original}
    fields = fact.fields
    user = str(fields.get("user", "")).lower()
    if str(fields.get("recipient", "")).lower() in names or user in names:
        return True
    return "@" not in user and bool(user) and any(name.partition("@")[0].partition("+")[0] == user for name in names)
