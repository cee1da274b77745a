"""Delivery lines: `QID: to=<..>, orig_to=<..>, relay=.., delay=.., delays=.., dsn=.., status=WORD (text)`.

Source: Postfix src/global/log_adhoc.c. The order of the attributes and their number grew over the years (conn_use 2.2,
delays 2.3, tls 3.9), so after the fast way for today's order stands a way for any order and for attributes to come.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, LineParser, Parsed
from mailwake.sources.postfix.replies import settle
from mailwake.sources.postfix.text import QID, TAILS, is_key, relay, trim

_LINE = re.compile(
    rf"({QID}): to=<([^<>\"]*)>, (?:orig_to=<([^<>\"]*)>, )?relay=([^,]*), (?:conn_use=([0-9]{{1,9}}), )?"
    r"delay=([0-9]{1,9}(?:\.[0-9]{1,9})?), delays=([0-9./]+), (?:tls=([^,]*), )?dsn=([0-9.]+),"
    r" status=(sent|deferred|bounced|deliverable|undeliverable) \((.*)\)\Z",
    re.DOTALL,
).match
"""Today's order, addresses without quotes: nearly every line."""

_NEXT = re.compile(r", (?=[a-z_]+=)")
_NAME = re.compile(r"([a-z_]+)=")
_STATUS = re.compile(r"([\w-]+)(?: \(|\Z)")
_BY_RELAY = {"local": "local", "virtual": "virtual"}
"""What agents that deliver on the host itself log as the relay, by which they are known where the tag was cut down."""
_TEXTS = {"to": "recipient", "orig_to": "orig_recipient", "delays": "delays", "tls": "tls", "dsn": "dsn"}


def delivery(agent: str, other: LineParser) -> LineParser:
    """Give the parser of a delivery agent; what is no delivery goes to `other`. agent is "" when the log lost it."""

    def parse(message: str) -> Parsed | None:
        if message[-1:] in TAILS:
            message = trim(message)
        found = _LINE(message)
        if found is None:
            key, _, rest = message.partition(": ")
            return _careful(key, rest, agent) if rest[:3] == "to=" and is_key(key) else other(message)
        key, recipient, original, host, uses, delay, delays, tls, dsn, status, reply = found.groups()
        fields: Fields = {
            "recipient": recipient,
            **relay(host),
            "delay": float(delay),
            "delays": delays,
            "dsn": dsn,
            "status": status,
            "reply": reply,
        }
        if by := agent or _BY_RELAY.get(host):
            fields["agent"] = by
        if original is not None:
            fields["orig_recipient"] = original
        if uses is not None:
            fields["conn_use"] = int(uses)
        if tls is not None:
            fields["tls"] = tls
        if status == "sent":
            settle(fields, agent, host, reply)
        return "deliver", key, fields

    return parse


def _seconds(text: str) -> float | None:
    """A delay; None for what is none, and for what float() would take but no daemon prints (`nan`, `1e999`)."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e9 else None


def _careful(key: str, rest: str, agent: str) -> Parsed | None:
    """The same for any order of attributes, unknown ones, odd addresses, old forms and lines that were cut off."""
    fields: Fields = {"agent": agent} if agent else {}
    at = 0
    while at < len(rest):
        named = _NAME.match(rest, at)
        if named is None:
            break
        name, start = named[1], named.end()
        if name == "status":
            _status(fields, rest[start:], agent)
            break
        value, at = _value(rest, start)
        if value is not None:
            _attribute(fields, name, value)
    if "recipient" not in fields:
        return None
    if not agent and (by := _BY_RELAY.get(fields.get("relay", ""))):
        fields["agent"] = by
    return "deliver", key, fields


def _value(rest: str, start: int) -> tuple[str | None, int]:
    """The value at start and where the next attribute begins; None for an address that was cut off."""
    if rest.startswith("<", start):
        end = _address_end(rest, start)
        if end < 0:
            return None, len(rest)
        return rest[start + 1 : end], end + 3
    following = _NEXT.search(rest, start)
    if following is None:
        return rest[start:], len(rest)
    return rest[start : following.start()], following.end()


def _address_end(rest: str, start: int) -> int:
    """Where the bracket closes: a quoted local part may hold anything, even `>, relay=`."""
    at = start
    if rest.startswith('"', start + 1):
        at = start + 2
        while at < len(rest) and rest[at] != '"':
            at += 2 if rest[at] == "\\" else 1
    while (at := rest.find(">", at)) >= 0:
        following = _NEXT.match(rest, at + 1)
        if following is not None or at == len(rest) - 1:
            return at
        at += 1
    return -1


def _attribute(fields: Fields, name: str, value: str) -> None:
    if name in _TEXTS:
        fields[_TEXTS[name]] = value
    elif name == "relay":
        fields.update(relay(value))
    elif name == "conn_use" and value.isdecimal() and len(value) < 10:
        fields["conn_use"] = int(value)
    elif name == "delay" and (seconds := _seconds(value)) is not None:
        fields["delay"] = seconds


def _status(fields: Fields, text: str, agent: str) -> None:
    word = _STATUS.match(text)
    if word is None:
        return
    # soft_bounce=yes: logged as SOFTBOUNCE, and the message stays in the queue (postconf(5) soft_bounce).
    status = "deferred" if word[1] == "SOFTBOUNCE" else word[1]
    fields["status"] = status
    if len(word[0]) > len(word[1]):
        reply = fields["reply"] = _reply(text[word.end() :])
        if status == "sent":
            settle(fields, agent, fields.get("relay", ""), reply)


def _reply(text: str) -> str:
    """Text up to the parenthesis that closes the reply; all of it when the line was cut off before that."""
    at = text.rfind(")")
    if at < 0:
        return text
    if at == len(text) - 1 or text.count("(", 0, at) == text.count(")", 0, at):
        return text[:at]
    return text
