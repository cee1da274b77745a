"""Attributes of OpenSMTPD's lines: `name=value`, `name=<address>`, `name="text"`, divided by a blank or `, `.

Sources: usr.sbin/smtpd/smtp_session.c, mta.c mta_log, mda.c mda_log, queue.c queue_log, to.c (ss_to_text,
duration_to_text, tls_to_text).
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields
from mailwake.events.pairs import host_ip

SESSION = r"[0-9a-f]{16}"
_NAME = re.compile(r"(?:\A|,? )([a-z]+)=")
_ENDS = {"<": re.compile(r">(?=,? [a-z]+=|[,:]?\Z)"), '"': re.compile(r"\"(?=,? [a-z]+=|\Z)")}
"""Where a value in brackets or quotes ends, by how it begins."""
_PLAIN = re.compile(r"[^\s,]*(?: \([^()]*\))?")
_SPAN = re.compile(r"(?<!\d)(\d{1,9})([dhms])")
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_RELAY = re.compile(r"(?:(?P<ip>[0-9A-Fa-f.:\[\]]+)|(?P<name>\S+))(?: \((?P<host>[^)]*)\))?")
_TLS = re.compile(r"(?:version=)?(?P<version>[A-Za-z]+v?[\d.]*)(?::|, cipher=)(?P<cipher>[^:,\s]+)")


def attributes(text: str) -> dict[str, str]:
    """The attributes of a line, addresses without brackets; an attribute that comes twice counts once, the first."""
    found: dict[str, str] = {}
    endless: set[str] = set()
    name = _NAME.search(text)
    while name is not None:
        start = name.end()
        first = text[start : start + 1]
        ends = _ENDS.get(first) if first not in endless else None
        end = ends.search(text, start + 1) if ends is not None else None
        if end is not None:
            value, start = text[start + 1 : end.start()], end.end()
        else:
            endless.add(first)  # where none ends, no later one does
            plain = _PLAIN.match(text, start)
            value = plain[0] if plain is not None else ""
            start += len(value)
        found.setdefault(name[1], value)
        name = _NAME.search(text, start)
    return found


def address(text: str) -> str:
    """An address; `@` is how a null sender was once written."""
    return "" if text == "@" else text


def ip_of(text: str) -> str | None:
    """The IP of `192.0.2.1`, `[2001:db8::1]` or `IPv6:...`; None for `local` and what is none."""
    return host_ip(text.strip("[]").removeprefix("IPv6:"))


def client(where: str, name: str) -> Fields:
    """A client by its address and name; `local` is a program of the same host, `<unknown>` has no name."""
    fields: Fields = {}
    ip = ip_of(where)
    if ip:
        fields["client_ip"] = ip
    elif where == "local":
        fields["local"] = True
    if name and name not in ("<unknown>", "unknown"):
        fields["client_name"] = name
    return fields


def relay(text: str) -> Fields:
    """The next server of `198.51.100.7 (mx.example.org)` or `mx.example.org`; `<dead>` and `-` are none."""
    found = _RELAY.match(text)
    if found is None or text in ("-", "<dead>"):
        return {}
    fields: Fields = {"relay": text}
    ip = ip_of(found["ip"] or "")
    host = found["host"] or found["name"] or ip
    if ip:
        fields["relay_ip"] = ip
    if host and host not in ("<unknown>", "unknown"):
        fields["relay_host"] = host
    return fields


def seconds(text: str) -> float | None:
    """Seconds of `54s`, `2m3s`, `1d2h3m4s`; None for anything else."""
    parts = _SPAN.findall(text)
    return float(sum(int(number) * _UNITS[unit] for number, unit in parts)) if parts else None


def tls(text: str) -> Fields:
    """Version and cipher of `TLSv1.3:TLS_AES_256_GCM_SHA384:256` or `version=TLSv1.2, cipher=..., bits=112`."""
    found = _TLS.match(text)
    return {"version": found["version"], "cipher": found["cipher"]} if found else {}
