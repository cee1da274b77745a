"""What a server process said of a client before there was a queue ID: who a before-queue proxy's client is, and rules
that hold or redirect the message that is still to come.

smtpd(8) serves one client at a time, so the process and the time tell the session. A rule of access(5) speaks of the
recipient at hand and acts on the whole message; it logs NOQUEUE where that is the first recipient, as the queue file is
only made then (Postfix smtpd_check.c log_whatsup(), smtpd.c rcpt_cmd()).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mailwake.events.fact import Fact
from mailwake.trace.model import Leg

GATED = frozenset({"hold", "redirect"})
"""Actions of a rule that decide what becomes of the message."""
SESSION = 300_000_000
"""So long (µs) a server waits for a client's next command (smtpd_timeout)."""
LONGEST = 2 * SESSION
"""So long (µs) after the client was taken a filter's decision is looked for."""

Process = tuple[str, str, int]


def process_of(fact: Fact) -> Process:
    """Host, program and process id."""
    return fact.host, fact.program, fact.pid


def is_gate(fact: Fact) -> bool:
    """Whether a record is of a rule that acts on the message that comes next in its session."""
    return fact.kind == "check" and not fact.key and fact.fields.get("action") in GATED


def arrival_of(leg: Leg) -> Fact | None:
    """The record of a leg's birth."""
    return next((fact for fact in leg.facts if fact.kind == "arrive"), None)


def leg_behind(gate: Fact, legs: Iterable[Leg]) -> Leg | None:
    """The message that a rule acted on: the next that this process took from this client, if it has that sender.

    Of several that came in the same instant it is the one for that recipient.
    """
    client, low = gate.fields.get("client_ip"), str(gate.fields.get("recipient", "")).lower()
    near: list[tuple[int, bool, str, Leg]] = []
    for leg in legs:
        born = arrival_of(leg)
        if born is None or process_of(born) != process_of(gate) or born.fields.get("client_ip") != client:
            continue
        if 0 <= born.ts - gate.ts <= SESSION:
            names = {name for known in leg.recipients.values() for name in (known.low, known.low_original)}
            names.update(name.lower() for name in leg.named)
            near.append((born.ts, low not in names, leg.key, leg))
    first = min((entry[0] for entry in near), default=0)
    near = [entry for entry in near if entry[0] == first and _is_of(gate, entry[3])]
    return min(near, key=lambda entry: entry[:3])[3] if near else None


def _is_of(gate: Fact, leg: Leg) -> bool:
    """Whether a message can have this sender; what is rewritten is known by its other records."""
    senders = {str(fact.fields["sender"]).lower() for fact in leg.facts if fact.fields.get("sender") is not None}
    return not senders or str(gate.fields.get("sender", "")).lower() in senders


def apply(gates: list[Fact], legs: list[Leg]) -> None:
    """Tell legs of the rules that acted on them before they had an ID. To be repeated at will."""
    for leg in legs:
        if any(is_gate(fact) for fact in leg.checks):
            leg.checks = [fact for fact in leg.checks if not is_gate(fact)]
    for gate in sorted(gates, key=lambda fact: (fact.ts, fact.raw)):
        behind = leg_behind(gate, legs)
        if behind is not None:
            _tell(behind, gate)


def _tell(leg: Leg, gate: Fact) -> None:
    leg.checks.append(gate)
    if leg.sender is None:
        leg.sender = gate.fields.get("sender")
    name = gate.fields.get("recipient")
    if name and name not in leg.named:
        leg.named.append(name)


def is_decision(fact: Fact) -> bool:
    """Whether a record is what a filter before the queue decided, in a session whose client another record names."""
    return fact.kind == "proxy_accept" or (fact.kind == "reject" and fact.fields.get("by") == "proxy")


def door_of(fact: Fact, doors: Iterable[Fact]) -> Fact | None:
    """The client that the process had taken last before a decision."""
    process = process_of(fact)
    before = [door for door in doors if 0 <= fact.ts - door.ts <= LONGEST and process_of(door) == process]
    return max(before, key=lambda door: (door.ts, door.raw)) if before else None


def with_client(fact: Fact, doors: Iterable[Fact]) -> Fact:
    """A before-queue filter's decision with the client of its session."""
    door = door_of(fact, doors) if is_decision(fact) and "client_ip" not in fact.fields else None
    return fact if door is None else fact._replace(fields={**door.fields, **fact.fields})


class Doors:
    """Clients of before-queue sessions in hand, and the decisions that were not joined with theirs yet."""

    def __init__(self) -> None:
        self._clients: dict[Process, list[Fact]] = {}
        self._decided: list[tuple[str, Fact]] = []

    def add(self, fact: Fact) -> None:
        """Note that a process took a client (`proxy_client`)."""
        self._clients.setdefault(process_of(fact), []).append(fact)

    def decided(self, key: str, fact: Fact) -> None:
        """Note a decision, filed under a key."""
        self._decided.append((key, fact))

    def of(self, fact: Fact) -> list[Fact]:
        """The clients of the process of a decision."""
        return self._clients.get(process_of(fact), [])

    def take_joined(self) -> list[tuple[str, Fact]]:
        """The keys of decisions, and the client of each; those of which it is not known stay."""
        found, rest = [], []
        for key, fact in self._decided:
            door = door_of(fact, self.of(fact))
            if door is None:
                rest.append((key, fact))
            else:
                found.append((key, door))
        self._decided = rest
        return found

    def forget(self, door: Fact) -> None:
        """Let go of a client."""
        known = self._clients.get(process_of(door), [])
        if door in known:
            known.remove(door)
            if not known:
                del self._clients[process_of(door)]

    def forget_decisions(self, before: int) -> None:
        """Let go of decisions of before a time (µs)."""
        self._decided = [entry for entry in self._decided if entry[1].ts >= before]


class Gates:
    """Rules in hand that spoke before there was a queue ID."""

    def __init__(self) -> None:
        self._facts: dict[str, Fact] = {}
        self._behind: dict[str, str] = {}

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._facts)

    def add(self, key: str, fact: Fact) -> None:
        """Take one in."""
        self._facts[key] = fact

    def assign(self, legs_of: Mapping[str, Sequence[Leg]]) -> list[tuple[str, str]]:
        """Find the messages that they acted on: (key of a rule, key of the message), of those that changed."""
        wanted = {process_of(fact) for fact in self._facts.values()}
        near: dict[Process, list[Leg]] = {}
        for legs in legs_of.values():
            for leg in legs:
                born = arrival_of(leg)
                if born is not None and process_of(born) in wanted:
                    near.setdefault(process_of(born), []).append(leg)
        changed = []
        for key, fact in self._facts.items():
            behind = leg_behind(fact, near.get(process_of(fact), ()))
            if behind is not None and self._behind.get(key) != behind.key:
                self._behind[key] = behind.key
                changed.append((key, behind.key))
        return changed

    def open(self) -> list[Fact]:
        """Those whose message is not in hand."""
        return [fact for key, fact in self._facts.items() if key not in self._behind]

    def forget(self, before: int) -> None:
        """Let go of those of before a time (µs)."""
        for key in [key for key, fact in self._facts.items() if fact.ts < before]:
            del self._facts[key]
            self._behind.pop(key, None)
