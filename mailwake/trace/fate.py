"""What became of one recipient on one leg: status, detail and the words that say why."""

from __future__ import annotations

import re
from typing import NamedTuple

from mailwake.events.fact import Fact
from mailwake.trace.model import Leg, Recipient

GREYLIST = re.compile(r"gr[ea]y-?list", re.IGNORECASE)
TAKEN_OFF = "taken off the message by a filter, as it seems: it left the queue without a delivery to it"
_SECOND = 1_000_000


class Fate(NamedTuple):
    """The end, or the present state, of one recipient."""

    status: str
    detail: str
    reason: str = ""
    dsn: str = ""
    ts: int = 0
    folder: str = ""
    address: str = ""
    """Where it ended, if that is not the recipient's own address: a file, a command, a redirect's target."""
    remark: str = ""
    host: str = ""
    """The mailbox server that it ended on."""


OUTCOMES = {
    "Delivered": "delivered",
    "Relayed": "delivered",
    "Junk": "delivered",
    "Duplicate": "delivered",
    "Deferred": "deferred",
    "Greylisted": "deferred",
    "Rejected": "rejected",
    "Bounced": "rejected",
    "Expired": "rejected",
    "Discarded": "rejected",
    "Deleted": "rejected",
}
"""StatusDetail to the words of the first requirement; what is not here was received, and its end is not known yet."""

_JUNK = re.compile(r"(?:^|[/.\\])(?:junk(?: (?:e-?)?mail)?|spam|bulk mail)$", re.IGNORECASE)


def refused(fact: Fact) -> Fate:
    """Fate of what a `reject` fact refused: Failed, or Pending when the client was told to come again (4xx)."""
    fields = fact.fields
    text, code, dsn = fields.get("text", ""), fields.get("code"), fields.get("dsn", "")
    if code and dsn and text:
        words = f"{code} {dsn} {text}"
    else:
        words = " ".join(str(part) for part in (code, dsn, text) if part)
    if fields.get("temporary"):
        detail = "Greylisted" if greylisted(text) else "Deferred"
        return Fate._make(("Pending", detail, words, dsn, fact.ts, "", "", "", ""))
    return Fate._make(("Failed", "Rejected", words, dsn, fact.ts, "", "", "", ""))


def greylisted(text: str) -> bool:
    """Whether a reply speaks of greylisting; most do not, which is seen at a tenth of the pattern's cost."""
    low = text.lower()
    return ("grey" in low or "gray" in low) and GREYLIST.search(text) is not None


def of_attempts(leg: Leg, recipient: Recipient, swept: int) -> Fate:
    """Fate by the delivery attempts of this leg alone; swept: when postsuper deleted it without naming it, or 0."""
    attempts = recipient.attempts
    final = attempts[0] if len(attempts) == 1 else decisive(attempts) if leg.tracked else _final(attempts)
    fields = final.fields
    status, reply, dsn = fields.get("status", ""), fields.get("reply", ""), fields.get("dsn", "")
    if status == "sent":
        return sent(final, reply, dsn)
    if status == "bounced":
        return Fate("Failed", "Bounced", reply, dsn, final.ts)
    if status == "expired" or (leg.expired and leg.expired >= final.ts):
        return Fate("Failed", "Expired", reply, dsn, max(leg.expired, final.ts))
    if status == "deleted":
        return Fate("Failed", "Deleted", reply, dsn, final.ts)
    if not status:
        return _cut_off(final, reply, dsn)
    ended = _manipulated(leg, swept, final.ts)
    if ended is not None:
        return ended._replace(reason=ended.reason or reply, dsn=dsn)
    detail = "Greylisted" if greylisted(reply) else "Deferred"
    remark = "left the queue without a final status in the log" if leg.removed > final.ts else ""
    return Fate("Pending", detail, reply, dsn, final.ts, remark=remark)


def _cut_off(final: Fact, reply: str, dsn: str) -> Fate:
    """Fate by a delivery line that ends before its status: its enhanced status code (RFC 3463) tells the class."""
    status, detail = {
        "2": ("Delivered", "Delivered" if final.fields.get("disposition") == "mailbox" else "Relayed"),
        "4": ("Pending", "Deferred"),
        "5": ("Failed", "Bounced"),
    }.get(dsn[:1], ("GettingStatus", "Unknown"))
    return Fate(status, detail, reply, dsn, final.ts, remark="the line of its delivery is cut off")


def _final(attempts: list[Fact]) -> Fact:
    """The attempt that decides: nothing is tried after an end, whatever the order of equal times."""
    for status in ("sent", "bounced", "expired", "deleted"):
        for fact in attempts:
            if fact.fields.get("status") == status:
                return fact
    return max(attempts, key=lambda fact: fact.ts)


