"""Write-... and Out-..., Tee-Object."""

from __future__ import annotations

from collections.abc import Iterator

from mailwake.shell.errors import ErrorRecord
from mailwake.shell.formatting.screenout import screen_lines
from mailwake.shell.invocation import Invocation
from mailwake.shell.limits import check_items, check_string
from mailwake.shell.objects import ArrayList, Value, each
from mailwake.shell.parameter_types import INT, OBJECT, OBJECTS, STRING, SWITCH
from mailwake.shell.registry import Cmdlet, Parameter, Registry
from mailwake.shell.values.written import to_text


def _write_output(call: Invocation) -> Iterator[Value]:
    values = call.get("InputObject", []) if call.given("InputObject") else list(call.input)
    if call.get("NoEnumerate"):
        yield values[0] if len(values) == 1 else list(values)
        return
    for value in values:
        yield from each(value)


def _write_host(call: Invocation) -> Iterator[Value]:
    values = call.get("Object", []) if call.given("Object") else list(call.input)
    between = to_text(call.get("Separator", " "))
    text = between.join(_said(call, value, between) for value in values)
    call.session.host.line(text, "" if call.get("NoNewline") else "\n")
    yield from ()


def _said(call: Invocation, value: Value, between: str) -> str:
    if isinstance(value, list):
        return between.join(_said(call, item, between) for item in value[:10_000])
    return to_text(value, call.settings.culture)


def _messages(call: Invocation) -> Iterator[str]:
    if call.given("Message"):
        yield to_text(call.get("Message"))
    else:
        yield from (to_text(item) for item in call.input)


def _write_warning(call: Invocation) -> Iterator[Value]:
    for text in _messages(call):
        call.warning(text)
    yield from ()


def _write_verbose(call: Invocation) -> Iterator[Value]:
    for text in _messages(call):
        call.verbose(text)
    yield from ()


def _write_error(call: Invocation) -> Iterator[Value]:
    for text in _messages(call):
        error_id = call.get("ErrorId", "Microsoft.PowerShell.Commands.WriteErrorException")
        category = call.get("Category", "NotSpecified")
        call.record(
            ErrorRecord(text, error_id, category, to_text(call.get("TargetObject"))[:60], "WriteErrorException")
        )
    yield from ()


def _nothing(call: Invocation) -> Iterator[Value]:
    for _ in call.input:
        pass
    yield from ()


def _out_string(call: Invocation) -> Iterator[Value]:
    host = call.session.host
    before = host.width
    if call.given("Width"):
        host.width = call.get("Width")
    try:
        lines = screen_lines(call.input, call.session)
    finally:
        host.width = before
    if call.get("Stream"):
        yield from lines
        return
    check_string(sum(map(len, lines)) + len(lines))
    yield "".join(f"{line}\n" for line in lines)


def _out_host(call: Invocation) -> Iterator[Value]:
    for line in screen_lines(call.input, call.session):
        call.session.host.line(line)
    yield from ()


def _tee(call: Invocation) -> Iterator[Value]:
    values = ArrayList()
    call.session.assign(call.get("Variable"), values)
    for item in call.input:
        values.append(item)
        check_items(len(values))
        yield item
    call.session.assign(call.get("Variable"), values[0] if len(values) == 1 else list(values))


def _clear(call: Invocation) -> Iterator[Value]:
    host = call.session.host
    host.flush()
    if host.out.isatty():
        host.out.write("\x1b[H\x1b[2J\x1b[3J")
    yield from ()


def _message(name: str, run: object, synopsis: str, *more: Parameter) -> Cmdlet:
    message = Parameter("Message", OBJECT, 1, aliases=("Msg",), help="The text.")
    return Cmdlet(name, run, (message, *more), synopsis, takes_stream=True)  # type: ignore[arg-type]


_COLOURS = (Parameter("ForegroundColor", STRING, hidden=True), Parameter("BackgroundColor", STRING, hidden=True))
_ITEM = Parameter("InputObject", OBJECT, hidden=True)
_CMDLETS = (
    Cmdlet(
        "Write-Output",
        _write_output,
        (
            Parameter("InputObject", OBJECTS, remaining=True, help="What goes down the pipeline."),
            Parameter("NoEnumerate", SWITCH, help="A list as one object."),
        ),
        "Hands objects down the pipeline.",
        aliases=("echo", "write"),
        takes_stream=True,
    ),
    Cmdlet(
        "Write-Host",
        _write_host,
        (
            Parameter("Object", OBJECTS, remaining=True, aliases=("Msg", "Message"), help="What is shown."),
            Parameter("NoNewline", SWITCH, help="Stay in the line."),
            Parameter("Separator", OBJECT, help="What stands between; a blank if not given."),
            *_COLOURS,
        ),
        "Shows text, past the pipeline.",
        takes_stream=True,
    ),
    _message("Write-Warning", _write_warning, "Writes a warning."),
    _message("Write-Verbose", _write_verbose, "Writes a line that only -Verbose shows."),
    _message("Write-Debug", _nothing, "Writes nothing: there is no debugger."),
    _message(
        "Write-Information", _nothing, "Writes nothing, unless somebody reads the information stream; nobody does."
    ),
    _message(
        "Write-Error",
        _write_error,
        "Writes an error and goes on.",
        Parameter("ErrorId", STRING),
        Parameter("Category", STRING),
        Parameter("TargetObject", OBJECT),
        Parameter("RecommendedAction", STRING, hidden=True),
    ),
    Cmdlet(
        "Write-Progress",
        _nothing,
        (
            Parameter("Activity", STRING, 1),
            Parameter("Status", STRING, 2),
            Parameter("Id", INT, 3),
            Parameter("PercentComplete", OBJECT),
            Parameter("CurrentOperation", STRING),
            Parameter("SecondsRemaining", OBJECT),
            Parameter("ParentId", INT),
            Parameter("Completed", SWITCH),
        ),
        "Taken for the sake of scripts; shows nothing.",
        takes_stream=True,
    ),
    Cmdlet("Out-Null", _nothing, (_ITEM,), "Throws objects away.", takes_stream=True),
    Cmdlet(
        "Out-String",
        _out_string,
        (
            Parameter("Stream", SWITCH, help="Line by line."),
            Parameter("Width", INT, help="Columns of a line.", minimum=2, maximum=10_000),
            _ITEM,
        ),
        "What would be shown, as text.",
        takes_stream=True,
    ),
    Cmdlet(
        "Out-Host",
        _out_host,
        (Parameter("Paging", SWITCH, hidden=True), _ITEM),
        "Shows objects.",
        aliases=("oh", "Out-Default"),
        takes_stream=True,
    ),
    Cmdlet("Clear-Host", _clear, (), "Clears the screen.", aliases=("cls", "clear"), takes_stream=True),
    Cmdlet(
        "Tee-Object",
        _tee,
        (Parameter("Variable", STRING, mandatory=True, help="The variable that gets the objects too."), _ITEM),
        "Keeps objects in a variable and hands them on.",
        aliases=("tee",),
        takes_stream=True,
    ),
)


def register(registry: Registry) -> None:
    """Add the cmdlets."""
    registry.add(*_CMDLETS)
