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
