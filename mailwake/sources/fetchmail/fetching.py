"""fetchmail 6.4: `report` calls of driver.c, sink.c, socket.c and fetchmail.c, under `set syslog`.

It names mailboxes and counts, but no message: the server that it hands the mail to does. What it could not fetch or
hand on is noted.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, noise, service, trimmed


def _note(match: re.Match[str]) -> Parsed:
    return "note", "", {"text": match.string, "level": "warning"}


_RULES: tuple[Rule, ...] = (
    (re.compile(r"Authorization failure on |(?:SMTP|LMTP) error: |SMTP connect to .* failed"), _note),
    (re.compile(r"mail from .* bounced to |can't even send to |SMTP listener (?:refused|doesn't)"), _note),
    (re.compile(r"timeout after \d+ seconds|\w+ connection to \S+ failed|connection to .* failed: "), _note),
    (re.compile(r"couldn't fetch headers|message delimiter found|error writing message text"), _note),
    (re.compile(r"\S+ error while fetching from "), _note),
    (re.compile(r"starting fetchmail \S+ daemon"), service("start")),
    (re.compile(r"terminated with signal \d+|All connections are wedged"), service("stop")),
    (re.compile(r"restarting fetchmail"), service("reload")),
    (
        re.compile(
            r"\d+ messages? |No mail for |reading message |skipping message |message \S+:\d+ |fetchlimit |"
            r"sleeping at |awakened |Query status=|Authorization OK |Old UID|New UID| +\d+ messages? |"
            r"fetchmail: |forwarding |flushed|not flushed|\S+: |Trying to connect|name \d+: |Server |SSL |TLS |OpenSSL|"
            r"Warning|This |Certificate|Issuer|Subject|Missing trust|Unknown |Loaded|Using |Opportunistic|Upgrade|"
            r"(?:pre|post)-connection command|bogus|decoding|deleting|expunge|re-poll|repoll|selecting|IMAP|POP3|Lead|"
            r"nameserver|saved|line rejected|Option |Lock-busy|found |removing stale|background|could not|couldn't|"
            r"can't |unable|swapping|Repoll|nonempty|Deity|incorrect header|message has embedded|mapped |no (?:local|"
            r"address|recipient)|passed through|MX |multidrop|activity on|interface|get_|poll|running"
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of fetchmail."""
    return first_match(_RULES, trimmed(message))