def decisive(attempts: list[Fact]) -> Fact:
    """The attempt that decides where several logs of one server tell of a recipient: its transport hands over to its
    own mailbox delivery, so what happened there counts for more."""
    return max(attempts, key=lambda fact: (_weight(fact), fact.ts, fact.raw))


def ended(attempts: list[Fact]) -> bool:
    """Whether a recipient's way ended on the server of these attempts, whatever it handed on before."""
    return any(_weight(fact) > 1 for fact in attempts)


def gave_way(fact: Fact) -> Fate:
    """Fate of an address in whose place others were put."""
    fields = fact.fields
    if fields["action"] != "redirect":
        return Fate("Expanded", "Expanded", "", "", fact.ts)
    target = ", ".join(fields["recipients"])
    return Fate("Expanded", "Redirected", f"redirected to {target}", "", fact.ts)


def kept_back(leg: Leg, fate: Fate) -> Fate:
    """The fate of a recipient of which nothing else is known, where a filter says that it put the message aside."""
    if fate.detail != "Unknown":
        return fate
    for fact in leg.verdicts:
        if fact.fields.get("quarantine"):
            return Fate("Quarantined", "Quarantined", str(fact.fields.get("action", "")), "", fact.ts)
    return fate


def _weight(fact: Fact) -> int:
    status, disposition = fact.fields.get("status"), fact.fields.get("disposition")
    if status == "sent":
        return {"mailbox": 4, "duplicate": 3, "relay": 1}.get(disposition or "relay", 2)
    return {"bounced": 2, "expired": 2}.get(status or "", 0)


def sent(final: Fact, reply: str, dsn: str) -> Fate:
    """Fate by a delivery that succeeded, with its reply and enhanced status code."""
    fields = final.fields
    disposition = fields.get("disposition")
    if disposition is None or disposition == "mailbox" or disposition == "relay":  # nearly all
        if "folder" in fields:
            return _kept(final)._replace(reason=reply, dsn=dsn)
        detail = "Delivered" if disposition == "mailbox" or fields.get("token") else "Relayed"
        return Fate._make(("Delivered", detail, reply, dsn, final.ts, "", "", "", ""))
    place = fields.get("relay", "")
    if disposition == "discard":
        return Fate("Failed", "Discarded", reply, dsn, final.ts)
    if disposition == "quarantine":
        return Fate("Quarantined", "Quarantined", reply, dsn, final.ts)
    if disposition == "duplicate":
        return Fate("Delivered", "Duplicate", reply, dsn, final.ts)
    if disposition == "forward":
        return Fate("Expanded", "Redirected", reply, dsn, final.ts)
    if disposition == "reply":
        return Fate("Delivered", "Delivered", reply, dsn, final.ts)
    if disposition == "file":
        address = reply.partition("file: ")[2].strip() or place
        return Fate("Delivered", "Delivered", reply, dsn, final.ts, address=address)
    if disposition == "command":
        command = reply.partition("command: ")[2].strip()
        address = f"|{command}" if command else place if place.startswith("|") else ""
        return Fate("Delivered", "Delivered", reply, dsn, final.ts, address=address)
    return Fate("Delivered", "Delivered" if fields.get("token") else "Relayed", reply, dsn, final.ts)


def untold(leg: Leg, name: str, swept: int) -> Fate:
    """Fate of a named recipient that no delivery line of this leg names.

    Exim delivers to an address once, whoever stood for it, and logs nothing of the others (deliver.c, tree_duplicates).
    """
    if (named := once_for_all(leg)) is None or name.lower() not in named:
        return untried(leg, swept)
    low = name.lower()
    for recipient in leg.recipients.values():
        if low == recipient.low:
            once = of_attempts(leg, recipient, swept)
            return once._replace(detail="Duplicate", folder="", address="") if once.status == "Delivered" else once
    if leg.removed and any(recipient.low_original != recipient.low for recipient in leg.recipients.values()):
        return Fate("Expanded", "Expanded", "", "", leg.removed)
    return untried(leg, swept)


def once_for_all(leg: Leg) -> set[str] | None:
    """Whom the arrival named, where the log tells neither how many are left nor of an address that is reached twice."""
    if leg.arrival is None or leg.queued or leg.tracked or "recipients" not in leg.arrival:
        return None
    return {name.lower() for name in leg.arrival["recipients"]}


def untried(leg: Leg, swept: int) -> Fate:
    """Fate of a recipient that no delivery line of this leg names."""
    for fact in reversed(leg.rejects):
        if fact.fields.get("stage") not in ("RCPT", "VRFY"):
            return refused(fact)
    for fact in leg.checks:
        if fact.fields.get("action") in ("discard", "milter-discard"):
            return Fate("Failed", "Discarded", fact.fields.get("text", ""), "", fact.ts)
    if leg.expired:
        return Fate("Failed", "Expired", "", "", leg.expired)
    ended = _manipulated(leg, swept, -1)
    if ended is not None:
        return ended
    if leg.removed:
        if _taken_off(leg):
            return Fate("Failed", "Discarded", "", "", leg.removed, remark=TAKEN_OFF)
        return Fate("GettingStatus", "Unknown", "", "", leg.removed, remark="the log does not show its delivery")
    return Fate("GettingStatus", "Unknown", "", "", leg.last, remark="end not seen")


