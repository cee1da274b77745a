"""`=>` `->` `>>` `*>` `**` `==`: delivery attempts.

Exim specification, chapter 52, "Logging deliveries", "Discarded deliveries", "Deferred deliveries", "Delivery
failures" and "Fake deliveries".
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.events.replies import thrown_away
from mailwake.sources.exim.fields import QUOTED, address, fields_in, put_relay, seconds, unquote
from mailwake.sources.exim.notes import put_named_host
from mailwake.sources.exim.reply import put_confirmation, put_reply

_ODD_TARGET = re.compile(
    rf'(?P<target>:[a-z]+:|{QUOTED}"@[^ :]+|[^<(:]*?)'
    r"(?: \((?P<parent>[^()]*)\))?(?: <(?P<top>[^<>]*)>)?(?= [A-Z]{1,3}=| defer \(| routing |:? |:?\Z)"
).match
_UNQUOTED = re.compile(r'[^<"@|>/(:][^<"@]*@[^\s<]+ <("[^"]*"@[^\s<>"]+)>').match
"""An address whose local part needs quotes: Exim shows it without them, and as it was addressed, with them."""
_COMMAND_TARGET = re.compile(
    r"(?P<target>[|>].*?|save .*?)(?: \((?P<parent>[^()]*)\))? <(?P<top>[^<>]*)>"
    r"(?= [A-Z]{1,3}=| defer \(| routing |:|\Z)"
).match
_IN_ORDER = re.compile(
    r'([^ "|>/(<:]\S*)(?: <([^>]*)>)?(?: F=<([^>]*)>)?(?: P=<[^>]*>)?(?: R=([^ :]+))?(?: T=([^ :]+))?(?: S=(\d+))?'
    r"(?: H=(([^ (\[]+) \[([0-9A-Fa-f.:]+)\](?::(\d+))?)\*?)?(?: I=\S+)?(?: X=(\S+))?(?: CV=\S+)?"
    rf"(?: DN={QUOTED}\")?(?: A=\S+)?(?: L\*?)?(?: PRDR)?(?: K)?(?: C=({QUOTED}\"))?(?: QT=(\S+))?(?: DT=(\S+))?"
).match
"""A delivery with its fields in the order that deliver.c gives them: one match in place of the walk, most lines are so.

Nothing in it can match in two ways; a line that it does not cover to the end goes to the walk."""
_ANSWERS = re.compile(r"auto_?reply|vacation|(?:\A|_)reply(?:\Z|_)")
"""Names that autoreply transports are given: the default configuration's, the specification's examples'."""
_KEEPS = re.compile("lmtp|mailman").search
"""Names of transports to a mailbox server or a list manager over TCP, as their documentation gives them: there the
message ends as in a mailbox (https://docs.mailman3.org, "Exim": `mailman3_transport`)."""
_MAILBOX_PATH = ("maildir", "mbox", "/mail/", "/cur", "/new")


def sent(key: str, rest: str) -> Parsed:
    """`=>`, `->` (further address of the same delivery) and `>>` (cut-through, logged before the arrival)."""
    fields: Fields = {"status": "sent"}
    if rest.startswith(("blackhole (", "discarded (", "discard (")):
        return _discarded(key, rest)
    found = _IN_ORDER(rest)
    if found is not None and found.end() == len(rest):
        _put_groups(fields, found)
    else:
        _put_fields(fields, _cut_target(fields, rest))
    if "disposition" not in fields:
        fields["disposition"] = _disposition(fields)
    return "deliver", key, fields


def _put_groups(fields: Fields, found: re.Match[str]) -> None:
    recipient, top, sender, router, transport, size, relay, name, ip, port, tls, reply, on_queue, took = found.groups()
    if "@" not in recipient:
        _put_odd_target(fields, recipient, None, top or "")
    else:
        fields["recipient"] = recipient
        if top and top != recipient and "@" in top:
            fields["orig_recipient"] = top
    if relay:
        fields["relay"] = relay
        fields["relay_host"] = name
        fields["relay_ip"] = ip
        if port:
            fields["relay_port"] = int(port)
    if router:
        fields["router"] = router
    if transport:
        fields["transport"] = transport
    if tls:
        fields["tls"] = tls
    if sender is not None:
        fields["sender"] = sender
    if size:
        fields["size"] = int(size)
    if reply:
        put_confirmation(fields, unquote(reply))
    _put_times(fields, on_queue, took)


