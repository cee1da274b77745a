"""OpenDMARC: `syslog` calls of opendmarc/opendmarc.c (1.4), `JOBID: DOMAIN RESULT` and around it."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import DAEMON, JOB_ID, SYSTEM_CALL, Rule, first_match, noise, present, service, trimmed

_ID = rf"(?P<id>{JOB_ID}|\(unknown-jobid\))"


def _verdict(match: re.Match[str], action: str, sender: str | None = None) -> Parsed:
    queue_id = None if match["id"].startswith("(") else match["id"]
    return (
        "verdict",
        queue_id or "",
        present(filter="opendmarc", action=action, queue_id=queue_id, text=match["text"], sender=sender),
    )


def _result(match: re.Match[str]) -> Parsed:
    """`ID: example.com pass`: the domain of the From header and the DMARC result."""
    return _verdict(match, match["result"])


def _spf(match: re.Match[str]) -> Parsed:
    """`ID: SPF(mailfrom): s@example.com pass`: OpenDMARC's own SPF check (SPFSelfValidate)."""
    sender = match["identity"] if match["scope"] == "mailfrom" and "@" in (match["identity"] or "") else None
    return _verdict(match, f"spf {match['result']}", sender)


def _policy(match: re.Match[str]) -> Parsed:
    """`ID: rejected by DMARC policy for example.com`."""
    return _verdict(match, match["done"])


def _error(match: re.Match[str]) -> Parsed:
    return _verdict(match, "error")


def _arc(match: re.Match[str]) -> Parsed:
    """`ID: ARC pass, policy pass > overriding DMARC fail`: what the line of the result, which follows, leaves out."""
    return _verdict(match, "arc override" if match["policy"] == "pass" else "arc not trusted")


def _ignored(match: re.Match[str]) -> Parsed:
    """`ID: ignoring mail from example.com` (IgnoreMailFrom)."""
    return _verdict(match, "ignored")


_RESULTS = r"(?P<result>pass|fail|none|bestguesspass|softfail|neutral|temperror|permerror)"
_RULES: tuple[Rule, ...] = (
    (re.compile(rf"{_ID}: (?P<text>SPF\((?P<scope>mailfrom|helo)\):(?: (?P<identity>\S+))? {_RESULTS}\b.*)"), _spf),
    (re.compile(rf"{_ID}: (?P<text>.*\b(?P<done>rejected|quarantined) by DMARC policy.*)"), _policy),
    (
        re.compile(
            rf"{_ID}:? (?P<text>(?:unable to|RFC5322|opendmarc_|can't |multi-valued From|no From|missing From|"
            r"DMARC context|"
            r"error |failed to).*)"
        ),
        _error,
    ),
    (re.compile(rf"{_ID}: (?P<text>ARC pass, policy (?P<policy>pass|fail) > .*)"), _arc),
    (re.compile(rf"{_ID}: (?P<text>ignoring mail from .*)"), _ignored),
    (re.compile(rf"{_ID}: (?P<text>[\w.-]+ {_RESULTS}\b.*)"), _result),
    (
        re.compile(
            rf"{_ID}:? (?:{SYSTEM_CALL}|ignoring |SPF\(|SPF record|implicit |ARC|adding |DMARC|\S+: (?:p|sp|"
            r"policy)=|history|trusted|"
            r"message|tempfail|(?:smfi|mi)_|DNS|suppress|header|\S+ header add failed)",
            re.IGNORECASE,
        ),
        noise,
    ),
    (re.compile(r"OpenDMARC Filter(?: v\S+)? starting"), service("start")),
    (re.compile(r"OpenDMARC Filter(?: v\S+)? (?:terminating|exiting|shutting)"), service("stop")),
    *DAEMON,
    (
        re.compile(
            r"OpenDMARC|ignoring |implicit authentication|additional trusted|trusted authentication|configuration|"
            r"unable |can't |error|smfi_|mi_|libmilter|milter|warning|public suffix|\S+: .*(?:socket|permission)",
            re.IGNORECASE,
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of OpenDMARC."""
    return first_match(_RULES, trimmed(message))
