"""What the log systems say of themselves: lines lost (T20) and lines repeated (T14).

rsyslogd:         imjournal: 143847 messages lost due to rate-limiting (20000 allowed within 600 seconds)
rsyslogd:         imuxsock lost 12 messages from pid 4711 due to rate-limiting
rsyslogd:         imuxsock[pid: 4711, name: ...] from <...>: begin to drop messages due to rate-limiting
systemd-journald: Suppressed 7124 messages from postfix.service
systemd-journald: Missed 12 kernel messages
journald field    N_DROPPED=5256047
mailwake-agent:   lines lost: /var/log/mail.log: was truncated at 5000 bytes, and no copy of it was found
syslogd:          last message repeated 3 times
rsyslogd          message repeated 2 times: [ the message]
"""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed

_DAEMON = re.compile(
    r"(?:rsyslogd?(?:-\d+)?|(?:systemd-)?journal(?:d|ctl)?|imjournal|imuxsock|syslog-ng|syslogd|kernel|systemd|mailwake(?:-agent)?)\Z"
)
_LOSS = re.compile(
    r"(?P<a>\d+) messages lost due to rate-limiting"
    r"|(?P<from1>im\w+) lost (?P<b>\d+) messages"
    r"|Suppressed (?P<c>\d+) messages from (?P<from2>\S+)"
    r"|Missed (?P<d>\d+) (?:kernel )?messages"
    r"|(?P<from3>im\w+)\b.{0,300}begins? to drop messages"
    r"|N_DROPPED=(?P<e>\d+)"
    r"|^(?:(?P<f>\d+) )?lines lost: (?P<from4>[^:]+)"
)
_LAST = re.compile(r"(?:-+ ?)?last message (?:buffered|repeated) (\d+) times?(?: ?-+)?\Z", re.ASCII)
_AGAIN = re.compile(r"message repeated (\d+) times?: \[ ?(.*?)\]?\Z", re.ASCII | re.DOTALL)


def is_log_daemon(program: str) -> bool:
    """Whether a program is part of the log system."""
    return _DAEMON.match(program) is not None


def loss(message: str) -> Parsed | None:
    """A loss with `count` (if told), `what` was lost and the `text`; None for any other message."""
    match = _LOSS.search(message)
    if match is None:
        return None
    groups = match.groupdict()
    count = groups["a"] or groups["b"] or groups["c"] or groups["d"] or groups["e"] or groups["f"]
    what = groups["from1"] or groups["from2"] or groups["from3"] or groups["from4"]
    if what is None and groups["a"]:
        what = message[: match.start()].rstrip(": ").rpartition(" ")[2]
    fields: dict[str, str | int] = {"text": message}
    if count:
        fields["count"] = int(count[:18])
    if what:
        fields["what"] = what
    return "loss", "", fields


def repeated_last(message: str) -> Parsed | None:
    """`last message repeated N times`."""
    match = _LAST.match(message)
    return ("repeat", "", {"count": int(match[1][:18])}) if match else None


def repeated_inner(message: str) -> str | None:
    """The message within `message repeated N times: [ ... ]`, the same record as the one it repeats."""
    match = _AGAIN.match(message)
    return match[2] if match else None
