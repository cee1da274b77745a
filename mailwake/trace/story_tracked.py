"""Steps of messages with an id of their own (Exchange): how they came in, what addresses became, what was reported."""

from __future__ import annotations

from mailwake.events.fact import Fact, Fields
from mailwake.trace.reports import of_report
from mailwake.trace.story_draft import Draft
from mailwake.trace.story_model import BAD, GOOD, PLAIN, WAIT
from mailwake.trace.story_words import client, shown

_CHANNELS = {
    "STOREDRIVER": ("Submit", "A mailbox on {host} handed it in{client}."),
    "MAILBOXRULE": ("Submit", "An inbox rule on {host} made it."),
    "AGENT": ("Submit", "A transport agent on {host} made it."),
    "APPROVAL": ("Submit", "The approval of a moderator on {host} made it."),
    "PICKUP": ("Submit", "It was put into the Pickup folder of {host}."),
    "DSN": ("Receive", "{host} made it itself: a report of the mail system."),
}
"""Event and text by the source that an arrival names ("Message tracking", event sources)."""
_WAYS = {"in": "inbound", "out": "outbound"}
_TONES = {"Failed": BAD, "Pending": WAIT, "GettingStatus": WAIT, "Quarantined": WAIT, "Delivered": GOOD}


def arrival(fact: Fact, host: str) -> Draft:
    """How a message came in."""
    fields = fact.fields
    channel = _CHANNELS.get(str(fields.get("text", "")))
    if channel is None:
        draft = Draft(fact, "Receive", f"{host} took it from {_first_client(fields)}.")
    else:
        known = fields.get("orig_client_ip")
        event, text = channel
        draft = Draft(fact, event, text.format(host=host, client=f", sent from {known}" if known else ""))
    draft.details.extend(ways(fields))
    return draft


def _first_client(fields: Fields) -> str:
    """The client that handed it in; the one that its first server saw, when the record names no other."""
    if "client_ip" in fields or "client_name" in fields:
        return client(fields)
    return client(fields, "orig_") if "orig_client_ip" in fields else "a client that the log does not name"


def ways(fields: Fields) -> list[str]:
    """Details of an arrival: the connector, the direction, the client at the very beginning."""
    found: list[str] = []
    if fields.get("connector"):
        found.append(f"connector {fields['connector']}")
    if fields.get("direction"):
        found.append(_WAYS.get(fields["direction"], str(fields["direction"])))
    first = fields.get("orig_client_ip")
    if first and fields.get("client_ip") not in (None, first):
        found.append(f"first sent from {first}")
    return found


def _gave_way(fact: Fact, host: str) -> Draft:
    fields = fact.fields
    before, after = shown(fields["recipient"]), ", ".join(fields["recipients"]) or "nobody"
    where = host or "The server"
    event, text = {
        "expand": ("Expand", f"{where} found the members of {before}: {after}."),
        "resolve": ("Resolved", f"{where} found that {before} is {after}."),
    }.get(fields["action"], ("Redirect", f"{where} sent it to {after} instead of {before}."))
    return Draft(fact, event, text, PLAIN)


def _report(fact: Fact, _host: str) -> Draft:
    fields = fact.fields
    told = [
        f"{address} {of_report(fact._replace(fields={**fields, 'status': status})).status}"
        for address, status in zip(fields["recipients"], fields["statuses"], strict=True)
    ]
    tones = {_TONES.get(word.rpartition(" ")[2], PLAIN) for word in told}
    tone = next((one for one in (BAD, WAIT, GOOD) if one in tones), PLAIN)
    draft = Draft(fact, "Report", f"{fact.host or 'The service'} reports: {', '.join(told)}.", tone)
    if fields.get("connector"):
        draft.details.append(f"connector {fields['connector']}")
    if fields.get("text"):
        draft.details.append(str(fields["text"]))
    return draft


MAKERS = {"expand": _gave_way, "traced": _report}
"""Kind of fact to what makes its step."""