def suppressed(key: str, rest: str) -> Parsed:
    """`*>`: a delivery that option -N suppressed; nothing was delivered."""
    kind, _, fields = sent(key, rest)
    fields["disposition"] = "discard"
    return kind, key, fields


def bounced(key: str, rest: str) -> Parsed:
    """`**`: the address failed; the text follows the first `: ` outside of quotes, DT= may follow the text."""
    fields: Fields = {"status": "bounced"}
    walk = _cut_target(fields, rest)
    at = _text_at(walk)
    text = walk[at:].lstrip(" :")
    _put_fields(fields, walk[:at])
    for name, field in ((" DT=", "delay"), (" QT=", "queue_time")):
        head, mark, span = text.rpartition(name)
        if mark and " " not in span and (took := seconds(span)) is not None:
            fields[field] = took
            text = head
    if text:
        put_reply(fields, text)
        _put_quoted_host(fields, text)
        if "retry timeout exceeded" in text:
            fields["status"] = "expired"  # it was put off until the last retry rule ran out
    return "deliver", key, fields


def deferred(key: str, rest: str) -> Parsed:
    """`==`: `defer (errno)`, the system's words for it, the host, and after `: ` what happened."""
    fields: Fields = {"status": "deferred"}
    walk = _cut_target(fields, rest)
    at = walk.find(" defer (")
    if at < 0:
        _put_fields(fields, walk)
        return "deliver", key, fields
    number, _, detail = walk[at + 1 :].partition(")")
    colon = detail.find(": ", 2)
    zone, text = (detail, "") if colon < 0 else (detail[:colon], detail[colon:])
    cut = min((i for i in (zone.find(" H="), zone.find(" I="), zone.find(" DT=")) if i >= 0), default=len(zone))
    _put_fields(fields, walk[:at] + zone[cut:])
    put_reply(fields, f"{number}){zone[:cut]}{text}")
    _put_quoted_host(fields, text)
    return "deliver", key, fields


def _put_quoted_host(fields: Fields, text: str) -> None:
    """Releases before 4.87 name the host in the error text only: `...: host mx.example.net [192.0.2.1]: 550 ...`."""
    if "relay" not in fields and ": host " in text:
        put_named_host(fields, text)


def _text_at(walk: str) -> int:
    """Where the error text begins; a `: ` within a quoted certificate name is no such place."""
    at = walk.find(": ")
    while at >= 0 and walk.count('"', 0, at) & 1:
        at = walk.find(": ", at + 1)
    return at if at >= 0 else len(walk)


def _put_fields(fields: Fields, walk: str) -> None:
    values = dict(fields_in(walk))
    if "H" in values:
        put_relay(fields, walk)
    get = values.get
    if router := get("R"):
        fields["router"] = router
    if transport := get("T"):
        fields["transport"] = transport
    if cipher := get("X"):
        fields["tls"] = cipher
    if sender := get("F"):
        fields["sender"] = address(sender)
    if (size := get("S")) and size.isdecimal():
        fields["size"] = int(size)
    if reply := get("C"):
        put_confirmation(fields, unquote(reply) if reply[0] == '"' else reply)
    _put_times(fields, get("QT"), get("DT"))


def _put_times(fields: Fields, on_queue: str | None, took: str | None) -> None:
    if on_queue and (value := seconds(on_queue)) is not None:
        fields["queue_time"] = value
    if took and (value := seconds(took)) is not None:
        fields["delay"] = value


