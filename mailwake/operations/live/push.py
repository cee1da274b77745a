"""Bodies of HTTP requests to lines: NDJSON, one JSON document, an array of them, or lines of a log."""

from __future__ import annotations

import zlib

import orjson
import zstandard

LIMIT = 64 << 20
"""Bytes of a body when it is unpacked."""
MAX_LINE = 1 << 20
"""Bytes of a line."""
_PIECE = 1 << 20


class PushError(Exception):
    """A body that is not taken; `status` is the HTTP status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def unpacked(body: bytes, encoding: str) -> bytes:
    """The body without its Content-Encoding (RFC 9110 section 8.4): gzip, deflate, zstd (RFC 8878) or none.

    Raises PushError, also when it would become larger than LIMIT.
    """
    name = encoding.strip().lower()
    try:
        if name in ("", "identity"):
            found = body
        elif name in ("gzip", "x-gzip"):
            found = _inflated(body, 16 + zlib.MAX_WBITS)
        elif name == "deflate":
            found = _inflated(body, zlib.MAX_WBITS)
        elif name == "zstd":
            found = _zstd(body)
        else:
            raise PushError(415, f"there is no content coding {name!r} here: send gzip, zstd or none")
    except (zlib.error, zstandard.ZstdError) as error:
        raise PushError(400, f"the body is no {name}: {error}") from error
    if len(found) > LIMIT:
        raise PushError(413, f"the body is larger than {LIMIT >> 20} MB: send it in parts")
    return found


def lines_of(body: bytes, content_type: str) -> list[bytes]:
    """The records of a body as lines. Raises PushError for what is no text, or JSON that is none.

    A JSON document over several lines, and each element of an array, becomes one line; everything else is lines.
    """
    if b"\0" in body:
        raise PushError(400, "the body is binary: send text")
    start = body.lstrip()[:1]
    one = "json" in content_type and "ndjson" not in content_type and "jsonl" not in content_type
    if start == b"[" and "json" in content_type:
        return _elements(body)
    if one and start == b"{" and b"\n" in body.strip():
        try:
            return [orjson.dumps(orjson.loads(body))]
        except orjson.JSONDecodeError:
            pass  # several documents, one a line
    lines = [line.rstrip(b"\r") for line in body.split(b"\n")]
    if any(len(line) > MAX_LINE for line in lines):
        raise PushError(413, f"a line is longer than {MAX_LINE >> 20} MB")
    return [line for line in lines if line.strip()]


def _elements(body: bytes) -> list[bytes]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise PushError(400, f"the body is no JSON: {error}") from error
    return [one.encode() if isinstance(one, str) and "\n" not in one else orjson.dumps(one) for one in found]


def _inflated(body: bytes, bits: int) -> bytes:
    found = bytearray()
    rest = body
    while rest:
        inflate = zlib.decompressobj(bits)
        found += inflate.decompress(rest, LIMIT + 1 - len(found))
        if len(found) > LIMIT:
            break
        if not inflate.eof:
            raise zlib.error("it is cut off")
        rest = inflate.unused_data
    return bytes(found)


def _zstd(body: bytes) -> bytes:
    with zstandard.ZstdDecompressor(max_window_size=8 << 20).stream_reader(body, read_across_frames=True) as reader:
        found = bytearray()
        while len(found) <= LIMIT and (piece := reader.read(_PIECE)):
            found += piece
    return bytes(found)
