"""spamd: `info` calls of spamd/spamd.raw (4.0): `processing message`, `identified spam`, and one `result:` per message.

The Message-ID stands on the first and the last of them; the child's pid ties the three together. OpenBSD has a program
of this name too, which greylists: `events.tarpits`.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import Rule, first_match, noise, number, present, service, trimmed, whole
from mailwake.events.tarpits import TARPIT

_ATTRIBUTE = re.compile(r"(?:\A|,)(scantime|size|user|uid|required_score|rhost|raddr|rport)=([^,]*)")
_MESSAGE_ID = re.compile(r",mid=(.*?)(?:,(?:rmid|bayes|autolearn|autolearn_force|shortcircuit)=|\Z)")


def _attributes(text: str) -> dict[str, str]:
    """`scantime=…,size=…,…,mid=<…>,…`: a Message-ID may hold anything, so what stands before it is read apart."""
    said = dict(_ATTRIBUTE.findall(text.partition(",mid=")[0]))
    message_id = _MESSAGE_ID.search(text)
    if message_id is not None:
        said["mid"] = message_id[1]
    return said


def _message_id(text: str | None) -> str | None:
    return None if text is None or text in ("", "(unknown)") else text


def _result(match: re.Match[str]) -> Parsed:
    """`result: Y 12 - TEST_A,TEST_B scantime=…,size=…,user=…,uid=…,required_score=…,rhost=…,…,mid=<…>,…`."""
    said = _attributes(match["said"] or "")
    spam = match["spam"] == "Y"
    return (
        "verdict",
        "",
        present(
            filter="spamassassin",
            action="spam" if spam else "clean",
            spam=spam,
            score=number(match["score"]),
            required=number(said.get("required_score")),
            symbols=[test for test in match["tests"].split(",") if test],
            message_id=_message_id(said.get("mid")),
            size=whole(said.get("size")),
            took=number(said.get("scantime")),
            user=said.get("user"),
        ),
    )


def _identified(match: re.Match[str]) -> Parsed:
    """`identified spam (9.3/5.0) for alice:1001 in 0.8 seconds, 2345 bytes.`"""
    spam = match["what"] == "identified spam"
    return (
        "verdict",
        "",
        present(
            filter="spamassassin",
            action="spam" if spam else "clean",
            spam=spam,
            score=number(match["score"]),
            required=number(match["required"]),
            user=match["user"],
            took=number(match["took"]),
            size=whole(match["size"]),
        ),
    )


def _processing(match: re.Match[str]) -> Parsed:
    """`processing message <ID> aka <RESENT-ID> for alice:1001`."""
    return (
        "verdict",
        "",
        present(filter="spamassassin", action="processing", message_id=_message_id(match["mid"]), user=match["user"]),
    )


def _skipped(match: re.Match[str]) -> Parsed:
    """`skipped large message in 0.2 seconds`: larger than spamc or spamd would look at."""
    return (
        "verdict",
        "",
        present(filter="spamassassin", action="not checked", took=number(match["took"]), text=match.string),
    )


_RULES: tuple[Rule, ...] = (
    (
        re.compile(r"result: (?P<spam>[Y.]) (?P<score>-?\d+) - (?P<tests>(?:[\w,]+(?=\s|\Z))?)\s*(?P<said>\w+=.*)?"),
        _result,
    ),
    (
        re.compile(
            r"(?P<what>identified spam|clean message) \((?P<score>-?[\d.]+)/(?P<required>-?[\d.]+)\)"
            r" for (?P<user>.*?):-?\d+ in (?P<took>[\d.]+) seconds, (?P<size>\d+) bytes"
        ),
        _identified,
    ),
    (
        re.compile(r"(?:processing|checking) message (?P<mid><.*?>|\S+)(?: aka \S+)? for (?P<user>.*?):-?\d+\Z"),
        _processing,
    ),
    (re.compile(r"skipped large message in\s+(?P<took>[\d.]+) seconds"), _skipped),
    *TARPIT,
    (re.compile(r"server (?:started|successfully spawned)|server pid: "), service("start")),
    (re.compile(r"server (?:killed|shutting|socket closed)|.*shutting down"), service("stop")),
    (re.compile(r"server hit by SIGHUP|restarting"), service("reload")),
    (
        re.compile(
            r"(?:unauthorized )?connection from |got connection|(?:un)?handled |prefork|child |setuid|"
            r"still running|creating |"
            r"user has |used |skipped |failed |could not |cannot |[Cc]an't |unable |error|bad protocol|timed out|"
            r"Use of uninit|Did not receive|Timeout|copying|returned |service unavail|identified |clean |"
            # the channels of Mail::SpamAssassin::Logger: `dns: …`, `bayes: …`, `async: aborting after …`
            r"[a-zA-Z][\w-]{1,15}: |accept_a_conn|unknown order|using default config|handle_user|created |waitpid|"
            r"accidental",
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of spamd or spamc."""
    return first_match(_RULES, trimmed(message).removeprefix("spamd: "))
