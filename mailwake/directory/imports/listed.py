"""What Format-List has printed: a line for each property, `AuditEnabled : True`, and a blank one between objects.

The colons of an object stand below each other; what does not fit goes on below the value. A list shows four items and
`...` (`$FormatEnumerationLimit`), which is no list to be taken: `drafts` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_FIRST = re.compile(r"([A-Za-z][\w.-]*(?: [\w.-]+)*) +:(?: .*)?")
_ENOUGH = 0.9
"""Of the lines of a text that must be properties, or go on with one."""


def is_listed(text: str) -> bool:
    """Whether a text is the output of Format-List."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines or _FIRST.fullmatch(lines[0].rstrip()) is None:
        return False
    fitting = sum(line[0] == " " or _FIRST.fullmatch(line.rstrip()) is not None for line in lines)
    return fitting >= _ENOUGH * len(lines)


def objects(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and properties of each object."""
    lines = text.splitlines()
    width = max(map(len, lines), default=0)
    begun, colon, last = 0, 0, ""
    values: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            if values:
                yield begun, values
            values, last = {}, ""
            continue
        match = _FIRST.fullmatch(line.rstrip())
        if match is not None and (not values or line[colon : colon + 1] == ":"):
            if not values:
                begun, colon = number, line.index(":", len(match[1]))
            last = match[1]
            values[last] = line[colon + 1 :].strip()
        elif last and not line[: colon + 1].strip():
            before = len(lines[number - 2])
            values[last] += ("" if before == width else " ") + line.strip()
    if values:
        yield begun, values
