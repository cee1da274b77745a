"""Values as strings: what `"$x"` and `[string]$x` give, and the formats of `-f` and `.ToString(...)`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from mailwake.shell.dates import DAYS, INVARIANT, MONTHS, Culture
from mailwake.shell.errors import ShellError
from mailwake.shell.limits import check_string
from mailwake.shell.objects import CUSTOM, HashTable, PSObject, TypeReference, Value, each, type_name

_DEPTH = 4


def to_text(value: Value, culture: Culture = INVARIANT, depth: int = 0) -> str:
    """A value as a string."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, datetime):
        return date_text(value, "G", culture)
    if isinstance(value, timedelta):
        return span_text(value)
    if isinstance(value, list):
        return " ".join(to_text(item, culture, depth + 1) for item in value) if depth < _DEPTH else type_name(value)
    if isinstance(value, PSObject):
        return _object_text(value, culture, depth)
    if isinstance(value, HashTable):
        return type_name(value)
    return value.name if isinstance(value, TypeReference) else str(value)


def brief(value: Value, size: int = 100) -> str:
    """A value as a string for a message: the begin of it."""
    if isinstance(value, list):
        value = value[:20]
    text = to_text(value)
    return text if len(text) <= size else text[:size] + "..."


def _object_text(value: PSObject, culture: Culture, depth: int) -> str:
    if value.text is not None:
        return value.text
    custom = value.type_name == CUSTOM or value.type_name.startswith("Selected.")
    if depth >= _DEPTH or not custom:
        return value.type_name
    inside = (f"{name}={to_text(item, culture, depth + 1)}" for name, item in value.items())
    return "@{" + "; ".join(inside) + "}"


def float_text(value: float) -> str:
    """A number as .NET writes it: `0.1`, `1E+16`, `5` rather than `5.0`."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "\u221e" if value > 0 else "-\u221e"
    text = repr(value)
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        sign = "-" if exponent[0] == "-" else "+"
        return f"{mantissa.removesuffix('.0')}E{sign}{exponent.lstrip('+-').zfill(2)}"
    return text.removesuffix(".0")


def span_text(value: timedelta, *, format: str = "c") -> str:
    """A time span, `90.00:00:00`, or by a format such as `d\\.hh\\:mm`."""
    micro = abs(value) // timedelta(microseconds=1)
    seconds, micro = divmod(micro, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if format in ("", "c", "t", "T", "g", "G"):
        sign = "-" if value < timedelta(0) else ""
        head = f"{days}." if days else ""
        return f"{sign}{head}{hours:02}:{minutes:02}:{seconds:02}" + (f".{micro:06}0" if micro else "")
    parts = {"d": days, "h": hours, "m": minutes, "s": seconds}

    def piece(found: re.Match[str]) -> str:
        text = found[0]
        if text[0] in "'\"":
            return text[1:-1]
        if text[0] in "\\%":
            return text[1:]
        if text[0] in "fF":
            return f"{micro:06}0"[: len(text)]
        return str(parts[text[0]]).zfill(len(text))

    return re.sub(r"'[^']*'|\"[^\"]*\"|\\.|d{1,8}|hh?|mm?|ss?|[fF]{1,7}", piece, format)


_STANDARD = {
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "m": "MMMM d",
    "y": "MMMM yyyy",
}
_TOKEN = re.compile(r"'[^']*'|\"[^\"]*\"|\\.|d+|M+|y+|h+|H+|m+|s+|f+|F+|t+|z+|K|.", re.DOTALL)


def date_text(value: datetime, format: str, culture: Culture = INVARIANT) -> str:
    """A date by a format: a letter for one of the culture's own, else a pattern such as `yyyy-MM-dd HH:mm`."""
    if len(format) == 1:
        format = _standard(format, culture)
    check_string(len(format) * 10)
    return "".join(_date_part(token, value) for token in _TOKEN.findall(format.removeprefix("%")))


def _standard(letter: str, culture: Culture) -> str:
    own = {
        "d": culture.short_date,
        "D": culture.long_date,
        "f": f"{culture.long_date} {culture.short_time}",
        "F": f"{culture.long_date} {culture.long_time}",
        "g": f"{culture.short_date} {culture.short_time}",
        "G": f"{culture.short_date} {culture.long_time}",
        "t": culture.short_time,
        "T": culture.long_time,
        "U": f"{culture.long_date} {culture.long_time}",
    }
    pattern = own.get(letter) or _STANDARD.get(letter.lower())
    if pattern is None:
        raise ShellError("Input string was not in a correct format.", "FormatException", target=letter)
    return pattern


def _date_part(token: str, value: datetime) -> str:
    letter, size = token[0], len(token)
    if letter in "'\"" and size > 1:
        return token[1:-1]
    if letter == "\\" and size > 1:
        return token[1:]
    if letter == "d" and size > 2:
        name = DAYS[value.weekday()]
        return name[:3] if size == 3 else name
    if letter == "M" and size > 2:
        name = MONTHS[value.month - 1]
        return name[:3] if size == 3 else name
    if letter == "y":
        return str(value.year % 100).zfill(size) if size <= 2 else str(value.year).zfill(min(size, 20))
    if letter in "fF":
        digits = f"{value.microsecond:06}0"[: min(size, 7)]
        return digits if letter == "f" else digits.rstrip("0")
    if letter == "t":
        return ("AM" if value.hour < 12 else "PM")[: min(size, 2)]
    if letter in "zK":
        return _offset_text(value, token)
    numbers = {"d": value.day, "M": value.month, "H": value.hour, "m": value.minute, "s": value.second}
    numbers["h"] = value.hour % 12 or 12
    if letter in numbers:
        return str(numbers[letter]).zfill(min(size, 2))
    return token


