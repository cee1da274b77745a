"""The commonest Postfix lines as shapes, to be read in bulk: they say what the parsers beside this module say."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from mailwake.events.fact import Fields
from mailwake.events.shape import Shape, constant, decimal, mapped, merged, text, whole
from mailwake.sources.postfix.postscreen import screened
from mailwake.sources.postfix.replies import settle
from mailwake.sources.postfix.text import QID, client, peer, relay

AGENTS = frozenset({"smtp", "lmtp", "local", "virtual", "pipe", "error", "retry", "discard"})
_INK = "!-Z^-~"
"""Printable ASCII without blanks, brackets and the backslash."""
_PEER = rf"[{_INK}]*\[[{_INK}]*\](?::[0-9]{{1,5}})?"
_SCREENED = rf"(\[[{_INK}]*\]:[0-9]{{1,5}})"


def _original(name: str) -> Fields:
    """The first client, that a proxy or filter speaks of (XFORWARD)."""
    return {f"orig_{part}": known for part, known in client(name).items() if part != "client_port"}


def _local(name: str) -> Fields:
    return {part.replace("client", "local"): known for part, known in client(name).items()}


def _header(name: str) -> Fields:
    return {"header": name.lower()}


def _screened(message: str) -> Fields:
    found = screened(message)
    return found[2] if found is not None else {}


def _refused(by: str) -> Shape:
    return Shape(
        r"NOQUEUE: reject: ([A-Z-]+) from ([^ ]+): (([45])[0-9][0-9]) ([45]\.[0-9]{1,3}\.[0-9]{1,3})"
        r" (.*); from=<([^<>]*)>,? to=<([^<>]*)>,? proto=([A-Z]+),? helo=<([^<>]*)>\Z",
        "reject",
        fields=(
            merged(client, 2),
            text("stage", 1),
            constant("by", by),
            whole("code", 3),
            text("dsn", 5),
            mapped("temporary", 4, {"4": True, "5": False}),
            text("text", 6),
            text("sender", 7),
            text("recipient", 8),
            text("protocol", 9),
            text("helo", 10),
        ),
    )


def _delivered(agent: str) -> tuple[Shape, ...]:
    """Those whose reply says in usual words where the message is now, or that did not succeed; the other ones that
    succeeded, whose reply the parser looks at; TLS."""
    line = (
        rf"({QID}): to=<([^<>\"]*)>, (?:orig_to=<([^<>\"]*)>, )?relay=([^,]*), (?:conn_use=([0-9]{{1,9}}), )?"
        r"delay=([0-9]{1,7}(?:\.[0-9]{1,7})?), delays=([0-9./]+), (?:tls=([^,]*), )?dsn=([0-9.]+), status="
    )
    saved = r"250 [0-9.]+ <[^<> ]*> ([!-;=-~][!-~]*)( Saved)"
    queued = r".*(queued as )([0-9A-Za-z]+)"
    fields = (
        merged(relay, 4),
        text("recipient", 2),
        text("orig_recipient", 3),
        whole("conn_use", 5),
        decimal("delay", 6),
        text("delays", 7),
        text("tls", 8),
        text("dsn", 9),
        text("status", 10),
        text("reply", 11),
        constant("agent", agent),
    )
    settled = (
        text("token", 12),
        mapped("disposition", 13, {" Saved": "mailbox"}),
        mapped("disposition", 14, {"queued as ": "relay"}),
        text("next_id", 15),
        text("status", 16),
        text("reply", 17),
    )

    def finish(known: Fields) -> None:
        settle(known, agent, known["relay"], known["reply"])

    others = r"(deferred|bounced|deliverable|undeliverable) \((.*)"
    return (
        Shape(line + rf"(?:(sent) \(({saved}|{queued})|{others})\)\Z", "deliver", 1, (*fields, *settled)),
        Shape(line + r"(sent) \((.*)\)\Z", "deliver", 1, fields, finish),
        _encrypted("out", peer),
    )


_ARRIVED = Shape(
    rf"({QID}): client=([^,]*)(?:, sasl_method=([^,]*), sasl_username=([^,]*))?\Z",
    "arrive",
    1,
    (merged(client, 2), text("sasl_method", 3), text("sasl_username", 4)),
)
_HANDED_IN = Shape(
    rf"({QID}): client=([^,]*), orig_queue_id=([^,=]*), orig_client=([^,=]*)\Z",
    "arrive",
    1,
    (merged(client, 2), text("orig_queue_id", 3), merged(_original, 4)),
)


def _encrypted(way: str, read: Callable[[str], Fields]) -> Shape:
    return Shape(
        r"(Anonymous|Untrusted|Trusted|Verified) TLS connection established"
        rf" {'from' if way == 'in' else 'to'} ({_PEER}): ([!-~]+) with cipher ([!-~]+)",
        "tls",
        fields=(
            merged(read, 2),
            constant("direction", way),
            text("level", 1),
            text("version", 3),
            text("cipher", 4),
        ),
    )


_SMTPD = (
    Shape(r"connect from (.*)\Z", "connect", fields=(merged(client, 1),)),
    Shape(r"disconnect from ([^\]]*\])(?: (.*))?\Z", "disconnect", fields=(merged(client, 1), text("counters", 2))),
    _refused("smtpd"),
    _ARRIVED,
    _encrypted("in", client),
    _HANDED_IN,
    Shape(
        rf"(lost connection|timeout) after ([A-Z]+) from ({_PEER})\Z",
        "lost",
        fields=(merged(client, 3), text("text", 1), text("stage", 2)),
    ),
)
_OTHERS: dict[str, tuple[Shape, ...]] = {
    "smtpd": _SMTPD,
    "qmqpd": _SMTPD,
    "cleanup": (
        Shape(rf"({QID}): message-id=(<[^<>]+>)\Z", "message_id", 1, (text("message_id", 2),)),
        Shape(
            rf"({QID}): info: header ([A-Za-z-]+): ([!-~]|[!-~].*[!-~]) from ({_PEER});"
            r" from=<([^<>]*)> to=<([^<>]*)> proto=([A-Z]+) helo=<([^<>]*)>\Z",
            "header",
            1,
            (
                merged(client, 4),
                merged(_header, 2),
                text("value", 3),
                text("sender", 5),
                text("recipient", 6),
                text("protocol", 7),
                text("helo", 8),
            ),
        ),
    ),
    "anvil": (Shape(r"statistics: ", "noise"),),
    "postscreen": (
        Shape(
            rf"(CONNECT) from {_SCREENED} to {_SCREENED}\Z",
            "postscreen",
            fields=(merged(client, 2), text("test", 1), merged(_local, 3)),
        ),
        Shape(
            rf"(DISCONNECT|PASS NEW|PASS OLD) {_SCREENED}\Z",
            "postscreen",
            fields=(merged(client, 2), text("test", 1)),
        ),
        _refused("postscreen"),
        Shape(
            rf"(DNSBL) (rank [0-9]+) for {_SCREENED}\Z",
            "postscreen",
            fields=(merged(client, 3), text("test", 1), text("text", 2)),
        ),
        Shape(
            rf"((?:HANGUP|PREGREET [0-9]{{1,9}}) after [0-9.]+ from {_SCREENED}[ :].*)\Z",
            "postscreen",
            fields=(merged(_screened, 1),),
        ),
    ),
    "dnsblog": (
        Shape(
            r"addr ([0-9A-Fa-f:.]+) (listed by domain [!-~]+ as .*)\Z",
            "postscreen",
            fields=(constant("test", "DNSBL"), text("client_ip", 1), text("text", 2)),
        ),
    ),
}
_QMGR = (
    Shape(rf"({QID}): removed\Z", "remove", 1, (constant("by", "queue"),)),
    Shape(
        rf"({QID}): from=<([^<>\"]*)>, size=([0-9]{{1,18}}), nrcpt=([0-9]{{1,9}}) \(",
        "active",
        1,
        (text("sender", 2), whole("size", 3), whole("nrcpt", 4)),
    ),
)


@cache
def shapes_of(daemon: str) -> tuple[Shape, ...]:
    """The shapes of what a daemon logs."""
    if daemon in AGENTS:
        return _delivered(daemon)
    return _QMGR if daemon in ("qmgr", "nqmgr", "oqmgr") else _OTHERS.get(daemon, ())
