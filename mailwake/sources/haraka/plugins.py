"""What plugins found: content filters, authentication of the sender, TLS, where a message is passed on to.

The plugins' own texts, or their results as haraka-results collates them: `name: value, pass:a, b, fail:c`.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.events.pairs import noise, number
from mailwake.sources.haraka.lines import Record

_FORWARD = re.compile(r"forwarding to (?P<host>\S+?):(?P<port>\d+)\Z")
_COLLATED = re.compile(r"(?:\A|, )(\w+): ?(.*?)(?=, \w+: ?|, (?:pass|fail|skip|err|msg):|\Z)")
_VIRUS = re.compile(r"fail: ?(?P<virus>.+?)(?:, |\Z)|(?<!\S)(?P<found>\S+) FOUND")
_IP = re.compile(r"[0-9A-Fa-f.:]+\Z")
_NUMBERS = frozenset({"score", "required_score", "required"})


def parse(record: Record) -> Parsed | None:
    """What a plugin's record says; plugins may log what they like, so one about a connection is never unknown."""
    handler = _HANDLERS.get(record.origin.rpartition("/")[2])
    found = handler(record) if handler is not None else None
    if found is not None:
        return found
    if record.origin.startswith("queue/"):
        return _forward(record)
    return noise() if record.session else None


def _forward(record: Record) -> Parsed:
    found = _FORWARD.match(record.whole)
    if found is None or not record.key:
        return noise()
    where: Fields = {"text": record.whole, "relay_host": found["host"]}
    if _IP.match(found["host"]):
        where["relay_ip"] = found["host"]
    return "note", record.key, where


def _tls(record: Record) -> Parsed | None:
    """`secured: cipher=C version=V verified=false`."""
    if not record.text.startswith("secured") or not record.session:
        return None
    fields: Fields = {"direction": "in"}
    for name in ("version", "cipher"):
        if record.data.get(name):
            fields[name] = record.data[name]
    return "tls", record.session, fields


def _verdict(record: Record, action: str, **fields: object) -> Parsed | None:
    """A finding about a message; about a mere connection there is none."""
    if not record.key:
        return None
    known = {name: value for name, value in fields.items() if value is not None and value != ""}
    return "verdict", record.key, {"filter": record.origin, "action": action, "queue_id": record.key, **known}


def _spamassassin(record: Record) -> Parsed | None:
    """`status=No, score=-15.0, required=5.0, reject=0, tests="A,B"`."""
    data = {name: value.rstrip(",") for name, value in record.data.items()}
    if "score" not in data:
        return None
    spam = data.get("status", data.get("flag", "")).lower().startswith("y")
    tests = re.sub(r"\\[rn]|\s", "", data.get("tests", ""))
    return _verdict(
        record,
        "spam" if spam else "ham",
        spam=spam,
        score=number(data["score"]),
        required=number(data.get("required")),
        symbols=[test for test in tests.split(",") if test] or None,
    )


def _rspamd(record: Record) -> Parsed | None:
    """`is_spam: false, score: 2.5, required_score: 15, action: no action, SYMBOL: 0.2, ...`."""
    found = dict(_COLLATED.findall(record.whole))
    if "score" not in found:
        return None
    known = {"is_spam", "is_skipped", "score", "required_score", "action", "messages", "emails", "time"}
    symbols = [name for name in found if name not in known and name.isupper()]
    return _verdict(
        record,
        found.get("action", ""),
        spam=found.get("is_spam") == "true" if "is_spam" in found else None,
        score=number(found["score"]),
        required=number(found.get("required_score")),
        symbols=symbols or None,
    )


def _scanner(record: Record) -> Parsed | None:
    """`pass:clean`, `fail: Eicar-Signature`."""
    if "pass:" in record.whole and "fail:" not in record.whole:
        return _verdict(record, "clean")
    found = _VIRUS.search(record.whole)
    return _verdict(record, "infected", virus=found["virus"] or found["found"]) if found else None


def _dkim(record: Record) -> Parsed | None:
    """`identity="@example.net" domain="example.net" selector="s1" result=pass`."""
    result = record.data.get("result")
    return _verdict(record, result.lower(), text=record.data.get("domain")) if result else None


def _spf(record: Record) -> Parsed | None:
    """`identity=mfrom ip=192.0.2.1 domain="example.net" mfrom=<ann@example.net> result=Pass`."""
    data = record.data
    if data.get("identity") != "mfrom" or not data.get("result"):
        return None
    return _verdict(record, data["result"].lower(), text=data.get("domain"))


def _auth(record: Record) -> Parsed | None:
    user = record.data.get("user") or record.data.get("authuser")
    if not user or not record.session:
        return None
    if "fail" in record.whole.lower():
        return "auth_failed", record.session, {"username": user, "service": "smtp", "reason": record.whole}
    return "login", record.session, {"user": user, "service": "smtp", "success": True}


_HANDLERS = {
    "tls": _tls,
    "spamassassin": _spamassassin,
    "rspamd": _rspamd,
    "clamd": _scanner,
    "avg": _scanner,
    "esets": _scanner,
    "dkim_verify": _dkim,
    "dkim": _dkim,
    "spf": _spf,
    "auth": _auth,
    "auth_base": _auth,
    "flat_file": _auth,
}