def _offset_text(value: datetime, token: str) -> str:
    if token == "K" and value.tzinfo is None:
        return ""
    if token == "K" and value.tzinfo is UTC:
        return "Z"
    minutes = (value.utcoffset() or timedelta(0)) // timedelta(minutes=1)
    sign = "-" if minutes < 0 else "+"
    hours, minutes = divmod(abs(minutes), 60)
    if token == "z":
        return f"{sign}{hours}"
    return f"{sign}{hours:02}" if token == "zz" else f"{sign}{hours:02}:{minutes:02}"


_PLACEHOLDER = re.compile(
    r"\{\{|\}\}|\{(?P<index>\d{1,6})\s*(?:,\s*(?P<width>-?\d{1,7})\s*)?(?::(?P<format>[^{}]*))?\}|[{}]"
)


def composed(pattern: str, arguments: list[Value], culture: Culture) -> str:
    """`-f`: `{index,width:format}` replaced by the arguments."""

    def piece(found: re.Match[str]) -> str:
        if found["index"] is None:
            if found[0] in ("{{", "}}"):
                return found[0][0]
            raise ShellError("Error formatting a string: Input string was not in a correct format..", "FormatError")
        index = int(found["index"])
        if index >= len(arguments):
            text = "Error formatting a string: Index (zero based) must be greater than or equal to zero and less than "
            raise ShellError(text + "the size of the argument list..", "FormatError")
        text = formatted(arguments[index], found["format"] or "", culture)
        width = int(found["width"] or 0)
        check_string(abs(width))
        return text.rjust(width) if width >= 0 else text.ljust(-width)

    made = _PLACEHOLDER.sub(piece, pattern)
    check_string(len(made))
    return made


def formatted(value: Value, format: str, culture: Culture) -> str:
    """A value by a format string, as `-f` and `.ToString(format)` have it."""
    if not format or isinstance(value, str | bool):
        return to_text(value, culture)
    if isinstance(value, datetime):
        return date_text(value, format, culture)
    if isinstance(value, timedelta):
        return span_text(value, format=format)
    if isinstance(value, int | float):
        return number_text(value, format)
    if isinstance(value, UUID):
        plain = value.hex if format.upper() == "N" else str(value)
        return {"B": f"{{{plain}}}", "P": f"({plain})"}.get(format.upper(), plain)
    return to_text(value, culture)


_NUMERIC = re.compile(r"([A-Za-z])(\d{0,2})$")
_CUSTOM = re.compile(r"[#0,.]+")


def number_text(value: int | float, format: str) -> str:
    """A number by a format: N, F, P, D, X, C, E, G with digits, or a pattern such as `#,##0.00`."""
    found = _NUMERIC.match(format)
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return float_text(value)
    if not found:
        return _patterned(value, format)
    letter, digits = found[1].upper(), int(found[2]) if found[2] else None
    if letter in "DX":
        if isinstance(value, float):
            raise ShellError("Format specifier was invalid.", "FormatException", target=format)
        width = digits or 0
        if letter == "D":
            return ("-" if value < 0 else "") + str(abs(value)).zfill(width)
        text = f"{value & (2**64 - 1) if value < 0 else value:x}".zfill(width)
        return text.upper() if found[1] == "X" else text
    places = 2 if digits is None else digits
    simple = {
        "N": lambda: f"{_half_up(value, places):,.{places}f}",
        "F": lambda: f"{_half_up(value, places):.{places}f}",
        "P": lambda: f"{_half_up(value * 100, places):,.{places}f}%",
        "C": lambda: ("-" if value < 0 else "") + f"${abs(_half_up(value, places)):,.{places}f}",
        "E": lambda: _exponent(value, 6 if digits is None else digits, found[1]),
        "G": lambda: to_text(value) if digits is None else to_text(float(f"{value:.{max(digits, 1)}g}")),
        "R": lambda: to_text(value),
    }
    if letter not in simple:
        raise ShellError("Format specifier was invalid.", "FormatException", target=format)
    return simple[letter]()


def _half_up(value: int | float, places: int) -> int | float:
    """Rounded away from zero at the half, as .NET's formats do; a binary half is rarely exact, so a hair is added."""
    if isinstance(value, int) or abs(value) > 1e15:
        return value
    scaled = abs(value) * 10**places
    whole = int(scaled + 0.5 + 1e-9)
    rounded: float = whole / 10**places
    return -rounded if value < 0 else rounded


def _exponent(value: int | float, places: int, letter: str) -> str:
    mantissa, _, exponent = f"{value:.{places}e}".partition("e")
    return f"{mantissa}{letter}{exponent[0]}{exponent[1:].zfill(3)}"


def _patterned(value: int | float, format: str) -> str:
    percent = "%" in format
    found = _CUSTOM.search(format)
    if not found:
        return format
    whole, _, fraction = found[0].partition(".")
    places, needed = len(fraction), fraction.count("0")
    amount = _half_up(value * 100 if percent else value, places)
    comma = "," if "," in whole else ""
    text = f"{abs(amount):{comma}.{places}f}"
    head, _, tail = text.partition(".")
    while len(tail) > needed and tail.endswith("0"):
        tail = tail[:-1]
    width = whole.count("0")
    head = head.zfill(width) if width or head != "0" else ""
    made = ("-" if amount < 0 else "") + head + (f".{tail}" if tail else "")
    return format[: found.start()] + made + format[found.end() :]


def joined(value: Value, between: str, culture: Culture = INVARIANT) -> str:
    """`-join`"""
    text = between.join(to_text(item, culture) for item in each(value))
    check_string(len(text))
    return text
