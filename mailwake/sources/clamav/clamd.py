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
    rf"(?:(?P<id>{JOB_ID}) |UNKNOWN )?from <(?P<sender>[^>]*)> to <(?P<recipient>[^>]*)>"
    r"(?: with subject '(?P<subject>.*)' message-id '(?P<mid><[^<>]*>|[^']*)' date '[^']*')?"
)
_RULES: tuple[Rule, ...] = (
    (re.compile(rf"Message {_ENVELOPE} infected by (?P<virus>.+)"), _milter),
    (re.compile(rf"Clean message {_ENVELOPE}(?P<virus>(?!))?\Z"), _milter),
    (re.compile(r"(?P<what>\S.*?): (?P<virus>\S+?)(?:\([0-9a-f]{32}:\d+\))? FOUND\Z"), _found),
    (re.compile(r"\+\+\+ Started|clamd daemon \S+|(?:clamav-milter|freshclam) (?:daemon|started)"), service("start")),
    (re.compile(r"--- Stopped|Exiting|Shutting down the main|clamav-milter: milter_exit, signal"), service("stop")),
    (re.compile(r"SIGHUP caught|Database correctly reloaded|Reading databases"), service("reload")),
    (
        re.compile(
            r"[+\-*^!~]?(?:SelfCheck|Self checking|Database|Log|Limits|Archive|Algorithmic|Portable|ELF|Mail|OLE2|PDF|"
            r"SWF|HTML|XMLDOCS|HWP3|OneNote|Image|Media|Raw DMG|Heuristic|Loaded|LOCAL|TCP|Listening|Running|Received|"
            r"Activating|Not loading|Pid|Setting|Using|Bytecode|Structured|PhishingScan|Phishing|Global|Core|"
            r"Clamd|clamd|"
            r"Probe|Probed|WARNING|ERROR|LibClamAV|\[LibClamAV\]|Connect|Unknown|No |Accepted|Message |Clean |File |"
            r"Waiting|Memory|Reload|Client|Got |Stat|Bound|Bind|Socket|Alert|Detection|Detect|Parsing|Finished|Error|"
            r"lstat|Can't|Cannot|/\S+: |stream|instream|fd\[|-{5,}|ClamAV update|Trying|daily|main|bytecode|Test|"
            # clamav-milter: whom it leaves alone, what the sockets and its configuration do
            r"Skipping |Not scanning an empty|VirusEvent|Failed to |Invalid |Out of memory|Overlong reply|Timed out|"
            r"Infected \(|From clamav-milter|quarantined by clamav-milter|Killing the monitor|Unsupported |Bad netmask|"
            r"(?:Local|\S+) socket (?:unix|tcp):|Ignoring option|chroot to|Please |Unable to |RejectMsg|smfi_|"
            r"clamav-milter \S+|(?:connect|send|recv|fcntl_\w+|FD send|FD scan request|clamfi_\w+)\b.*failed|%v may|"
            # clamd: threads, sockets and the limits of its queue
            r"\w+\([\w .*]*\) failed|\w+ failed|\w+: .*(?:failed|fatal|invalid|timeout|error)|System limit|Max\w+ |"
            r"Only |Current configuration|Disabling |Not (?:listening|supported|a regular)|Number of file|"
            r"Control message|"
            r"Unclaimed|Closing |\(filename not set\)|Empty file|Access denied|Excluded|PORT |Accept|ScanStream|read |"
            r"Temporary file|Syncpipe|Acceptloop|Shut|Command dispatch|Moved partial|Consumed|Garbage|Chunks|Quota|"
            r"Scanthread|Encrypted|All recv|RECVTH|Receive thread|Breaking|PROTOCOL|Processed|The |An? |ExcludePUA|"
            r"Quarantine of|Directory recursion|write syncpipe|accept\(\)|thread dispatch)|"
            r"\S.*(?:: OK| ERROR)\Z|\S+: (?:reported CL_VIRUS|Unable to determine|cannot parse config)|"
            r"(?:Unix clamd|Write to|Max) ",
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
