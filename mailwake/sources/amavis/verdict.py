"""The verdict line, `$log_templ` of amavisd (end of the program's source; README.customize explains the macros).

    (id) Passed CLEAN {RelayedInbound}, MYNETS LOCAL [ip]:port [ip] <sender> -> <a>,<b>, quarantine: Q, Queue-ID: A,
    Message-ID: <..>, Resent-Message-ID: <..>, mail_id: M, Hits: 1.2, size: 888, queued_as: B/C, Subject: "..",
    From: <..>, dkim_sd=sel:dom, 80 ms, Tests: [A=1,B=0.2]

All parts behind the recipients are optional and sites reorder them, so the line is walked key by key. Message-ID and
Subject come from the sender of the message: their values end at their own bracket or quote, never at a comma within.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailwake.events.fact import Fields, Parsed

_Setter = Callable[[Fields, str], None]

_ADDRESS = r'<(?:[^<>"]++|"(?:[^"\\]|\\.)*+")*+>'
_HEAD = re.compile(
    # what was taken is not given back: a line without addresses would be gone through once for each of its characters
    r"(Passed|Blocked)(?: ([A-Z][A-Z0-9-]*+))?+(?> \((.*?)\)(?= \{[\w,]*\}|, |$))?+(?: \{([^}]*)\})?+,? ?"
    rf"([^<]*?)({_ADDRESS}) -> ({_ADDRESS}(?:, ?{_ADDRESS})*)?"
)
_ADDRESSES = re.compile(_ADDRESS)
_CLIENT = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f.:]+)\]")
_KEY = re.compile(r"(?<![A-Za-z0-9_-])([A-Za-z][A-Za-z0-9_-]*+)(?:: ?|=)|(?<!\d)(\d{1,12}) ms(?=,|$)")
_RECIPIENTS = re.compile(rf"{_ADDRESS}(?:, ?{_ADDRESS})*")
_ODD = re.compile(r'["\[]|<[^<>]*, ')
_BRACKETED = re.compile(r"<[^>]*>(?: <[^>]*>)*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_TAKE_BRACKETED = frozenset(("Message-ID", "Resent-Message-ID"))
_SPAM = ("SPAM", "SPAMMY")
_STRONG = frozenset(
    ("queue_id", "message_id", "score", "queued_as", "quarantine", "symbols", "dkim", "size", "subject", "recipients")
)


def parse_verdict(key: str, text: str) -> Parsed | None:
    """A line that begins with Passed or Blocked; the end may be missing when amavisd cut it (`...`)."""
    text, cut = _uncut(text)
    match = _HEAD.match(text)
    if match is None:
        return _short(key, text)
    verb, category, detail, actions, client, sender, recipients = match.groups()
    fields: Fields = {"filter": "amavis", "action": f"{verb} {category}" if category else verb}
    fields["sender"] = sender[1:-1]
    if recipients:
        fields["recipients"] = [address[1:-1] for address in _ADDRESSES.findall(recipients)]
    if actions:
        fields["text"] = actions
    if detail:
        fields["virus" if category == "INFECTED" else "reason"] = detail
    if category in _SPAM:
        fields["spam"] = True
    found = _CLIENT.search(client)
    if found:
        fields["client_ip"] = found.group(1)
    _walk(text, match.end(), fields, cut)
    return "verdict", key, fields


def _short(key: str, text: str) -> Parsed | None:
    """`Passed CLEAN, ...` cut so early that not even the sender is there."""
    words = text.split(None, 2)
    if words[0].rstrip(",") not in ("Passed", "Blocked"):
        return None
    fields: Fields = {"filter": "amavis", "action": words[0].rstrip(",")}
    if len(words) > 1 and words[0][-1] != "," and words[1].rstrip(",").replace("-", "").isalnum():
        fields["action"] += " " + words[1].rstrip(",")
    return "verdict", key, fields


def parse_rest(key: str, text: str) -> Parsed:
    """A continued line, `(id) ...rest`: the first piece may be the tail of a value whose beginning we do not have."""
    text, cut = _uncut(text)
    fields: Fields = {}
    first = text.partition(", ")[0] if not text.startswith(("<", "-> <")) else ""
    start = len(first) if first and not _known_piece(first) else _rest_recipients(text, fields)
    _walk(", " + text if start == 0 else text, start, fields, cut)
    if not fields.keys() & _STRONG:
        return "noise", "", {}
    return "verdict", key, {"filter": "amavis", **fields}


def _known_piece(piece: str) -> bool:
    match = _KEY.match(piece)
    return match is not None and (match.group(2) is not None or match.group(1) in _KNOWN)


def _rest_recipients(text: str, fields: Fields) -> int:
    """Recipients that stand at the start of a continued line; returns where they end.

    A lone `<...>` may as well be the value of a cut `Message-ID: `: only what precedes Message-ID is a recipient.
    """
    start = 3 if text.startswith("-> ") else 0
    match = _RECIPIENTS.match(text, start)
    if match is None:
        return 0
    if start or text.startswith((", quarantine: ", ", Queue-ID: ", ", Message-ID: "), match.end()):
        fields["recipients"] = [address[1:-1] for address in _ADDRESSES.findall(match.group())]
    return match.end()


def _uncut(text: str) -> tuple[str, bool]:
    """Without the `...` of a line that goes on; True when the cut may be inside the last value."""
    if not text.endswith("..."):
        return text, False
    text = text[:-3]
    return text.rstrip(" ,"), text[-1:] not in (" ", ",")


def _walk(text: str, pos: int, fields: Fields, cut: bool) -> None:
    """Read `, key: value` and `, key=value` to the end; of a cut line the last value is left out."""
    end = len(text)
    tail = text[pos + 2 :] if text.startswith(", ", pos) else ""
    if not cut and _ODD.search(tail) is None:
        _pieces(tail.split(", "), fields)
        return
    last = ""
    while text.startswith(", ", pos):
        pos += 2
        match = _KEY.match(text, pos)
        if match is None:
            stop = text.find(", ", pos)
            stop = end if stop < 0 else stop
            if last == "quarantine":
                _quarantine(fields, text[pos:stop])
            pos = stop
            continue
        if match.group(2):
            fields["took"] = int(match.group(2)) / 1000
            pos = match.end()
            continue
        last = match.group(1)
        pos, value = _value(text, match.end(), last)
        if cut and pos >= end:
            return
        setter = _SETTERS.get(last)
        if setter is not None and value:
            setter(fields, value)


def _pieces(pieces: list[str], fields: Fields) -> None:
    """The same for the usual line: no value has a comma and a blank, or could have one."""
    last = ""
    for piece in pieces:
        name, sep, value = piece.partition(": ")
        if not sep:
            name, sep, value = piece.partition("=")
        if sep:
            last = name
            setter = _SETTERS.get(name)
            if setter is not None and value:
                setter(fields, value)
        elif piece.endswith(" ms") and piece[:-3].isdecimal() and len(piece) < 16:
            fields["took"] = int(piece[:-3]) / 1000
        elif last == "quarantine":
            _quarantine(fields, piece)


def _value(text: str, pos: int, key: str) -> tuple[int, str]:
    """The value that starts at pos, and where it ends."""
    if key in _TAKE_BRACKETED:
        match = _BRACKETED.match(text, pos)
        if match is not None:
            return match.end(), match.group()
    elif text.startswith('"', pos):
        match = _QUOTED.match(text, pos)
        if match is not None:
            return match.end(), match.group(1).replace('\\"', '"').replace("\\\\", "\\")
    elif key == "Tests" or key == "tests":
        stop = text.find("]", pos)
        if stop >= 0:
            return stop + 1, text[pos : stop + 1]
    stop = text.find(", ", pos)
    stop = len(text) if stop < 0 else stop
    return stop, text[pos:stop]


def _put(name: str) -> _Setter:
    def setter(fields: Fields, value: str) -> None:
        fields.setdefault(name, value)

    return setter


def _score(fields: Fields, value: str) -> None:
    """`Hits: 5.4`, `Hits: 1.2+3 ` (with a penalty); `-` when the spam check was not done."""
    if value == "-":
        return
    try:
        fields["score"] = round(sum(float(part) for part in value.split("+")), 4)
    except ValueError:
        return


def _size(fields: Fields, value: str) -> None:
    if value.isdecimal() and len(value) < 19:
        fields["size"] = int(value)


def _queued_as(fields: Fields, value: str) -> None:
    fields["queued_as"] = [one for one in value.replace("/", ",").split(",") if one]


def _quarantine(fields: Fields, value: str) -> None:
    fields.setdefault("quarantine", []).extend(one for one in value.split(",") if one)


def _tests(fields: Fields, value: str) -> None:
    tests = value.strip("[]")
    if tests:
        fields["tests"] = tests
        fields["symbols"] = [one.partition("=")[0].strip() for one in tests.split(",")]


def _from(fields: Fields, value: str) -> None:
    fields.setdefault("header_from", value[1:-1] if value[:1] == "<" and value[-1:] == ">" else value)


_SETTERS: dict[str, _Setter] = {
    "quarantine": _quarantine,
    "Queue-ID": _put("queue_id"),
    "Message-ID": _put("message_id"),
    "Hits": _score,
    "hits": _score,
    "size": _size,
    "queued_as": _queued_as,
    "Subject": _put("subject"),
    "From": _from,
    "helo": _put("helo"),
    "Tests": _tests,
    "tests": _tests,
    "dkim_sd": _put("dkim"),
    "dkim_id": _put("dkim"),
}
_UNUSED = ("mail_id", "Resent-Message-ID", "b", "pt", "dkim_new", "shortcircuit", "autolearn", "rss")
_KNOWN = frozenset((*_SETTERS, *_UNUSED))
