"""Filters that hand each recipient on in a message of its own, and have but one reply for all of them."""

from __future__ import annotations

from mailwake.trace.model import Leg, Recipient
from mailwake.trace.same_id import addresses_of


class Split:
    """A leg of which several recipients were told the same queue ID; addresses are gathered once, as there may be
    thousands."""

    __slots__ = ("_all", "_known", "_whole")

    def __init__(self, leg: Leg) -> None:
        self._all = addresses_of(leg)
        self._whole: set[str] = set()
        """Addresses in messages that say themselves that they came from this leg."""
        for link in leg.outbound:
            if link.recipient is None:
                self._whole |= addresses_of(link.child)
        self._known: dict[int, set[str]] = {}

    def is_without(self, child: Leg, recipient: Recipient) -> bool:
        """Whether a message is for others of the leg's recipients, and not for this one, who may be in another."""
        known = self._known.get(id(child))
        if known is None:
            known = self._known[id(child)] = self._addressed(child)
        if not known or recipient.low in known or recipient.low_original in known:
            return False
        return recipient.low not in self._whole

    def _addressed(self, child: Leg) -> set[str]:
        """Whom a message is for; nobody unless that is certain, and some of the leg's recipients are among them."""
        if child.tracked or not child.queued or len(child.recipients) < child.nrcpt:
            return set()
        known = addresses_of(child)
        known.update(name.lower() for name in child.named)
        return set() if known.isdisjoint(self._all) else known


def split_of(leg: Leg) -> Split | None:
    """The leg, if one queue ID is all that is told of where several of its recipients went."""
    if len(leg.recipients) < 2:
        return None
    last = [recipient.attempts[-1].fields for recipient in leg.recipients.values() if recipient.attempts]
    told = [str(fields["next_id"]) for fields in last if "next_id" in fields]
    return Split(leg) if len(set(told)) < len(told) else None
