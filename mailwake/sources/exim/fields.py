"""The field walk: `H=name (helo) [ip]:port`, `X=...`, `C="..."` and the other log_selector fields.

Exim specification, chapter 52, "Summary of fields in log lines". The values are what strangers sent, so every pattern
here is linear: alternatives and the items of a repetition begin with different characters.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields

QUOTED = r'"[^"\\]*(?:\\.[^"\\]*)*'
"""A quoted string up to its closing quote, which a cut line may lack."""
_KEY = r"[A-Za-z][A-Za-z0-9]*"
_VALUE = rf'{QUOTED}"?|<[^>]*>?|\[[^\]\s]*\](?::\d+)?|[^ :]*(?::(?! |\Z)[^ :]*)*'
_HELO = r"\((?=[\s\S]{0,600}?\) \[)[^)]*(?:\)(?! \[)[^)]*)*\)(?= \[)"

host_at = re.compile(
    rf" H=(?:([^\s(\[][^\s:]*(?::(?!\s|\Z)[^\s:]*)*))?(?: DS)?(?: ?({_HELO}))?"
    r"(?: ?\[([0-9A-Za-z.:]*[0-9A-Za-z])?:?\]?(?::(\d+))?\*?)?"
).match
"""name, (helo), ip, port. A name stands there only when it is verified; a helo may hold anything but `) [`."""
fields_in = re.compile(rf" ({_KEY})=({_VALUE})").findall
quoted_at = re.compile(rf'{QUOTED}"?').match
_zone_at = re.compile(
    rf"(?: H={_HELO}| {_KEY}=(?:{_VALUE})(?: {_HELO})?| \[[^\]\s]*\](?::\d+)?\*?"
    r"| (?:DS|K|L\*?|PRDR|TFO\*{0,2})(?= |\Z))*"
).match

_ESCAPE = re.compile(rb"\\(?:([0-7]{3})|(.))", re.DOTALL)
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"v": b"\v", b"f": b"\f"}
_SPAN = re.compile(r"(?<![\d.])(\d++(?:\.\d++)?)([wdhms])")
_UNIT = {"w": 604800.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}


def unquote(value: str) -> str:
    """Undo the quoting of T= and C=: backslash before `"` and backslash, octal for bytes that do not print."""
    text = value[1:-1] if value[-1:] == '"' and len(value) > 1 else value[1:]
    if "\\" not in text:
        return text
    raw = _ESCAPE.sub(_unescape, text.encode("utf-8", "surrogateescape"))
    return raw.decode("utf-8", "surrogateescape")


def _unescape(found: re.Match[bytes]) -> bytes:
    octal, char = found.groups()
    if octal is not None:
        return bytes((int(octal, 8) & 0xFF,))
    return _CONTROLS.get(char, char)


def seconds(span: str) -> float | None:
    """Seconds of `0.013s`, `3s`, `1m5s`, `2d3h`; None for anything else."""
    if span[-1:] == "s":
        try:
            return float(span[:-1])
        except ValueError:
            pass
    parts = _SPAN.findall(span)
    return sum(float(number) * _UNIT[unit] for number, unit in parts) if parts else None


def zone(text: str) -> tuple[str, str]:
    """Cut text (with a leading space) behind the run of fields that it begins with."""
    found = _zone_at(text)
    end = found.end() if found else 0
    return text[:end], text[end:]


def put_client(fields: Fields, walk: str) -> int:
    """Client name, IP, port and helo from the `H=` of a run of fields; gives the place where that ends."""
    at = walk.find(" H=")
    found = host_at(walk, at) if at >= 0 else None
    if found is None:
        return 0
    name, helo, ip, port = found.groups()
    if ip:
        fields["client_ip"] = ip
        if name:
            fields["client_name"] = name
        if port:
            fields["client_port"] = int(port)
    if helo:
        fields["helo"] = helo[1:-1]
    return found.end()


def put_relay(fields: Fields, walk: str) -> None:
    """The same for a host that Exim spoke to; `relay` is the whole as logged."""
    found = host_at(walk, max(walk.find(" H="), 0))
    name, _helo, ip, port = found.groups() if found else (None, None, None, None)
    if found is None or not (name or ip):
        return
    relay = found[0]
    fields["relay"] = relay[3:-1] if relay[-1] == "*" else relay[3:]
    if ip:
        fields["relay_host"] = name or ip
        fields["relay_ip"] = ip
        if port:
            fields["relay_port"] = int(port)
    elif name:
        fields["relay_host"] = name


def put_login(fields: Fields, value: str) -> None:
    """`A=authenticator:id:sender`; the sender is the AUTH= of MAIL FROM (log_selector smtp_mailauth)."""
    method, _, rest = value.partition(":")
    user, _, sender = rest.partition(":")
    fields["sasl_method"] = method
    if user:
        fields["sasl_username"] = user
    if sender:
        fields["sasl_sender"] = sender


def address(value: str) -> str:
    """An address without its brackets."""
    return value[1:-1] if value[:1] == "<" and value[-1:] == ">" else value