def _taken_off(leg: Leg) -> bool:
    """Whether a milter has taken recipients off a message (SMFIR_DELRCPT), as far as that shows: cleanup(8) logs
    nothing and counts them still, the queue manager is done with the message as soon as the others are.

    A lost line looks the same, but alone among all others of a life, and of a delivery that took no time.
    """
    if leg.arrival is None or not leg.message_id or not leg.queued or leg.nrcpt <= len(leg.recipients):
        return False
    done = max((fact.ts for fact in leg.facts if fact.kind in ("active", "deliver")), default=0)
    return 0 <= leg.removed - done <= _SECOND


def _manipulated(leg: Leg, swept: int, since: int) -> Fate | None:
    """Deleted or held by an administrator or a filter after `since`; None when nothing of that is still in force.

    since: of the last attempt. What a check held before it must have been released, if by an order without queue IDs.
    """
    held: Fate | None = None
    for fact in leg.checks:
        action = fact.fields.get("action", "")
        if action in ("hold", "milter-hold") and fact.ts > since:
            filtered = action == "milter-hold"
            text = fact.fields.get("text", "")
            held = Fate("Quarantined", "Quarantined" if filtered else "Held", text, "", fact.ts)
    for fact in leg.actions:
        action, actor = fact.fields.get("action"), fact.fields.get("actor")
        text = fact.fields.get("text") or fact.fields.get("who", "")
        if action == "delete":
            return Fate("Failed", "Deleted", text, "", fact.ts)
        if action == "expire":  # by a filter: it decided so, at once
            return Fate("Failed", "Bounced" if actor == "filter" else "Expired", text, "", fact.ts)
        if action == "hold" and fact.ts >= since:
            held = Fate("Quarantined", "Quarantined" if actor == "filter" else "Held", text, "", fact.ts)
        elif action in ("release", "requeue"):
            held = None
    if swept:
        remark = "deleted by an administrator together with others that the log does not name"
        return Fate("Failed", "Deleted", "", "", swept, remark=remark)
    return held


def of_mailbox(facts: list[Fact]) -> list[Fate]:
    """What the mailbox server made of one delivery: one fate for each copy it kept, else what it did instead."""
    if len(facts) == 1 and facts[0].fields.get("action") == "stored":
        return [_kept(facts[0])]
    stored: dict[str, Fate] = {}
    other: list[Fate] = []
    for fact in facts:
        fields = fact.fields
        action = fields.get("action")
        if action in ("stored", "fileinto", "save"):
            kept = _kept(fact)
            stored.setdefault(kept.folder, kept)
        elif action == "forwarded":
            target = fields.get("target", "")
            other.append(_given_on(target, fact))
        elif action == "discarded":
            why = fields.get("reason") or f"discarded by {_whose(fact)}"
            other.append(Fate("Failed", "Discarded", why, "", fact.ts, host=fact.host))
        elif action == "rejected":
            why = fields.get("reason") or f"rejected by {_whose(fact)}"
            other.append(Fate("Failed", "Rejected", why, "", fact.ts, host=fact.host))
        elif action == "duplicate":
            other.append(Fate("Delivered", "Duplicate", fields.get("reason", ""), "", fact.ts, host=fact.host))
    copies = sorted(stored.values(), key=lambda fate: fate.folder)
    redirects = [fate for fate in other if fate.address or fate.detail == "Redirected"]
    # A discard is Sieve's way to cancel the implicit keep: it counts only when nothing else was done with the message.
    return copies + redirects or other[:1]


def _given_on(target: str, fact: Fact) -> Fate:
    """Sieve's redirect to an address, which goes on from there, or to a program, where it ends."""
    if target.startswith("|"):
        return Fate("Delivered", "Delivered", "", "", fact.ts, address=target, host=fact.host)
    return Fate("Expanded", "Redirected", f"redirected to {target}", "", fact.ts, address=target, host=fact.host)


def _whose(fact: Fact) -> str:
    return "the mailing list" if fact.fields.get("service") == "mailman" else "Sieve"


def _kept(fact: Fact) -> Fate:
    folder = fact.fields.get("folder", "") or "INBOX"
    return Fate._make(("Delivered", of_folder(folder), "", "", fact.ts, folder, "", "", fact.host))


def of_folder(folder: str) -> str:
    """Detail of what a mailbox server put into a folder."""
    return "Junk" if folder != "INBOX" and _JUNK.search(folder) else "Delivered"
