"""Each row in words, and the verdict on the whole message."""

from __future__ import annotations

from collections.abc import Callable

from mailwake.events.fact import Fact
from mailwake.events.told import joined, tell
from mailwake.store.rows import Row
from mailwake.trace.causes import Cause, explain
from mailwake.trace.model import Leg
from mailwake.trace.story_mailbox import mailbox_lines
from mailwake.trace.story_model import BAD, GOOD, PLAIN, WAIT, Outcome
from mailwake.trace.story_scene import Scene
from mailwake.trace.story_tree import tone
from mailwake.trace.story_words import counted, plain_seconds, shown

_IN_MAILBOX = frozenset({"Delivered", "Junk", "Duplicate"})


def outcomes(scene: Scene) -> tuple[Outcome, ...]:
    """One for each row, in the rows' order."""
    return tuple(_outcome(scene, row) for row in scene.rows)


def _outcome(scene: Scene, row: Row) -> Outcome:
    leg = scene.last_leg(row)
    host = leg.host if leg is not None else (row.hosts[-1] if row.hosts else "")
    facts = _mailbox(scene, leg, row)
    told_by = next((fact.host for fact in facts if fact.host), host)
    ahead = scene.skew.get(told_by, 0)
    seconds = max((row.last - ahead - row.received) / 1e6, 0.0) if row.last else 0.0
    if seconds == 0 and leg is not None and leg is scene.root:
        seconds = _delay(leg, row)  # stamps of whole seconds say less than the server does
    place = told_by if row.detail in _IN_MAILBOX else host
    cause = explain(row)
    return Outcome(
        recipient=row.recipient,
        original=row.original_recipient,
        status=row.status,
        detail=row.detail,
        outcome=row.outcome,
        tone=tone(row.status),
        text=_WORDS.get(row.detail, _unknown)(row, place, _after(seconds), cause),
        at=row.last,
        seconds=seconds,
        host=place,
        queue_id=leg.key if leg is not None else "",
        folder=row.folder,
        dsn=row.dsn,
        reason=row.reason,
        cause=cause,
        mailbox=mailbox_lines(facts),
        grade=row.grade,
        remark=row.remark,
    )


def _delay(leg: Leg, row: Row) -> float:
    """What the server itself says how long its last delivery took (Postfix delay=)."""
    found = [
        fact.fields.get("delay", 0.0) for r in leg.recipients.values() for fact in r.attempts if fact.ts == row.last
    ]
    return float(max(found, default=0.0))


def _mailbox(scene: Scene, leg: Leg | None, row: Row) -> list[Fact]:
    if leg is None or row.detail == "Expanded":
        return []
    for name in ((row.recipient or "").lower(), (row.original_recipient or "").lower()):
        for recipient in leg.recipients.values():
            if name and name in (recipient.address.lower(), recipient.original.lower()):
                return scene.mailbox(leg, recipient)
    return []


def _after(seconds: float) -> str:
    return plain_seconds(seconds) if seconds else tell("within a second")


# -- one sentence for each StatusDetail -------------------------------------------------------------------------------

_Words = Callable[[Row, str, str, Cause | None], str]


def _why(cause: Cause | None) -> str:
    return tell(": {title}", title=tell(cause.title)) if cause is not None else ""


def _at_door(row: Row) -> bool:
    """Whether it never came further than the first host's door."""
    return not row.attempts


def _on(place: str) -> str:
    return tell(" on {place}", place=place) if place else ""


def _delivered(row: Row, place: str, span: str, cause: Cause | None) -> str:
    who = shown(row.recipient)
    if who.startswith(("|", "/")):
        what = tell("a command: {who}", who=who[1:]) if who[0] == "|" else tell("the file {who}", who=who)
        return tell("Given to {what} {span} after it came in.", what=what, span=span)
    folder = row.folder or tell("mailbox")
    return tell(
        "Delivered to {who}'s {folder}{on} {span} after it came in.", who=who, folder=folder, on=_on(place), span=span
    )


def _junk(row: Row, place: str, span: str, cause: Cause | None) -> str:
    return tell(
        "Delivered to {recipient}'s spam folder ({folder}){on} {span} after it came in.",
        recipient=shown(row.recipient),
        folder=row.folder,
        on=_on(place),
        span=span,
    )


def _duplicate(row: Row, place: str, span: str, cause: Cause | None) -> str:
    return tell(
        "Delivered to {recipient} already: the mailbox server{on} kept one copy.",
        recipient=shown(row.recipient),
        on=_on(place),
    )


def _relayed(row: Row, place: str, span: str, cause: Cause | None) -> str:
    to = row.to_host or row.to_ip or tell("the next server")
    return tell(
        "Handed to {to} for {recipient} {span} after it came in.", to=to, recipient=shown(row.recipient), span=span
    )


def _rejected(row: Row, place: str, span: str, cause: Cause | None) -> str:
    who = tell(" for {recipient}", recipient=row.recipient) if row.recipient else ""
    if _at_door(row):
        return tell(
            "Refused at the door of {place}{who}{why}.", place=place or tell("the server"), who=who, why=_why(cause)
        )
    return tell("Refused{on}{who}{why}.", on=_on(place), who=who, why=_why(cause))


def _bounced(row: Row, place: str, span: str, cause: Cause | None) -> str:
    to = row.to_host if row.to_host and row.to_host != "none" else ""
    by = tell(" by {to}", to=to) if to and "said" in row.reason else ""
    return tell(
        "Returned as undeliverable to {recipient}{by}{why}.", recipient=shown(row.recipient), by=by, why=_why(cause)
    )


