"""Damaged lines, frames and bodies, for tests of hostile input and for `bench/hostile.py`."""

from __future__ import annotations

import json
import random
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
_PIECES = (
    *(b"\0", b"\xff\xfe", b"\r\n", b"\n", b"<", b">", b"[", b"]", b"==> x <==\n", b"%s%n", b"\xe2\x80\xae"),
    *(b"\x1b[31m", b"9999999 <", b"<191>1 ", b"<22>", b"{", b'"', b"\\", b"a" * 5000, b"(" * 300, b"<" * 300),
    b"9" * 22,
)


def mutated(chance: random.Random, data: bytes) -> bytes:
    """Damaged in some places."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(6):
            case 0:
                made[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del made[at : at + chance.randint(1, 40)]
            case 2:
                made[at:at] = chance.choice(_PIECES)
            case 3:
                made[at:at] = made[at : at + chance.randint(1, 60)] * chance.randint(1, 20)
            case 4:
                made = made[:at]
            case _:
                made[at:at] = chance.randbytes(chance.randint(1, 30))
    return bytes(made)


def seeds() -> list[bytes]:
    """The lines of all golden cases."""
    found = []
    for path in sorted(TOP.glob("mailwake/sources/*/cases/*.json")):
        for case in json.loads(path.read_text()):
            text = case.get("bare") or f"2026-11-24T10:00:00+00:00 mx {case.get('program')}[7]: {case.get('message')}"
            found.append(str(text).encode("utf-8", "surrogateescape"))
    return found
