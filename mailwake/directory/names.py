"""Names: how they are spelled as keys, and which a mailbox answers to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailwake.directory.models import Mailbox, MailboxName, NameKind
from mailwake.directory.records import MailboxDraft

_GUID = re.compile(r"\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?")
_PREFIX = re.compile(r"(?:smtp|sip|x500|mailto):", re.IGNORECASE)
_COMMON_NAME = re.compile(r"(?:^|.*/)cn=((?:\\.|[^,\\/])+)", re.IGNORECASE)


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


def readings(identity: str) -> list[tuple[str, str]]:
    r"""Keys to look for, each with how it was read: as it stands, DOMAIN\user, distinguished names."""
    whole = key(identity)
    found = [(whole, "")]
    if "\\" in whole and "=" not in whole:
        found.append((whole.rpartition("\\")[2], NameKind.LOGIN.value))
    common = _COMMON_NAME.match(whole) if "cn=" in whole else None
    if common is not None:
        last = whole.rpartition("/cn=")[2] if "/cn=" in whole else common[1]
        found.append((re.sub(r"\\(.)", r"\1", last.strip()), NameKind.NAME.value))
    elif "/" in whole and "@" not in whole:
        found.append((whole.rpartition("/")[2], NameKind.NAME.value))
    return found


def of_draft(box: Mailbox, draft: MailboxDraft) -> Iterator[tuple[NameKind, str]]:
    """What a mailbox answers to: kinds and keys, each once."""
    pairs = [
        (NameKind.GUID, str(box.guid)),
        (NameKind.NAME, box.name),
        (NameKind.ALIAS, box.alias),
        (NameKind.DISPLAY, box.display_name),
        (NameKind.UPN, box.upn),
        (NameKind.ADDRESS, box.primary_address),
        *((NameKind.ADDRESS, address) for address in draft.addresses),
        *((NameKind.LOGIN, login) for login in draft.logins),
        *((NameKind.DN, dn) for dn in draft.dns),
    ]
    seen: set[tuple[NameKind, str]] = set()
    for kind, name in pairs:
        pair = kind, key(name)
        if pair[1] and pair not in seen:
            seen.add(pair)
            yield pair


def row(box: Mailbox, kind: NameKind, name: str) -> MailboxName:
    """A name as a row, not saved."""
    return MailboxName(
        mailbox=box, kind=kind.value, name=name, local=split(name)[0] if kind == NameKind.ADDRESS else ""
    )
