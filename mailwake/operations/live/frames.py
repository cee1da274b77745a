"""Syslog: frames of a stream, and the line that a message would be in a log file.

Messages become what rsyslog writes to a file, so that the same record is the same fact whichever way it comes:
RFC 3164 section 4.1 keeps its stamp (`Nov 24 10:00:00 host program[pid]: text`), RFC 5424 section 6 becomes
`2026-11-24T10:00:00.123456+00:00 host program[pid]: text`, and with structured data it stays as it is. What lacks a
stamp or a host gets the time of arrival and the sender's address.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_PRI = re.compile(rb"<(\d{1,3})>")
_RFC5424 = re.compile(rb"1 (\S+) (\S+) (\S+) (\S+) (\S+) (-(?: |$)|\[)")
_BSD = re.compile(rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d ")
_ISO = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* ")
_TAG = re.compile(rb"[^\s:\[\]]+(?:\[\d*\])?:")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_DIGITS = 7
"""Of a frame's length: more is no length."""
_LENGTH = re.compile(rb"([1-9]\d{0,6}) (?=<)")


class Frames:
    """Messages of a stream, in both framings of RFC 6587: octet counting (section 3.4.1, and RFC 5425 section 4.3) and
    lines (section 3.4.2). Which one it is is told for each frame by its first byte."""

    def __init__(self, most: int) -> None:
        """most: bytes of a message; the rest of a longer one is left out."""
        self.cut = 0
        """Messages that were cut."""
        self.broken = False
        """The stream is no syslog."""
        self._most = most
        self._data = bytearray()
        self._skip = 0
        """Bytes still to come of a counted frame that was cut."""
        self._skip_line = False

    def feed(self, data: bytes) -> list[bytes]:
        """Messages that are whole with these bytes."""
        found: list[bytes] = []
        if self.broken:
            return found
        self._data += data
        while self._data and not self.broken:
            if not self._left_out() or not self._one(found):
                break
        return found

    def end(self) -> list[bytes]:
        """The last line, when the stream ends without its end; a counted frame that was cut off is none."""
        rest = bytes(self._data)
        self._data.clear()
        return [rest] if rest.strip() and not _LENGTH.match(rest) and not self._skip and not self._skip_line else []

    def _left_out(self) -> bool:
        """Drop the rest of what was cut; whether there is something behind it."""
        if self._skip:
            gone = min(self._skip, len(self._data))
            del self._data[:gone]
            self._skip -= gone
        if self._skip_line and not self._skip:
            end = self._data.find(b"\n")
            self._skip_line = end < 0
            del self._data[: end + 1 if end >= 0 else len(self._data)]
        return bool(self._data) and not self._skip and not self._skip_line

    def _one(self, found: list[bytes]) -> bool:
        """Take one frame; False when it is not whole yet."""
        length = _LENGTH.match(self._data)
        if length is not None:
            return self._counted(int(length[1]), length.end(), found)
        if self._data[0] < 0x20 and self._data[0] not in b"\t\n\r":
            self.broken = True  # TLS, or something else that is no text
            self._data.clear()
            return False
        if len(self._data) <= _DIGITS and self._data.isdigit():
            return False
        end = self._data.find(b"\n", 0, self._most + 1)
        if end < 0 and len(self._data) <= self._most:
            return False
        if end < 0:
            self.cut += 1
            self._skip_line = True
            end = self._most
            found.append(bytes(self._data[:end]))
            del self._data[:end]
            return True
        line = bytes(self._data[:end]).rstrip(b"\r\0")
        del self._data[: end + 1]
        if line:
            found.append(line)
        return True

    def _counted(self, length: int, start: int, found: list[bytes]) -> bool:
        taken = min(length, self._most)
        if len(self._data) - start < taken:
            return False
        found.append(bytes(self._data[start : start + taken]))
        del self._data[: start + taken]
        if length > taken:
            self.cut += 1
            self._skip = length - taken
        return True


def line_of(message: bytes, peer: str, arrived: datetime) -> bytes:
    """The line that a message is kept as. peer: the sender's address. arrived: aware.

    Control characters are written as rsyslog does (`#012`), so that a message stays one line.
    """
    text = message.strip(b"\r\n\0 ").removeprefix(b"\xef\xbb\xbf")
    pri = _PRI.match(text)
    if pri is not None:
        text = text[pri.end() :].lstrip(b" ")
    whole = _RFC5424.match(text)
    text = _of_5424(text, whole, peer, arrived) if whole is not None else _of_3164(text, peer, arrived)
    return _CONTROL.sub(lambda found: b"#%03o" % found[0][0], text)


def _of_5424(text: bytes, found: re.Match[bytes], peer: str, arrived: datetime) -> bytes:
    stamp, host, program, pid, _, data = found.groups()
    if data == b"[" and stamp != b"-" and host != b"-":
        return text
    stamp = stamp if stamp != b"-" else _stamp(arrived)
    host = host if host != b"-" else peer.encode()
    rest = text[found.end() :].removeprefix(b"\xef\xbb\xbf") if data != b"[" else text[found.end() - 1 :]
    if program == b"-":
        return b"%s %s %s" % (stamp, host, rest)
    tag = program if pid == b"-" else b"%s[%s]" % (program, pid)
    return b"%s %s %s: %s" % (stamp, host, tag, rest.removeprefix(b" "))  # rsyslog's %msg% begins with one


def _of_3164(text: bytes, peer: str, arrived: datetime) -> bytes:
    stamped = _BSD.match(text) or _ISO.match(text)
    stamp = stamped[0] if stamped is not None else _stamp(arrived) + b" "
    rest = text[len(stamp) :] if stamped is not None else text
    if _TAG.match(rest) is not None or stamped is None:
        rest = b"%s %s" % (peer.encode(), rest)
    return stamp + rest


def _stamp(when: datetime) -> bytes:
    return when.astimezone(UTC).isoformat(timespec="microseconds").encode()
