"""What correlation builds: legs, their recipients, and what filters and mailbox servers said of them."""

from __future__ import annotations

from mailwake.events.fact import Fact, Fields


class Recipient:
    """One recipient of one leg: where delivery was tried, and with what result."""

    __slots__ = ("address", "attempts", "low", "low_original", "original")

    def __init__(self, address: str, original: str) -> None:
        self.address = address
        """As delivered (Postfix `to=`)."""
        self.original = original
        """As addressed before aliases (Postfix `orig_to=`); the address itself when there was none."""
        self.attempts: list[Fact] = []
        """`deliver` facts in order of time."""
        self.low = address.lower()
        self.low_original = self.low if original is address else original.lower()


_NO_FACTS: list[Fact] = []
_NO_REPORTS: dict[str, Fact] = {}
"""Of legs that have none; never changed."""


class Leg:
    """One life of one queue ID on one host: what design calls a transaction."""

    __slots__ = (
        "actions",
        "arrival",
        "bare_id",
        "checks",
        "copies",
        "door",
        "expansions",
        "expired",
        "facts",
        "first",
        "host",
        "inbound",
        "instance",
        "key",
        "last",
        "message_id",
        "named",
        "nameless",
        "notices",
        "nrcpt",
        "outbound",
        "probe",
        "queued",
        "recipients",
        "rejects",
        "removed",
        "requeued_from",
        "sender",
        "size",
        "subject",
        "traced",
        "tracked",
        "verdicts",
    )

    def __init__(self, host: str, key: str, first: int) -> None:
        self.host = host
        self.instance = ""
        """Postfix instance, where two with queues of their own gave the same ID on one host at the same time.

        At no other time: who a message is must not depend on what else is known of its ID."""
        self.key = key
        self.first = first
        self.last = first
        self.facts: list[Fact] = []
        self.arrival: Fields | None = None
        self.door: Fact | None = None
        """A before-queue filter's acceptance with the client of its session, where the filter handed the message in."""
        self.message_id = ""
        self.bare_id = ""
        """The Message-ID for comparison: see `learning.bare_id`."""
        self.sender: str | None = None
        self.subject: str | None = None
        self.size = 0
        self.nrcpt = 0
        self.queued = False
        """The queue manager had it: it is a message, not just an attempt at one."""
        self.probe = False
        """An address verification probe: not a message."""
        self.recipients: dict[tuple[str, str], Recipient] = {}
        self.named: list[str] = []
        """Recipients known from header, filter or refusal lines, in order of appearance."""
        self.rejects: list[Fact] = []
        self.checks: list[Fact] = []
        self.copies: list[Fact] = _NO_FACTS
        """Deliveries by Exim's system filter to a file or a command, which name no recipient."""
        self.actions: list[Fact] = []
        self.notices: list[Fact] = []
        self.verdicts: list[Fact] = []
        self.expired = 0
        self.removed = 0
        """Time at which it left the queue by itself."""
        self.requeued_from = ""
        self.tracked = False
        """Made of records that carry an id of the message's own: see `instances`."""
        self.expansions: list[Fact] = _NO_FACTS
        """Addresses that gave way to others, of a tracked leg."""
        self.nameless: list[Fact] = _NO_FACTS
        """Attempts that name no recipient, of a tracked leg."""
        self.traced: dict[str, Fact] = _NO_REPORTS
        """What a service reports, by recipient (lower case), of a tracked leg."""
        self.inbound: Link | None = None
        self.outbound: list[Link] = []

    @property
    def place(self) -> tuple[str, str, int]:
        """What tells it from all other legs."""
        return self.host + self.instance, self.key, self.first


class Link:
    """A message going on from one leg to the next."""

    __slots__ = ("child", "grade", "parent", "recipient", "rule")

    def __init__(self, parent: Leg, child: Leg, rule: str, grade: str, recipient: Recipient | None = None) -> None:
        self.parent = parent
        self.child = child
        self.rule = rule
        """What proves it: orig_queue_id, queued as, forwarded as, orig_id, queued_as, Message-ID, redirect ..."""
        self.grade = grade
        """proven or inferred."""
        self.recipient = recipient
        """The recipient it was seen for; None when it holds for the whole message."""


PROVEN = "proven"
INFERRED = "inferred"


def attach(parent: Leg, child: Leg | None, rule: str, grade: str, recipient: Recipient | None) -> bool:
    """Join child to parent; whether that can be: a leg has one parent, and a loop of IDs must not be one of legs."""
    if child is None or child is parent or (child.inbound is not None and child.inbound.parent is not parent):
        return False
    ancestor: Leg | None = parent
    while ancestor is not None:
        if ancestor is child:
            return False
        ancestor = ancestor.inbound.parent if ancestor.inbound is not None else None
    link = Link(parent, child, rule, grade, recipient)
    if child.inbound is None:
        child.inbound = link
    parent.outbound.append(link)
    return True
