"""Names as keys: how they are spelled to be compared. Pure."""

from __future__ import annotations

import re

from mailwake.events.text import decoded

_GUID = re.compile(r"\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?")
_PREFIX = re.compile(r"(?:smtp|sip|x500|mailto):", re.IGNORECASE)


def key(name: str) -> str:
    r"""A name as it is compared: without surrounding blanks, brackets and address prefixes, lower case.

    Bytes that are no UTF-8, and NUL, are written out (`\xe9`): a log may name anything, a database takes no such text.
    """
    text = decoded(" ".join(name.split()).lower()).replace("\0", "\\x00")
    text = _PREFIX.sub("", text, count=1) if ":" in text else text
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    found = _GUID.fullmatch(text)
    return found[1] if found else text


def split(address: str) -> tuple[str, str]:
    """Local part and domain; both empty for what is no address."""
    local, at, domain = address.rpartition("@")
    return (local, domain) if at and local and domain and " " not in address else ("", "")


def is_address(name: str) -> bool:
    """Whether a key is an address."""
    return bool(split(name)[0])


def guid(text: str) -> str:
    """A GUID in its plain form; empty for what is none."""
    found = _GUID.fullmatch(text.strip().lower())
    return found[1] if found and found[1].strip("0-") else ""
