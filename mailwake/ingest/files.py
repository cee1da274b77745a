"""Opening what people point at: plain and compressed files, directories, standard input; reading blocks of lines.

The kind of a file is told by its first bytes (magic), never by its name.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple, Protocol

import zstandard

from mailwake.ingest.utf16 import Utf16Text, encoding_of
from mailwake.ingest.zstd import ZstdText

BLOCK = 4 << 20
"""Bytes of text read at a time."""
MAX_LINE = 1 << 20
"""A line longer than this is cut there, so that a file without line ends cannot fill the memory."""

PLAIN = "plain"
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x5d\x00\x00", "lzma"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, ValueError)
"""What the decompressors raise on damaged or cut input."""
_CONTROL = bytes(set(range(32)) - {0, 9, 10, 13, 27}) + b"\x7f"


class Text(Protocol):
    """What the openers of all kinds have in common."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to size bytes; none at the end."""

    def seek(self, offset: int, /) -> int:
        """Move to an offset."""


class InputError(Exception):
    """Input that cannot be read as a log. Its text is for the user."""

    def __init__(self, what: str, where: str, hint: str) -> None:
        """what: what is wrong; where: the path; hint: what the user can do."""
        super().__init__(f"{where}: {what}. {hint}")
        self.what, self.where, self.hint = what, where, hint


class Block(NamedTuple):
    """A piece of a file: whole lines, but for a last line that may lack its end."""

    data: bytes
    offset: int
    """Position of the first byte in the (decompressed) text."""
    half: bool = False
    """True for the last line of a file when its end is not written yet."""


def kind_of(path: Path) -> str:
    """`plain`, `gzip`, `bzip2`, `xz`, `lzma`, `zstd`, or an encoding (`utf-16-le`, `utf-16-be`) that has to be read
    through from its beginning as well. Raises InputError when the file cannot be opened."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise InputError(error.strerror or str(error), str(path), "Check the path and its permissions.") from error
    return next((kind for magic, kind in _MAGIC if start.startswith(magic)), "") or encoding_of(start) or PLAIN


@contextmanager
def opened(path: Path) -> Iterator[Text]:
    """The text of a file, decompressed and as UTF-8. Raises InputError as `kind_of` does."""
    kind = kind_of(path)
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        if kind == PLAIN:
            yield raw
        elif kind.startswith("utf-16"):
            yield Utf16Text(raw, kind)
        else:
            encoding = ""
            with suppress(*BROKEN):  # who reads it is told
                encoding = encoding_of(read_full(_unpacked(raw, kind, stack), 16))
            raw.seek(0)
            text = _unpacked(raw, kind, stack)
            yield Utf16Text(text, encoding) if encoding else text


def _unpacked(raw: IO[bytes], kind: str, stack: ExitStack) -> Text:
    if kind == "gzip":
        return stack.enter_context(gzip.open(raw, "rb"))
    if kind == "bzip2":
        return stack.enter_context(bz2.open(raw, "rb"))
    if kind in ("xz", "lzma"):
        return stack.enter_context(lzma.open(raw, "rb"))
    return ZstdText(raw)


class _Steady:
    """Compressed text, read so that nothing that could be read is lost when the rest is damaged."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._failure: Exception | None = None

    def read(self, size: int = -1, /) -> bytes:
        """Up to size bytes; what was read before the damage comes first, then the error."""
        if self._failure is not None:
            raise self._failure
        parts: list[bytes] = []
        piece = getattr(self._text, "read1", self._text.read)
        try:
            while size > 0 and (data := piece(size)):
                parts.append(data)
                size -= len(data)
        except BROKEN as error:
            if not parts:
                raise
            self._failure = error
        return b"".join(parts)

    def seek(self, offset: int, /) -> int:
        """Move to an offset."""
        return self._text.seek(offset)


