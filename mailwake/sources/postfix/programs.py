"""Which programs are Postfix, and which parser their lines get.

The tag is `syslog_name/daemon`, and since Postfix 2.x often `syslog_name/service/daemon` (postconf(5) syslog_name,
master(5) `-o syslog_name=`). The daemon decides, what stands before is free text. RFC 5424 templates cut the tag down
to `postfix`: then, and for daemons that we do not know, the text alone must tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailwake.events.fact import LineParser, Parsed
from mailwake.sources.postfix import client, postscreen, queue, rejects, service, smtpd, text
from mailwake.sources.postfix.checks import CLASSES, by_content
from mailwake.sources.postfix.delivery import delivery
from mailwake.sources.postfix.text import NO_QUEUE, is_key, trim

_DAEMONS = (
    "smtpd cleanup qmgr nqmgr oqmgr pickup smtp lmtp local virtual pipe error retry discard bounce defer trace"
    " postsuper postscreen dnsblog tlsproxy anvil scache master postfix-script postfix-tls-script postmulti-script"
    " verify trivial-rewrite proxymap tlsmgr flush showq spawn postdrop sendmail postalias postmap postqueue postcat"
    " postconf postkick postlock postlog postlogd posttls-finger postmulti post-install postfix qmqpd smtp-source"
    " smtp-sink proxywrite nbdb_reindexd"
)
DAEMONS = frozenset(_DAEMONS.split())
_AGENTS = frozenset({"smtp", "lmtp", "local", "virtual", "pipe", "error", "retry", "discard"})
_SERVERS: dict[str, Callable[[LineParser], LineParser]] = {
    "smtpd": smtpd.smtpd,
    "qmqpd": smtpd.smtpd,
    "cleanup": queue.cleanup,
    "qmgr": queue.qmgr,
    "nqmgr": queue.qmgr,
    "oqmgr": queue.qmgr,
    "postsuper": queue.postsuper,
    "anvil": service.anvil,
    "postscreen": postscreen.postscreen,
    "dnsblog": postscreen.dnsblog,
    "tlsproxy": postscreen.tlsproxy,
}
_FOREIGN = frozenset({"cyrus", "dovecot"})
"""Products with a `master` or an `lmtp` of their own behind the same kind of tag."""

_COMPANIONS = re.compile(
    r"polic|postgrey|sqlgrey|postfwd|spf|postsrs|mta-sts|admin|exporter|weight|(?:^|/)gld\b", re.IGNORECASE
)
"""Companions that log under Postfix's name: policy daemons, exporters. Other sources may know them."""


def parser(program: str) -> LineParser | None:
    """Give the parser for this program tag, or None if it is not Postfix's."""
    daemon = program.rpartition("/")[2]
    if daemon in DAEMONS and ("/" in program or program.startswith("postfix")):
        if program.partition("/")[0] in _FOREIGN:
            return None
    elif not program.startswith("postfix") or _COMPANIONS.search(program):
        return None
    agent = daemon if daemon != "postfix" else ""
    by = agent if agent in ("postscreen", "cleanup") else "smtpd"
    any_line = _any_line(agent, by)
    if daemon in _SERVERS:
        return _SERVERS[daemon](any_line)
    if daemon in _AGENTS or daemon not in DAEMONS or daemon == "postfix":
        return delivery(agent, any_line)
    return any_line


def _any_line(agent: str, by: str) -> LineParser:
    """Give the parser that knows every Postfix line by its text, whatever daemon logged it."""

    deliveries = delivery(agent, _nothing)

    def parse(message: str) -> Parsed | None:
        message = trim(message)
        key, found, rest = message.partition(": ")
        if found:
            if key == NO_QUEUE:
                return smtpd.arrive(key, rest[7:]) if rest[:7] == "client=" else _verb("", rest, by) or _loose(message)
            if is_key(key):
                return deliveries(message) if rest[:3] == "to=" else _keyed(key, rest, by)
        return _loose(message)

    return parse


def _nothing(_message: str) -> None:
    return None


def _keyed(key: str, rest: str, by: str) -> Parsed | None:
    """What follows a queue ID; None when it is no verb of Postfix's: then the ID was none."""
    head = rest[:5]
    if head == "from=":
        return queue.active(key, rest)
    if head == "messa" or head == "resen":
        return queue.message_id(key, rest) if rest.startswith(("message-id=", "resent-message-id=")) else None
    if rest.startswith("client="):
        return smtpd.arrive(key, rest[7:])
    if rest == "removed" or rest.startswith("removed ("):
        return queue.removed(key, rest)
    if head[:4] == "uid=":
        return queue.picked_up(key, rest)
    return (
        queue.notice(key, rest)
        or queue.by_hand(key, rest)
        or _verb(key, rest, by)
        or client.note(key, rest)
        or client.tls(rest)
    )


def _verb(key: str, rest: str, by: str) -> Parsed | None:
    """`ACTION: ...` of smtpd, postscreen, cleanup and milters."""
    action, found, tail = rest.partition(": ")
    if not found:
        return None
    if tail.startswith(CLASSES) and " from " in tail:
        return by_content(key, action, tail)
    if action in rejects.REFUSALS or action in rejects.ACTIONS:
        parsed = rejects.by_stage(key, action, tail, by)
        if parsed is not None:
            return parsed
    if action in ("proxy-accept", "proxy-reject"):
        return rejects.proxy(key, rest)
    if key and action in ("warning", "error", "fatal"):
        return service.about(key, action, tail)
    return None


def _loose(message: str) -> Parsed | None:
    """Lines without a queue ID in front."""
    for read in _LOOSE:
        parsed = read(message)
        if parsed is not None:
            return parsed
    return None


def _connections(message: str) -> Parsed | None:
    if message.startswith("connect from "):
        return "connect", "", text.client(message[13:]).copy()
    if message.startswith("disconnect from "):
        return smtpd.disconnect(message)
    return None


def _proxied(message: str) -> Parsed | None:
    return rejects.proxy("", message) if message.startswith("proxy-") else None


_LOOSE: tuple[LineParser, ...] = (
    _connections,
    client.tls,
    smtpd.session,
    client.connection,
    service.service,
    postscreen.screened,
    postscreen.listed,
    queue.counted,
    _proxied,
    service.levelled,
    service.known_noise,
)
