"""Messages put into mailboxes (`message-ingest.*`), and what clients do there (`imap.*`, `pop3.*`, `jmap.*`).

The event of a delivery names the account by its number, not by its address; the queue ID of the delivery stands before
it. Mailbox 0 is the inbox; the spam filter's is Junk Mail (crates/email/src/mailbox/mod.rs).
"""

from __future__ import annotations

from mailwake.events.fact import Fields, Parsed
from mailwake.events.pairs import noise, whole
from mailwake.sources.stalwart.events import Event, reason
from mailwake.sources.stalwart.queue import addresses, session_of

_ACTIONS = {"ham": "stored", "spam": "stored", "duplicate": "duplicate", "error": "failed"}
_VERBS = (
    "append copy move expunge store create-mailbox delete-mailbox rename-mailbox set-acl delete fetch"
    " set-active create-script update-script delete-script rename-script"
)
_TOUCHING = frozenset(_VERBS.split())
"""Verbs of clients that touch items or mailboxes."""
_QUIET = frozenset({"spanId", "listenerId", "localPort", "localIp", "elapsed"})


def ingested(event: Event, verb: str) -> Parsed | None:
    """A message was put into a mailbox, by a delivery or by a client."""
    action = _ACTIONS.get(verb)
    key = str(event.first("queueId") or "")
    if action is None or not key:
        return touched(event)
    fields: Fields = {"action": action, "service": "stalwart", "session": key}
    if event.text("messageId"):
        fields["message_id"] = event.text("messageId")
    if action == "stored":
        fields["folder"] = _folder(event, verb)
    size = whole(event.text("size"))
    if size is not None:
        fields["size"] = size
    names = addresses(event.own("to"))
    if len(names) == 1:
        fields["recipient"] = names[0]
    why = event.text("details") or reason(event.own("causedBy"))
    if why and action != "stored":
        fields["reason"] = why
    return "mailbox", key, fields


def _folder(event: Event, verb: str) -> str:
    if verb == "spam":
        return "Junk Mail"
    places = [str(one) for one in addresses(event.own("mailboxId"))]
    return "INBOX" if not places or "0" in places else f"mailbox {places[0]}"


def touched(event: Event) -> Parsed:
    """What a client did with items or mailboxes, with the keys as the server names them; the rest is of no interest."""
    verb = event.name.partition(".")[2]
    if verb not in _TOUCHING and not event.name.startswith("message-ingest."):
        return noise()
    data = {name: value for name, value in event.keys if name not in _QUIET}
    fields: Fields = {"name": event.name, "data": data}
    session = session_of(event)
    if session:
        fields["session"] = session
    if event.text("accountName"):
        fields["user"] = event.text("accountName")
    return "event", "", fields
