"""Refusals, rules, administrators' orders, notices and ends as steps (access(5), postsuper(1), bounce(8))."""

from __future__ import annotations

from collections.abc import Callable

from mailwake.events.fact import Fact
from mailwake.trace.causes import explain_words
from mailwake.trace.fate import GREYLIST
from mailwake.trace.story_draft import Draft
from mailwake.trace.story_model import BAD, PLAIN, WAIT
from mailwake.trace.story_tracked import MAKERS as TRACKED
from mailwake.trace.story_verdicts import verdict
from mailwake.trace.story_words import client, shown


def rejection(fact: Fact, _host: str) -> Draft:
    """A refusal, or a request to come again."""
    fields = fact.fields
    text = str(fields.get("text", ""))
    words = " ".join(str(part) for part in (fields.get("code"), fields.get("dsn"), text) if part)
    temporary = bool(fields.get("temporary"))
    detail = ("Greylisted" if GREYLIST.search(text) else "Deferred") if temporary else "Rejected"
    cause = explain_words(detail, fields.get("dsn", ""), words, ours=True)
    did = "told the client to come again later" if temporary else "refused it"
    by = " (milter)" if fields.get("by") == "milter" else ""
    stage = f" at {fields['stage']}" if fields.get("stage") else ""
    draft = Draft(
        fact, "Defer" if temporary else "Fail", f"{fact.host or 'The server'}{by} {did}{stage}: {cause.title}."
    )
    draft.tone, draft.recipient = WAIT if temporary else BAD, str(fields.get("recipient", ""))
    draft.details = [words] if words else []
    if fields.get("client_ip") or fields.get("client_name"):
        draft.details.append(
            f"client {client(fields)}" + (f", greeted as {fields['helo']}" if fields.get("helo") else "")
        )
    return draft


def _on(host: str) -> str:
    return f" on {host}" if host else ""


_CHECKS = {
    "hold": ("Quarantine", "put it on hold", WAIT),
    "discard": ("Drop", "threw it away without telling anybody", BAD),
    "redirect": ("Redirect", "sent it to another address instead", PLAIN),
    "bcc": ("Rule", "added a blind copy", PLAIN),
    "filter": ("Rule", "sent it through a content filter", PLAIN),
    "warn": ("Rule", "warned", PLAIN),
    "warning": ("Rule", "warned", PLAIN),
    "reject_warning": ("Rule", "would have refused it, but only warned", PLAIN),
    "prepend": ("Rule", "added a header", PLAIN),
    "replace": ("Rule", "replaced a header", PLAIN),
    "strip": ("Rule", "removed a header", PLAIN),
    "delay": ("Rule", "delayed it", WAIT),
}


def _check(fact: Fact, host: str) -> Draft:
    fields = fact.fields
    action = str(fields.get("action", ""))
    event, did, tone = _CHECKS.get(action.removeprefix("milter-"), ("Rule", f"did: {action}", PLAIN))
    who = "A milter" if action.startswith("milter-") else "A rule"
    said = str(fields.get("target") or fields.get("text") or "")
    draft = Draft(fact, event, f"{who}{_on(host)} {did}" + (f": {said}" if said else "") + ".", tone)
    if fields.get("value"):
        draft.details.append(f"because of: {fields['value']}")
    return draft


_ACTIONS = {
    "hold": ("Quarantine", "put it on hold", WAIT),
    "release": ("Release", "released it from hold", PLAIN),
    "requeue": ("Resubmit", "had it queued anew", PLAIN),
    "delete": ("Drop", "deleted it from the queue", BAD),
    "expire": ("Fail", "ended its time in the queue, so that it is returned", BAD),
    "rename": ("Rule", "renamed it in the queue", PLAIN),
}
_ACTORS = {"admin": "An administrator", "filter": "A filter", "system": "The mail system"}


def _action(fact: Fact, host: str) -> Draft:
    fields = fact.fields
    event, did, tone = _ACTIONS.get(str(fields.get("action")), ("Rule", f"did: {fields.get('action')}", PLAIN))
    actor = _ACTORS.get(str(fields.get("actor")), "Somebody")
    who = f" ({fields['who']})" if fields.get("who") else ""
    text = f": {fields['text']}" if fields.get("text") else ""
    return Draft(fact, event, f"{actor}{who}{_on(host)} {did}{text}.", tone)


def _expired(fact: Fact, host: str) -> Draft:
    forced = " by order of an administrator" if "force" in str(fact.fields.get("status", "")) else ""
    return Draft(
        fact,
        "Fail",
        f"{host or 'The server'} gave up{forced} and returned it to {shown(fact.fields.get('sender'))}.",
        BAD,
    )


_NOTICES = {
    "failure": "told the sender that it could not be delivered",
    "delay": "told the sender that it is delayed",
    "success": "confirmed the delivery to the sender",
    "postmaster": "told the postmaster",
}


def _notice(fact: Fact, host: str) -> Draft:
    did = _NOTICES.get(str(fact.fields.get("notice")), "made a report")
    named = f"queue ID of the report: {fact.fields.get('child_id', 'unknown')}"
    if fact.fields.get("child_message_id"):
        named = f"Message-ID of the report: {fact.fields['child_message_id']}"
    return Draft(fact, "DSN", f"{host or 'The server'} {did} ({named}).")


def _removed(fact: Fact, host: str) -> Draft:
    return Draft(
        fact, "Done", f"{host or 'The server'} removed it from its queue; nothing before that is in these logs."
    )


def accepted(fact: Fact, _host: str) -> Draft:
    """What a before-queue filter answered for the client (SMTPD_PROXY_README)."""
    return Draft(
        fact, "Receive", f"The filter before the queue{_on(fact.host)} took it: {fact.fields.get('reply', '')}"
    )


MAKERS: dict[str, Callable[[Fact, str], Draft]] = {
    "reject": rejection,
    "check": _check,
    "queue_action": _action,
    "expire": _expired,
    "notify": _notice,
    "remove": _removed,
    "verdict": verdict,
    "policy": verdict,
    "proxy_accept": accepted,
    **TRACKED,
}
"""Kind of fact to what makes its step."""
