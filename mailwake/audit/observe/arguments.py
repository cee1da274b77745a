"""Arguments of IMAP commands as an exported event has them (`cmd_args`): RFC 9051 section 9, folder names RFC 3501
5.1.3.

`5:6 "My Folder"`, `6 +FLAGS (\\Flagged $Label1)`, `Sent (\\Seen) <77 byte literal>`, `&AMk-t&AOk- bob lr`.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(
    r'\s*(?:"((?:[^"\\]|\\.)*)"|(\((?:[^()"]|"(?:[^"\\]|\\.)*"|\([^()]*\))*\))|(<\d+ byte literal>)|(\S+))'
)
_ENCODED = re.compile(r"&([A-Za-z0-9+,]*)-")
_MOST = 10_000
"""Numbers of one set that are looked at one by one."""


def split(text: str) -> list[str]:
    """The arguments: quoted strings without quotes, lists in their parentheses, literals as `<77 byte literal>`."""
    found = []
    for quoted, listed, literal, atom in _TOKEN.findall(text):
        if listed or literal or atom:
            found.append(listed or literal or atom)
        else:
            found.append(re.sub(r"\\(.)", r"\1", quoted))
    return found


def folder_name(text: str) -> str:
    """A folder name out of modified UTF-7; INBOX in capitals, whatever the client wrote (RFC 9051 5.1)."""

    def decode(match: re.Match[str]) -> str:
        if not match[1]:
            return "&"
        code = match[1].replace(",", "/")
        try:
            return b64decode(code + "=" * (-len(code) % 4)).decode("utf-16-be")
        except (Error, UnicodeDecodeError):
            return match[0]

    return inbox(_ENCODED.sub(decode, text))


def inbox(name: str) -> str:
    """A folder name with INBOX in capitals."""
    return "INBOX" + name[5:] if name[:5].upper() == "INBOX" and name[5:6] in ("", "/", ".") else name


class Numbers(NamedTuple):
    """A set of message numbers or UIDs."""

    text: str
    plain: tuple[int, ...]
    """Its numbers, when it names every one of them: a range may span numbers of which there is no message."""

    def has(self, number: int) -> bool:
        """Whether a number lies in the set; `*` is no end, and `$` (what a search found, RFC 5182) any number."""
        return any(low <= number <= high for low, high in _ranges(self.text))


@lru_cache(maxsize=4096)
def numbers(text: str) -> Numbers:
    """Read `3,5:6`, `1:*`."""
    ranges = _ranges(text)
    plain = [low for low, high in ranges if low == high]
    return Numbers(text, tuple(plain) if len(plain) == len(ranges) else ())


def expanded(text: str) -> list[int]:
    """All numbers of a set without `*`, in its order: those of COPYUID and APPENDUID (RFC 4315) are all there."""
    found: list[int] = []
    for low, high in _ranges(text):
        if high - low > _MOST or len(found) > _MOST:
            return []
        found.extend(range(low, high + 1))
    return found


@lru_cache(maxsize=4096)
def _ranges(text: str) -> tuple[tuple[int, int], ...]:
    found = []
    for part in text.split(","):
        if part == "$":
            found.append((1, _END))
            continue
        low, colon, high = part.partition(":")
        ends = [_END if one == "*" else int(one) for one in ((low, high) if colon else (low, low)) if _is_number(one)]
        if len(ends) == 2:
            found.append((min(ends), max(ends)))
    return tuple(found)


_END = 1 << 62


def _is_number(text: str) -> bool:
    return text == "*" or (text.isascii() and text.isdecimal() and len(text) < 18)


_COPYUID = re.compile(r"\[COPYUID (\d+) ([\d:,]+) ([\d:,]+)\]")
_APPENDUID = re.compile(r"\[APPENDUID (\d+) (\d+)\]")


def copied(reply: str) -> list[tuple[int, int]]:
    """Pairs of UIDs (source, destination) that a COPY gave back."""
    match = _COPYUID.search(reply)
    if match is None:
        return []
    source, target = expanded(match[2]), expanded(match[3])
    return list(zip(source, target, strict=True)) if len(source) == len(target) else []


def appended(reply: str) -> int:
    """The UID that an APPEND gave back; 0 when it did not say."""
    match = _APPENDUID.search(reply)
    return int(match[2]) if match else 0


def validity(reply: str) -> int:
    """UIDVALIDITY of the folder that COPYUID or APPENDUID is about; 0 when not said."""
    match = _COPYUID.search(reply) or _APPENDUID.search(reply)
    return int(match[1]) if match else 0
