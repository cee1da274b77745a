"""One delivery attempt as a step."""

from __future__ import annotations

from mailwake.events.fact import Fact
from mailwake.events.told import tell
from mailwake.trace.causes import explain_words
from mailwake.trace.fate import GREYLIST
from mailwake.trace.model import Link
from mailwake.trace.origins import is_internal
from mailwake.trace.story_draft import Draft
from mailwake.trace.story_model import BAD, GOOD, PLAIN, WAIT
from mailwake.trace.story_words import hop

_KEPT = {
    "discard": ("Drop", tell("What was for {who} was thrown away on purpose.", who="").template, BAD),
    "quarantine": ("Quarantine", tell("The filter keeps it in quarantine for {who}.", who="").template, WAIT),
    "forward": ("Redirect", tell("{who} is forwarded to another address.", who="").template, PLAIN),
    "file": ("Deliver", tell("Written to a file for {who}.", who="").template, GOOD),
    "command": ("Deliver", tell("Given to a command for {who}.", who="").template, GOOD),
    "reply": ("DSN", tell("An automatic answer was written for {who}.", who="").template, PLAIN),
    "mailbox": ("Deliver", tell("Put into the mailbox of {who}.", who="").template, GOOD),
}


_FOUND = {
    "deliverable": tell("deliverable"),
    "undeliverable": tell("undeliverable"),
    "undeliverable-but-not-cached": tell("undeliverable"),
}
_NAMED = 3
"""Recipients named in a sentence; the others are counted."""


def delivery(facts: list[Fact], link: Link | None, *, in_mailbox: bool = False) -> Draft:
    """The step of `deliver` facts of one moment and reply, each for another recipient.

    link: the link that they made, if the message was seen going on; in_mailbox: the mailbox server tells what it did.
    """
    fact = facts[0]
    fields = fact.fields
    status = fields.get("status", "")
    names = [str(other.fields["recipient"]) for other in facts if other.fields.get("recipient")]
    who = named(names) or tell("all its recipients")
    reply = str(fields.get("reply", ""))
    where = hop(fields)
    if status == "sent":
        draft = _sent(fact, link, who, where)
    elif status in _FOUND:
        draft = Draft(fact, "Resolved", tell("A probe found {who} {status}.", who=who, status=_FOUND[status]))
    else:
        draft = _failed(fact, who, where, reply)
    if in_mailbox and draft.event == "Deliver":
        draft.event, draft.tone = "Transfer", PLAIN
    draft.recipient = names[0] if len(names) == 1 else ""
    draft.after.extend(facts[1:])
    original = fields.get("orig_recipient")
    if original and original != fields.get("recipient") and len(facts) == 1:
        draft.details.append(tell("first addressed to {original}", original=original))
    if reply:
        draft.details.append(reply)
    if fields.get("tls"):
        draft.details.append(tell("TLS: {tls}", tls=fields["tls"]))
    return draft


def named(names: list[str]) -> str:
    """Some names for a sentence."""
    shown = ", ".join(names[:_NAMED])
    return tell("{shown} and {number} more", shown=shown, number=len(names) - _NAMED) if len(names) > _NAMED else shown


def _sent(fact: Fact, link: Link | None, who: str, where: str) -> Draft:
    fields = fact.fields
    if link is not None:
        there = link.child.host
        name = tell("the filter") if there == fact.host and link.rule != "forwarded as" else there
        if link.rule == "forwarded as":
            return Draft(
                fact, "Redirect", tell("{who} is forwarded; queue ID of the copy: {key}.", who=who, key=link.child.key)
            )
        return Draft(
            fact,
            "Transfer",
            tell("Handed to {name} for {who} (queue ID there: {key}).", name=name, who=who, key=link.child.key),
        )
    disposition = str(fields.get("disposition") or "relay")
    if fields.get("token"):
        disposition = "mailbox"
    kept = _KEPT.get(disposition)
    if kept is not None:
        event, words, tone = kept
        if event == "Deliver" and fields.get("token"):
            return Draft(fact, event, tell("The mailbox server took it for {who}.", who=who), tone)
        return Draft(fact, event, tell(words, who=who), tone)
    there = tell(" (queue ID there: {next_id})", next_id=fields["next_id"]) if fields.get("next_id") else ""
    event = "Transfer" if is_internal(str(fields.get("relay_ip", ""))) and fields.get("relay_ip") else "Send"
    return Draft(
        fact,
        event,
        tell("Handed to {where} for {who}{there}.", where=where or tell("the next server"), who=who, there=there),
        GOOD,
    )


def _failed(fact: Fact, who: str, where: str, reply: str) -> Draft:
    fields = fact.fields
    waits = fields.get("status") == "deferred"
    detail = ("Greylisted" if GREYLIST.search(reply) else "Deferred") if waits else "Bounced"
    ours = is_internal(str(fields.get("relay_ip", ""))) and " said:" not in reply
    cause = explain_words(detail, str(fields.get("dsn", "")), reply, ours=ours)
    at = tell(" at {where}", where=where) if where else ""
    if waits:
        return Draft(
            fact, "Defer", tell("Not yet for {who}{at}: {title}.", who=who, at=at, title=tell(cause.title)), WAIT
        )
    return Draft(fact, "Fail", tell("Failed for {who}{at}: {title}.", who=who, at=at, title=tell(cause.title)), BAD)
