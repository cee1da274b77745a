"""Get-Date and New-TimeSpan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from mailwake.shell.dates import to_utc
from mailwake.shell.errors import ShellError
from mailwake.shell.formatting.cells import Formatted
from mailwake.shell.invocation import Invocation
from mailwake.shell.objects import Value
from mailwake.shell.parameter_types import DATE, DOUBLE, INT, STRING, SWITCH
from mailwake.shell.registry import Cmdlet, Example, Parameter, Registry
from mailwake.shell.values.operators import arithmetic
from mailwake.shell.values.written import date_text

_PARTS = {"Year": (1, 9999), "Month": (1, 12), "Day": (1, 31), "Hour": (0, 23), "Minute": (0, 59), "Second": (0, 59)}


def _get_date(call: Invocation) -> Iterator[Value]:
    date = call.get("Date") or call.now()
    try:
        date = date.replace(**{name.lower(): call.get(name) for name in _PARTS if call.given(name)})
    except ValueError:
        raise ShellError(
            "Year, month and day do not make a date.", "ArgumentOutOfRangeException", category="InvalidArgument"
        ) from None
    if call.given("Millisecond"):
        date = date.replace(microsecond=call.get("Millisecond") * 1000)
    if call.get("AsUTC"):
        date = to_utc(date, call.settings.zone)
    if call.given("Format"):
        yield date_text(date, _named(call.get("Format")), call.settings.culture)
    elif call.given("UFormat"):
        yield _unix_format(date, call.get("UFormat"))
    elif call.given("DisplayHint") and call.get("DisplayHint") != "DateTime":
        letter = "D" if call.get("DisplayHint") == "Date" else "T"
        yield Formatted(("", date_text(date, letter, call.settings.culture), ""))
    else:
        yield date


def _named(format: str) -> str:
    """Names of formats that are safe in file names."""
    named = {"filedate": "yyyyMMdd", "filedatetime": "yyyyMMddTHHmmssffff", "filedateuniversal": "yyyyMMdd'Z'"}
    return named.get(format.lower(), format)


def _unix_format(date: datetime, format: str) -> str:
    if format in ("%s", "+%s"):
        return str(int(date.timestamp() if date.tzinfo else date.replace(tzinfo=UTC).timestamp()))
    text = format.removeprefix("+")
    codes = {
        "%Y": "yyyy",
        "%m": "MM",
        "%d": "dd",
        "%H": "HH",
        "%M": "mm",
        "%S": "ss",
        "%B": "MMMM",
        "%b": "MMM",
        "%A": "dddd",
        "%a": "ddd",
    }
    made, at = "", 0
    while at < len(text):
        code = text[at : at + 2]
        made += (
            date_text(date, codes[code] if len(codes[code]) > 1 else f"%{codes[code]}") if code in codes else text[at]
        )
        at += 2 if code in codes else 1
    return made


def _new_span(call: Invocation) -> Iterator[Value]:
    parts = {
        name.lower(): call.get(name)
        for name in ("Days", "Hours", "Minutes", "Seconds", "Milliseconds")
        if call.given(name)
    }
    if parts:
        try:
            yield timedelta(**parts)
        except (OverflowError, ValueError):
            raise ShellError("TimeSpan overflowed because the duration is too long.", "OverflowException") from None
        return
    start, end = call.get("Start") or call.now(), call.get("End") or call.now()
    yield arithmetic("-", end, start, call.settings)


def register(registry: Registry) -> None:
    """Add the cmdlets."""
    registry.add(
        Cmdlet(
            "Get-Date",
            _get_date,
            (
                Parameter("Date", DATE, 1, from_pipeline=True, help="The date; now if not given."),
                Parameter("Format", STRING, help="A letter such as d or s, or a pattern such as yyyy-MM-dd HH:mm."),
                Parameter("UFormat", STRING, help="A pattern such as %Y-%m-%d."),
                Parameter("DisplayHint", STRING, values=("Date", "Time", "DateTime"), help="What is shown."),
                Parameter("AsUTC", SWITCH, help="In UTC."),
                *(Parameter(name, INT, minimum=low, maximum=high) for name, (low, high) in _PARTS.items()),
                Parameter("Millisecond", INT, minimum=0, maximum=999),
            ),
            "The present time, or another one.",
            examples=(
                Example("(Get-Date).AddDays(-7)", "A week ago."),
                Example("Get-Date -Format 'yyyy-MM-dd'", "Today as text."),
            ),
            output=("System.DateTime",),
        ),
        Cmdlet(
            "New-TimeSpan",
            _new_span,
            (
                Parameter(
                    "Start",
                    DATE,
                    1,
                    aliases=("LastWriteTime",),
                    from_pipeline_by_name=True,
                    help="From when; now if not given.",
                ),
                Parameter("End", DATE, 2, from_pipeline_by_name=True, help="Until when; now if not given."),
                *(Parameter(name, DOUBLE) for name in ("Days", "Hours", "Minutes", "Seconds", "Milliseconds")),
            ),
            "A time span.",
            examples=(Example("New-TimeSpan -Days 90", "90 days."),),
            output=("System.TimeSpan",),
        ),
    )
