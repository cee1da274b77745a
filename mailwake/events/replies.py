"""What a server's reply says beside yes or no: its id for the message, a delivery session, a status code.

Each product words its consent in its own way, and so says which server took the message and under which id it goes on:

    Postfix      250 2.0.0 Ok: queued as 4F3A2B1C0D                            smtpd(8)
    Exim         250 OK id=1rXyZa-0001Ab-Cd                                    specification, chapter 49
    Sendmail     250 2.0.0 3AL9x1Qb012345 Message accepted for delivery        srvrsmtp.c
    OpenSMTPD    250 2.0.0 c405e39a Message accepted for delivery              smtp_session.c (older: `2.0.0: ...`)
    Exchange     250 2.6.0 <id> [InternalId=123, Hostname=mb1] Queued mail for delivery
    KumoMTA      250 OK ids=8a5475ccbbc611eda12250ebf67f93bd                   smtp_server.rs
    Haraka       250 Message Queued (3E6A027F-8307-4DA4-B105-2A39EC4B58D4.1)   connection.js
    Stalwart     250 2.0.0 Message queued with id 3f481c415800015.             inbound/data.rs (hexadecimal)
    Dovecot      250 2.0.0 <user@example.com> AbCd1234 Saved                   lmtp-server: a session, not an id
    qmail        250 ok 1732190400 qp 4711
    Google       250 2.0.0 OK  1732190400 a1-20020a170902f68300b0023e - gsmtp
    Amazon SES   250 Ok 0100018b1f2c3d4e-1a2b3c4d-...
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields

UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"

_QUEUED_AS = re.compile(r"<?([A-Za-z0-9][\w.+=@-]*)")
_ID = re.compile(
    rf"""\b(?:OK\ )?id=(?P<exim>[0-9A-Za-z]{{6}}-[0-9A-Za-z]{{6,11}}-[0-9A-Za-z]{{2,4}})
       | (?:\A|[\s(:])(?P<accepted>[\w.-]+)\ Message\ accepted\ for\ delivery
       | \((?P<haraka>{UUID}(?:\.\d+)*)\)
       | \bqueued\ with\ id\ (?P<stalwart>\w+)
       | \bqp\ (?P<qmail>\d+)
       | \bOK\ +\d+\ (?P<google>\S+)\ -\ gsmtp
       | \bOk:?\ (?P<ses>[0-9a-f]{{16}}-[0-9a-f-]+)\Z
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HARAKA = re.compile(rf"\(({UUID}(?:\.\d+)*)\)\Z").search
_KUMO = re.compile(r"\bids=([0-9a-f]{32}(?: [0-9a-f]{32})*)").search
_THROWN_AWAY = re.compile(
    r"250 2\.[57]\.0 Ok(?:, discarded\b|, id=[\w-]+, (?:\d+ )?(?:REJECT|BOUNCE|DISCARD)"
    r"| <.*>, DSN (?:was sent|suppressed))",
    re.IGNORECASE,
).match
_EXCHANGE = re.compile(r"\[InternalId=(\d{1,20}), Hostname=([A-Za-z0-9][\w.-]*)\]")
_DSN = re.compile(r"(?:\A|[245]\d\d[ -])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_DSN_ANYWHERE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"(?:\A|: )([245]\d\d)(?=[ -]|\Z)")


def accepted(reply: str) -> Fields:
    """`next_id` (and `next_ids`), or the `token` of a delivery session, of a reply that takes a message; else empty."""
    own = behind(reply)
    if own:
        return {"next_id": own}
    if reply.endswith(" Saved"):
        token = reply[:-6].rpartition(" ")[2]
        return {} if not token or token.startswith("<") else {"token": token}
    at = reply.rfind("queued as ")  # the last one is the innermost: a filter repeats the reply of the server behind it
    if at >= 0:
        named = _QUEUED_AS.match(reply, at + 10)
        return {"next_id": named[1].rstrip(".")} if named else {}
    several = kumo_ids(reply)
    if several:
        return several
    found = exchange_id(reply) or next_id(reply)
    return {"next_id": found} if found else {}


def thrown_away(reply: str) -> bool:
    """Whether amavisd took a message and handed it on for nobody, though it may have sent a report to the sender.

    `250 2.7.0 Ok, discarded, id=..`, `250 2.5.0 Ok, id=.., BOUNCE` (rfc2821_2822_Tools.pm, one_response_for_all), and
    in LMTP `250 2.5.0 Ok <x@example.org>, DSN was sent (554 ..)` (In/SMTP.pm).
    """
    return _THROWN_AWAY(reply) is not None


def behind(reply: str) -> str:
    """Haraka's own id at the end of a reply that may be another server's, which it passes on; "" for any other."""
    found = _HARAKA(reply) if reply[-1:] == ")" else None
    return found[1] if found else ""


def kumo_ids(reply: str) -> Fields:
    """`next_id`, and `next_ids` of `250 OK ids=A B C`: KumoMTA makes a message of its own for each recipient."""
    found = _KUMO(reply) if "ids=" in reply else None
    if found is None:
        return {}
    ids = found[1].split()
    return {"next_id": ids[0], "next_ids": ids} if len(ids) > 1 else {"next_id": ids[0]}


def next_id(reply: str) -> str:
    """The id in a reply that is worded otherwise than `queued as`; "" when there is none."""
    found = _ID.search(reply)
    if found is None or not found.lastgroup:
        return ""
    return stalwart_id(found["stalwart"]) if found.lastgroup == "stalwart" else str(found[found.lastgroup])


def stalwart_id(text: str) -> str:
    """The queue ID that Stalwart's reply gives in hexadecimal digits as its log has it, in decimal ones."""
    try:
        return str(int(text, 16))
    except ValueError:
        return text


def host_label(name: str) -> str:
    """A Windows host by its name alone, upper case, as Exchange writes it in most places; an IP stays as it is."""
    name = name.strip().rstrip(".")
    label = name.partition(".")[0]
    return name if not label or label.isdigit() or ":" in name else label.upper()


def exchange_id(reply: str) -> str:
    """`4711@EX01` of an Exchange server's `250 2.6.0 <..> [InternalId=4711, Hostname=ex01.example.com] .. Queued mail
    for delivery`: its number for the message, which only that server gives but once. "" for any other reply."""
    match = _EXCHANGE.search(reply) if "[InternalId=" in reply else None
    return f"{match[1]}@{host_label(match[2])}" if match else ""


def status_code(reply: str) -> str:
    """The enhanced status code (RFC 3463) that leads a reply, `550 5.1.1 ...` or `5.1.1 ...`; "" when it has none."""
    found = _DSN.search(reply)
    return found[1] if found else ""


def enhanced_code(reply: str) -> str:
    """The enhanced status code (RFC 3463) anywhere in a reply; "" for none."""
    match = _DSN_ANYWHERE.search(reply)
    return match[1] if match else ""


def split_reply(reply: str) -> tuple[int | None, str, str]:
    """Reply code, enhanced status code and text of `550 5.1.1 <x>... User unknown`; None and "" if not there."""
    code = _CODE.match(reply)
    rest = reply[code.end() :].lstrip(" -") if code else reply
    dsn = _DSN.match(rest)
    if dsn is None:
        return (int(code[1]) if code else None), "", rest
    return (int(code[1]) if code else None), dsn[1], rest[dsn.end() :].lstrip(" :")
