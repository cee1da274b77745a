"""Steps of messages with an id of their own (Exchange): how they came in, what addresses became, what was reported."""

from __future__ import annotations

from mailwake.events.fact import Fact, Fields
from mailwake.events.told import joined, tell
from mailwake.trace.reports import of_report
from mailwake.trace.story_draft import Draft
from mailwake.trace.story_model import BAD, GOOD, PLAIN, WAIT
from mailwake.trace.story_words import client, shown

_CHANNELS = {
    "STOREDRIVER": ("Submit", tell("A mailbox on {host} handed it in{client}.", host="", client="").template),
    "MAILBOXRULE": ("Submit", tell("An inbox rule on {host} made it.", host="", client="").template),
    "AGENT": ("Submit", tell("A transport agent on {host} made it.", host="", client="").template),
    "APPROVAL": ("Submit", tell("The approval of a moderator on {host} made it.", host="", client="").template),
    "PICKUP": ("Submit", tell("It was put into the Pickup folder of {host}.", host="", client="").template),
    "DSN": ("Receive", tell("{host} made it itself: a report of the mail system.", host="", client="").template),
}
"""Event and text by the source that an arrival names ("Message tracking", event sources)."""
_WAYS = {"in": tell("inbound"), "out": tell("outbound")}
_TONES = {"Failed": BAD, "Pending": WAIT, "GettingStatus": WAIT, "Quarantined": WAIT, "Delivered": GOOD}


def arrival(fact: Fact, host: str) -> Draft:
    """How a message came in."""
    fields = fact.fields
    channel = _CHANNELS.get(str(fields.get("text", "")))
    if channel is None:
        draft = Draft(
            fact, "Receive", tell("{host} took it from {first_client}.", host=host, first_client=_first_client(fields))
        )
    else:
        known = fields.get("orig_client_ip")
        event, text = channel
        draft = Draft(
            fact, event, tell(text, host=host, client=tell(", sent from {known}", known=known) if known else "")
        )
    draft.details.extend(ways(fields))
    return draft


def _first_client(fields: Fields) -> str:
    """The client that handed it in; the one that its first server saw, when the record names no other."""
    if "client_ip" in fields or "client_name" in fields:
        return client(fields)
    return client(fields, "orig_") if "orig_client_ip" in fields else tell("a client that the log does not name")


def ways(fields: Fields) -> list[str]:
    """Details of an arrival: the connector, the direction, the client at the very beginning."""
    found: list[str] = []
    if fields.get("connector"):
        found.append(tell("connector {connector}", connector=fields["connector"]))
    if fields.get("direction"):
        found.append(_WAYS.get(fields["direction"], str(fields["direction"])))
    first = fields.get("orig_client_ip")
    if first and fields.get("client_ip") not in (None, first):
        found.append(tell("first sent from {first}", first=first))
    return found


def _gave_way(fact: Fact, host: str) -> Draft:
    fields = fact.fields
    before, after = shown(fields["recipient"]), ", ".join(fields["recipients"]) or tell("nobody")
    where = host or tell("The server")
    event, text = {
        "expand": (
            "Expand",
            tell("{where} found the members of {before}: {after}.", where=where, before=before, after=after),
        ),
        "resolve": (
            "Resolved",
            tell("{where} found that {before} is {after}.", where=where, before=before, after=after),
        ),
    }.get(
        fields["action"],
        ("Redirect", tell("{where} sent it to {after} instead of {before}.", where=where, after=after, before=before)),
    )
    return Draft(fact, event, text, PLAIN)


def _report(fact: Fact, _host: str) -> Draft:
    fields = fact.fields
    ends = [
        (address, of_report(fact._replace(fields={**fields, "status": status})).status)
        for address, status in zip(fields["recipients"], fields["statuses"], strict=True)
    ]
    told = [tell("{address} {status}", address=address, status=tell(status)) for address, status in ends]
    tones = {_TONES.get(status, PLAIN) for _, status in ends}
    tone = next((one for one in (BAD, WAIT, GOOD) if one in tones), PLAIN)
    draft = Draft(
        fact,
        "Report",
        tell("{host} reports: {list}.", host=fact.host or tell("The service"), list=joined(", ", told)),
        tone,
    )
    if fields.get("connector"):
        draft.details.append(tell("connector {connector}", connector=fields["connector"]))
    if fields.get("text"):
        draft.details.append(str(fields["text"]))
    return draft


MAKERS = {"expand": _gave_way, "traced": _report}
"""Kind of fact to what makes its step."""
