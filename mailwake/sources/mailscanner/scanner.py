"""MailScanner 5: `InfoLog` and `NoticeLog` calls of perl/MailScanner/*.pm; languages.conf translates many texts.

MailScanner calls a message by its queue ID plus `.` and five hex digits (PFDiskStore.pm). The key is that name, and
queue_id is the part that Postfix knows. `Requeue: OLD to NEW` is the only link to the queue ID the mail leaves under.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import JOB_ID, Rule, first_match, host_ip, noise, number, present, service, trimmed

# any MTA's queue ID may stand there, Exim's too; the words around it decide
_ID = r"(?P<id>[0-9A-Za-z][0-9A-Za-z-]{5,30}(?:\.[0-9A-F]{5})?)"
_SUFFIX = re.compile(r"\.[0-9A-F]{5}\Z")
# score=7.181, required 4 in English; Wertung=11.11, benoetigt 4 in German: only the shape is the same everywhere
_SCORE = re.compile(r"\b\w+=(?P<score>-?[\d.]+), \w+ (?P<required>-?[\d.]+)(?:, (?P<tests>.*?))?\)?\Z")
_TEST = re.compile(r"\b([A-Z][A-Z0-9_]{2,}) (-?\d+(?:\.\d+)?)")


def _verdict(match: re.Match[str], action: str, **fields: object) -> Parsed:
    name = match["id"]
    queue_id = _SUFFIX.sub("", name)
    return "verdict", name, present(filter="mailscanner", action=action, queue_id=queue_id, **fields)


def _judged(match: re.Match[str]) -> Parsed:
    """`Message ID from IP (s) to DOMAIN is spam, SpamAssassin (not cached, score=7.181, required 4, TEST 1.20, …)`."""
    said = match["said"]
    found = _SCORE.search(said)
    spam = re.match(r"(?:not |nicht |kein |whitelisted)", said) is None
    return _verdict(
        match,
        "spam" if spam else "not spam",
        spam=spam,
        client_ip=host_ip(match["ip"]),
        sender=match["sender"],
        score=number(found["score"]) if found else None,
        required=number(found["required"]) if found else None,
        symbols=[f"{test}({score})" for test, score in _TEST.findall(found["tests"] or "")] if found else None,
        text=said.strip() or None,
    )


def _too_big(match: re.Match[str]) -> Parsed:
    """`Message ID from IP (s) to DOMAIN is too big for spam checks (N > M bytes)`."""
    return _verdict(match, "not checked", client_ip=host_ip(match["ip"]), sender=match["sender"], text=match["said"])


def _requeued(match: re.Match[str]) -> Parsed:
    """`Requeue: 3sK7N64rr3zJX5T.A6FFB to D74D7218040`."""
    return _verdict(match, "requeued", queued_as=[match["new"]])


def _actions(match: re.Match[str]) -> Parsed:
    """`Spam Actions: message ID actions are store,notify`; `store` without `deliver` keeps the mail in quarantine."""
    return _verdict(match, match["said"].strip(), text=match["which"])


def _infected(match: re.Match[str]) -> Parsed:
    """`Infected message ID came from IP`."""
    return _verdict(match, "infected", client_ip=host_ip(match["ip"]))


def _virus(match: re.Match[str]) -> Parsed:
    """`Clamd::INFECTED::Eicar-Signature :: ./ID/file`, `/var/…/ID/file: Eicar-Signature FOUND`."""
    return _verdict(match, "infected", virus=match["virus"])


def _kept(match: re.Match[str]) -> Parsed:
    """`Saved entire message to /var/spool/MailScanner/quarantine/20261122/ID`."""
    return _verdict(match, "quarantine", quarantine=match["path"])


def _checked(match: re.Match[str]) -> Parsed:
    """`Filename Checks: Windows/DOS Executable (ID run.exe)`, `Content Checks: Detected … in HTML message in ID`."""
    return _verdict(match, match["which"].lower(), text=match["said"].strip())


def _too_large(match: re.Match[str]) -> Parsed:
    """`Attachment size check: 9134821 > 5000000 (video.mp4) in ID`."""
    return _verdict(match, "attachment size check", text=match["said"])


_FROM = r"(?: from (?P<ip>\S+) \((?P<sender>.*?)\) to (?P<to>\S+))?"
_RULES: tuple[Rule, ...] = (
    (re.compile(rf"Requeue: {_ID} to (?P<new>{JOB_ID})"), _requeued),
    (re.compile(rf"Message {_ID}{_FROM} is (?P<said>too big for spam checks.*)"), _too_big),
    (
        re.compile(rf"Message {_ID}{_FROM} is (?P<said>(?:not |nicht |kein )?(?:spam|Spam|whitelisted|MCP).*)"),
        _judged,
    ),
    (re.compile(rf"(?P<which>[\w -]+ Actions): message {_ID} actions are (?P<said>.*)"), _actions),
    (re.compile(rf"Infected message {_ID} came from (?P<ip>\S+)"), _infected),
    (re.compile(rf"\w+::\s?INFECTED::\s?(?P<virus>\S+)\s?:: \./{_ID}/"), _virus),
    (re.compile(rf"(?:\./|/\S{{0,160}}/){_ID}/\S*: (?P<virus>\S+) FOUND"), _virus),
    (re.compile(rf"Saved (?:entire message|infected \S+) to (?P<path>\S{{0,160}}/{_ID}(?:/\S*)?)"), _kept),
    (re.compile(rf"(?P<which>Filename Checks|Filetype Checks): (?P<said>.*?)\({_ID} .*\)"), _checked),
    (re.compile(rf"(?P<which>Content Checks): (?P<said>.*?) in (?:\w+ message in )?{_ID}\b"), _checked),
    (re.compile(rf"Attachment size check: (?P<said>\d+ > \d+ \(.*\)) in {_ID}\Z"), _too_large),
    (re.compile(r"MailScanner .*start"), service("start")),
    (re.compile(r"MailScanner .*(?:dying|stopp|exiting)"), service("stop")),
    (
        re.compile(
            r"New Batch|Unscanned|Uninfected|Cleaned|Virus |Spam |Content |MCP |Other |Batch |Deleted |Logging |Using |"
            r"Found |Message |<.*?> tag|HTML |Filename |Filetype |Archive|SpamAssassin|Whitelist|Config|Reading|"
            r"Read |Connected|Expired|Initialis|Finished|Started|Closing|lock|Enabling|Clam|Commercial|Delivery|Disarm|"
            r"Sender |Silent|Notices|Saved|Quarantin|Expanding|Looked|Warning|WARNING|Error|ERROR|Skipping|Completed|"
            r"Making|Processing|Wrote|Loading|Loaded|Auto|Denial|Infected|Requeue|Password|Viruses|Rescan|Starting|"
            r"Shutting|Stopping|Attempting|Cannot|Could|Failed|Tried|Ignoring|Old |Sophos|Sanes|RBL|Bayes|RFC|Passed|"
            rf"User's|Blacklist|MailWatch|Stat|Kill|\S+::|\./|/|{JOB_ID}: Logged|\w+: (?:Failed|Logged|timed)|Tag ",
            re.IGNORECASE,
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of MailScanner."""
    return first_match(_RULES, trimmed(message))