def _cut_target(fields: Fields, rest: str) -> str:
    """Recipient, its first ancestor, and what is no address but a command, file or word; gives the fields after it."""
    target, _, walk = rest.partition(" ")
    if "@" in target and target[0] not in '"|>/(<:':
        fields["recipient"] = target.rstrip(":")
        colon = ":" if target[-1] == ":" else ""
        if walk[:1] == "(":
            walk = walk.partition(") ")[2]
        if walk[:1] == "<":
            end = walk.find(">", walk.find('"@') if walk[1:2] == '"' else 0)  # `<"a<b>"@example.org>`
            top, walk = (walk[1:end], walk[end + 1 :]) if end >= 0 else (walk[1:], "")
            if walk[:1] == ":":  # `** a@example.org <list@example.org>: retry timeout exceeded`
                colon, walk = ":", walk[1:]
            walk = walk.lstrip(" ")
            if top != target and "@" in top:
                fields["orig_recipient"] = top
        return f"{colon} {walk}"
    if quoted := _UNQUOTED(rest):
        fields["recipient"] = quoted[1]
        return rest[quoted.end() :]
    odd = _COMMAND_TARGET(rest) or _ODD_TARGET(rest)
    if odd is None:
        return rest
    named: str | None
    parents: str | None
    first: str | None
    named, parents, first = odd.group("target", "parent", "top")
    if not named:
        return rest
    _put_odd_target(fields, named, parents, first or "")
    return rest[odd.end() :]


def _put_odd_target(fields: Fields, target: str, parents: str | None, top: str) -> None:
    """A target that is no full address: the address it was made from is the recipient, the target itself the relay.

    With router option log_as_local, which an accept router has by itself, Exim shows the local part only: of the
    recipient again, or of the mailbox that it stands for.
    """
    known = top if "@" in top else ""
    last = parents.partition(", ")[0] if parents else known
    thrown = target == "discarded" and known and not known.startswith("discarded@")  # deliver.c: `seen finish` alone
    special = thrown or target[:1] in "|/>:" or target.startswith("save ") or ("/" in target and "@" not in target)
    if target[:1] == '"' or not special:
        fields["recipient"] = last if last and target == last.rpartition("@")[0] else _whole(target, last)
    else:
        fields["relay"] = target
        if fields["status"] == "sent":
            fields["disposition"] = _special(target)
        if last:
            fields["recipient"] = last
    if known and known != fields.get("recipient"):
        fields["orig_recipient"] = known


def _whole(target: str, made_from: str) -> str:
    """A local part with its domain, which only a local domain lacks in the log: that of the address it was made from,
    as Exim sees to with `qualify_preserve_domain`, and as it is wherever one domain is local."""
    local, domain = target and "@" not in target and " " not in target, made_from.rpartition("@")[2]
    return f"{target}@{domain}" if local and domain else target


def _special(target: str) -> str:
    if target[0] == ">":
        return "reply"
    if target[0] == "|":
        return "command"
    if target[0] == ":" or target in ("/dev/null", "discarded"):
        return "discard"
    path = target.lower()
    return "mailbox" if path.endswith("/") or any(word in path for word in _MAILBOX_PATH) else "file"


def _disposition(fields: Fields) -> str:
    """A local transport shows no host; LMTP to a mailbox server shows one but ends in a mailbox all the same."""
    if thrown_away(fields.get("reply", "")):
        return "discard"
    transport = fields.get("transport", "").lower()
    if "blackhole" in transport or "null" in transport:
        return "discard"
    if "relay_ip" not in fields and _ANSWERS.search(transport):
        return "reply"
    if "relay_ip" not in fields or "token" in fields or _KEEPS(transport):
        return "mailbox"
    return "relay"


def _discarded(key: str, rest: str) -> Parsed:
    """`=> blackhole (DATA ACL discarded recipients): text`: all recipients at once, none is named.

    What the ACL of MAIL or RCPT discarded was said of each recipient before, in a line without an id (smtp_in.c,
    `discarded by`): the message was left with nobody to go to.
    """
    what, _, text = rest.partition("): ")
    words = what.partition("(")[2].rstrip(")")
    if words.startswith(("RCPT ACL ", "MAIL ACL ")):
        return "check", key, {"action": "discard", "by": "acl", "stage": words[:4], "text": words}
    fields: Fields = {"status": "sent", "disposition": "discard"}
    fields["reply"] = f"{words}: {text}" if text else words
    return "deliver", key, fields
