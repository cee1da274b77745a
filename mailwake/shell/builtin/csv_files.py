"""Export-Csv, ConvertTo-Csv, ConvertFrom-Csv. Export-Csv is the one way from this language to a file."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mailwake.shell.errors import ShellError
from mailwake.shell.formatting.cells import Formatted
from mailwake.shell.invocation import Invocation
from mailwake.shell.limits import check_items
from mailwake.shell.members import member, pairs
from mailwake.shell.objects import MISSING, PSObject, Value, type_name
from mailwake.shell.parameter_types import OBJECT, STRING, STRINGS, SWITCH
from mailwake.shell.registry import Cmdlet, Example, Parameter, Registry
from mailwake.shell.session import ExportPolicy
from mailwake.shell.values.convert import Settings
from mailwake.shell.values.written import to_text

_ENCODINGS = {
    "UTF8": "utf-8",
    "UTF8NoBOM": "utf-8",
    "UTF8BOM": "utf-8-sig",
    "Unicode": "utf-16",
    "UTF32": "utf-32",
    "ASCII": "ascii",
    "Default": "utf-8",
    "OEM": "utf-8",
}
_DRIVE = re.compile(r"[A-Za-z]:|\\\\")
_SUFFIXES = (".csv", ".tsv", ".txt")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _field(value: Value, settings: Settings) -> str:
    """A value in a field; a list's items with commas between."""
    if value is None:
        return ""
    if isinstance(value, list):
        return _quoted(", ".join(to_text(item, settings.culture) for item in value))
    return _quoted(to_text(value, settings.culture))


def _rows(call: Invocation, *, header: bool = True, names: list[str] | None = None) -> Iterator[str]:
    """The lines of the objects; the first one says which columns there are."""
    between = _delimiter(call)
    for item in call.input:
        if isinstance(item, Formatted):
            raise ShellError(
                "Put Export-Csv before Format-Table or Format-List: what they give is laid out for the screen.",
                "FormattedInput",
            )
        if names is None:
            names = [name for name, _ in pairs(item)]
            if call.get("IncludeTypeInformation"):
                yield f"#TYPE {type_name(item)}"
            if header:
                yield between.join(_quoted(name) for name in names)
        values = [member(item, name) for name in names]
        yield between.join(_field(None if value is MISSING else value, call.settings) for value in values)


def _delimiter(call: Invocation) -> str:
    text = to_text(call.get("Delimiter", ","))
    if len(text) != 1 or text in '"\r\n':
        raise ShellError("The delimiter must be one character, such as ';'.", "ParameterArgumentTransformationError")
    return text


def _to_csv(call: Invocation) -> Iterator[Value]:
    yield from _rows(call, header=not call.get("NoHeader"))


def place_for(text: str, policy: ExportPolicy) -> Path:
    """Where Export-Csv may write; raises `ShellError` with the reason where it may not."""
    if not policy.enabled:
        raise ShellError(
            "Export-Csv is switched off here. Use ConvertTo-Csv and save the output.",
            "ExportDisabled",
            category="PermissionDenied",
        )
    if not text.strip() or "\0" in text:
        raise ShellError("Cannot bind argument to parameter 'Path' because it is an empty string.", "PathEmpty")
    if _DRIVE.match(text):
        raise _refused(text, "there are no drives here; write a path such as report.csv or ~/report.csv")
    text = text.replace("\\", "/")  # .\report.csv, as on Windows
    try:
        given = Path(text).expanduser() if text.startswith("~") else Path(text)
        base = (policy.folder or Path.cwd()).resolve()
        folder = (base / given).parent.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        raise _refused(text, "its folder does not exist") from None
    path = folder / given.name
    if policy.folder is not None and not path.is_relative_to(base):
        raise _refused(text, f"files go into {base} only")
    if path.suffix.lower() not in _SUFFIXES:
        raise _refused(text, f"its name must end in one of {', '.join(_SUFFIXES)}")
    if path.parts[1:2] and path.parts[1] in ("dev", "proc", "sys"):
        raise _refused(text, "that is no place for files")
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return path
    except OSError as error:
        raise _refused(text, error.strerror or "it cannot be read") from None
    if not stat.S_ISREG(mode):
        raise _refused(text, "something that is not a file is there")
    return path


def _refused(text: str, why: str) -> ShellError:
    return ShellError(
        f"The file '{text[:200]}' was not written: {why}.", "PathRefused", category="InvalidArgument", target=text[:60]
    )


