"""Refusals, rules, administrators' orders, notices and ends as steps (access(5), postsuper(1), bounce(8))."""

from __future__ import annotations

from collections.abc import Callable

from mailwake.events.fact import Fact
from mailwake.events.told import tell
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
    did = tell("told the client to come again later") if temporary else tell("refused it")
    by = " (milter)" if fields.get("by") == "milter" else ""
    stage = tell(" at {stage}", stage=fields["stage"]) if fields.get("stage") else ""
    draft = Draft(
        fact,
        "Defer" if temporary else "Fail",
        tell(
            "{host}{by} {did}{stage}: {title}.",
            host=fact.host or tell("The server"),
            by=by,
            did=did,
            stage=stage,
            title=tell(cause.title),
        ),
    )
    draft.tone, draft.recipient = WAIT if temporary else BAD, str(fields.get("recipient", ""))
    draft.details = [words] if words else []
    if fields.get("client_ip") or fields.get("client_name"):
        draft.details.append(
            tell(
                "client {client}{greeting}",
                client=client(fields),
                greeting=tell(", greeted as {helo}", helo=fields["helo"]) if fields.get("helo") else "",
            )
        )
    return draft


def _on(host: str) -> str:
    return tell(" on {host}", host=host) if host else ""


_CHECKS = {
    "hold": ("Quarantine", tell("put it on hold"), WAIT),
    "discard": ("Drop", tell("threw it away without telling anybody"), BAD),
    "redirect": ("Redirect", tell("sent it to another address instead"), PLAIN),
    "bcc": ("Rule", tell("added a blind copy"), PLAIN),
    "filter": ("Rule", tell("sent it through a content filter"), PLAIN),
    "warn": ("Rule", tell("warned"), PLAIN),
    "warning": ("Rule", tell("warned"), PLAIN),
    "reject_warning": ("Rule", tell("would have refused it, but only warned"), PLAIN),
    "prepend": ("Rule", tell("added a header"), PLAIN),
    "replace": ("Rule", tell("replaced a header"), PLAIN),
    "strip": ("Rule", tell("removed a header"), PLAIN),
    "delay": ("Rule", tell("delayed it"), WAIT),
}


def _check(fact: Fact, host: str) -> Draft:
    fields = fact.fields
    action = str(fields.get("action", ""))
    event, did, tone = _CHECKS.get(
        action.removeprefix("milter-"), ("Rule", tell("did: {action}", action=action), PLAIN)
    )
    who = tell("A milter") if action.startswith("milter-") else tell("A rule")
    said = str(fields.get("target") or fields.get("text") or "")
    draft = Draft(
        fact,
        event,
        tell(
            "{who}{on} {did}{said}.", who=who, on=_on(host), did=did, said=tell(": {said}", said=said) if said else ""
        ),
        tone,
    )
    if fields.get("value"):
        draft.details.append(tell("because of: {value}", value=fields["value"]))
    return draft


_ACTIONS = {
    "hold": ("Quarantine", tell("put it on hold"), WAIT),
    "release": ("Release", tell("released it from hold"), PLAIN),
    "requeue": ("Resubmit", tell("had it queued anew"), PLAIN),
    "delete": ("Drop", tell("deleted it from the queue"), BAD),
    "expire": ("Fail", tell("ended its time in the queue, so that it is returned"), BAD),
    "rename": ("Rule", tell("renamed it in the queue"), PLAIN),
}
_ACTORS = {"admin": tell("An administrator"), "filter": tell("A filter"), "system": tell("The mail system")}


def _action(fact: Fact, host: str) -> Draft:
    fields = fact.fields
    event, did, tone = _ACTIONS.get(
        str(fields.get("action")), ("Rule", tell("did: {action}", action=fields.get("action")), PLAIN)
    )
    actor = _ACTORS.get(str(fields.get("actor")), tell("Somebody"))
    who = f" ({fields['who']})" if fields.get("who") else ""
    text = tell(": {said}", said=fields["text"]) if fields.get("text") else ""
    return Draft(
        fact, event, tell("{actor}{who}{on} {did}{text}.", actor=actor, who=who, on=_on(host), did=did, text=text), tone
    )


def _expired(fact: Fact, host: str) -> Draft:
    forced = tell(" by order of an administrator") if "force" in str(fact.fields.get("status", "")) else ""
    return Draft(
        fact,
        "Fail",
        tell(
            "{host} gave up{forced} and returned it to {sender}.",
            host=host or tell("The server"),
            forced=forced,
            sender=shown(fact.fields.get("sender")),
        ),
        BAD,
    )


_NOTICES = {
    "failure": tell("told the sender that it could not be delivered"),
    "delay": tell("told the sender that it is delayed"),
    "success": tell("confirmed the delivery to the sender"),
    "postmaster": tell("told the postmaster"),
}


def _notice(fact: Fact, host: str) -> Draft:
    did = _NOTICES.get(str(fact.fields.get("notice")), tell("made a report"))
    named = tell("queue ID of the report: {child_id}", child_id=fact.fields.get("child_id", tell("unknown")))
    if fact.fields.get("child_message_id"):
        named = tell("Message-ID of the report: {child_message_id}", child_message_id=fact.fields["child_message_id"])
    return Draft(fact, "DSN", tell("{host} {did} ({named}).", host=host or tell("The server"), did=did, named=named))


def _removed(fact: Fact, host: str) -> Draft:
    return Draft(
        fact,
        "Done",
        tell(
            "{host} removed it from its queue; nothing before that is in these logs.", host=host or tell("The server")
        ),
    )


def accepted(fact: Fact, _host: str) -> Draft:
    """What a before-queue filter answered for the client (SMTPD_PROXY_README)."""
    return Draft(
        fact,
        "Receive",
        tell("The filter before the queue{on} took it: {reply}", on=_on(fact.host), reply=fact.fields.get("reply", "")),
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
