"""Words that the parts of a story share: durations, hosts, addresses, the rules of links."""

from __future__ import annotations

from mailwake.events.fact import Fields
from mailwake.events.told import joined, tell

RULES = {
    "orig_queue_id": tell("its arrival names the queue ID that it had before (XFORWARD)"),
    "queued as": tell("the reply of the next server names the queue ID that it got there"),
    "forwarded as": tell("the local delivery says under which queue ID it was forwarded"),
    "orig_id": tell("it was requeued, and its new arrival names the old queue ID"),
    "queued_as": tell("the content filter names both queue IDs"),
    "Message-ID": tell("same Message-ID and recipient, handed over between our own hosts at that time"),
    "redirect": tell(
        "the mailbox server redirected it there, and the same Message-ID came in for that address at that time"
    ),
    "released": tell("a filter had it in quarantine, and then the same Message-ID came in again for that recipient"),
    "network message id": tell(
        "the logs of both servers give it the same id, which goes with it from server to server"
    ),
    "token": tell("the reply of the mailbox server names its delivery session"),
    "user": tell("same Message-ID and user, delivered at that time"),
    "notification": tell("the mail server made it to report on this message"),
}
"""Rule of a link to what it rests on."""


def plain_seconds(seconds: float) -> str:
    """A duration in words of two units: 40 ms, 3.2 s, 2 min 5 s, 3 h 10 min, 2 d 4 h."""
    if seconds < 0.1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, unit, smaller_size, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller_size
            return f"{whole // size} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{whole} s"


_COUNTED = {
    "recipient": (tell("1 recipient"), tell("{number} recipients", number=0).template),
    "attempt": (tell("1 attempt"), tell("{number} attempts", number=0).template),
}


def counted(number: int, word: str) -> str:
    """`1 recipient`, `3 recipients`."""
    one, many = _COUNTED[word]
    return one if number == 1 else tell(many, number=number)


def shown(address: str | None) -> str:
    """An address for a sentence; the null sender and what is not known have names."""
    if address is None:
        return tell("an unknown address")
    return address or "<>"


def hop(fields: Fields) -> str:
    """The next server of a delivery, as name[ip]:port or as its socket or agent."""
    host, ip = fields.get("relay_host", ""), fields.get("relay_ip", "")
    if ip:
        name = host if host and host != ip else ""
        port = f":{fields['relay_port']}" if fields.get("relay_port") else ""
        return f"{name}[{ip}]{port}"
    relay = str(host or fields.get("relay", ""))
    return relay if relay != "none" else ""


def client(fields: Fields, prefix: str = "") -> str:
    """A client as name[ip]; `unknown` says only that the name does not fit the address."""
    name, ip = fields.get(f"{prefix}client_name", ""), fields.get(f"{prefix}client_ip", "")
    if name in ("", "unknown", ip):
        return f"[{ip}]" if ip else tell("an unknown client")
    return f"{name}[{ip}]" if ip else str(name)


def stages(text: str) -> str:
    """Postfix's delays=a/b/c/d in words: before the queue manager, in it, connecting, sending (postconf(5))."""
    parts = text.split("/")
    if len(parts) != 4:
        return ""
    names = (
        tell("{span} to come in", span=""),
        tell("{span} waiting in the queue", span=""),
        tell("{span} connecting", span=""),
        tell("{span} sending", span=""),
    )
    try:
        spans = [(float(part), name) for part, name in zip(parts, names, strict=True)]
    except ValueError:
        return ""
    told = [tell(name.template, span=plain_seconds(span)) for span, name in spans if span >= 0.1]
    return joined(", ", told) if told else ""


def tls_words(fields: Fields) -> str:
    """`TLSv1.3 TLS_AES_256_GCM_SHA384 (Trusted)`."""
    level = fields.get("level", "")
    words = " ".join(str(fields[name]) for name in ("version", "cipher") if fields.get(name))
    return f"{words} ({level})" if level else words
