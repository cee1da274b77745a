"""The amavis source: which tags are its own, and what becomes of a line.

Every line that belongs to a message starts with the am_id, `(12345-06)`: process id and a running number of the child,
`-2` appended for the second message of one SMTP session (`amavisd`, sub `am_id` and `write_log`).
"""

from __future__ import annotations

import re

from mailwake.events.fact import LineParser, Parsed
from mailwake.events.shape import Shape
from mailwake.sources.amavis.shapes import PASSED
from mailwake.sources.amavis.verdict import parse_rest, parse_verdict
from mailwake.sources.api import Bare

_AM_ID = re.compile(r"\((\d{4,}-\d+(?:-\d+)*|rel-[\w+-]+)\) ")
_TAGS = frozenset(("amavis", "amavisd", "amavisd-new", "amavisd-milter"))
_START = re.compile(r"(?:re)?starting\.?(?: \(warm\))? +\S*amavisd?\S* at ")
_STOP = ("Net::Server: ", "Daemon [")
_STOP_WORDS = ("Server close complete", "Server closing!", "terminated by SIG")
_DAEMON = (
    *("Net::Server: ", "Amavis::", "Module ", "SpamControl: ", "Found ", "No ", "Using ", "Creating ", "Deleting "),
    *("Valid ", "user=", "perl=", "INFO: ", "NOTICE: ", "config ", "logging ", "extra modules ", "after_chroot_init"),
    *("initializing ", "SQL ", "LDAP ", "DKIM ", "Process Group", "Group Not Defined", "Binding ", "Pid_file ", "SNMP"),
    *("TempDir", "Open", "bind", "storage and lookups", "ZMQ", "switched to ", "Unix socket", "loaded ", "Lookup::"),
    *(
        "Perl version ",
        "sd_notify",
        "net_",
        "(!",
        "rundown",
        "child ",
        "prolong_timer",
        "2.",
        "SA ",
        "spam_scan",
        "DSN ",
        "size: ",
    ),
    *("loading policy bank ", "lookup", "process_request: ", "get_deadline ", "idle_proc, ", "_WARN: ", "open_on_"),
    *("Signalling ", "warm restart ", "socket module ", "will bind to ", "SQL::", "Internal decoder ", "SpamAssassin "),
    *("entered child_", "run_command: ", "system uptime ", "load_policy_bank", "exiting child", "collect_"),
)
"""How the daemon's own lines begin at start, stop and with a raised log level."""


class Amavis:
    """amavisd's log, by syslog or in its own `$LOGFILE`."""

    name = "amavis"

    def parser(self, program: str) -> LineParser | None:
        """Claim amavisd by name, whatever path it was started by."""
        return parse if program.rpartition("/")[2] in _TAGS else None

    def shapes(self, program: str) -> tuple[Shape, ...]:
        """What it passed on."""
        return PASSED if program.rpartition("/")[2] in _TAGS else ()

    def split_bare(self, line: str) -> Bare | None:
        """Nothing: `$LOGFILE` has the syslog shape, `Nov 22 02:39:03 mx1 /usr/sbin/amavisd[16687]: (16687-01) ...`."""
        return None

    def continues(self, line: str) -> bool:
        """Every chunk of a long line has its own header: nothing continues."""
        return False


def parse(message: str) -> Parsed | None:
    """One line of amavisd."""
    match = _AM_ID.match(message)
    if match is None:
        return _without_id(message)
    key, start = match.group(1), match.end()
    if message.startswith(("Passed", "Blocked"), start):
        return parse_verdict(key, message[start:])
    if message.startswith("...", start):
        return parse_rest(key, message[start + 3 :])
    if message.startswith("(!", start):
        # no key: a note is filed under the queue ID it names, and the am_id is none
        return "note", "", {"text": message[start:].lstrip("(!)").strip(), "level": "error"}
    return "noise", "", {}


def _without_id(message: str) -> Parsed | None:
    """Lines of the daemon itself: start, stop, what it found installed, troubles."""
    if _START.match(message):
        return "service", "", {"action": "started", "text": message}
    if message.startswith(_STOP) and any(word in message for word in _STOP_WORDS):
        return "service", "", {"action": "stopped", "text": message}
    if message.startswith(("TROUBLE", "WARN", "(!")):
        return "note", "", {"text": message.lstrip("(!)").strip(), "level": "error"}
    return ("noise", "", {}) if message.startswith(_DAEMON) else None
