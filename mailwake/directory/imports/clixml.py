"""Objects that Export-Clixml has written: [MS-PSRP] 2.2.5, PowerShell's serialization of objects as XML.

    <Objs Version="1.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">
      <Obj RefId="0"><ToString>Rosa</ToString><Props><S N="Name">Rosa</S><B N="AuditEnabled">true</B>...

A list is a list; another object within an object is what it calls itself (`ToString`): an address, the word of an
enumeration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from mailwake.directory.errors import DirectoryError
from mailwake.events.told import tell

_LISTS = frozenset(("LST", "IE", "QUE", "STK"))
_MEMBERS = frozenset(("Props", "MS"))
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SPAN = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?")
"""A time span (xs:duration, with days and less only)."""
_DEEPEST = 20
"""Objects within objects that are looked at; Export-Clixml goes two deep unless told otherwise."""


def objects(text: str, name: str) -> Iterator[dict[str, Any]]:
    """The objects of a file, by property. Raises DirectoryError when it is no such file."""
    if "<!DOCTYPE" in text[:4096] or "<Objs" not in text[:4096]:
        raise DirectoryError(
            "file-not-read",
            tell("{name}: is XML of a kind that is not read", name=name),
            tell("export it as JSON (ConvertTo-Json) or with Export-Clixml"),
        )
    try:
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except ElementTree.ParseError as error:
        raise DirectoryError(
            "file-damaged",
            tell("{name}: line {line} is no XML: {reason}", name=name, line=error.position[0], reason=error),
            tell("export it again"),
        ) from error
    known: dict[str, Any] = {}
    for child in root:
        if _tag(child) == "Obj":
            listed = next((part for part in child if _tag(part) in _LISTS), None)
            for one in (child,) if listed is None else listed:
                yield _members(one, known, 0)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _members(element: ElementTree.Element, known: dict[str, Any], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in element:
        if _tag(part) in _MEMBERS:
            for member in part:
                found[_text(member.get("N", ""))] = _value(member, known, depth + 1)
    return found


def _value(element: ElementTree.Element, known: dict[str, Any], depth: int) -> Any:
    tag = _tag(element)
    if tag == "Nil" or depth > _DEEPEST:
        return None
    if tag == "Ref":
        return known.get(element.get("RefId", ""))
    if tag == "Obj":
        found = _object(element, known, depth)
        known[element.get("RefId", "")] = found
        return found
    text = _text(element.text or "")
    return _days(text) if tag == "TS" else text


def _object(element: ElementTree.Element, known: dict[str, Any], depth: int) -> Any:
    for part in element:
        if _tag(part) in _LISTS:
            return [_value(one, known, depth + 1) for one in part]
    told = next((_text(part.text or "") for part in element if _tag(part) == "ToString"), "")
    return told or _members(element, known, depth)


def _text(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _days(text: str) -> str:
    """`P90D` as `90.00:00:00`."""
    match = _SPAN.fullmatch(text)
    if match is None:
        return text
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    return f"{match[1]}{days}.{hours:02}:{minutes:02}:{seconds:02}"
