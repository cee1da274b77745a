"""What the mailbox server did with a message, as steps and as lines: folders, Sieve's actions (RFC 5228)."""

from __future__ import annotations

from collections.abc import Iterable

from mailwake.events.fact import Fact, Fields
from mailwake.events.told import tell
from mailwake.trace.model import Recipient
from mailwake.trace.story_draft import Draft
from mailwake.trace.story_model import BAD, GOOD, PLAIN, WAIT

_EVENTS = {
    "stored": ("Deliver", GOOD),
    "fileinto": ("Deliver", GOOD),
    "save": ("Deliver", GOOD),
    "forwarded": ("Redirect", PLAIN),
    "discarded": ("Drop", BAD),
    "rejected": ("Fail", BAD),
    "vacation": ("Vacation", PLAIN),
    "notified": ("Notify", PLAIN),
    "duplicate": ("Duplicate", PLAIN),
    "posted": ("Deliver", GOOD),
    "proxied": ("Transfer", PLAIN),
    "failed": ("Fail", BAD),
}
_STORED = ("stored", "fileinto", "save")


def mailbox_drafts(facts: Iterable[Fact], recipient: Recipient) -> list[Draft]:
    """Steps of one recipient's delivery session; the record of the saved item stands behind the step that stored it."""
    found: list[Draft] = []
    facts = list(facts)
    sieve = _filed(facts)
    for fact in facts:
        fields = fact.fields
        action = str(fields.get("action", ""))
        event, tone = _EVENTS.get(action, ("Note", PLAIN))
        if action == "failed" and fields.get("temporary"):
            event, tone = "Defer", WAIT
        text = tell("{words}.", words=mailbox_words(fields, sieve, recipient.address))
        same = next((draft for draft in found if draft.text == text), None) if action in _STORED else None
        if same is None:
            draft = Draft(fact, event, text, tone, recipient.address)
            if fields.get("reason"):
                draft.details.append(str(fields["reason"]))
            found.append(draft)
        else:
            same.after.append(fact)
    return found


def mailbox_lines(facts: Iterable[Fact]) -> tuple[str, ...]:
    """The same as lines, each once."""
    facts = list(facts)
    sieve = _filed(facts)
    return tuple(dict.fromkeys(mailbox_words(fact.fields, sieve) for fact in facts))


def _filed(facts: Iterable[Fact]) -> set[str]:
    """Folders that a Sieve rule chose: the record of the saved item does not say it."""
    return {str(fact.fields.get("folder", "")) for fact in facts if fact.fields.get("action") == "fileinto"}


def mailbox_words(fields: Fields, sieve: set[str], owner: str = "") -> str:
    """One action of the mailbox server in words; sieve: the folders that a rule chose."""
    action = str(fields.get("action", ""))
    folder = str(fields.get("folder", "")) or "INBOX"
    target = str(fields.get("target", ""))
    if fields.get("service") == "mailman":
        return _list_words(action, fields)
    if action in _STORED:
        place = tell("{owner}'s {folder}", owner=owner, folder=folder) if owner else folder
        by = tell(" by a Sieve rule") if folder in sieve else ""
        return tell("Put into {place}{by}", place=place, by=by)
    if action == "forwarded":
        return tell("Redirected to {target} by a Sieve rule", target=target or tell("another address"))
    if action == "discarded":
        return tell("Thrown away by a Sieve rule")
    if action == "rejected":
        by = tell("by a Sieve rule") if target else tell("by the mailbox")  # a rule's refusal names whom it was told
        return tell("Refused {by}, the sender was told", by=by)
    if action == "vacation":
        return (
            tell("Vacation answer to {target}", target=target)
            if target and not fields.get("reason")
            else tell("Vacation rule: no answer sent")
        )
    if action == "proxied":
        return tell("Passed on to the mailbox server {server}", server=target)
    if action == "duplicate":
        return tell("Not done twice: a duplicate")
    if action == "notified":
        return tell("Notice sent to {target}", target=target) if target else tell("Notice")
    if action == "failed":
        return tell("Could not be stored in {folder}", folder=folder) if fields.get("folder") else tell("Failed")
    return action or tell("Unknown action")


def _list_words(action: str, fields: Fields) -> str:
    """What a mailing list did with a post."""
    if action == "posted":
        return tell("Given to the members of the list")
    if action == "discarded":
        return tell("Thrown away by the mailing list")
    if action == "rejected":
        return tell("Refused by the mailing list, the sender was told")
    if action == "failed":
        return tell("Could not be given to {member}, a member of the list", member=fields.get("recipient", "?"))
    return tell("Waits for a moderator of the list")
