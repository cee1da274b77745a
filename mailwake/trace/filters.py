"""Filters that answer with an id of their own: which one a reply names, and what the filter says of its message.

Proxmox's pmg-smtp-filter puts its id in brackets and decides for each recipient; amavisd writes `id=02279-04` and, when
it stands before the queue, knows no queue ID but the one that it handed the message on under.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailwake.events.fact import Fact
from mailwake.trace.fate import Fate

SPAN = 600_000_000
"""A persistent filter uses an id again; what it says so long (µs) from the session is about another message."""
_BRACKETED = re.compile(r"\((?P<id>[0-9A-F]{10,})\)|(?:Ok|OK|BLOCKED) \((?P<other>[0-9A-Za-z]{8,})\)")
_PARTLY = re.compile(r", but \d+ (BOUNCE|DISCARD|REJECT)")
"""What amavisd adds to its one reply for all where it handed the message on for some of the recipients only."""
_WAYS = {"BOUNCE": "Bounced", "DISCARD": "Discarded", "REJECT": "Rejected"}
_AMAVIS = re.compile(r", id=(\d{3,}-\d{2,}(?:-\d+)?)\b")


def filter_id(reply: str) -> str:
    """The id that a filter gave in its reply instead of a queue ID: `250 2.5.0 OK (3807BE5DFA2F7AA3B7A)`."""
    if ", id=" in reply:
        match = _AMAVIS.search(reply)
        if match is not None:
            return match[1]
    start = reply.find("(")
    while start >= 0:
        end = reply.find(")", start)
        if end - start > 8 and reply[start + 1 : end].isalnum():  # rare, and only then is the pattern worth its cost
            match = _BRACKETED.search(reply)
            return (match["id"] or match["other"]) if match else ""
        start = reply.find("(", start + 1)
    return ""


def recipients_of(fact: Fact) -> list[str]:
    """The recipients that a filter's record is about."""
    recipient = fact.fields.get("recipient")
    return [str(recipient)] if recipient else [str(one) for one in fact.fields.get("recipients", ())]


def near(facts: Iterable[Fact], when: int) -> list[Fact]:
    """Records about the message of a time (µs), the nearest first."""
    found = [fact for fact in facts if not fact.ts or abs(fact.ts - when) <= SPAN]
    return sorted(found, key=lambda fact: (abs(fact.ts - when), fact.raw))


def filter_fates(facts: list[Fact], address: str, when: int) -> list[Fate] | None:
    """What a filter did with the message of this time (µs) for an address; None when it does not say."""
    low = address.lower()
    for fact in near(facts, when):
        fields = fact.fields
        if low not in [one.lower() for one in recipients_of(fact)]:
            continue
        text = fields.get("text", "")
        if fields.get("quarantine") or fields.get("action") == "quarantine":
            return [Fate("Quarantined", "Quarantined", text, "", fact.ts)]
        if fields.get("action") == "block":
            return [Fate("Failed", "Rejected", text, "", fact.ts)]
    return None


def kept_from(verdicts: Iterable[Fact], address: str) -> Fate | None:
    """What amavisd did with a message that it did not hand on for an address; None when it did, or does not say.

    It decides for each recipient and has a line for those it passes and one for those it blocks, but the server that
    handed it the message is given one reply for all. What it could not hand on (`TempFailed`) is tried again.
    """
    low = address.lower()
    told = [fact for fact in verdicts if low in (one.lower() for one in recipients_of(fact))]
    if not told:
        return None
    last = max(told, key=lambda fact: (fact.ts, fact.raw))
    action, text = str(last.fields.get("action", "")), str(last.fields.get("text", ""))
    if not action.startswith("Blocked") or "TempFailed" in text:
        return None
    if last.fields.get("quarantine"):
        return Fate("Quarantined", "Quarantined", text, "", last.ts)
    detail = "Bounced" if "Bounced" in text else "Rejected" if "Rejected" in text else "Discarded"
    return Fate("Failed", detail, text or action, "", last.ts)


def left_out(reply: str, when: int) -> Fate | None:
    """What became of a recipient that a filter did not hand the message on for, by its reply for all of them."""
    found = _PARTLY.search(reply) if ", but " in reply else None
    return Fate("Failed", _WAYS[found[1]], reply, "", when) if found is not None else None


def verdict_words(facts: Iterable[Fact]) -> str:
    """What filters found, in a line: `rspamd: add header 7.10/6.00`."""
    words: list[str] = []
    for fact in facts:
        fields = fact.fields
        if fact.kind != "verdict" or not fields.get("action"):
            continue
        score = fields.get("score")
        limit = f"/{fields['required']:g}" if fields.get("required") is not None else ""
        points = f" {score:g}{limit}" if score is not None else ""
        words.append(f"{fields.get('filter', '')}: {fields['action']}{points}")
    return "; ".join(dict.fromkeys(words))
