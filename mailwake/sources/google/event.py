"""One Gmail log event: a stage of a message's delivery (`action_type`), or what became of it later (`mail_event_type`).

An activity of the Reports API has one event; should there be more, the first tells of the message.
"""

from __future__ import annotations

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.google import activity, told
from mailwake.sources.google.record import Record, inner, items, key_of, load, number, text

_ACCEPTED = frozenset({1, 2, 48})
_HANDLED, _SENT, _RETRY, _BOUNCED, _DROPPED = 3, 10, 14, 18, 19
_ACTIONS = {
    45: "accepted by Google Groups",
    46: "handled by Google Groups",
    49: "handled by the SMTP relay service",
    51: "distributed by Google Groups",
    54: "held back by Google Groups",
    69: "classified as spam, or not as spam, by its user",
    70: "classified again by Gmail after its delivery",
    71: "used after its delivery",
}
_LATER = {
    3: "classified by its user",
    4: "classified as spam after its delivery",
    6: "released from quarantine",
    7: "opened",
    8: "marked as unread",
    9: "replied to",
    10: "forwarded",
    11: "forwarded by a setting of the account",
    12: "moved to the inbox",
    13: "moved to trash",
    14: "taken out of trash",
    15: "link clicked",
    16: "link in an attachment clicked",
    17: "attachment downloaded",
    18: "attachment saved to Drive",
    19: "item of Drive saved",
    20: "label applied",
    21: "label changed",
    22: "label removed",
    23: "label applied to attachments",
    24: "label of attachments changed",
    25: "label removed from attachments",
    26: "archived",
    27: "deleted for good",
    28: "attachment previewed",
    29: "saved as draft",
    31: "viewed",
    32: "downloaded",
    33: "accessed by an app",
    35: "sending began",
}
_WENT, _CAME, _KEPT, _RETURNED, _LIMITED = 1, 2, 5, 30, 34


def parse(message: str) -> Parsed | None:
    """Parse one record: an activity, or a row of the export."""
    record = load(message)
    if record is None or not activity.is_activity(record):
        return None
    found = next((event for event in activity.events(record) if event), {})
    about = inner(found, "message_info")
    key = key_of(text(about, "rfc2822_message_id"))
    action = number(about, "action_type") or 0
    later = number(inner(found, "event_info"), "mail_event_type") or 0
    actor = text(inner(record, "actor"), "email") or text(record, "email")
    if not key:
        return "note", "", {"text": _note(about, action, later, actor)}
    success = inner(found, "event_info").get("success") not in (False, "false")
    if later in _LATER:
        return "note", key, {"text": _note(about, action, later, actor)}
    stage = _of_action(key, about, action, success) or _of_event(key, about, later, actor)
    return stage or ("note", key, {"text": _note(about, action, later, actor)})


def _of_action(key: str, about: Record, action: int, success: bool) -> Parsed | None:
    if action in _ACCEPTED:
        return _taken(key, about, success)
    if action == _HANDLED:
        return _handled(key, about, success)
    if action == _SENT:
        return told.attempts(key, about, "sent" if success else "deferred", "relay", told.recipients(about))
    if action == _RETRY:
        return told.attempts(key, about, "deferred", "", told.recipients(about))
    if action == _BOUNCED:
        return told.attempts(key, about, "bounced", "", told.recipients(about))
    if action == _DROPPED:
        place = "quarantine" if told.is_quarantine(about) else "discard"
        return told.attempts(key, about, "sent", place, told.recipients(about))
    return None


def _of_event(key: str, about: Record, later: int, actor: str) -> Parsed | None:
    """By the event that the investigation tool shows. A message that came is in its owner's mailbox."""
    if later == _WENT:
        return "arrive", key, told.arrival(about)
    if later == _CAME:
        owner = [actor] if actor else told.recipients(about)
        return told.attempts(key, about, "sent", "mailbox", owner)
    if later == _KEPT:
        return told.attempts(key, about, "sent", "quarantine", told.recipients(about))
    if later == _RETURNED:
        return told.attempts(key, about, "bounced", "", told.recipients(about))
    if later == _LIMITED:
        return told.attempts(key, about, "deferred", "", told.recipients(about))
    return None


def _taken(key: str, about: Record, success: bool) -> Parsed:
    fields = told.arrival(about)
    if success:
        return "arrive", key, fields
    said, code = told.described(about), told.code(about)
    refused: Fields = {name: fields[name] for name in told.REFUSED if name in fields}
    refused.update(stage="END-OF-MESSAGE", by="acl", temporary=400 <= code < 500)
    if code:
        refused["code"] = code
    if said:
        refused["text"] = said
    return "reject", key, refused


def _handled(key: str, about: Record, success: bool) -> Parsed | None:
    """Gmail put it into mailboxes; or gave it to its outbound servers, which tell themselves how that went."""
    if not success:
        return told.attempts(key, about, "bounced", "", told.recipients(about))
    kept = [item for item in items(about, "destination") if text(item, "service") != "smtp-outbound"]
    named = [text(item, "address") for item in kept if text(item, "address")]
    if not named and "destination" not in about:
        named = told.flattened(about, told.OUTSIDE)
    return told.attempts(key, about, "sent", "mailbox", named) if named else None


def _note(about: Record, action: int, later: int, actor: str) -> str:
    what = _LATER.get(later) or _ACTIONS.get(action) or f"Gmail event {later or action}"
    if action == _HANDLED and later not in _LATER:
        what = "given to the outbound servers"
    said = told.reply(about)
    return "".join((what, f" by {actor}" if actor and later in _LATER else "", f": {said}" if said else ""))
