"""The legs, delivery sessions and filter records that point to each other: what is correlated together."""

from __future__ import annotations

from mailwake.events.fact import Fact
from mailwake.trace.doors import is_gate
from mailwake.trace.model import Leg

_PREFIXES = frozenset({"t:", "m:", "f:", "n:", "s:", "e:", "p:"})
"""Of keys that are no queue IDs: see `keys`."""


class Component:
    """The legs, delivery sessions and filter records that point to each other."""

    __slots__ = (
        "astray",
        "doors",
        "echoes",
        "filters",
        "gates",
        "legs",
        "legs_of",
        "mailboxes",
        "names",
        "proxies",
        "refusals",
        "said",
        "sessions",
        "sides",
        "tracked",
        "tries",
        "unsaved",
    )

    def __init__(self) -> None:
        self.legs: list[Leg] = []
        self.legs_of: dict[str, list[Leg]] = {}
        """Legs by queue ID."""
        self.mailboxes: dict[str, list[Fact]] = {}
        """Facts of delivery sessions by their key."""
        self.filters: dict[str, list[Fact]] = {}
        """Verdicts by the filter's own id, of filters that stand in the way as a hop of their own."""
        self.proxies: list[Fact] = []
        self.refusals: list[Fact] = []
        self.gates: list[Fact] = []
        """Rules that spoke before there was a queue ID: see `doors`."""
        self.doors: list[Fact] = []
        """Clients of before-queue sessions."""
        self.echoes: dict[str, list[Fact]] = {}
        """What machines of ours were refused, by recipient and words: see `keys.lone_key`."""
        self.tries: dict[str, list[Fact]] = {}
        """What server processes refused clients before there was a recipient, by key: see `trace.tries`."""
        self.said: dict[str, list[str]] = {}
        """The keys that what is filed under a queue ID speaks of."""

        self.unsaved: dict[str, list[str]] = {}
        """Delivery sessions (their keys) by the name of what could not be stored in them: see `keys.unsaved_key`."""
        self.sessions: dict[str, list[Fact]] = {}
        """Records of clients' sessions by the session's id."""
        self.sides: dict[int, str] = {}
        """Sessions of deliveries that name none, once links are resolved: see `unnamed`."""
        self.tracked = False
        """Whether legs are among these that carry an id of the message's own: see `instances`."""
        self.names: dict[str, list[Leg]] = {}
        """Legs by other names than the key they are filed under, once links are resolved."""
        self.astray: set[int] = set()
        """Recipients (by object identity) that are not in the message that the reply names: see `links`."""

    def add(self, key: str, facts: list[Fact], legs: list[Leg], said: list[str]) -> None:
        """Take in one bucket: what is filed under key, the legs made of it, and the keys that the facts speak of."""
        prefix = key[:2]
        if prefix[1:] != ":" or prefix not in _PREFIXES:
            self.legs_of[key] = legs
            self.legs.extend(legs)
            self.said[key] = said
            self.tracked = self.tracked or (bool(legs) and legs[0].tracked)
            for fact in facts:
                if fact.kind == "proxy_accept":
                    self.proxies.append(fact)
        elif prefix == "f:":
            self.filters[key[2:]] = facts
        elif prefix == "s:":
            self.sessions[key[2:]] = facts
        elif prefix == "e:":
            self.echoes[key] = facts
        elif prefix == "p:":
            self.tries[key] = facts
        elif prefix == "n:":
            self._add_alone(facts[0])
        else:
            self.mailboxes[key] = facts
            for name in said:
                if "@unsaved:" in name:
                    self.unsaved.setdefault(name, []).append(key)

    def _add_alone(self, fact: Fact) -> None:
        """Take in a record that is filed under a key of its own."""
        if fact.kind == "proxy_accept":
            self.proxies.append(fact)
        elif fact.kind == "proxy_client":
            self.doors.append(fact)
        else:
            (self.gates if is_gate(fact) else self.refusals).append(fact)
