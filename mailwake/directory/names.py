"""Names: how they are spelled as keys, and which a mailbox answers to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db.models import QuerySet

from mailwake.directory.keys import is_address, key, split
from mailwake.directory.models import Aside, Mailbox, MailboxName, NameKind
from mailwake.directory.records import MailboxDraft

__all__ = ["claiming", "is_address", "key", "of_draft", "readings", "row", "split"]

_COMMON_NAME = re.compile(r"(?:^|.*/)cn=((?:\\.|[^,\\/])+)", re.IGNORECASE)


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
        *((NameKind.ADDRESS if is_address(key(login)) else NameKind.LOGIN, login) for login in draft.logins),
        *((NameKind.DN, dn) for dn in draft.dns),
    ]
    seen: set[tuple[NameKind, str]] = set()
    for kind, name in pairs:
        pair = kind, key(name)
        if pair[1] and pair not in seen:
            seen.add(pair)
            yield pair


def row(box: Mailbox, kind: NameKind, name: str, aside: Aside | None = None) -> MailboxName:
    """A name as a row, not saved."""
    local = split(name)[0] if kind == NameKind.ADDRESS else ""
    return MailboxName(mailbox=box, kind=kind.value, name=name, local=local, aside=aside)


def claiming(rows: QuerySet[MailboxName]) -> QuerySet[MailboxName]:
    """Names by which logs and everybody mean their mailbox: without those that stand aside."""
    return rows.exclude(aside=Aside.WHOLE)
