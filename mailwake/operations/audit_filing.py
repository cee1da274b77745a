"""What an import has to note of facts so that their acts are made of them: audit keys, keys that are due, names of
items.

Cheap for logs without mailbox sessions: a look at the kind of every fact.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mailwake.audit import keys as audit_keys
from mailwake.audit.observe import naming
from mailwake.audit.observe.submission import is_submission
from mailwake.events.fact import Fact
from mailwake.trace.keys import fact_key

_MAILBOX, _ARRIVAL, _MAIL, _REFUSAL = 1, 2, 3, 4
_HANDLED: dict[str, int] = {
    **dict.fromkeys(audit_keys.KINDS, _MAILBOX),
    "arrive": _ARRIVAL,
    **dict.fromkeys(("active", "message_id", "header", "verdict"), _MAIL),
    "reject": _REFUSAL,
}
HANDLED = frozenset(_HANDLED)
"""Kinds that `file` looks at."""
SLACK = 2_000_000
"""µs by which a line may seem to be before the arrival that it is about."""


class Filed(NamedTuple):
    """Of one window."""

    due: list[str]
    """Keys of whose facts acts are to be made anew."""
    signs: list[naming.Named]
    """Names of items, folders as the user calls them."""


NOTHING = Filed([], [])


def file(facts: list[Fact], keys: list[str]) -> Filed:
    """Look through facts. Those of mailboxes get their audit key in `keys`, where they have no key of a trace."""
    due: set[str] = set()
    arrivals: dict[str, int] = {}
    mail: dict[str, int] = {}
    naming_facts: list[Fact] = []
    handled = _HANDLED
    for number, fact in enumerate(facts):
        how = handled.get(fact[4])
        if how is None:
            continue
        if how == _MAILBOX:
            key = audit_keys.audit_key(fact)
            if key:
                due.add(key)
                if not keys[number]:
                    keys[number] = key
            if fact.kind in naming.KINDS:
                naming_facts.append(fact)
        elif how == _ARRIVAL:
            arrivals[fact[5]] = max(fact[0], arrivals.get(fact[5], 0))
            if is_submission(fact):
                due.add(fact[5])
        elif how == _MAIL:
            key = keys[number]
            mail.setdefault(key, fact[0])
        elif is_submission(fact):
            due.add(keys[number])
    # What is said of a message whose arrival is in another window: it may be a submission.
    due.update(key for key, ts in mail.items() if arrivals.get(key, ts + SLACK + 1) > ts + SLACK)
    due.discard("")
    return Filed(sorted(due), list(naming.names(naming_facts)) if naming_facts else [])


def key_of(fact: Fact) -> str:
    """The key under which a fact is stored: that of a trace, else that of a mailbox."""
    return fact_key(fact) or audit_keys.audit_key(fact)


def is_audit_key(key: str) -> bool:
    """Whether a stored key is one of a mailbox, and not of mail on its way."""
    return key.startswith(audit_keys.PREFIXES)


def submission_words() -> Iterable[str]:
    """Words in raw records that submissions and refused senders have; for finding their keys again."""
    return ("sasl_username=", " A=", "not owned by user ")
