"""The line parser: message id first, then the verb that stands behind it (Exim specification, chapter 52)."""

from __future__ import annotations

from collections.abc import Callable

from mailwake.events.fact import Parsed
from mailwake.sources.exim.arrival import arrival
from mailwake.sources.exim.delivery import bounced, deferred, sent, suppressed
from mailwake.sources.exim.lines import MESSAGE_ID, unwrap
from mailwake.sources.exim.queue import completed, queue_line
from mailwake.sources.exim.rejection import bare, prdr, with_client
from mailwake.sources.exim.session import broken, session_line, smtp
from mailwake.sources.exim.verdict import dkim, spamassassin

_FLAGS: dict[str, Callable[[str, str], Parsed]] = {
    "<= ": arrival,
    "(= ": arrival,
    "=> ": sent,
    "-> ": sent,
    ">> ": sent,
    "*> ": suppressed,
    "** ": bounced,
    "== ": deferred,
}
_CLIENT = ("H=", "U=", "F=")
_REJECTED = ("rejected ", "temporarily rejected ")


def parse(message: str) -> Parsed | None:
    """Parse one record; None when it is not known to be Exim's."""
    found = MESSAGE_ID(message)
    if found is None and message[:1] in "[0123456789":
        part, message = unwrap(message)
        if part > 1:
            # a later part of a long line: without the first nothing can be said of it
            return "noise", "", {"text": message}
        found = MESSAGE_ID(message)
    if found is None:
        return _without_id(message)
    key = found[1]
    rest = message[found.end() :]
    flagged = _FLAGS.get(rest[:3])
    if flagged is None:
        return _other(key, rest) if rest else None
    if len(rest) < 4:
        return None
    return flagged(key, rest[3:].partition("\n")[0] if "\n" in rest else rest[3:])


def _other(key: str, rest: str) -> Parsed | None:
    """A line of a message that has no arrow."""
    text, _, headers = rest.partition("\n")
    parsed: Parsed | None = None
    if text.startswith("Completed"):
        parsed = completed(key, text)
    elif text.startswith(_CLIENT):
        parsed = with_client(key, text, headers)
    elif text.startswith(_REJECTED):
        return bare(key, text, headers)
    elif text.startswith("DKIM: d="):
        parsed = dkim(key, text)
    elif text.startswith("SA: Action: "):
        parsed = spamassassin(key, text)
    elif text.startswith("PRDR "):
        parsed = prdr(key, text)
    elif text.startswith(("SMTP ", "TLS error on ", "unexpected ")):
        session = smtp(text) or broken(text)
        if session is not None:
            return session[0], key, session[2]
    return parsed or queue_line(key, text)


def _without_id(message: str) -> Parsed | None:
    text, _, headers = message.partition("\n")
    if text.startswith(_CLIENT):
        return with_client("", text, headers)
    if headers and text.startswith(_REJECTED):
        return bare("", text, headers)
    return session_line(text)
