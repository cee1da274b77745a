"""Names as keys: how they are spelled to be compared. Pure."""

from __future__ import annotations

import re

_GUID = re.compile(r"\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?")
_PREFIX = re.compile(r"(?:smtp|sip|x500|mailto):", re.IGNORECASE)


def key(name: str) -> str:
    """A name as it is compared: without surrounding blanks, brackets and address prefixes, lower case."""
    text = " ".join(name.split()).lower()
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
