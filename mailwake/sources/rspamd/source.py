"""The Rspamd source: its own log file, its syslog form, its JSON.

Own file (`src/libserver/logger/logger_file.c`): `2026-11-22 02:30:10 #5710(rspamd_proxy) <623a05>; proxy; function:
text`, with `.123` after the seconds when `log_usec` is on and `[info]` when `log_severity` is. Syslog has the part from
`<623a05>` on. The tag in `<>` is Rspamd's own id of the task; from 3.10 it is the beginning of the queue ID
(rspamd issue 5194), so the queue ID is only ever taken from `qid:`.
"""

from __future__ import annotations

import re

from mailwake.events.fact import LineParser, Parsed
from mailwake.sources.api import Bare
from mailwake.sources.rspamd import rmilter
from mailwake.sources.rspamd.metadata import parse_metadata
from mailwake.sources.rspamd.result import parse_result

METADATA = "rspamd-metadata"
_BARE = re.compile(
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) #(\d{1,10})\(([\w .-]+)\) "
    r"(?:rspamd_\w+:|[a-z]\w{1,24}; |(?:\[\w+\] )?<[^>]{0,64}>)"
)
_UNTAGGED = re.compile(r"rspamd_\w+: |[a-z]\w{1,24}; ").match
"""While it starts and reads its settings, before there is a task or a worker to name."""
_SERVICE = (
    ("loading configuration", "started"),
    ("is starting", "started"),
    ("is restarting", "reloaded"),
    ("catch termination signal", "stopped"),
    ("terminating", "stopped"),
    ("terminated abnormally", "crashed"),
)


class Rspamd:
    """Rspamd 0.9 to 3.x, and rmilter that carried it to Postfix before 1.6."""

    name = "rspamd"

    def parser(self, program: str) -> LineParser | None:
        """Claim rspamd, its workers, rmilter, and the program name given to metadata JSON."""
        if program == METADATA:
            return parse_metadata
        if program == "rmilter":
            return rmilter.parse
        return parse if program == "rspamd" or program.startswith(("rspamd_", "rspamd-")) else None

    def split_bare(self, line: str) -> Bare | None:
        """Take rspamd.log, and lines of metadata JSON, which have no stamp."""
        if line[:1] == "{":
            known = '"qid"' in line and '"rcpt"' in line and '"action"' in line and '"score"' in line
            return Bare("", "", METADATA, 0, line) if known else None
        match = _BARE.match(line) if line[19:21] == " #" or line[19:20] == "." else None
        if match is None:
            return None
        stamp, pid, worker = match.groups()
        # workers call themselves `normal`, `controller`, `main`: tags nobody could claim as they are
        program = worker if worker == "rspamd" or worker.startswith("rspamd_") else f"rspamd_{worker}"
        return Bare(stamp, "", program, int(pid), line[match.end(3) + 2 :])

    def continues(self, line: str) -> bool:
        """Text with line breaks (a Lua backtrace) goes on without a stamp."""
        return line[:1] in ("\t", " ")


def parse(message: str) -> Parsed | None:
    """One log line: `<tag>; module; function: text`."""
    if message.startswith("["):
        message = message.partition("] ")[2]
    if not message.startswith("<"):
        if message.startswith("rspamd_task_write_log: "):
            return parse_result("", message[23:])
        return ("noise", "", {}) if _UNTAGGED(message) else None
    tag, sep, text = message[1:].partition(">; ")
    if not sep:
        return None
    at = text.find("rspamd_task_write_log: ", 0, 48)
    if at >= 0:
        return parse_result(tag, text[at + 23 :])
    module, sep, rest = text.partition("; ")
    if not sep:
        function, sep, _ = text.partition(": ")
        return ("noise", "", {}) if sep and " " not in function else None
    if "pre-result" in rest or "forced" in rest:
        said = rest.partition(": ")[2]
        # no key: a note is filed under the queue ID it names, and this tag is none
        return "note", "", {"text": said or rest}
    if module == "main":
        return _main(rest)
    return "noise", "", {}


def _main(text: str) -> Parsed:
    """The main process: starts, stops, forks."""
    for words, action in _SERVICE:
        if words in text:
            return "service", "", {"action": action, "text": text.partition(": ")[2] or text}
    return "noise", "", {}
