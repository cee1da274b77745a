"""Lines of Mailman's logs smtp (config/schema.cfg, [logging.smtp]), vette (chains/*.py) and bounce (model/bounce.py).

A message is known by its Message-ID. What a list made of it is told as of a mailbox that keeps back, discards or
rejects: the mail server hands a post to the list as to a mailbox, and takes the copies for the members as new messages.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, noise, present, trimmed, whole

_ID = r"(?P<mid><[^>\s]*>|\S+)"


def _mailbox(match: re.Match[str], action: str, **fields: object) -> Parsed:
    said = match.groupdict()
    return (
        "mailbox",
        "",
        present(
            action=action,
            service="mailman",
            message_id=said["mid"] if said["mid"] not in ("n/a", "None") else None,
            user=said.get("list"),
            sender=said.get("sender"),
            size=whole(said.get("size")),
            **{"reason": said.get("why"), **fields},
        ),
    )


def _posted(match: re.Match[str]) -> Parsed:
    """`<id> post to list@example.org from ann@example.com, 1234 bytes, 2 failures`."""
    return _mailbox(match, "posted")


def _failed(match: re.Match[str]) -> Parsed:
    """`<id> delivery to bob@example.net failed with code 550, no such user`: of one member's copy."""
    code, said = match["code"], match["said"].strip()
    return _mailbox(
        match, "failed", recipient=match["recipient"], reason=f"{code} {said}".strip(), temporary=code.startswith("4")
    )


def _held(match: re.Match[str]) -> Parsed:
    """`HOLD: list@example.org post from ann@example.com held, message-id=<id>: The message is not from a member`."""
    return _mailbox(match, "stored", folder="held for moderation")


def _discarded(match: re.Match[str]) -> Parsed:
    return _mailbox(match, "discarded")


def _rejected(match: re.Match[str]) -> Parsed:
    return _mailbox(match, "rejected")


_POST = rf"{_ID} post to (?P<list>\S+) from (?P<sender>[^,\s]*), "
_RULES: tuple[Rule, ...] = (
    (re.compile(rf"{_POST}(?:size=)?(?P<size>\d+)(?: bytes)?,? ?(?P<why>\d+ failures)?"), _posted),
    (
        re.compile(
            rf"{_ID} delivery to (?P<recipient>\S+) failed with code (?P<code>-?\d+)[,:] ?(?P<said>.*)", re.DOTALL
        ),
        _failed,
    ),
    (
        re.compile(
            r"(?:HOLD: )?(?P<list>\S+) post from (?P<sender>\S*) held, message-id="
            rf"{_ID}: (?P<why>.*)",
            re.DOTALL,
        ),
        _held,
    ),
    (re.compile(rf"DISCARD: {_ID}(?:; (?P<why>.*))?\Z", re.DOTALL), _discarded),
    (re.compile(rf"Message discarded, msgid: {_ID}"), _discarded),
    (re.compile(rf"REJECT: {_ID}\Z"), _rejected),
    (
        re.compile(
            r"ACCEPT: |OWNER: |held message approved|\S+ smtp to \S+ for |\S+ (?:recipients refused|response exception|"
            r"low level smtp)|\S+ (?:-owner|-request|list post|Precedence)|hold autoresponse|Automatic response limit|"
            r"(?:VERPed )?[Bb]ounce message|Member \S+ |Disabling delivery|Residual bounce|Probe bounce|Removed \S+ as|"
            r"Discarding |Processing bounce|Sending |Cannot connect to SMTP|Address verification|unknown sub-address|"
            r"\S+ unknown sub-address|Queue detection|Can't get list names|Connected to SMTP|Connecting to|connection "
            r"to|Available AUTH|\S+: (?:held|deleted|new|removed|.* (?:bounce|disabled))|pipeline |Master |\w+ runner |"
            r"Stale |Traceback|  File|Uncaught|Shunt|lost "
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of a log of Mailman."""
    return first_match(_RULES, trimmed(message))
