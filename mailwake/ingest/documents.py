"""JSON documents, as lines of JSON: what a REST service or a shell's ConvertTo-Json gives, and no log writes.

    [{...}, {...}]                                    a list of records, on one line or many
    ["{...}", "{...}"], [[{...}], [{...}]]            the same, each as text; lists of lists
    {"@odata.context": ..., "value": [{...}, ...]}    a page: the records are in the first list of objects in it
    {...}                                             one record, on several lines

Several documents may follow each other (pages put together, jq's output). Each record becomes one compact line, its
members in their order. JSON Lines, a record on each line, are a log and not read here.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator

import orjson

from mailwake.events.jsontext import dumps

MAX_RECORD = 16 << 20
"""Characters of one record; a longer one is given up with the rest of the file."""
_LOOK = 64 << 10
_BLANK = re.compile(r"[\s,]*")
_LIST = re.compile(r'\s*\[\s*(?=[{\]]|"\s*\{|\[\s*\{)')
_LISTS = ("value", "results", "items", "records", "entries", "events", "logs", "data")
"""What services call the list of records of a page."""
_PLAIN = r'"(?:[^"\\\n]|\\.)*"\s*:\s*(?:"(?:[^"\\\n]|\\.)*"|[-+\w.]+)\s*'
_PAGE = re.compile(rf'\{{\s*(?:{_PLAIN},\s*)*"(?:{"|".join(_LISTS)})"\s*:\s*\[\s*(?=\{{)', re.IGNORECASE)
"""A page up to its first record."""
_PAGE_END = re.compile(rf"\](?:\s*,\s*{_PLAIN})*\s*\}}")


class DocumentError(ValueError):
    """The text is no JSON from some place on. Its text says where."""


def is_document(start: bytes) -> bool:
    """Whether a text that begins so is a document, and not JSON Lines or something else."""
    text = start[:_LOOK].decode("utf-8", "replace").removeprefix("\ufeff").lstrip()
    if text[:1] == "[":
        return _LIST.match(text) is not None
    if text[:1] != "{":
        return False
    first, ended, _ = text.partition("\n")
    if ended or len(start) < _LOOK:
        try:
            record = orjson.loads(first)
        except ValueError:
            return re.match(r"\{\s*(?:\"|\})", text) is not None and not _is_cut(first)
        return _page(record) is not None
    return _PAGE.match(text) is not None  # on one long line


def _is_cut(line: str) -> bool:
    """Whether a line that is no JSON by itself is a damaged record of JSON Lines, and not the beginning of a document.

    A document that is written over several lines breaks them behind `{`, `[` or `,`.
    """
    return not re.search(r"[{\[,]\s*\Z", line)


def _page(record: object) -> list[dict[str, object]] | None:
    """The list of records in an object; None when the object is a record itself.

    Beside its records a page has only plain values (links, counts, titles).
    """
    if not isinstance(record, dict):
        return None
    lists = [(name, value) for name, value in record.items() if isinstance(value, list | dict)]
    if len(lists) != 1:
        return None
    name, value = lists[0]
    if isinstance(value, dict):
        return _page(value) if name == "d" else None  # OData 2
    known = name.lower() in _LISTS and value and all(isinstance(item, dict) for item in value)
    return value if known else None


def _line(record: object) -> str:
    try:
        return dumps(record)
    except ValueError as error:
        raise DocumentError(f"a record cannot be read: {error}") from error


def _within(text: str) -> object:
    """A record that is text in its list, as a column of texts comes out of ConvertTo-Json; else the text."""
    if text.lstrip()[:1] != "{":
        return text
    try:
        return orjson.loads(text)
    except ValueError:
        return text


class Documents:
    """Reads documents out of pieces of text."""

    def __init__(self) -> None:
        """Nothing read."""
        self._bytes = codecs.getincrementaldecoder("utf-8")("replace")
        self._decoder = json.JSONDecoder()
        self._text = ""
        self._inside = ""
        """`list` or `page` while the place reached lies in a list of records."""

    def feed(self, data: bytes, *, last: bool = False) -> Iterator[str]:
        """The records that are whole with this piece of UTF-8. last: no more follows. Raises DocumentError."""
        text = self._bytes.decode(data, final=last)
        self._text += text if self._text else text.removeprefix("\ufeff")
        place = 0
        while True:
            place = self._skip(place)
            if place >= len(self._text):
                break
            made = self._next(place, last)
            if made is None:
                if last or len(self._text) - place > MAX_RECORD:
                    raise DocumentError(f"this is no JSON: {self._text[place : place + 60]!r}")
                break
            record, place = made
            if isinstance(record, str) and self._inside:
                record = _within(record)
            if isinstance(record, dict):
                page = None if self._inside else _page(record)
                for one in [record] if page is None else page:
                    yield _line(one)
            elif isinstance(record, list):
                yield from (_line(one) for one in record if isinstance(one, dict))
        self._text = self._text[place:]

    def _skip(self, place: int) -> int:
        match = _BLANK.match(self._text, place)
        return match.end() if match else place

    def _next(self, place: int, last: bool) -> tuple[object, int] | None:
        """The next record, or None for a bracket, and the place behind it; None when it is not whole."""
        text = self._text
        if self._inside and text[place] == "]":
            end = _PAGE_END.match(text, place) if self._inside == "page" else None
            if self._inside == "page" and end is None and not last and len(text) - place < _LOOK:
                return None
            self._inside = ""
            return None, end.end() if end else place + 1
        if not self._inside and text[place] == "[":
            self._inside = "list"
            return None, place + 1
        if text[place] == "}":  # of a page with more than plain values behind its records
            return None, place + 1
        page = _PAGE.match(text, place) if not self._inside else None
        if page is not None:
            self._inside = "page"
            return None, page.end()
        try:
            return self._decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return None
