"""XML documents (XML 1.0), as lines of JSON: each element that a source claims becomes one, attributes by name.

    <SearchResults><Event MailboxGuid="..." Operation="..."><SourceItems><Item Id="..." /></SourceItems></Event>...

becomes `{"MailboxGuid":"...","Operation":"...","SourceItems":[{"Id":"..."}]}`: an element that only holds elements of
one name is a list of them, other children are under their names. Read leniently, for exports are cut off, put together,
and not always well-formed: a tag and its first attribute run together (`<ItemId="...">`) are taken apart, what is not
closed at the end is closed. No document type is read, so no entity but XML's own five and character numbers.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import Any

from mailwake.events.jsontext import dumps

Claims = Callable[[str, tuple[str, ...]], bool]
"""Whether an element of this name with these attributes is a record that somebody reads."""

MAX_RECORD = 16 << 20
"""Characters of one record; a longer one is given up with the rest of the file."""
_LOOK = 64 << 10
_TAG = re.compile(r"""<(?![?!])[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>""")
_OTHER = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<![^>]*>", re.DOTALL)
_NAME = re.compile(r"</?\s*([\w.:-]+)")
_ATTRIBUTE = re.compile(r"""([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_RUN_TOGETHER = re.compile(r"<([A-Za-z_][\w.-]*?)(Id|Name|Value)\s*=")
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(lt|gt|amp|quot|apos));")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}

Node = dict[str, Any]


class ElementError(ValueError):
    """The text is no XML from some place on. Its text says where."""


def is_elements(start: bytes, claims: Claims) -> bool:
    """Whether a text that begins so is XML with an element that somebody claims among the first."""
    text = start[:_LOOK].decode("utf-8", "replace").removeprefix("\ufeff").lstrip()
    if text[:1] != "<" or not (text[1:2].isalpha() or text[1:2] in "?!"):
        return False
    for number, match in enumerate(_TAG.finditer(text)):
        name, attributes = _read(match[0])
        if claims(name, tuple(attributes)):
            return True
        if number > 20:
            break
    return False


class Elements:
    """Reads claimed elements out of pieces of text."""

    def __init__(self, claims: Claims) -> None:
        """claims: which elements are records."""
        self._bytes = codecs.getincrementaldecoder("utf-8")("replace")
        self._claims = claims
        self._text = ""
        self._stack: list[tuple[str, Node]] = []
        """Open elements of the record under way, the record itself first."""

    def feed(self, data: bytes, *, last: bool = False) -> Iterator[str]:
        """The records that are whole with this piece of UTF-8, as lines of JSON. last: no more follows.

        Raises ElementError for a tag without end.
        """
        self._text += self._bytes.decode(data, final=last)
        place = 0
        while True:
            start = self._text.find("<", place)
            if start < 0:
                place = len(self._text)
                break
            match = _TAG.match(self._text, start) or _OTHER.match(self._text, start)
            if match is None:
                place = start
                break
            place = match.end()
            if match[0][1] not in "?!":
                yield from self._tag(match[0])
        self._text = self._text[place:]
        if last:
            yield from self._close(0)
        if len(self._text) > (0 if last and self._text.strip() else MAX_RECORD):
            raise ElementError(f"this is no XML: {self._text[:60]!r}")

    def _tag(self, tag: str) -> Iterator[str]:
        name, attributes = _read(tag)
        if tag.startswith("</"):
            names = [known for known, _ in self._stack]
            if name in names:
                yield from self._close(len(names) - 1 - names[::-1].index(name))
            return
        if self._claims(name, tuple(attributes)):
            yield from self._close(0)  # records are not within each other: the one before lacks its end
            self._stack = [(name, dict(attributes))]
        elif self._stack:
            node: Node = dict(attributes)
            self._stack[-1][1].setdefault("", []).append((name, node))
            self._stack.append((name, node))
        else:
            return
        if tag.endswith("/>"):
            yield from self._close(len(self._stack) - 1)

    def _close(self, depth: int) -> Iterator[str]:
        """End the open elements from a depth on; at depth 0 that is the record."""
        if depth == 0 and self._stack:
            try:
                yield dumps(_folded(self._stack[0][1]))
            except (ValueError, RecursionError) as error:
                raise ElementError("a record cannot be read: it is nested too deeply") from error
        del self._stack[depth:]


def _read(tag: str) -> tuple[str, dict[str, str]]:
    """Name and attributes of a tag."""
    tag = _RUN_TOGETHER.sub(r"<\1 \2=", tag, count=1)
    name = _NAME.match(tag)
    found = {match[1]: _plain(match[2] if match[2] is not None else match[3]) for match in _ATTRIBUTE.finditer(tag)}
    return (name[1] if name else ""), found


def _plain(text: str) -> str:
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _ENTITIES[match[3]]
    number = int(match[1]) if match[1] else int(match[2], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def _folded(node: Node) -> Any:
    """An element and what is in it, as JSON has them."""
    children: list[tuple[str, Node]] = node.pop("", [])
    folded = [(name, _folded(child)) for name, child in children]
    names = {name for name, _ in folded}
    if not node and len(names) == 1:
        return [child for _, child in folded]
    for name, child in folded:
        if name not in node:
            node[name] = child
        elif isinstance(node[name], list):
            node[name] += child if isinstance(child, list) else [child]
        else:
            node[name] = [node[name], child]
    return node
