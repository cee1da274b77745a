"""What filters and policy daemons said, as steps and as a list."""

from __future__ import annotations

from mailwake.events.fact import Fact, Fields
from mailwake.events.told import joined, tell
from mailwake.trace.model import Leg
from mailwake.trace.story_draft import Draft
from mailwake.trace.story_model import BAD, PLAIN, WAIT, Verdict

_AUTHENTICATION = ("dkim", "dmarc", "spf", "arc")
_BLOCKED = ("block", "reject", "infected", "banned", "discard")


def verdict(fact: Fact, _host: str) -> Draft:
    """One verdict or policy decision as a step."""
    if fact.kind == "policy":
        return _policy(fact)
    fields = fact.fields
    action = str(fields.get("action", ""))
    name = str(fields.get("filter", "")) or tell("A filter")
    score = _score(fields)
    draft = Draft(
        fact,
        _event(fields, name),
        tell(
            "{name}{on} said: {action}{score}.", name=name, on=_on(fact), action=action or tell("nothing"), score=score
        ),
    )
    draft.recipient = str(fields.get("recipient", ""))
    low = action.lower()
    if fields.get("virus") or any(word in low for word in _BLOCKED):
        draft.tone = BAD
    elif fields.get("spam") or fields.get("quarantine"):
        draft.tone = WAIT
    rest = _rest(fields)
    if rest:
        draft.details.append(rest)
    if fields.get("symbols"):
        draft.details.append(tell("rules that hit: {rules}", rules=", ".join(map(str, fields["symbols"]))))
    return draft


def _on(fact: Fact) -> str:
    return tell(" on {host}", host=fact.host) if fact.host else ""


def same_verdict(fact: Fact) -> tuple[str, str, float | None] | None:
    """What two records of one verdict have in common (a log line and an export); None for other records."""
    fields = fact.fields
    if fact.kind != "verdict":
        return None
    return str(fields.get("filter", "")), str(fields.get("action", "")), fields.get("score")


def _event(fields: Fields, name: str) -> str:
    if fields.get("virus"):
        return "Malware"
    if fields.get("quarantine"):
        return "Quarantine"
    if any(name.lower().startswith(("open" + word, word)) for word in _AUTHENTICATION):
        return "Authentication"
    return "Spam" if fields.get("spam") else "Spam Diagnostics"


_POLICY = {
    "greylist": ("Defer", tell("told the client to come again later (greylisting)"), WAIT),
    "reject": ("Fail", tell("refused it"), BAD),
    "defer": ("Defer", tell("told the client to come again later"), WAIT),
}


def _policy(fact: Fact) -> Draft:
    fields = fact.fields
    event, did, tone = _POLICY.get(
        str(fields.get("action")), ("Policy", tell("said: {action}", action=fields.get("action", "")), PLAIN)
    )
    draft = Draft(
        fact,
        event,
        tell("{host}{on} {did}.", host=fields.get("service") or tell("A policy service"), on=_on(fact), did=did),
        tone,
    )
    draft.recipient = str(fields.get("recipient", ""))
    rest = "; ".join(str(fields[part]) for part in ("result", "reason", "text") if fields.get(part))
    draft.details = [rest] if rest else []
    return draft


def verdicts(legs: list[Leg], lone: list[Fact]) -> tuple[Verdict, ...]:
    """All verdicts of the message, each once; of several records of one the fullest."""
    found: dict[object, Verdict] = {}
    for fact in (*(fact for leg in legs for fact in leg.verdicts), *lone):
        fields = fact.fields
        if fact.kind not in ("verdict", "policy") or not (fields.get("action") or fields.get("virus")):
            continue
        said = Verdict(
            filter=str(fields.get("filter") or fields.get("service", "")),
            action=str(fields.get("action", "")),
            score=fields.get("score"),
            required=fields.get("required"),
            symbols=tuple(map(str, fields.get("symbols", ()))),
            text=_rest(fields),
            host=fact.host,
        )
        key = same_verdict(fact) or said
        known = found.get(key)
        if known is None or (known.required is None and said.required is not None):
            found[key] = said
    return tuple(found.values())


def _score(fields: Fields) -> str:
    if fields.get("score") is None:
        return ""
    limit = tell(" of {required:g}", required=fields["required"]) if fields.get("required") is not None else ""
    return tell(", score {score:g}{limit}", score=fields["score"], limit=limit)


def _rest(fields: Fields) -> str:
    """Whatever else it said, in one line."""
    parts = [str(fields[name]) for name in ("virus", "reason", "text", "result", "dkim") if fields.get(name)]
    if fields.get("quarantine"):
        kept = fields["quarantine"]
        names = ", ".join(kept) if isinstance(kept, list | tuple) else str(kept)
        parts.append(tell("kept in quarantine as {names}", names=names))
    return joined("; ", dict.fromkeys(parts))
