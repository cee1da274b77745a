"""Refusals, and what ACLs say about clients (Exim specification, chapter 52 "Log files"; ACLs: chapter 44).

A line begins with the client's fields, `H=... [ip] F=<sender>`, then comes the verb. Only there it is looked for: texts
and addresses may hold every word.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.exim.fields import QUOTED, address, put_client, zone
from mailwake.sources.exim.notes import host_note
from mailwake.sources.exim.rejected_headers import put_headers

_CODE = re.compile(r"\"?([45]\d\d)[ -](?:([45]\.\d{1,3}\.\d{1,3})(?![\d.]))?").match
_SIZE = re.compile(r"message too big: (?:size|read)=(\d+)").match
_BARE_FROM = re.compile(r"(?:MAIL FROM:|from )<([^>]*)>").match
_BARE_COMMAND = re.compile(r'("[^"]*"|[A-Za-z]+)(?: (?:command|from(?= )))?').match
_QUOTED_COMMAND = re.compile(rf'({QUOTED})"?').match

_CUT_THROUGH = re.compile(r"(\"[^\" ]*\"@\S+|[^\s:=@]+@[^\s:@]+)(?= F=<[^<> ]*> (?:temporarily )?rejected )").match
"""The recipient of a message that was passed on while it came in (control=cutthrough_delivery), before the F=."""
_INCOMPLETE = re.compile(r"incomplete transaction \(([^()]*)\) from <(.*?)> for (.+)").match
_ADDRESS = re.compile(rf'(?:{QUOTED}"|[^ "]+)+').findall

_STAGES = (
    ("RCPT", "RCPT"),
    ("MAIL", "MAIL"),
    ("after ", "END-OF-MESSAGE"),
    ("EHLO or HELO", "HELO"),
    ("connection", "CONNECT"),
    ("by ", "END-OF-MESSAGE"),
    ("during MIME", "END-OF-MESSAGE"),
    ("DKIM", "END-OF-MESSAGE"),
    ("from ", "END-OF-MESSAGE"),
)


def with_client(key: str, rest: str, headers: str) -> Parsed | None:
    """A line that begins with H=, U= or F=: a rejection, a warning, a verification, or trouble with a remote host."""
    walk, text = zone(" " + rest)
    text = text[1:] if text[:1] == " " else text
    if text.startswith(("rejected ", "temporarily rejected ")):
        return _rejection(key, walk, text, headers)
    if found := _CUT_THROUGH(text):
        more, text = zone(text[found.end() :])
        kind, key, refusal = _rejection(key, walk + more, text.lstrip(" "), headers)
        return kind, key, {**refusal, "recipient": address(found[1])}
    if key and text and " H=" in walk and (text[0] == ":" or " F=" not in walk) and not text.startswith("Warning:"):
        return host_note(key, walk, text.lstrip(": "))
    fields: Fields = {}
    _put_walk(fields, walk)
    if text.startswith("Warning: "):
        fields.update(action="warn", by="acl", text=text[9:])
        return "check", key, fields
    if found := _INCOMPLETE(text):
        fields.update(reason=found[1], sender=found[2], recipients=_ADDRESS(found[3]))
        return "abandoned", key, fields
    if text.startswith(("sender verify ", "Sender verify ")):
        return _verification(key, fields, text)
    if ": discarded by " in text or text.startswith("discarded by "):
        return _discard(key, fields, text)
    return ("note", key, {"text": rest}) if key or text else None


def bare(key: str, text: str, headers: str) -> Parsed:
    """`rejected MAIL FROM:<s> H=...: text`, `rejected HELO from host [ip]: text`: the verb stands first."""
    fields: Fields = {"by": "acl", "temporary": text.startswith("temporarily")}
    what = text[text.index("rejected ") + 9 :]
    found = _BARE_FROM(what)
    if found is not None:
        fields["sender"] = found[1]
        fields["stage"] = "MAIL" if what[0] == "M" else "END-OF-MESSAGE"
        after = what[found.end() :]
    else:
        command = _BARE_COMMAND(what)
        word = command[1] if command else what.partition(" ")[0]
        fields["stage"] = _stage(word.strip('"'))
        after = what[command.end() :] if command else what[len(word) :]
        if not after.startswith((" H=", " U=")):
            after = " H=" + after[1:]
    walk, reason = zone(after)
    _put_walk(fields, walk)
    _put_text(fields, reason.lstrip(" :"))
    put_headers(fields, headers)
    return "reject", key, fields


def synchronization(key: str, text: str) -> Parsed:
    """`SMTP protocol synchronization error (...): rejected "command" H=...`: the client did not wait for its turn."""
    reason, _, rest = text.partition(": rejected ")
    fields: Fields = {"by": "acl", "temporary": False, "text": reason}
    command = _QUOTED_COMMAND(rest)
    if command is not None:
        fields["stage"] = _stage(command[1][1:].split(" ", 1)[0])
        rest = rest[command.end() :]
    elif rest:
        fields["stage"] = "CONNECT"
        rest = " " + rest.removeprefix("connection from ")
    _put_walk(fields, zone(rest)[0])
    return "reject", key, fields


def refused(text: str) -> Parsed:
    """`refused connection from host [ip]: ...` and `Connection from [ip] refused: too many connections`."""
    who = text.partition(" from ")[2]
    walk, after = zone((" " if who.startswith("H=") else " H=") + who)
    fields: Fields = {"by": "acl", "stage": "CONNECT", "temporary": "too many" in after or "too frequent" in after}
    _put_walk(fields, walk)
    fields["text"] = after.strip(" :()").removeprefix("refused: ") or "refused connection"
    return "reject", "", fields


def unqualified(text: str) -> Parsed:
    """`unqualified recipient rejected: <user> H=...`: an address without a domain."""
    _, what, rest = text.split(" ", 2)
    value, _, after = rest.removeprefix("rejected: ").partition(" ")
    stage, field = ("RCPT", "recipient") if what == "recipient" else ("MAIL", "sender")
    fields: Fields = {"by": "acl", "stage": stage, "temporary": False, "text": f"unqualified {what}"}
    _put_walk(fields, zone(" " + after)[0])
    fields[field] = address(value)
    return "reject", "", fields


def prdr(key: str, text: str) -> Parsed | None:
    """`PRDR R=<address> refusal`, or `PRDR address words`: after the data each recipient is answered (receive.c)."""
    who, _, words = text.removeprefix("PRDR ").partition(" ")
    if words == "acceptance" or "@" not in who:
        return None
    fields: Fields = {"by": "acl", "stage": "RCPT", "temporary": words == "temporary refusal", "text": words}
    fields["recipient"] = address(who.removeprefix("R="))
    return "reject", key, fields


def verify_command(text: str) -> Parsed:
    """`VRFY failed for <address> H=...`."""
    value, _, after = text.removeprefix("VRFY failed for ").partition(" ")
    fields: Fields = {
        "by": "acl",
        "stage": "VRFY",
        "temporary": False,
        "text": "VRFY failed",
        "recipient": address(value),
    }
    _put_walk(fields, zone(" " + after)[0])
    return "reject", "", fields


def _rejection(key: str, walk: str, text: str, headers: str) -> Parsed:
    fields: Fields = {"by": "acl"}
    fields["temporary"] = temporary = text[0] == "t"
    _put_walk(fields, walk)
    what = text[21:] if temporary else text[9:]
    stage = _stage(what)
    fields["stage"] = stage
    if stage in ("RCPT", "MAIL", "VRFY", "EXPN"):
        value, reason = _split_address(what.partition(" ")[2])
        if stage == "MAIL":
            fields["sender"] = value
        elif value:
            fields["recipient"] = value
    else:
        head, _, reason = what.partition(": ")
        if stage == "HELO":
            fields["helo"] = head.partition("HELO ")[2] or fields.get("helo", "")
        elif head != "after DATA" and stage != head.partition(" ")[0]:
            fields["context"] = head.removeprefix("by ").removeprefix("during ")
    _put_text(fields, reason)
    if headers:
        put_headers(fields, headers)
    return "reject", key, fields


def _stage(what: str) -> str:
    for words, stage in _STAGES:
        if what.startswith(words):
            return stage
    return what.partition(" ")[0].partition(":")[0].upper()


def _split_address(rest: str) -> tuple[str, str]:
    """`<address>: text`, and `address: text` of older releases."""
    if rest[:1] == "<":
        at = rest.find(">: ")
        if at >= 0:
            return rest[1:at], rest[at + 3 :]
        return rest[1:].rstrip(":").removesuffix(">"), ""
    value, _, text = rest.partition(": ")
    return value, text


def _put_text(fields: Fields, text: str) -> None:
    if not text:
        return
    fields["text"] = text
    found = _CODE(text)
    if found is not None:
        fields["code"] = int(found[1])
        if found[2]:
            fields["dsn"] = found[2]
    elif found := _SIZE(text):
        fields["size"] = int(found[1])


def _put_walk(fields: Fields, walk: str) -> None:
    """The fields that a client's line may begin with; they are looked for behind the helo, which may imitate them."""
    end = put_client(fields, walk)
    at = walk.find(" F=", end)
    if at < 0 and walk.startswith(" F="):
        at = 0
    if at >= 0:
        value = walk[at + 3 :]
        fields["sender"] = value[1:].partition(">")[0] if value[:1] == "<" else value.partition(" ")[0]
    at = walk.find(" P=", end)
    if at >= 0:
        fields["protocol"] = walk[at + 3 :].partition(" ")[0]
    at = walk.find(" A=", end)
    if at >= 0 and (user := walk[at + 3 :].partition(" ")[0].partition(":")[2].partition(":")[0]):
        fields["sasl_username"] = user


def _verification(key: str, fields: Fields, text: str) -> Parsed:
    """`sender verify fail for <address>: reason`; the rejection, if any, has its own line."""
    _, _, result, _, rest = (text + "    ").split(" ", 4)
    value, reason = _split_address(rest.strip())
    fields.pop("sasl_username", None)
    fields.pop("protocol", None)
    fields.update(service="sender verify", action="warn", result=result, sender=value)
    if reason:
        fields["text"] = reason
    if key:
        fields["queue_id"] = key
    return "policy", key, fields


def _discard(key: str, fields: Fields, text: str) -> Parsed:
    """`RCPT <address>: discarded by RCPT ACL`: taken with a 250, never delivered."""
    what, _, by = text.partition("discarded by ")
    stage, _, value = what.rstrip(": ").partition(" ")
    if stage == "RCPT":
        fields["recipient"] = address(value)
    elif stage == "MAIL":
        fields["sender"] = address(value.removeprefix("FROM:"))
    acl, _, reason = by.partition(": ")
    fields.pop("sasl_username", None)
    fields.update(action="discard", by="acl", context=acl, text=reason or text)
    return "check", key, fields
