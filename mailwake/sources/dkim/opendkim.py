"""OpenDKIM: `syslog` calls of opendkim/opendkim.c (2.11), nearly all `JOBID: text`; dkimpy-milter writes alike."""

from __future__ import annotations

import re
from collections.abc import Callable

from mailwake.events.fact import LineParser, Parsed
from mailwake.events.pairs import DAEMON, JOB_ID, SYSTEM_CALL, Rule, first_match, noise, present, service, trimmed

# opendkim.h JOBIDUNKNOWN: the MTA gave no macro i
_ID = rf"(?P<id>{JOB_ID}|\(unknown-jobid\)|None): "
_LISTED = re.compile(r"\b([sd])=([^,;\s)]+)|\b(selector|domain)=([^,;\s)\"]+)")

_SAID: tuple[tuple[str, str], ...] = (
    (r"DKIM-Signature (?:field|header) added|\S+ DKIM signature added", "signed"),
    (r"DKIM verification successful|\S+ DKIM signature verified", "verified"),
    (
        r"bad signature data|DKIM: Fail|DKIM verification failed|\S+ DKIM signature (?:failed|not verified)",
        "bad signature",
    ),
    (r"(?:s=\S+ d=\S+(?: a=\S+)? )?SSL ?(?:error:|[0-9A-F]{8}:)", "bad signature"),
    (r"(?:s=\S+ d=\S+(?: a=\S+)? )?SSL", "checked"),
    (r"signature=\S+ domain=\S+ selector=\S+ result=|message has signatures from ", "checked"),
    (r"no signature data|DKIM: No signature|message not signed", "no signature"),
    (r"key retrieval failed|key .*(?:revoked|syntax error)|DNS (?:error|timeout)", "key not found"),
    (
        r"signature (?:processing failed|generation error)|syntax error: |RFC5322 header requirement error|"
        r"failed to add (?:signature|default signing request)|signing table references unknown key|"
        r"error (?:loading|signing|reading|handling)|dkimf?_\w+\(\)|can't (?:load|read|make|create VBR)|"
        r"(?:\w[\w()]*: )?(?:internal error|resource unavailable)",
        "error",
    ),
    (r"can't determine message sender; rejecting|rejecting|rejected|blocked by reputation of", "rejected"),
    (r"rate limit for .* exceeded", "rate limited"),
    (r"(?:would be blocked|allowed) by reputation of|no reputation data available", "reputation"),
    (
        r"no (?:signing|MTA|macros) |\S+ (?:\S+ )?\[.*\] not internal|not (?:POP )?authenticated|external host |"
        r"mode select|can't determine message sender|can't parse|unauthorized|ignoring message|no From|sender .* not|"
        r"domain '.*' exempted|skipping signing of mail|cannot find identity header|overflow parsing",
        "not signed",
    ),
    (r"ignoring (?:\d+ signatures?|signature from)", "signature ignored"),
    (r"quarantin", "quarantined"),
)
"""Message text after the job id (opendkim.c, in the order of its life) and our word for it."""


def _verdict(name: str, action: str) -> Callable[[re.Match[str]], Parsed]:
    def build(match: re.Match[str]) -> Parsed:
        queue_id = None if match["id"].startswith(("(", "N")) else match["id"]
        text = match["text"]
        listed = {(a or c)[0]: b or d for a, b, c, d in _LISTED.findall(text)}
        return (
            "verdict",
            queue_id or "",
            present(
                filter=name,
                action=action,
                queue_id=queue_id,
                text=text,
                dkim=" ".join(f"{part}={listed[part]}" for part in ("s", "d") if part in listed) or None,
            ),
        )

    return build


def _failed(match: re.Match[str]) -> Parsed:
    """`DKIM: Fail (b'example.net')` of dkimpy-milter, which names neither message nor client."""
    domain = match["domain"]
    return (
        "verdict",
        "",
        present(
            filter="dkimpy-milter", action="bad signature", text=match.string, dkim=f"d={domain}" if domain else None
        ),
    )


def _note(match: re.Match[str]) -> Parsed:
    """Trouble with a message that the line does not name."""
    return "note", "", {"text": match.string, "level": "warning"}


def _rules(name: str) -> tuple[Rule, ...]:
    known = tuple((re.compile(rf"{_ID}(?P<text>(?:{shape}).*)"), _verdict(name, action)) for shape, action in _SAID)
    return (
        *known,
        (
            re.compile(
                rf"{_ID}(?:{SYSTEM_CALL}|failed to parse |ADSP|ATPS|unable to |tag|adding|replaced|header|"
                r"(?:smfi|mi)_|milter|DNSSEC|key data|reputation|statistics|removed|\w+ (?:via|by) policy|AR |arf|"
                r"private key|sign|can't (?:set|initialize|verify) VBR|BodyLengthDB matched|\S+ header (?:add|"
                r"remove) )",
                re.IGNORECASE,
            ),
            noise,
        ),
        (re.compile(r"\S+(?: Filter)?(?: v\S+)? starting|dkimpy-milter starting"), service("start")),
        (re.compile(r"\S+ Filter(?: v\S+)? (?:terminating|exiting|shutting)"), service("stop")),
        *DAEMON,
        (re.compile(r"configuration (?:re)?load"), service("reload")),
        (re.compile(r"DKIM: Fail(?: \((?:saved as .*|b?'?(?P<domain>[\w.-]+)'?)\)|,)"), _failed),
        (re.compile(r"message requeueing|too much header data|statistics recording failed"), _note),
        (
            re.compile(
                r"\S+ Filter|key |error |can't |unable |ignoring |connection |smfi_|mi_|libmilter|milter|trust anchor|"
                r"dns|using |WARNING|warning|\S+ \[.*\] not internal|\S+: .*(?:socket|permission|unsafe|insecure)|"
                r"(?:DKIM|Using|Listening|Setting|Dropp|Invalid|Failed|KeyTable entry|cache: )|verifier mode operating|"
                r"\"X-Header\" deprecated|\S+ dkim_add_xtag\(\)|"
                # dkimpy-milter of SyslogSuccess and debugLevel
                r"connect from |internal_conn|mail from: |self\.|REMOVE: |domain: |canonicalize: |sign_dkim: |"
                r"check_dkim: |readConfigFile: |Config item |name: |Could not |drop_privileges|PID dir|LISTEN_FDS|"
                r"content-t|signing DKIM|(?:DKIM-Signature|Authentication-Results|From): ",
                re.IGNORECASE,
            ),
            noise,
        ),
    )


def parser(name: str) -> LineParser:
    """Give the parser of the filter that calls itself `name`."""
    rules = _rules(name)

    def parse(message: str) -> Parsed | None:
        return first_match(rules, trimmed(message))

    return parse