def _expired(row: Row, place: str, span: str, cause: Cause | None) -> str:
    why = "" if cause is None or cause.title.startswith("Gave up") else _why(cause)
    return tell(
        "Given up for {recipient} after {span} and {count}{why}.",
        recipient=shown(row.recipient),
        span=span,
        count=counted(row.attempts, "attempt"),
        why=why,
    )


def _discarded(row: Row, place: str, span: str, cause: Cause | None) -> str:
    return tell(
        "Accepted{on} and thrown away, not delivered to {recipient}{why}.",
        on=_on(place),
        recipient=shown(row.recipient),
        why=_why(cause),
    )


def _deleted(row: Row, place: str, span: str, cause: Cause | None) -> str:
    return tell(
        "Deleted from the queue{on} by an administrator, not delivered to {recipient}.",
        on=_on(place),
        recipient=shown(row.recipient),
    )


def _deferred(row: Row, place: str, span: str, cause: Cause | None) -> str:
    who = shown(row.recipient)
    if _at_door(row):
        where = place or tell("the server")
        return tell(
            "Put off at the door of {where} for {who}{why}. The sending server must come again.",
            where=where,
            who=who,
            why=_why(cause),
        )
    tried = (
        tell("{count} in {span}", count=counted(row.attempts, "attempt"), span=span)
        if row.attempts > 1
        else counted(1, "attempt")
    )
    return tell("Waiting{on} for {who}, {tried} so far{why}.", on=_on(place), who=who, tried=tried, why=_why(cause))


def _held(row: Row, place: str, span: str, cause: Cause | None) -> str:
    return tell(
        "On hold{on} for {recipient}: not tried until somebody releases it.",
        on=_on(place),
        recipient=shown(row.recipient),
    )


def _quarantined(row: Row, place: str, span: str, cause: Cause | None) -> str:
    return tell("In quarantine{on}, not delivered to {recipient}.", on=_on(place), recipient=shown(row.recipient))


def _expanded(row: Row, place: str, span: str, cause: Cause | None) -> str:
    return tell("{recipient} stands for other addresses: see theirs.", recipient=shown(row.recipient))


def _redirected(row: Row, place: str, span: str, cause: Cause | None) -> str:
    target = row.recipient if row.recipient != row.original_recipient else None
    to = tell(" to {target}", target=target) if target else tell(" to another address")
    return tell("Redirected from {original_recipient}{to}.", original_recipient=shown(row.original_recipient), to=to)


def _unknown(row: Row, place: str, span: str, cause: Cause | None) -> str:
    who = tell(" for {recipient}", recipient=row.recipient) if row.recipient else ""
    return tell("How it ended{on}{who} is not in these logs.", on=_on(place), who=who)


_WORDS: dict[str, _Words] = {
    "Delivered": _delivered,
    "Junk": _junk,
    "Duplicate": _duplicate,
    "Relayed": _relayed,
    "Rejected": _rejected,
    "Bounced": _bounced,
    "Expired": _expired,
    "Discarded": _discarded,
    "Deleted": _deleted,
    "Deferred": _deferred,
    "Greylisted": _deferred,
    "Held": _held,
    "Quarantined": _quarantined,
    "Expanded": _expanded,
    "Redirected": _redirected,
}


# -- the verdict ------------------------------------------------------------------------------------------------------

_GROUPS = (
    ("Delivered", tell("delivered")),
    ("Failed", tell("not delivered")),
    ("Pending", tell("waiting")),
    ("Quarantined", tell("in quarantine")),
    ("FilteredAsSpam", tell("kept back as spam")),
    ("GettingStatus", tell("with no end in these logs")),
)


def headline(found: tuple[Outcome, ...]) -> tuple[str, str]:
    """The verdict on the message in a sentence or two, and its tone."""
    ends = [outcome for outcome in found if outcome.status != "Expanded"] or list(found)
    if len(ends) == 1:
        return ends[0].text, ends[0].tone
    if len({(outcome.recipient or "").lower() for outcome in ends}) == 1:
        return joined(" ", (outcome.text for outcome in ends[:3])), ends[0].tone
    tones = {outcome.tone for outcome in ends}
    color = next((one for one in (BAD, WAIT, GOOD) if one in tones), PLAIN)
    parts = []
    for status, words in _GROUPS:
        group = [outcome for outcome in ends if outcome.status == status]
        if len(group) == len(ends):
            return tell(
                "{count}, all {words}{reasons}.",
                count=counted(len(ends), "recipient"),
                words=words,
                reasons=_reasons(group),
            ), color
        if group:
            parts.append(tell("{number} {words}{reasons}", number=len(group), words=words, reasons=_reasons(group)))
    return tell("{count}: {parts}.", count=counted(len(ends), "recipient"), parts=joined(", ", parts)), color


def _reasons(group: list[Outcome]) -> str:
    """The causes of a group, the commonest first."""
    counts: dict[str, int] = {}
    for outcome in group:
        if outcome.cause is not None:
            counts[outcome.cause.title] = counts.get(outcome.cause.title, 0) + 1
    if not counts:
        return ""
    titles = sorted(counts, key=lambda title: -counts[title])
    return tell(" ({titles})", titles=joined(", ", map(tell, titles)))
