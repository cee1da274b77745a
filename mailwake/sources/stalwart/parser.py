"""The event parser: the family of an event, before its dot, decides (crates/trc/src/lib.rs EventType)."""

from __future__ import annotations

from mailwake.events.fact import Parsed
from mailwake.events.pairs import noise, trimmed
from mailwake.sources.stalwart import mailbox, queue, session
from mailwake.sources.stalwart.events import Event, read

_CLIENTS = frozenset({"imap", "pop3", "jmap", "manage-sieve", "calendar", "webdav"})
_FAMILIES = (
    "acme ai arc config cluster dane dkim dmarc dns eval fts-index hook housekeeper http incoming-report iprev limit"
    " mail-auth manage milter mta-hook mta-sts outgoing-report purge push-subscription resource sieve spam spf store"
    " task-queue telemetry tls-rpt"
)
_QUIET = frozenset(_FAMILIES.split())


def parse(message: str) -> Parsed | None:
    """Parse one event of Stalwart."""
    event = read(trimmed(message))
    if event is None:
        return None
    family, _, verb = event.name.partition(".")
    refused = session.refusal(event)
    if refused is not None:
        return refused
    if family == "queue":
        return queue.queued(event, verb)
    if family == "delivery":
        return queue.delivery(event, verb)
    if family == "message-ingest":
        return mailbox.ingested(event, verb)
    if family == "auth":
        return session.login(event, verb)
    return _other(event, family, verb)


def _other(event: Event, family: str, verb: str) -> Parsed | None:
    if family in ("smtp", "network", "tls") or verb in ("connection-start", "connection-end"):
        return session.connection(event, verb) or noise()
    if family == "security":
        return "lost", "", {**queue.client_of(event), "text": event.words or event.name}
    if family == "server":
        action = {"startup": "start", "shutdown": "stop"}.get(verb)
        return ("service", "", {"action": action, "text": event.words}) if action else noise()
    if family in _CLIENTS:
        return mailbox.touched(event)
    return noise() if family in _QUIET else None
