"""Types of what operations take and give, in Exchange's forms: spans of time, sizes, changes of lists.

Values are taken as every face has them: words of a command line, JSON, objects of the shell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)
from pydantic.alias_generators import to_pascal

from mailwake.events.told import Told, tell

_SPAN = re.compile(r"(-)?(?:(\d{1,8})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?")
_SIZE = re.compile(r"([\d.,]+) ?(b|bytes?|kb|mb|gb|tb)?(?: \(([\d,]+) bytes\))?", re.IGNORECASE)
_UNITS = {"b": 0, "by": 0, "kb": 1, "mb": 2, "gb": 3, "tb": 4}
_LONGEST = timedelta(days=24_855)
"""Of an AuditLogAgeLimit in Exchange: 2^31 seconds in whole days."""


def position(number: int) -> dict[str, Any]:
    """`json_schema_extra` of a field that is an argument by position."""
    return {"position": number}


SECRET: dict[str, Any] = {"secret": True}
"""`json_schema_extra` of a field whose value is not written into the admin audit log."""


def parse_span(value: Any) -> Any:
    """A span of time: a number (or its text) is days, else `dd.hh:mm:ss` as .NET writes it. Raises ValueError."""
    if isinstance(value, bool):
        raise ValueError(tell("give days, or dd.hh:mm:ss"))
    if isinstance(value, int | float):
        if not abs(value) <= _LONGEST.days:  # NaN is not, either
            raise _out_of_range()
        return timedelta(days=value)
    if not isinstance(value, str):
        return value
    text = value.strip()
    if re.fullmatch(r"\d{1,8}", text):
        return timedelta(days=int(text))
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(
            tell("cannot read {value!r} as a span of time: give days (120), or dd.hh:mm:ss (120.00:00:00)", value=value)
        )
    sign, days, hours, minutes, seconds, fraction = found.groups()
    if int(hours) > 23 or int(minutes) > 59 or int(seconds or 0) > 59:
        raise ValueError(
            tell("{value!r} has more than 23 hours, 59 minutes or 59 seconds: give dd.hh:mm:ss", value=value)
        )
    micros = int((fraction or "").ljust(6, "0")[:6])
    span = timedelta(int(days or 0), int(seconds or 0), micros, 0, int(minutes), int(hours))
    return -span if sign else span


def span_text(span: timedelta) -> str:
    """`90.00:00:00`, as Exchange shows an EnhancedTimeSpan."""
    sign = "-" if span < timedelta(0) else ""
    span = abs(span)
    hours, rest = divmod(span.seconds, 3600)
    days = f"{span.days}." if span.days else ""
    fraction = f".{span.microseconds:06d}0" if span.microseconds else ""
    return f"{sign}{days}{hours:02d}:{rest // 60:02d}:{rest % 60:02d}{fraction}"


def _not_negative(span: timedelta) -> timedelta:
    if span < timedelta(0) or span > _LONGEST:
        raise _out_of_range()
    return span


def _out_of_range() -> ValueError:
    return ValueError(tell("must lie between 0 and {days} days", days=_LONGEST.days))


TimeSpan = Annotated[
    timedelta,
    BeforeValidator(parse_span),
    AfterValidator(_not_negative),
    PlainSerializer(span_text, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["90.00:00:00", "120"]}),
]
"""A span of time that is not negative; a plain number means days."""


def parse_bytes(value: Any) -> Any:
    """A size: bytes, `30GB`, `30 GB (32,212,254,720 bytes)`. Raises ValueError."""
    if not isinstance(value, str):
        return value
    found = _SIZE.fullmatch(value.strip())
    if found is None:
        raise ValueError(
            tell("cannot read {value!r} as a size: give bytes, or a number with KB, MB, GB or TB", value=value)
        )
    if found[3]:
        return int(found[3].replace(",", ""))
    factor: int = 1024 ** _UNITS[(found[2] or "b").lower()[:2]]
    try:
        return int(float(found[1].replace(",", "")) * factor)
    except ValueError:
        raise ValueError(tell("cannot read {text!r} as a size", text=value)) from None


def bytes_text(size: int) -> str:
    """`30 GB (32,212,254,720 bytes)`, as Exchange shows a ByteQuantifiedSize."""
    number, unit = float(size), "B"
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if number < 1024 or unit == "TB":
            break
        number /= 1024
    return f"{number:.4g} {unit} ({size:,} bytes)"


ByteSize = Annotated[
    int,
    BeforeValidator(parse_bytes),
    Field(ge=0),
    PlainSerializer(bytes_text, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["30 GB (32,212,254,720 bytes)", "30GB"]}),
]
"""A size in bytes."""


def _result_size(value: Any) -> Any:
    if isinstance(value, str) and value.strip().lower() == "unlimited":
        return None
    return value


ResultSize = Annotated[
    Annotated[int, Field(ge=1)] | None,
    BeforeValidator(_result_size),
    PlainSerializer(lambda value: "Unlimited" if value is None else value),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "Unlimited"}]}),
]
"""How many items at most; `Unlimited` (None) for all."""

Sentence = Annotated[str, WrapValidator(lambda value, plain: value if isinstance(value, Told) else plain(value))]
"""A text of the product's own: it keeps its template, and is its English text to whoever writes it out."""

Moment = AwareDatetime
"""A time with its zone."""


def words(value: Any) -> Any:
    """A list as any face gives it: a sequence, or one text with commas."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


WordList = Annotated[tuple[str, ...], BeforeValidator(words)]
"""Several texts; one text with commas will do."""


class ListChange(BaseModel):
    """A new value for a list, or what to add to and remove from it: `a,b`, `{"Add": ["a"], "Remove": ["b"]}`."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_pascal, populate_by_name=True)
    replace: tuple[str, ...] | None = Field(None, description="The list from now on.")
    add: tuple[str, ...] = Field((), description="Values to add.")
    remove: tuple[str, ...] = Field((), description="Values to remove.")

    @model_validator(mode="before")
    @classmethod
    def _of_any_form(cls, value: Any) -> Any:
        if value is None:
            return {"replace": ()}
        if isinstance(value, str | list | tuple | set | frozenset):
            return {"replace": _flat(value)}
        if isinstance(value, Mapping):
            given = {str(name).lower(): part for name, part in value.items()}
            unknown = set(given) - {"add", "remove", "replace"}
            if unknown or not given:
                raise ValueError(tell('a change has the keys Add and Remove: @{Add="a","b"; Remove="c"}'))
            return {
                name: None if name == "replace" and part is None else _flat(() if part is None else part)
                for name, part in given.items()
            }
        return value

    @model_validator(mode="after")
    def _one_way(self) -> ListChange:
        if self.replace is not None and (self.add or self.remove):
            raise ValueError(tell("give either a new list, or what to add and remove"))
        return self

    @property
    def values(self) -> tuple[str, ...]:
        """Every value that is named."""
        return (*(self.replace or ()), *self.add, *self.remove)

    def text(self) -> str:
        """As the admin audit log writes it: `A;B` for a new list, `+A;-B` for a change."""
        if self.replace is not None:
            return ";".join(self.replace)
        return ";".join([*(f"+{value}" for value in self.add), *(f"-{value}" for value in self.remove)])


def _flat(value: Any) -> tuple[str, ...]:
    parts = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
    for part in parts:
        if not isinstance(part, str):
            raise ValueError(tell('{part!r} is no text: give names, as in "a,b"', part=part))
    found = [piece.strip() for part in parts for piece in part.split(",")]
    return tuple(dict.fromkeys(piece for piece in found if piece))
