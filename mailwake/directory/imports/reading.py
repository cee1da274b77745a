"""Bytes of a file to rows: encodings and forms are recognised, not asked for.

CSV with a heading (Export-Csv, a `#TYPE` line before it, semicolons or tabs instead of commas), JSON (an array, one
object, an object with `value`, or an object per line), Export-Clixml, what Format-List prints, `doveadm user '*'` (a
name per line), `getent passwd`, and Dovecot's passwd-file (`user:password:uid:gid:gecos:home:shell:extra fields`), of
which only names are taken.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mailwake.directory.errors import DirectoryError
from mailwake.directory.imports import clixml, listed
from mailwake.events.told import tell

LOGIN = "loginname"
"""Column of rows that come from a list of users."""
_USER = re.compile(r"[^\s,;:\"{}\[\]]+")
_PASSWD = re.compile(r"([^\s:,;\"]+):[^,;]*")
_SYSTEM = re.compile(r"([^\s:,;\"]+):[x*!]*:(\d{1,10}):\d{1,10}:[^:]*:[^:]*:[^:]*")
_FIRST_UID, _NOBODY = 500, 65534
"""Users of the system below are no people's: Dovecot's first_valid_uid."""
_HEADINGS = frozenset(("username", "user"))
"""What a formatter of doveadm puts above its names."""
_MOST_BYTES = 1 << 30


class Row(NamedTuple):
    """One row: its line (or number in a JSON array, from 1), and values by column in lower case."""

    line: int
    values: dict[str, Any]


def rows(data: bytes, name: str) -> Iterator[Row]:
    """The rows of a file. Raises DirectoryError naming the file when it is none of the forms."""
    if len(data) > _MOST_BYTES:
        raise DirectoryError("file-too-large", tell("{name}: is larger than 1 GiB", name=name), tell("split it"))
    text = decoded(data, name)
    first = text.lstrip()[:1]
    if not first:
        raise DirectoryError("file-empty", tell("{name}: is empty", name=name), tell("export the list again"))
    if first in "[{":
        return _json(text, name)
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if first == "<":
        return _objects(list(clixml.objects(text, name)), name)
    if listed.is_listed(text):
        return (Row(line, _columns(values)) for line, values in listed.objects(text))
    if lines and all(_USER.fullmatch(line.strip()) for line in lines[:1000]):
        return _users(text)
    if lines and all(_SYSTEM.fullmatch(line.strip()) for line in lines[:1000]):
        return _system(text)
    if lines and all(_PASSWD.fullmatch(line.strip()) for line in lines[:1000]):
        return _passwd(text)
    return _csv(text, name)


def decoded(data: bytes, name: str) -> str:
    """Text of UTF-8 or UTF-16, with or without a byte order mark; else of Windows-1252. Raises DirectoryError."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding, name)
    start = data[:4096]
    if b"\0" in start:  # UTF-16 without a mark: every other byte of plain text is zero
        return _strict(data, "utf-16-le" if start[1:2] == b"\0" else "utf-16-be", name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DirectoryError(
            "file-damaged",
            tell("{name}: is no {encoding}: {reason}", name=name, encoding=encoding.upper(), reason=error.reason),
            tell("export it again"),
        ) from error


def _json(text: str, name: str) -> Iterator[Row]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        if text.lstrip().startswith("{") and "\n" in text.strip():
            return _json_lines(text, name)
        raise DirectoryError(
            "file-damaged",
            tell("{name}: line {line} is no JSON: {reason}", name=name, line=error.lineno, reason=error.msg),
            tell("export it again"),
        ) from error
    if isinstance(value, dict):
        value = value["value"] if isinstance(value.get("value"), list) else [value]
    return _objects(value, name)


def _objects(values: list[Any], name: str) -> Iterator[Row]:
    for number, value in enumerate(values, 1):
        if not isinstance(value, dict):
            raise DirectoryError(
                "file-damaged",
                tell("{name}: entry {number} is no object", name=name, number=number),
                tell("give an array of objects"),
            )
        yield Row(number, _columns(value))


def _columns(value: dict[Any, Any]) -> dict[str, Any]:
    return {column(str(key)): part for key, part in value.items()}


def column(name: str) -> str:
    """A column's name as it is looked for: `Primary SMTP Address` is `primarysmtpaddress`."""
    return re.sub(r"[\s_-]", "", name).lower()


def _json_lines(text: str, name: str) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                value = json.loads(line)
            except json.JSONDecodeError as error:
                raise DirectoryError(
                    "file-damaged",
                    tell("{name}: line {line} is no JSON: {reason}", name=name, line=number, reason=error.msg),
                    tell("export it again"),
                ) from error
            if isinstance(value, dict):
                yield Row(number, _columns(value))


def _csv(text: str, name: str) -> Iterator[Row]:
    skipped = 0
    lines = text.splitlines(keepends=True)
    while lines and (not lines[0].strip() or lines[0].startswith("#TYPE") or lines[0].lower().startswith("sep=")):
        lines.pop(0)
        skipped += 1
    head = lines[0] if lines else ""
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO("".join(lines)), delimiter=delimiter)
    heading = [column(cell) for cell in next(reader, [])]
    if not heading or not any(heading):
        raise DirectoryError(
            "file-damaged", tell("{name}: has no heading", name=name), tell("the first line names the columns")
        )
    return _table(reader, heading, skipped, name)


def _table(reader: Any, heading: list[str], skipped: int, name: str) -> Iterator[Row]:
    try:
        before = reader.line_num
        for cells in reader:
            line, before = before + skipped + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield Row(line, dict(zip(heading, cells, strict=False)))
    except csv.Error as error:
        raise DirectoryError(
            "file-damaged",
            tell("{name}: line {line} is no CSV: {error}", name=name, line=reader.line_num + skipped, error=error),
            tell("export it again"),
        ) from error


def _users(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), 1):
        name = line.strip()
        if name and not name.startswith("#") and not (number == 1 and name.lower() in _HEADINGS):
            yield Row(number, {LOGIN: name})


def _system(text: str) -> Iterator[Row]:
    """The users of a system, `getent passwd`: a userdb of the driver passwd."""
    for number, line in enumerate(text.splitlines(), 1):
        found = _SYSTEM.fullmatch(line.strip())
        if found is not None and _FIRST_UID <= int(found[2]) != _NOBODY:
            yield Row(number, {LOGIN: found[1]})


def _passwd(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), 1):
        found = _PASSWD.fullmatch(line.strip())
        if found is not None and not line.lstrip().startswith("#"):
            yield Row(number, {LOGIN: found[1]})
