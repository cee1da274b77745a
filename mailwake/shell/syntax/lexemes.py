"""The smallest pieces of the language, as regular expressions, and the messages for what is not part of it.

Every expression here is linear: no repetition stands inside another over the same characters.
"""

from __future__ import annotations

import re

DASHES = "-\u2013\u2014\u2015"
"""PowerShell takes the dashes that word processors put in for what was typed."""
DOUBLE_QUOTES = '"\u201c\u201d\u201e'
SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b"

BLANKS = re.compile(r"(?:[ \t\f\v\r\xa0\u2000-\u200a\u202f\u3000\ufeff]|`\r?\n)+")
COMMENT = re.compile(r"#[^\n]*")
NUMBER = re.compile(
    r"(?:0x[0-9a-f]+|(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)(?P<suffix>[dl]?(?:kb|mb|gb|tb|pb)?)(?![\w])", re.IGNORECASE
)
NAME = r"[^\W\d]\w*"
VARIABLE = re.compile(
    r"\$(?:(?P<special>[$?^])|\{(?P<braced>[^}\n]*)\}|(?:(?P<scope>[^\W\d]\w*):(?=\w))?(?P<name>\w+))"
)
SPLAT = re.compile(r"@(?P<name>\w+)")
TYPE = re.compile(r"\[\s*(?P<name>[A-Za-z_][\w.]*(?:\[[\w.,\s]*\])?)\s*\]")
ATTRIBUTE = re.compile(r"\[\s*(?P<name>[A-Za-z]\w*)\s*\((?P<inside>(?:[^()'\"]|'[^'\n]*'|\"[^\"\n]*\")*)\)\s*\]")
MEMBER = re.compile(r"[^\W\d]\w*")
COMMAND = re.compile(r"[^\s\"'(){}\[\];|,&$`<>@#\u2018-\u201e][^\s(){};|,&$`<>\"'\u2018-\u201e]*")
WORD = re.compile(r"[^\s(){};|,&$`\"'\u2018-\u201e<>]+")
WORD_END = re.compile(r"[\s(){};|,&<>]")
PARAMETER = re.compile(f"[{DASHES}]" + r"(?P<name>[A-Za-z_?][\w-]*)(?P<colon>:?)")
KEY = re.compile(r"[^\W\d][\w-]*|\d+")
OPERATOR = re.compile(f"[{DASHES}](?P<name>[a-z]+)", re.IGNORECASE)
REDIRECTION = re.compile(r"(?P<stream>[1-6*]?)>{1,2}(?:&(?P<merge>[12])|\s*(?P<null>\$null)\b)", re.IGNORECASE)
CAST_FOLLOWS = re.compile(
    r"[ \t]*(?:[$\"'(@\[{!\d\u2018-\u201e]|[-+.]\d|[-+]\$|[-\u2013](?:not|join|split)\b)", re.IGNORECASE
)
CONTINUED_BLOCK = re.compile(r"(?:else|elseif|catch|finally|while|until)(?![\w-])", re.IGNORECASE)

LOGIC = frozenset({"and", "or", "xor"})
BITS = frozenset({"band", "bor", "bxor", "shl", "shr"})
_PLAIN = (
    *("eq", "ne", "gt", "ge", "lt", "le", "like", "notlike", "match", "notmatch"),
    *("in", "notin", "contains", "notcontains", "replace", "split"),
)
COMPARISONS = frozenset({*_PLAIN, *(f"c{name}" for name in _PLAIN), *(f"i{name}" for name in _PLAIN)}) | {
    "is",
    "isnot",
    "as",
    "join",
}
UNARY = frozenset({"not", "bnot", "join", "split", "csplit", "isplit"})

KEYWORDS = frozenset(
    [
        "if",
        "elseif",
        "else",
        "foreach",
        "while",
        "do",
        "until",
        "for",
        "switch",
        "try",
        "catch",
        "finally",
        "break",
        "continue",
        "return",
        "exit",
        "throw",
        "function",
        "filter",
        "param",
    ]
)
NOT_OURS = {
    name: f"The '{name}' keyword is not part of this shell's language. It is a language of queries: see Get-Help about."
    for name in [
        "class",
        "enum",
        "using",
        "trap",
        "data",
        "workflow",
        "parallel",
        "sequence",
        "begin",
        "process",
        "end",
        "dynamicparam",
        "configuration",
    ]
}
"""Keywords of PowerShell that the subset leaves out."""

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}

MULTIPLES = {"": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3, "tb": 1024**4, "pb": 1024**5}


def number(text: str) -> int | float:
    """The number that a match of NUMBER spells, units included: `10MB` is 10,485,760."""
    lowered = text.lower()
    if lowered.startswith("0x"):
        unit = next((name for name in ("kb", "mb", "gb", "tb", "pb") if lowered.endswith(name)), "")
        digits = lowered.removesuffix(unit).rstrip("l")
        return int(digits, 16) * MULTIPLES[unit]
    unit = lowered[-2:] if lowered[-2:] in MULTIPLES else ""
    digits = lowered.removesuffix(unit)
    decimal = digits.endswith("d")
    digits = digits.rstrip("ld")
    if decimal or "." in digits or "e" in digits:
        value = float(digits) * MULTIPLES[unit]
        return int(value) if unit and value.is_integer() else value
    whole = int(digits) if len(digits) < 400 else float("inf")
    return whole * MULTIPLES[unit] if abs(whole) < 2**63 else float(whole) * MULTIPLES[unit]
