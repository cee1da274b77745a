"""pmg-smtp-filter: `syslog` calls of pmg-api's src/bin/pmg-smtp-filter, PMG/RuleDB/*.pm and PMG/Utils.pm.

Every line about a message leads with the filter's own id, upper-case hex like a queue ID and in rare cases equal to one
(all digits included), so the id is only believed when a verb of this filter follows. A mail has one line per recipient.
"""

from __future__ import annotations

import re
from typing import Any

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, noise, number, present, service, trimmed
from mailwake.events.queueid import QUEUE_ID

_ID = r"(?P<id>[0-9A-F]{5,25}): "
# long lines are cut off by some loggers, so the rule's name and the bracket after it may be missing
_RULE = r"(?: \(rule: (?P<rule>.*?)\)?\Z)?"


def _verdict(match: re.Match[str], action: str, **fields: Any) -> Parsed:
    return "verdict", match["id"], present(filter="pmg", action=action, **fields)


def _new(match: re.Match[str]) -> Parsed:
    """`ID: new mail message-id=<M>#012`."""
    return _verdict(match, "new", message_id=match["mid"].strip() or None)


def _score(match: re.Match[str]) -> Parsed:
    """`ID: SA score=8/5 time=0.950 bayes=undefined autolearn=no hits=A(0.5),B(1.2)`."""
    score, required = number(match["score"]), number(match["required"])
    hits = re.search(r" hits=(\S*)", match["rest"])
    took = re.search(r" time=([\d.]+)", match["rest"])
    return _verdict(
        match,
        "scored",
        score=score,
        required=required,
        spam=score >= required if score is not None and required is not None else None,
        symbols=[hit for hit in hits[1].split(",") if hit] if hits else None,
        took=number(took[1]) if took else None,
    )


def _accept(match: re.Match[str]) -> Parsed:
    """`ID: accept mail to <r> (QID) (rule: NAME)`: handed on to Postfix under that queue ID."""
    return _verdict(
        match, "accept", recipient=match["to"], queued_as=[match["qid"]] if match["qid"] else None, text=match["rule"]
    )


def _block(match: re.Match[str]) -> Parsed:
    """`ID: block mail to <r> (rule: NAME)`."""
    return _verdict(match, "block", recipient=match["to"], text=match["rule"])


def _quarantine(match: re.Match[str]) -> Parsed:
    """`ID: moved mail for <r> to spam quarantine - QUARANTINEID (rule: NAME)`; reason is spam, virus or attachment."""
    return _verdict(
        match,
        "quarantine",
        recipient=match["to"],
        quarantine=match["qid"],
        reason=match["which"],
        text=match["rule"],
    )


def _copy(match: re.Match[str]) -> Parsed:
    """`ID: bcc to <r> (rule: NAME, QID)`, `ID: notify <r> (rule: NAME, QID)`: further mails that the rule made.

    Before PMG 6.2 `(QID)` alone.
    """
    return _verdict(match, match["what"], recipient=match["to"], queued_as=[match["qid"]], text=match["rule"])


def _failed(match: re.Match[str]) -> Parsed:
    """`ID: reinject mail to <r> (rule: NAME) failed`, and so for bcc and notify."""
    return _verdict(match, f"{match['what']} failed", recipient=match["to"], text=match["rule"])


def _virus(match: re.Match[str]) -> Parsed:
    """`ID: virus detected: Eicar-Signature (clamav)`."""
    return _verdict(match, "virus", virus=match["virus"], tests=match["scanner"])


def _listed(match: re.Match[str]) -> Parsed:
    """`ID: sender in user (r@example.com) welcomelist`; called whitelist and blacklist before PMG 8."""
    return _verdict(match, match["list"], user=match["user"])


def _reported(match: re.Match[str]) -> Parsed:
    """`ID: report mail as spam (rule: NAME)`: reported to the spam networks and not sent on, before PMG 8."""
    return _verdict(match, "report", text=match["rule"])


def _done(match: re.Match[str]) -> Parsed:
    """`ID: processing time: 1.61 seconds (0.95, 0.018, 0)`."""
    return _verdict(match, "done", took=number(match["took"]))


def _changed(match: re.Match[str]) -> Parsed:
    return _verdict(match, "modify", text=match["what"])


_MESSAGE: tuple[Rule, ...] = (
    (re.compile(rf"{_ID}new mail message-id=(?P<mid>.*)"), _new),
    (re.compile(rf"{_ID}SA score=(?P<score>-?[\d.]+)/(?P<required>-?[\d.]+)(?P<rest>.*)"), _score),
    (re.compile(rf"{_ID}accept mail to <(?P<to>.*?)>(?: \((?P<qid>{QUEUE_ID})\){_RULE})?"), _accept),
    (re.compile(rf"{_ID}block mail to <(?P<to>.*?)>{_RULE}"), _block),
    (
        re.compile(
            rf"{_ID}moved mail for <(?P<to>.*?)> to (?P<which>\w+) quarantine"
            rf"(?: - (?P<qid>[0-9A-F]{{5,25}})(?=\s|\Z){_RULE})?"
        ),
        _quarantine,
    ),
    (
        re.compile(
            rf"{_ID}(?P<what>bcc|notify)(?: to)? <(?P<to>[^>]*)> \((?:rule: (?P<rule>.*), )?(?P<qid>{QUEUE_ID})\)"
        ),
        _copy,
    ),
    (
        re.compile(
            rf"{_ID}(?P<what>reinject|bcc|notify)(?: mail)?(?: to)? <(?P<to>[^>]*)>(?: \(rule: (?P<rule>.*?)\))? failed"
        ),
        _failed,
    ),
    (re.compile(rf"{_ID}virus detected: (?P<virus>.*?)(?: \((?P<scanner>\w+)\))?\Z"), _virus),
    (re.compile(rf"{_ID}sender in user \((?P<user>.*?)\) (?P<list>(?:welcome|white|block|black)list)"), _listed),
    (re.compile(rf"{_ID}report mail as spam{_RULE}"), _reported),
    (re.compile(rf"{_ID}processing time: (?P<took>[\d.]+) seconds"), _done),
    (re.compile(rf"{_ID}(?P<what>(?:removed|remove|added|modified|disclaimer|replaced) .*)"), _changed),
    (
        re.compile(
            rf"{_ID}(?:found archive|unpack|got |Maximum time|could not|can't |unable|error|deprecated |custom check|"
            r"queue|WARNING|warning|parse|signing|DKIM|add|moved mail|accept mail|block mail|bcc |notify )",
            re.IGNORECASE,
        ),
        noise,
    ),
)
_OTHER: tuple[Rule, ...] = (
    (re.compile(r"Filter daemon \(re\)started"), service("start")),
    (re.compile(r".*Server closing!"), service("stop")),
    (re.compile(r"reloading configuration"), service("reload")),
)
_LED_BY_ID = re.compile(_ID)


def parse(message: str) -> Parsed | None:
    """Parse one line of pmg-smtp-filter."""
    text = trimmed(message)
    if _LED_BY_ID.match(text):
        return first_match(_MESSAGE, text)
    # the rest is upkeep, Net::Server, and whatever a custom check script prints: nothing of it names a message
    return first_match(_OTHER, text) or noise()
