"""Postfix queue IDs: grammar, and the arrival time that a long one carries.

Short: upper-case hex, five digits of microseconds and the inode (6 to 12 here, up to 21 seen with big inodes).
Long (enable_long_queue_ids): base-52 seconds (6 or more), base-52 microseconds (4), `z`, base-51 inode (no `z`).
Source: Postfix src/global/mail_queue.h, postconf(5) enable_long_queue_ids.
"""

from __future__ import annotations

import re

_ALPHABET = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"
_VALUE = {c: i for i, c in enumerate(_ALPHABET)}

SHORT = r"[0-9A-F]{5,24}"
LONG = r"[0-9BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz]{10,}z[0-9BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxy]{1,16}"
QUEUE_ID = rf"(?:{LONG}|{SHORT})(?:\.[0-9A-F]{{5}})?"
"""A queue ID, with the suffix that MailScanner adds to one it re-queued."""

_LONG = re.compile(LONG + r"\Z")
_ANY = re.compile(QUEUE_ID + r"\Z")


def is_queue_id(text: str) -> bool:
    """Whether text can be a Postfix queue ID; `NOQUEUE` is not one."""
    return _ANY.match(text) is not None


def arrival_time(queue_id: str) -> int | None:
    """Microseconds UTC at which a long queue ID was made; None for a short one."""
    if not _LONG.match(queue_id):
        return None
    stamp = queue_id[: queue_id.rindex("z")]
    seconds = 0
    for char in stamp[:-4]:
        seconds = seconds * 52 + _VALUE[char]
    micros = 0
    for char in stamp[-4:]:
        micros = micros * 52 + _VALUE[char]
    return seconds * 1_000_000 + micros if micros < 1_000_000 else None