def _export(call: Invocation) -> Iterator[Value]:
    path = place_for(call.get("Path"), call.session.export)
    encoding = _ENCODINGS[call.get("Encoding", "UTF8")]
    append = bool(call.get("Append"))
    if call.get("NoClobber") and path.exists() and not append:
        raise _refused(str(path), "the file already exists, and -NoClobber was given")
    names = _present_names(path, encoding, _delimiter(call)) if append else None
    if not call.should_process(str(path), "Export-Csv"):
        return
    try:
        if append:
            if encoding in ("utf-16", "utf-32", "utf-8-sig") and names is not None:
                encoding = {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": "utf-8"}[encoding]
            with path.open("a", encoding=encoding, errors="replace", newline="") as file:
                _write_rows(file, call, names)
        else:
            _replace(path, encoding, call)
    except OSError as error:
        raise _refused(str(path), error.strerror or "it cannot be written") from None
    yield from ()


def _replace(path: Path, encoding: str, call: Invocation) -> None:
    """Write beside the file and put it in place when it is whole."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding=encoding, errors="replace", newline="") as file:
            _write_rows(file, call, None)
        beside.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o640)
        beside.replace(path)
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()


def _write_rows(file: io.TextIOBase | io.TextIOWrapper, call: Invocation, names: list[str] | None) -> None:
    for line in _rows(call, names=names):
        call.session.budget.wrote(len(line))
        file.write(line + "\r\n")


def _present_names(path: Path, encoding: str, between: str) -> list[str] | None:
    """The columns that a file has already."""
    try:
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            head = file.readline(100_000)
            while head.startswith("#TYPE"):
                head = file.readline(100_000)
    except (OSError, UnicodeError):
        return None
    return next(csv.reader([head], delimiter=between), None) if head.strip() else None


def _from_csv(call: Invocation) -> Iterator[Value]:
    values = call.get("InputObject", []) if call.given("InputObject") else list(call.input)
    text = "\n".join(to_text(value).rstrip("\r\n") for value in values)
    lines = (line for line in csv.reader(io.StringIO(text), delimiter=_delimiter(call)) if line)
    names = call.get("Header") or next(lines, [])
    try:
        for at, row in enumerate(lines):
            check_items(at)
            call.step()
            yield PSObject((name, row[place] if place < len(row) else None) for place, name in enumerate(names))
    except csv.Error as error:
        raise ShellError(f"The text is not CSV: {error}.", "CsvError", category="InvalidData") from None


def register(registry: Registry) -> None:
    """Add the cmdlets."""
    common = (
        Parameter("Delimiter", STRING, help="What stands between fields; a comma if not given."),
        Parameter(
            "NoTypeInformation", SWITCH, aliases=("NTI",), help="No type in the first line; there is none anyway."
        ),
        Parameter("IncludeTypeInformation", SWITCH, aliases=("ITI",), help="The type in the first line."),
        Parameter("UseCulture", SWITCH, hidden=True),
        Parameter("InputObject", OBJECT, hidden=True),
    )
    registry.add(
        Cmdlet(
            "Export-Csv",
            _export,
            (
                Parameter(
                    "Path",
                    STRING,
                    1,
                    mandatory=True,
                    aliases=("LiteralPath", "PSPath"),
                    help="The file: .csv, .tsv or .txt.",
                ),
                Parameter("Encoding", STRING, values=tuple(_ENCODINGS), help="UTF8 if not given."),
                Parameter("Append", SWITCH, help="Add to the file, in its columns."),
                Parameter("NoClobber", SWITCH, aliases=("NoOverwrite",), help="Leave a file that is there alone."),
                Parameter("Force", SWITCH, hidden=True),
                *common,
            ),
            "Writes objects to a CSV file.",
            examples=(
                Example("Get-MessageTraceV2 | Export-Csv trace.csv -NoTypeInformation", "All rows into a file."),
            ),
            aliases=("epcsv",),
            takes_stream=True,
            should_process=True,
        ),
        Cmdlet(
            "ConvertTo-Csv",
            _to_csv,
            (Parameter("NoHeader", SWITCH, help="Without the line of names."), *common),
            "Objects as lines of CSV.",
            takes_stream=True,
        ),
        Cmdlet(
            "ConvertFrom-Csv",
            _from_csv,
            (
                Parameter("InputObject", STRINGS, 1, help="The lines."),
                Parameter("Header", STRINGS, help="Names of the columns, where no line says them."),
                Parameter("Delimiter", STRING, help="What stands between fields; a comma if not given."),
            ),
            "Lines of CSV as objects.",
            takes_stream=True,
        ),
    )
