"""The commonest line of amavisd as a shape, to be read in bulk: it says what `verdict.parse_verdict` says."""

from __future__ import annotations

from mailwake.events.fact import Fields
from mailwake.events.shape import Shape, constant, decimal, listed, mapped, merged, text, whole

_PLAIN = "-!#-+.-;=?-Z^-~"
"""Printable ASCII without what a value is put in or ended by: quotes, commas, angle and square brackets."""


_MOST = 12
"""Recipients."""


def _recipients() -> str:
    """What stands between the first address's bracket and the last one's."""
    return rf"[{_PLAIN}]*" + rf"(?:>,<[{_PLAIN}]*" * (_MOST - 1) + ")?" * (_MOST - 1)


def _took(milliseconds: str) -> Fields:
    return {"took": int(milliseconds) / 1000}


PASSED = (
    Shape(
        r"\(([0-9]{4,12}-[0-9]{1,9})\) (Passed (?:CLEAN|BAD-HEADER|UNCHECKED|(SPAMMY))) \{([A-Za-z,]+)\},"
        r" \[([0-9A-Fa-f.:]+)\](?::[0-9]{1,5})? \[[0-9A-Fa-f.:]+\]"
        rf" <([{_PLAIN}]*)> -> <({_recipients()})>, Queue-ID: ([0-9A-Za-z]+), Message-ID: (<[{_PLAIN}]+>),"
        rf" mail_id: [{_PLAIN}]+, Hits: (?:-|(-?[0-9]{{1,4}}(?:\.[0-9]{{1,3}})?)), size: ([0-9]{{1,18}}),"
        rf" queued_as: ([0-9A-Za-z]+(?:/[0-9A-Za-z]+)?),(?: dkim_sd=([{_PLAIN}]+),)? ([0-9]{{1,12}}) ms\Z",
        "verdict",
        1,
        (
            constant("filter", "amavis"),
            text("action", 2),
            mapped("spam", 3, {"SPAMMY": True}),
            text("text", 4),
            text("client_ip", 5),
            text("sender", 6),
            listed("recipients", 7, ">,<"),
            text("queue_id", 8),
            text("message_id", 9),
            decimal("score", 10),
            whole("size", 11),
            listed("queued_as", 12, "/"),
            text("dkim", 13),
            merged(_took, 14),
        ),
    ),
)
"""Messages handed on, at once or for two groups of recipients apart."""
