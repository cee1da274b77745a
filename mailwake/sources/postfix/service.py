"""Lines about Postfix itself: master, postfix-script, statistics, and the warnings that every program can log.

Sources: Postfix src/master/master.c and master_spawn.c, conf/postfix-script, src/util/msg.c (levels), src/anvil,
src/scache, src/util/dict_cache.c.
"""

from __future__ import annotations

import re

from mailwake.events.fact import LineParser, Parsed
from mailwake.sources.postfix.text import is_key, noise

_LEVELS = ("warning: ", "fatal: ", "error: ", "panic: ")
_SERVICE = (
    ("daemon started -- ", "start"),
    ("terminating on signal ", "stop"),
    ("reload -- ", "reload"),
    ("starting the Postfix mail system", "start"),
    ("stopping the Postfix mail system", "stop"),
    ("aborting the Postfix mail system", "stop"),
    ("refreshing the Postfix mail system", "reload"),
)
_CRASH = re.compile(
    r"warning: (?:process \S+ pid \d+ (?:killed by signal|exit status) \d+|\S+: bad command startup|master_wakeup)"
)
_NOISE = (
    "statistics: ",
    "cache ",
    "discarding EHLO keywords: ",
    "setting up TLS connection ",
    "using backwards-compatible default setting ",
    "entering STRESS mode",
    "leaving STRESS mode",
    "the Postfix mail system is ",
    "flushing the Postfix mail system",
    "waiting for the Postfix mail system",
    "/usr/lib/postfix/",
    "Compiled against ",
    "Run-time library vs. compile-time header version mismatch",
    "table ",
    "dict_",
    "close database ",
    "idle timeout",
    "initializing the ",
    "save session ",
    "verify error:",
    "issuer=",
    "subject_CN=",
    "Peer verification:",
    "SSL_accept:",
    "SSL_connect:",
    "SSL3 alert ",
    "host ",
    "master_notify:",
    "postlogd: ",
    "premature end-of-input ",
    "input_userid ",
    "open active ",
    "open maildrop ",
    "name_mask: ",
    "> ",
    "< ",
)
"""How lines begin that say nothing of a message: counters, TLS chatter, caches, verbose SMTP dialogue."""

_CERTIFICATE = re.compile(
    r"[^\s\[]+\[[^\[\]\s]*\](?::\d+)?: (?:(?:Un)?[Tt]rusted: |Verified: |subject_CN="
    r"|(?:Issuing|Decrypting) session |Matched |depth=|certificate |re-using |TLS )"
)
_REFUSED = {
    "queue file size limit exceeded": "5.3.4",
    "message rejected: hopcount exceeded": "5.4.0",
}
"""cleanup's two refusals that it logs as warnings, and no `reject:` line is logged for (cleanup_strerror.c)."""


_NOT_ACCEPTED = " -- message not accepted, try again later"
"""A table could not be asked while the message came in (cleanup_map11.c, cleanup_map1n.c): the client is put off."""
_TABLE_TROUBLE = re.compile(
    r"(?:unreasonable )?(?P<table>\S+) (?:map )?(?:lookup problem|nesting|expansion size|lookup error)"
    r" for (?P<address>\S*@\S+)" + _NOT_ACCEPTED
)
"""Which table, and for which address; that of `virtual_alias_maps` goes round in a ring, or grows without end."""


def levelled(message: str) -> Parsed | None:
    """`warning: QID: text` is a note, two texts are refusals; `warning: text` without an ID is noise."""
    if not message.startswith(_LEVELS):
        return None
    level, _, rest = message.partition(": ")
    key, found, text = rest.partition(": ")
    if found and is_key(key):
        return about(key, level, text)
    if level == "panic":
        return "service", "", {"action": "crash", "text": message}
    return noise()


def about(key: str, level: str, text: str) -> Parsed:
    """A warning that names a message."""
    dsn = _REFUSED.get(text)
    if dsn is not None:
        fields = {"stage": "END-OF-MESSAGE", "by": "cleanup", "dsn": dsn, "temporary": False, "text": text}
        return "reject", key, fields
    if text.endswith(_NOT_ACCEPTED):
        fields = {"stage": "END-OF-MESSAGE", "by": "cleanup", "dsn": "4.3.0", "temporary": True, "text": text}
        told = _TABLE_TROUBLE.match(text)
        if told is not None and "sender" not in told["table"]:
            fields["recipient"] = told["address"]
        return "reject", key, fields
    return "note", key, {"text": text, "level": level}


def service(message: str) -> Parsed | None:
    """The mail system or one of its daemons started, stopped or crashed."""
    for head, action in _SERVICE:
        if message.startswith(head):
            return "service", "", {"action": action, "text": message}
    if _CRASH.match(message):
        return "service", "", {"action": "crash", "text": message.removeprefix("warning: ")}
    return None


def known_noise(message: str) -> Parsed | None:
    """Statistics, caches, TLS details."""
    if message.startswith(_NOISE) or _CERTIFICATE.match(message):
        return noise()
    return None


def anvil(other: LineParser) -> LineParser:
    """Give the parser of anvil: its statistics here, all else to `other`."""

    def parse(message: str) -> Parsed | None:
        return noise() if message[:12] == "statistics: " else other(message)

    return parse