def read_at(path: Path, offset: int, size: int) -> bytes:
    """Up to size bytes of the text from offset; fewer at its end. Raises InputError for damaged compression."""
    try:
        with opened(path) as text:
            _forward(text, offset, path)
            return read_full(text, size)
    except BROKEN as error:
        raise _damaged(path, error) from error


def blocks(path: Path, start: int = 0, size: int = BLOCK, stop: int | None = None) -> Iterator[Block]:
    """The text from start on, in blocks of whole lines of about `size` bytes; a half line comes last, by itself.

    stop: the offset, at a line's beginning, to read up to.

    Lines above MAX_LINE are cut at multiples of it, so the lines do not depend on `size`. Raises InputError for
    damaged compression, after having given what could be read.
    """
    offset, rest = start, b""
    failure: Exception | None = None
    with opened(path) as raw:
        text = raw if kind_of(path) == PLAIN else _Steady(raw)
        try:
            if start:
                _forward(text, start, path)
            read = start
            while data := text.read(size if stop is None else min(size, stop - read)):
                read += len(data)
                rest += data
                cut = rest.rfind(b"\n") + 1
                while not cut and len(rest) > MAX_LINE:
                    yield Block(rest[:MAX_LINE], offset)
                    offset, rest = offset + MAX_LINE, rest[MAX_LINE:]
                if cut:
                    yield from _bounded(rest[:cut], offset)
                    offset, rest = offset + cut, rest[cut:]
        except BROKEN as error:
            failure = error
    if rest:
        yield Block(rest, offset, half=True)
    if failure is not None:
        raise _damaged(path, failure) from failure


def _bounded(data: bytes, offset: int) -> Iterator[Block]:
    """Whole lines as one block, or as several when a line among them is above MAX_LINE."""
    half = MAX_LINE // 2
    if all(data.find(b"\n", place, place + half) >= 0 for place in range(0, len(data) - half, half)):
        yield Block(data, offset)
        return
    for line in re.findall(rb"[^\n]*\n", data):
        while len(line) - 1 > MAX_LINE:
            yield Block(line[:MAX_LINE], offset)
            offset, line = offset + MAX_LINE, line[MAX_LINE:]
        yield Block(line, offset)
        offset += len(line)


def check_text(path: Path) -> None:
    """Raise InputError when a file is no text: a journal file, or more than a tenth control characters.

    NUL bytes do not count: after a crash a log may hold long runs of them.
    """
    start = read_at(path, 0, 65536)
    if start.startswith(b"LPKSHHRH"):
        hint = "Export it first: journalctl --file THIS -o json > journal.json"
        raise InputError("this is a binary journal file", str(path), hint)
    solid = start.replace(b"\0", b"")
    if len(solid) - len(solid.translate(None, _CONTROL)) > len(solid) // 10:
        raise InputError("this is binary data, not a log", str(path), "Give the log file as text.")


@contextmanager
def spooled(stream: IO[bytes]) -> Iterator[Path]:
    """Standard input as a file: copied to a temporary one, which is removed afterwards.

    Its modification time is that of the copy, so the years of a piped log are counted back from the time of reading.
    """
    with tempfile.NamedTemporaryFile(prefix="mailwake-", suffix=".log") as file:
        shutil.copyfileobj(stream, file, BLOCK)
        file.flush()
        yield Path(file.name)


def _forward(text: Text, count: int, path: Path) -> None:
    """Move to an offset: compressed text can only be read up to there."""
    if kind_of(path) == PLAIN:
        text.seek(count)
        return
    while count > 0 and (piece := text.read(min(count, BLOCK))):
        count -= len(piece)


def read_full(text: Text, size: int) -> bytes:
    """Exactly size bytes, fewer only at the end: decompressors may give less at a time."""
    data = b""
    while len(data) < size and (piece := text.read(size - len(data))):
        data += piece
    return data


def _damaged(path: Path, error: Exception) -> InputError:
    hint = "The file is damaged or cut short; what came before was read."
    return InputError(f"reading stopped: {error}", str(path), hint)
