"""Small grammar of all Sendmail lines: `name=value` lists, addresses, hosts as `name [ip]`, spans of time.

Sources: sendmail/conf.c sm_syslog, sendmail/deliver.c logdelivery, sendmail/headers.c logsender, sendmail/convtime.c
pintvl, sendmail/daemon.c hostnamebyanyaddr.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields
from mailwake.events.pairs import SENDMAIL_ID

QUEUE_ID = rf"(?:{SENDMAIL_ID}|[A-Z]{{3}}\d{{5,7}})"
"""Since 8.10 eight base-60 digits and the process id; before that three letters and the process id."""

_NAME = re.compile(r"(?:\A|, )([a-z][a-z_0-9]*)=")
_HOST = re.compile(
    r"(?:(?<![^\s\[\]])(?P<name>[^\s\[\]]+)\s+|(?<!\s)\s*)\[(?:IPv6:)?(?P<ip>[0-9A-Fa-f.:]+)\]"
)  # begins only where a word or a gap does: of a long one, not every place is tried
_INTERVAL = re.compile(r"(?:(\d{1,6})\+)?(\d{1,6}):(\d\d):(\d\d)\Z")
_IDS = re.compile(r" \(-?\d+/-?\d+\)\Z")


def values(text: str) -> dict[str, str]:
    """Read `a=1, b=2`: a value runs to the next `, name=`. The first of a name counts: what strangers sent may hold
    more."""
    found = list(_NAME.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    read: dict[str, str] = {}
    for match, end in zip(found, ends, strict=False):  # of a line that was cut off there may be none
        read.setdefault(match[1], text[match.end() : end])
    return read


def bare(text: str) -> str:
    """An address without the angle brackets around it; `<>` is the null sender."""
    return text[1:-1] if text[:1] == "<" and text[-1:] == ">" else text


def addresses(text: str) -> list[str]:
    """The addresses of a list: a comma within quotes or angle brackets divides nothing."""
    found: list[str] = []
    start, depth, quoted, at = 0, 0, False, 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif char == '"':
            quoted = not quoted
        elif not quoted and char == "<":
            depth += 1
        elif not quoted and char == ">":
            depth = max(depth - 1, 0)
        elif char == "," and not quoted and not depth:
            found.append(text[start:at])
            start = at + 1
        at += 1
    found.append(text[start:])
    return [one.strip() for one in found if one.strip()]


def controlling(text: str) -> str:
    """`ctladdr=` without the user and group ids behind it."""
    return _IDS.sub("", text)


def client(text: str) -> Fields:
    """Client of `host [ip]`, `[ip]`, `user@host [ip] (may be forged)`, `IDENT:user@host [ip]`."""
    name, ip = host(text)
    fields: Fields = {}
    if ip:
        fields["client_ip"] = ip
    name = name.rpartition("@")[2]
    if name:
        fields["client_name"] = name
    return fields


def relay(text: str) -> Fields:
    """The next server of `host. [ip]`, `[ip] [ip]`, `host`."""
    name, ip = host(text)
    fields: Fields = {"relay": text}
    if ip:
        fields["relay_ip"] = ip
    if name or ip:
        fields["relay_host"] = name or ip
    return fields


def host(text: str) -> tuple[str, str]:
    """Name and IP of `name [ip] ...`; "" for what is not there. A name in brackets is the IP once more."""
    found = _HOST.search(text)
    if found is None:
        name = text.partition(" ")[0].rstrip(".")
        return ("", "") if name.startswith("[") else (name, "")
    name = found["name"] or ""
    before = text[: found.start()].strip()
    if not name and before and not before.startswith("["):
        name = before
    return name.rstrip("."), found["ip"]


def seconds(text: str) -> float | None:
    """Seconds of `00:00:01` or `2+03:04:05` (days before the plus sign); None for anything else."""
    found = _INTERVAL.match(text)
    if found is None:
        return None
    days, hours, minutes, rest = (int(part or 0) for part in found.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + rest)
