"""clamd (clamd/scanner.c), clamav-milter (clamav-milter/clamfi.c, options LogInfected and LogClean) and freshclam."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import JOB_ID, Rule, first_match, noise, present, service, trimmed


def _milter(match: re.Match[str]) -> Parsed:
    """`Message ID from <s> to <r> with subject 'T' message-id '<M>' date 'D' infected by V`, `Clean message …`."""
    queue_id = match["id"]
    return (
        "verdict",
        queue_id or "",
        present(
            filter="clamav-milter",
            action="infected" if match["virus"] else "clean",
            queue_id=queue_id,
            virus=match["virus"],
            sender=match["sender"],
            recipient=match["recipient"],
            subject=match["subject"],
            message_id=match["mid"] or None,
        ),
    )


def _found(match: re.Match[str]) -> Parsed:
    """`/var/spool/…/msg: Eicar-Test-Signature FOUND`, `instream(127.0.0.1@4711): … FOUND`: not which mail."""
    return "verdict", "", {"filter": "clamd", "action": "infected", "virus": match["virus"], "text": match["what"]}


_ENVELOPE = (
    rf"(?:(?P<id>{JOB_ID}) |UNKNOWN )?from <(?P<sender>.*?)> to <(?P<recipient>.*?)>"
    r"(?: with subject '(?P<subject>.*?)' message-id '(?P<mid>.*?)' date '.*?')?"
)
_RULES: tuple[Rule, ...] = (
    (re.compile(rf"Message {_ENVELOPE} infected by (?P<virus>.+)"), _milter),
    (re.compile(rf"Clean message {_ENVELOPE}(?P<virus>(?!))?\Z"), _milter),
    (re.compile(r"(?P<what>\S.*?): (?P<virus>\S+?)(?:\([0-9a-f]{32}:\d+\))? FOUND\Z"), _found),
    (re.compile(r"\+\+\+ Started|clamd daemon \S+|(?:clamav-milter|freshclam) (?:daemon|started)"), service("start")),
    (re.compile(r"--- Stopped|Exiting|Shutting down"), service("stop")),
    (re.compile(r"SIGHUP caught|Database correctly reloaded|Reading databases"), service("reload")),
    (
        re.compile(
            r"[+\-*^!~]?(?:SelfCheck|Self checking|Database|Log|Limits|Archive|Algorithmic|Portable|ELF|Mail|OLE2|PDF|"
            r"SWF|HTML|XMLDOCS|HWP3|Heuristic|Loaded|LOCAL|TCP|Listening|Running|Received|Activating|Not loading|Pid|"
            r"Setting|Using|Bytecode|Structured|PhishingScan|Phishing|Global|Core|Clamd|clamd|Probe|Probed|WARNING|ERROR|"
            r"LibClamAV|Connect|Unknown|No |Accepted|Message |Clean |File |Waiting|Memory|Reload|Client|Got |Stat|"
            r"Bound|Bind|Socket|AlertExceeds|Detection|Parsing|Finished|Error|lstat|Can't|/\S+: |stream|instream|fd\[|"
            r"-{5,}|ClamAV update|Trying|daily|main|bytecode|Received signal|Test)",
            re.IGNORECASE,
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of clamd or clamav-milter."""
    # with LogSyslog the priority word may lead: `WARNING: `, and clamd -> marks one for `LogVerbose`
    return first_match(_RULES, trimmed(message))


def parse_freshclam(message: str) -> Parsed | None:
    """Freshclam fetches signatures: nothing it says concerns a message."""
    return noise()
