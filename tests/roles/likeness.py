"""Two answers side by side: what the one who asks could tell them apart by.

Status, headers, words, and what it cost: the statements that store and directory were asked, which is what a clock
would show, without a clock's chance.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from stage import Seen, Stage

FRESH = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::[\d.]+)?(?:Z|\+00:00)?"
    r"|\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d [AP]M|s\d+_x\d+"
    r"|\(%s(?:, %s)*\)|[A-Za-z0-9]{64}|mailwake-session=\w+|expires=[^;]*|:\w{6}:[\w-]{43}"
)
"""Ids, times and tokens, which are new in each answer; names of savepoints; how many values a list of names has."""
TOKEN_USED = 'UPDATE "directory_apitoken" SET "last_used"'
"""Noted once in a while, whatever is asked."""
KEPT = "grace@example.org"
"""What is inside is not what was asked for, where both are named."""


@dataclass(frozen=True)
class Told:
    """An answer without what was asked for and what is new each time."""

    status: int
    headers: tuple[tuple[str, str], ...]
    words: str
    cost: tuple[str, ...]
    more: tuple[Any, ...] = ()
    """What there is afterwards."""

    def unlike(self, other: Told) -> list[str]:
        """By what they differ."""
        parts = ("status", "headers", "words", "cost", "more")
        return [part for part in parts if getattr(self, part) != getattr(other, part)]


def plain(text: str, asked: Iterable[str]) -> str:
    """A text without what was asked for, however it is spelled, and what is new each time."""
    for one in sorted({spelling for value in asked for spelling in _spellings(value)}, key=len, reverse=True):
        text = text.replace(one, "*")
    return FRESH.sub("#", text)


def _spellings(value: str) -> set[str]:
    """As JSON, addresses of pages and pages have it; of a mail address the part before the @, which is an alias."""
    found = {value, value.strip("<>")}
    if "@" in value and not value.startswith("<"):
        found.add(value.partition("@")[0])
    found |= {one.lower() for one in found}
    found |= {json.dumps(one)[1:-1] for one in found} | {html.escape(one) for one in found}
    found |= {quote(one) for one in found} | {quote(one, safe="") for one in found} | {quote_plus(one) for one in found}
    return found - {""}


def names_in(value: Any) -> list[str]:
    """What of an input is asked for."""
    values = value if isinstance(value, list) else [value]
    return [one for one in map(str, values) if one != KEPT]


def told(stage: Stage, ask: Callable[[], Seen], asked: Iterable[str], warm: Callable[[], object] | None = None) -> Told:
    """An answer and what it cost, the second time: settings are read once.

    warm: what is asked before instead, where asking changes something.
    """
    asked = list(asked)
    (warm or ask)()
    with stage.watched() as statements:
        seen = ask()
        cost = tuple(FRESH.sub("#", one) for one in statements if TOKEN_USED not in one)
    headers = tuple((name, plain(value, asked)) for name, value in seen.headers)
    return Told(seen.status, headers, plain(seen.body, asked), cost)


def shown(about: str, outside: Told, absent: Told) -> str:
    """How two answers differ, for people."""
    lines = [f"{about}: {', '.join(outside.unlike(absent))}"]
    for part in outside.unlike(absent):
        one, other = getattr(outside, part), getattr(absent, part)
        if part == "cost":
            lines.append(f"  {len(one)} and {len(other)} statements")
            lines += [f"  > {text[:300]}" for text in one if text not in other]
            lines += [f"  < {text[:300]}" for text in other if text not in one]
        else:
            start = next(
                (at for at, pair in enumerate(zip(str(one), str(other), strict=False)) if pair[0] != pair[1]), 0
            )
            lines += [f"  {part} outside {str(one)[max(0, start - 150) : start + 350]}"]
            lines += [f"  {part} absent  {str(other)[max(0, start - 150) : start + 350]}"]
    return "\n".join(lines)
