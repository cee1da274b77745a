"""`to=<a>,<b>, ctladdr=, delay=, xdelay=, mailer=, pri=, relay=, dsn=, reply=, stat=`: deliver.c logdelivery.

`stat` comes last and may hold anything. `dsn` (RFC 3463) decides where it stands there; releases before 8.10 have the
words of sysexits alone (sysexits.c).
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.events.pairs import whole
from mailwake.events.replies import accepted, thrown_away
from mailwake.sources.sendmail.text import addresses, bare, controlling, relay, seconds, values

_ATTRIBUTES = re.compile(r",? (?:\[more\],? ?)?(?=(?:ctladdr|delay|xdelay|mailer|pri|relay|dsn|ntries|reply|stat)=)")
_MAILBOX = re.compile(r"local\Z|cyrus|dovecot|procmail|maildrop|lmtp|deliver\Z|dbmail|spamdrop|maildir")
_DISPOSITIONS = {"*file*": "file", "*include*": "file", "prog": "command", "discard": "discard", "bitbucket": "discard"}
_TEXT = re.compile(r"Sent \((?P<text>.*?)\)?\Z", re.DOTALL)
_HELD = ("quarantined", "quarantine")
_WAITING = ("queued", "Deferred", "Transient")
_OLD_WAITING = ("Insufficient disk", "Operating system error", "Internal error", "I/O error")
"""Of releases that name no `dsn`."""


def delivery(key: str, rest: str) -> Parsed | None:
    """Parse what stands behind the queue ID."""
    found = _ATTRIBUTES.search(rest)
    names = addresses(rest[3 : found.start()] if found else rest[3:].replace(" [more]", ""))
    tail, _, stat = rest[found.end() if found else len(rest) :].partition(", stat=")
    if tail.startswith("stat="):
        tail, stat = "", tail[5:]
    tail, _, reply = tail.partition(", reply=")
    read = values(tail)
    if not names or (not stat and not read):
        return None
    if names == ["MAILER-DAEMON"] and "xdelay" not in read:
        # savemail.c: a report that nobody takes has no sender to go back to; what is made of it has its own records
        return "note", key, {"text": rest}
    if stat in _HELD:
        held: Fields = {"action": "hold", "actor": "filter"}
        return "queue_action", key, {**held, "text": read["quarantine"]} if read.get("quarantine") else held
    fields = _fields(read)
    mailer = read.get("mailer", "")
    _put_end(fields, stat, reply, mailer)
    owner = controlling(read.get("ctladdr", ""))
    return _for(key, names, fields, owner)


def _fields(read: dict[str, str]) -> Fields:
    fields: Fields = {}
    if read.get("relay"):
        fields.update(relay(read["relay"]))
    if read.get("mailer"):
        fields["transport"] = read["mailer"]
    span = seconds(read.get("delay", ""))  # since it came in; xdelay is of this attempt alone
    if span is not None:
        fields["delay"] = span
    if read.get("dsn"):
        fields["dsn"] = read["dsn"]
    tries = whole(read.get("ntries"))
    if tries is not None:
        fields["attempt"] = tries
    return fields


def _put_end(fields: Fields, stat: str, reply: str, mailer: str) -> None:
    """status, reply, and for a sent one the disposition and what the next server said."""
    status = _status(fields.get("dsn", ""), stat)
    if not status:
        return  # the line is cut off before it
    fields["status"] = status
    text = _TEXT.match(stat) if status == "sent" else None
    fields["reply"] = reply or (text["text"] if text else stat.removeprefix("Deferred: "))
    if status == "sent":
        fields.update(accepted(fields["reply"]))
        fields["disposition"] = _disposition(mailer.lower(), fields)


def _status(dsn: str, stat: str) -> str:
    if stat.startswith("Sent") or (dsn[:1] == "2" and stat):
        return "sent"
    if stat.startswith(_WAITING) or dsn[:1] == "4" or (not dsn and stat.startswith(_OLD_WAITING)):
        return "deferred"
    return "bounced" if stat or dsn[:1] == "5" else ""


def _disposition(mailer: str, fields: Fields) -> str:
    if thrown_away(str(fields.get("reply", ""))):
        return "discard"
    if mailer in _DISPOSITIONS:
        return _DISPOSITIONS[mailer]
    if "token" in fields or _MAILBOX.match(mailer):
        return "mailbox"
    return "relay" if mailer or "relay" in fields else "mailbox"


def _for(key: str, names: list[str], fields: Fields, owner: str) -> Parsed:
    """The delivery to these names. A file or a command is where it went for the address that named it; an address in
    brackets that controls another one is the alias that it was first sent to."""
    first = bare(owner)
    if len(names) > 1:
        return "deliveries", key, {"recipients": [_named(name, first) for name in names], **fields}
    name = names[0].strip('"') if names[0][:2] in ('"|', '"/') else bare(names[0])
    if name[:1] in "|/" or name.startswith(":include:"):
        fields["relay"] = name
        name = first or name
    named: Fields = {"recipient": name}
    if owner.startswith("<") and first and first.lower() != name.lower():
        named["orig_recipient"] = first
        if name[:1] not in "|/:" and "@" not in name and "@" in first:
            named["recipient"] = f"{name}@{first.rpartition('@')[2]}"  # an alias is local, and so is its member
    return "deliver", key, {**named, **fields}


def _named(name: str, first: str) -> str:
    special = name.strip('"')[:1] in ("|", "/") or name.startswith(":include:")
    return first or name if special else bare(name)
