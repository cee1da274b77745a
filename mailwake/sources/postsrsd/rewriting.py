"""PostSRSd: `srs_forward` and `srs_reverse` in postsrsd.c (1.x), src/srs.c and src/main.c (2.x).

As a table of Postfix it is asked many times per message, and of whom it does not know. As a milter (2.1) it puts the
queue ID in front: `3D4E55F60718: <a@example.net> rewritten as <SRS0=…@example.org>`.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.events.pairs import JOB_ID, Rule, first_match, noise, service, trimmed


def _verdict(match: re.Match[str], action: str) -> Parsed:
    queue_id = match["id"]
    return (
        "verdict",
        queue_id,
        {"filter": "postsrsd", "action": action, "queue_id": queue_id, "text": match["text"]},
    )


def _rewritten(match: re.Match[str]) -> Parsed:
    return _verdict(match, "rewritten")


def _refused(match: re.Match[str]) -> Parsed:
    """`ID: rejecting own invalid SRS address <SRS0=…>`: forged, or older than it is believed."""
    return _verdict(match, "rejected")


_RULES: tuple[Rule, ...] = (
    (re.compile(rf"(?P<id>{JOB_ID}): (?P<text><[^>]*> rewritten as <[^>]*>)\Z"), _rewritten),
    (re.compile(rf"(?P<id>{JOB_ID}): (?P<text>rejecting own invalid SRS address .*)"), _refused),
    (re.compile(r"Signal \d+ received\. shutting down"), service("stop")),
    (re.compile(r"(?:Signal \d+ received|file change detected), reloading configuration"), service("reload")),
    (re.compile(r"(?:postsrsd )?.*\bstart(?:ed|ing)\b"), service("start")),
    (
        re.compile(
            rf"(?:(?:{JOB_ID}|NOQUEUE|socketmap): )?(?:srs_(?:forward|reverse): |<.*> (?:not )?rewritten|"
            r"\S+ not rewritten|rejecting own|MTA |too many|multiple |error|warn|cannot|failed|no (?:secret|socket)|"
            r"[Ll]istening|bind|accept|socketmap|milter|invalid|drop|database|trying to reload|configuration error|"
            r"child process|seccomp|chroot|poll|Poll|fork|waitpid|unknown|rewr|forward|reverse)"
        ),
        noise,
    ),
)


def parse(message: str) -> Parsed | None:
    """Parse one line of PostSRSd."""
    return first_match(_RULES, trimmed(message))
