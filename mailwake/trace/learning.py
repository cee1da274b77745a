"""What each kind of fact tells of its leg."""

from __future__ import annotations

from mailwake.events.fact import Fact
from mailwake.trace.model import Leg, Recipient

_PROBE_STATUS = frozenset({"deliverable", "undeliverable", "undeliverable-but-not-cached"})
_NO_HOST = frozenset("|/")
_PASSED = "reject_warning warn warning info permit filter bcc prepend replace strip delay pass dunno milter-accept"
_PASSING = frozenset(_PASSED.split())
"""Actions of access(5) and header_checks(5) after which a message goes on as if there had been none."""
_TOO_EARLY = "defer (-52)"
"""Exim: the time to route the address anew has not come."""


def learn(leg: Leg, fact: Fact, kind: str) -> None:
    """Tell a leg of its next fact. A chain of comparisons, the commonest first: no slower than a table, and the
    compiled code has it for nothing."""
    if kind == "deliver":
        deliver(leg, fact)
    elif kind == "active":
        fields = fact.fields
        leg.queued = True
        leg.sender = fields.get("sender", leg.sender)
        leg.size = fields.get("size", leg.size)
        leg.nrcpt = fields.get("nrcpt", leg.nrcpt)
    elif kind == "message_id":
        if not leg.message_id and not fact.fields.get("resent"):
            leg.message_id = fact.fields["message_id"]
    elif kind == "remove":
        leg.removed = fact.ts
    elif kind == "arrive":
        _arrive(leg, fact)
    elif kind == "header":
        _header(leg, fact)
    elif kind == "reject":
        _reject(leg, fact)
    else:
        _learn_rare(leg, fact, kind)


def _learn_rare(leg: Leg, fact: Fact, kind: str) -> None:
    if kind == "check":
        leg.checks.append(fact)
        _envelope(leg, fact)
        _subject(leg, fact)
    elif kind == "envelope":
        _envelope(leg, fact)
    elif kind == "notify":
        leg.notices.append(fact)
        if fact.fields.get("expired"):
            leg.expired = fact.ts
    elif kind == "queue_action":
        leg.actions.append(fact)
        _envelope(leg, fact)
    elif kind == "expire":
        leg.expired = fact.ts
        if leg.sender is None:
            leg.sender = fact.fields.get("sender")


def is_passing(fact: Fact) -> bool:
    """Whether a rule let the message pass: that the client asked does not mean that it sent one."""
    return fact.kind == "check" and fact.fields.get("action") in _PASSING


def _envelope(leg: Leg, fact: Fact) -> None:
    fields = fact.fields
    if leg.sender is None and "sender" in fields:
        leg.sender = fields["sender"]
    if "recipient" in fields:
        leg.named.append(fields["recipient"])


def _subject(leg: Leg, fact: Fact) -> None:
    """A rule that acted on the subject quotes it, in place of the rule that would have logged it (header_checks(5))."""
    if leg.subject is None and fact.fields.get("context") == "header":
        name, _, value = str(fact.fields.get("value", "")).partition(":")
        if name.lower() == "subject":
            leg.subject = value.strip()


def split_local(leg: Leg) -> None:
    """An alias or .forward may have several ways for one address (aliases(5)): each way is an end of its own.

    local(8) of Postfix names the way in its reply, Exim in place of the relay: a command, or a file. OpenSMTPD has an
    envelope for each account.
    """
    split: dict[tuple[str, str], Recipient] = {}
    for name, recipient in leg.recipients.items():
        ways = _by_target(recipient.attempts)
        if len(ways) > 1:
            for number, attempts in enumerate(ways):
                way = Recipient(_account(attempts, recipient.address), recipient.original)
                way.attempts = attempts
                split[name[0], f"{name[1]}\0{number}" if number else name[1]] = way
            continue
        recipient.attempts = ways[0]
        ends: dict[str, Fact] = {}
        for fact in recipient.attempts:
            if fact.fields.get("status") in ("sent", "bounced"):
                ends.setdefault(f"{fact.fields['status']} {fact.fields.get('reply', '')}", fact)
        if len(ends) < 2 or recipient.attempts[0].fields.get("agent") != "local":
            split[name] = recipient
            continue
        waits = [fact for fact in recipient.attempts if fact not in ends.values()]
        for number, end in enumerate(sorted(ends)):
            way = Recipient(recipient.address, recipient.original)
            way.attempts = [*(fact for fact in waits if fact.fields.get("status") == "deferred"), ends[end]]
            split[name[0], f"{name[1]}\0{number}" if number else name[1]] = way
    leg.recipients = split


def forget_unrouted(leg: Leg) -> None:
    """Forget that an alias could not be routed before or after it was: Exim routes it anew with each run of the queue
    (deliver.c, ERRNO_RRETRY), and what it stood for is known."""
    made = [recipient for recipient in leg.recipients.values() if recipient.low_original != recipient.low]
    for name, alias in list(leg.recipients.items()) if made else ():
        if alias.low_original != alias.low or not all(map(_is_unrouted, alias.attempts)):
            continue
        since = min((one.attempts[0].ts for one in made if one.low_original == alias.low), default=0)
        tried = [fact.ts for fact in alias.attempts if not fact.fields["reply"].startswith(_TOO_EARLY)]
        if since and max(tried, default=0) < since:
            del leg.recipients[name]


