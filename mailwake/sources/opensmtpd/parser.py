"""The line parser: a session's id and `smtp`, `mta` or `mda` in front, or the words of the older releases."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, noise, service, trimmed
from mailwake.sources.opensmtpd import delivery, session
from mailwake.sources.opensmtpd.text import SESSION, tls

_LED = re.compile(rf"({SESSION}) (smtp|mta|mda) (?:event=)?([a-z-]+)(?: (.*))?\Z", re.DOTALL).match
_OUT_ERROR = re.compile(rf"Error on session (?P<id>{SESSION})(?: after .*? sent)?: (?P<text>.*)")
_OUT_TLS = re.compile(rf"Started TLS on session (?P<id>{SESSION}): (?P<rest>.*)")
_OTHER: tuple[Rule, ...] = (
    (re.compile(r"(?:info: )?OpenSMTPD \S+ starting|info: startup"), service("start")),
    (re.compile(r"(?:info: )?(?:smtpd: )?(?:Terminating|Exiting|.*exiting\Z)"), service("stop")),
    (re.compile(r"fatal(?:x)?: |lost child|.*process .* died|warn: lost child"), service("crash")),
    (
        re.compile(
            r"(?:pony express|dispatcher|parent|crypto|klondike|enqueuer|smtp-out|smtp-in|"
            r"lookup|expand|rules?|rule #\d+|debug|info|warn|trace|imsg|queue|scheduler|mproc|"
            r"filter|forward|aliases|ruleset|stat|control|mta|mda|lka|smtp|profile|rewrite|schedule|auth): |"
            r"setup_|scanning |commands executed from aliases "
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of smtpd."""
    text = trimmed(message)
    led = _LED(text)
    if led is not None:
        return _led(led[1], led[2], led[3], led[4] or "")
    if text.startswith("smtp-in: "):
        return session.old(text[9:])
    if text.startswith("smtp-out: "):
        return _outgoing(text[10:])
    return delivery.old(text) or first_match(_OTHER, text)


def _led(key: str, agent: str, verb: str, rest: str) -> Parsed | None:
    if agent == "smtp":
        return session.incoming(key, verb, rest)
    if verb == "delivery":
        return delivery.delivery(agent, key, rest)
    if verb in ("tls", "starttls"):
        said = tls(rest.partition("ciphers=")[2].strip('"'))
        return "tls", "", {"direction": "out", "session": key, **said}
    if verb == "error":
        return "connect_failed", "", {"session": key, "text": rest.partition("reason=")[2].strip('"')}
    if verb in ("connecting", "connected", "disconnected", "closed", "cert-check", "server-cert-check", "server-cert"):
        return noise()
    return None


def _outgoing(text: str) -> Parsed:
    """`smtp-out: ...` of 5.x, and what newer releases still write of routes."""
    found = _OUT_ERROR.match(text)
    if found is not None:
        return "connect_failed", "", {"session": found["id"], "text": found["text"]}
    found = _OUT_TLS.match(text)
    if found is not None:
        return "tls", "", {"direction": "out", "session": found["id"], **tls(found["rest"])}
    return noise()
