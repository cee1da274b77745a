"""nullmailer-send 2.2: what src/send.cc and protocols/*.cc print, which the journal or logger(1) takes line by line.

    Starting delivery: host: smtp.example.org protocol: smtp file: 1795255200.4711
    From: <ann@example.com> to: <bob@example.org>
    smtp: Succeeded: 250 2.0.0 Ok: queued as 4F3A2B1C0D
    Sent file.

One line names the file, another the envelope, a third the outcome, and nothing but their order says that they are of
one message. So nothing is claimed of a message; what failed is noted.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, noise, service, trimmed


def _note(match: re.Match[str]) -> Parsed:
    return "note", "", {"text": match.string, "level": "warning"}


_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?:smtp|qmqp|[\w-]+): Failed: "), _note),
    (re.compile(r"Sending (?:failed: |timed out|process crashed)|Moving message \S+ into failed"), _note),
    (re.compile(r"(?:Generating bounce for|Not generating double bounce for) \S+"), _note),
    (re.compile(r"Could not load the config|No remote hosts listed for delivery"), _note),
    (re.compile(r"Could not (?:set up self-pipe|chdir to queue)"), service("stop")),
    (
        re.compile(
            r"Rescanning queue|Starting delivery|Delivery complete|Trigger pulled|Sent file|From: <|"
            r"Message-I[Dd]: |[\w-]+: Succeeded: |Can't |Could not stat|Warning: |Error (?:waiting|catching)|"
            r"nullmailer-queue: |nullmailer-\w+: "
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of nullmailer-send."""
    return first_match(_RULES, trimmed(message))