def _is_unrouted(fact: Fact) -> bool:
    fields = fact.fields
    return fields.get("status") == "deferred" and fields.get("reply", "")[:7] == "defer (" and "transport" not in fields


def has_ways(attempts: list[Fact]) -> bool:
    """Whether there may be more than one way for an address: see `split_local`."""
    return attempts[0].fields.get("agent") == "local" or any(
        _target(fact) or fact.fields.get("disposition") == "reply" for fact in attempts
    )


def _target(fact: Fact) -> str:
    """The command or file that Exim names in place of a relay, or an envelope; "" for the address itself."""
    fields = fact.fields
    if "envelope" in fields:
        return str(fields["envelope"])
    place = fields.get("relay", "")
    return place if place[:1] in _NO_HOST and "agent" not in fields else ""


def _account(attempts: list[Fact], address: str) -> str:
    """The address of a way that leads to an account of the host."""
    account = next((fact.fields["account"] for fact in attempts if "account" in fact.fields), "")
    return f"{account}@{address.rpartition('@')[2]}" if account else address


def _by_target(attempts: list[Fact]) -> list[list[Fact]]:
    """Attempts apart by the command or file that each was for; those of the address itself are one more group.

    That an automatic answer was written is no attempt to deliver, if there is another one.
    """
    attempts = [fact for fact in attempts if fact.fields.get("disposition") != "reply"] or attempts
    if len(attempts) < 2:
        return [attempts]
    ways: dict[str, list[Fact]] = {}
    for fact in attempts:
        ways.setdefault(_target(fact), []).append(fact)
    return [ways[place] for place in sorted(ways)]


def bare_id(message_id: str) -> str:
    """A Message-ID for comparison: without the angle brackets that some logs leave out."""
    return message_id[1:-1] if message_id[:1] == "<" and message_id[-1:] == ">" else message_id


def _arrive(leg: Leg, fact: Fact) -> None:
    fields = leg.arrival = fact.fields
    if "sender" in fields:
        leg.sender = fields["sender"]
        leg.size = fields.get("size", 0)
        leg.message_id = fields.get("message_id", "")
        leg.subject = fields.get("subject")
        leg.named.extend(fields.get("recipients", ()))
    elif "session" in fields:  # the sender stands elsewhere
        leg.size = fields.get("size", leg.size)
        leg.message_id = fields.get("message_id", leg.message_id)
    if "nrcpt" in fields:
        leg.nrcpt = fields["nrcpt"]
    if "requeued_from" in fields:
        leg.requeued_from = fields["requeued_from"]


def _header(leg: Leg, fact: Fact) -> None:
    # Attached messages have headers too and are logged likewise: the first one is the message's own.
    if leg.subject is None and fact.fields.get("header") == "subject":
        leg.subject = fact.fields.get("value")
    _envelope(leg, fact)


def _reject(leg: Leg, fact: Fact) -> None:
    leg.rejects.append(fact)
    fields = fact.fields
    if fields.get("stage") not in ("RCPT", "VRFY"):
        _envelope(leg, fact)
        leg.named.extend(fields.get("recipients", ()))
    elif leg.sender is None and "sender" in fields:
        leg.sender = fields["sender"]
    if leg.subject is None:
        leg.subject = fields.get("subject")
        _subject(leg, fact)
    if not leg.message_id:
        leg.message_id = fields.get("message_id", "")


def _attempt(recipient: Recipient, fact: Fact) -> None:
    """Note an attempt; a report of one is none by itself, unless nothing else tells of it."""
    attempts, status = recipient.attempts, fact.fields.get("status")
    if "report" in fact.fields:
        if any(known.fields.get("status") in (status, "sent", "bounced", "expired") for known in attempts):
            return
    elif attempts and "report" in attempts[-1].fields:
        attempts[:] = [known for known in attempts if "report" not in known.fields or known.fields["status"] != status]
    attempts.append(fact)


def deliver(leg: Leg, fact: Fact) -> None:
    """Tell a leg of a delivery, or of an attempt at one."""
    fields = fact.fields
    if fields.get("status") in _PROBE_STATUS:
        leg.probe = True
    address = fields.get("recipient", "")
    if not address:
        if fields.get("disposition") != "discard":
            leg.copies = [*leg.copies, fact]  # made by Exim's system filter
            return
        # Exim's `=> blackhole (DATA ACL discarded recipients)` is about all of them.
        discard = {"action": "discard", "text": fields.get("reply", "")}
        leg.checks.append(fact._replace(kind="check", fields=discard))
        return
    original = fields.get("orig_recipient") or address
    low = address.lower()
    folded = (low, low if original is address else original.lower())
    recipient = leg.recipients.get(folded)
    if recipient is None:
        recipient = leg.recipients[folded] = Recipient(address, original)
    _attempt(recipient, fact)
    if leg.sender is None and "sender" in fields:
        leg.sender = fields["sender"]
