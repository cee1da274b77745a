"""Taking a list in: what each row is about, and an account of what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mailwake.directory import keys
from mailwake.directory.errors import DirectoryError
from mailwake.directory.imports.drafts import RowError, draft_of
from mailwake.directory.imports.reading import LOGIN, Row, rows
from mailwake.directory.records import MAILBOX_RIGHTS, RECIPIENT_RIGHTS, MailboxDraft
from mailwake.events.told import tell

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

_RIGHTS = {right.lower(): right for right in (*MAILBOX_RIGHTS, *RECIPIENT_RIGHTS)}
_MAILBOX, _PERMISSION, _BYPASS = "mailbox", "permission", "bypass"
_SELF = "nt authority\\self"
"""Everybody's right on their own mailbox, which Get-MailboxPermission lists."""


@dataclass
class Account:
    """What became of the rows of a file."""

    made: int = 0
    changed: int = 0
    same: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    """Line, and why."""
    notes: list[tuple[int, str]] = field(default_factory=list)
    """Line, and what of it was left out."""
    kinds: Counter[str] = field(default_factory=Counter)
    """Rows by what they are about: mailbox, permission, bypass."""


def load(directory: Directory, data: bytes, name: str, now: int) -> Account:
    """Take a file in, whole or not at all. Raises DirectoryError when it cannot be read."""
    from mailwake.directory.declaring import CHANGED, MADE, declare_all

    account = Account()
    drafts: list[tuple[int, MailboxDraft]] = []
    others: list[tuple[str, Row]] = []
    for row in rows(data, name):
        kind = _kind(row.values)
        account.kinds[kind] += 1
        if kind != _MAILBOX:
            others.append((kind, row))
            continue
        notes: list[str] = []
        try:
            drafts.append((row.line, draft_of(row.values, notes)))
        except RowError as error:
            account.refused.append((row.line, error.message))
        account.notes += [(row.line, note) for note in notes]
    with directory.writing():
        outcomes = declare_all(directory, [draft for _, draft in drafts], now)
        for (line, _), outcome in zip(drafts, outcomes, strict=True):
            if outcome.refused:
                account.refused.append((line, outcome.what))
            elif outcome.what == MADE:
                account.made += 1
            elif outcome.what == CHANGED:
                account.changed += 1
            else:
                account.same += 1
        for kind, row in others:
            _take(directory, kind, row, now, account)
    account.refused.sort()
    return account


def _kind(values: Mapping[str, Any]) -> str:
    if "accessrights" in values and ("user" in values or "trustee" in values):
        return _PERMISSION
    return _BYPASS if "auditbypassenabled" in values else _MAILBOX


def _take(directory: Directory, kind: str, row: Row, now: int, account: Account) -> None:
    try:
        new = _permit(directory, row.values) if kind == _PERMISSION else _leave_out(directory, row.values, now)
    except (RowError, DirectoryError) as error:
        account.refused.append((row.line, error.message))
        return
    account.made += new
    account.same += not new


def _permit(directory: Directory, values: Mapping[str, Any]) -> bool:
    trustee = str(values.get("user") or values.get("trustee") or "").strip()
    if not trustee:
        raise RowError(tell("it names no account"))
    if trustee.lower() == _SELF:
        return False
    text = values["accessrights"]
    listed = text if isinstance(text, list) else str(text).strip("{}").replace(";", ",").split(",")
    rights = []
    for part in listed:
        word = str(part).strip()
        if word.lower() not in _RIGHTS:
            raise RowError(tell("{text!r} is no right on a mailbox", text=word))
        rights.append(_RIGHTS[word.lower()])
    box = directory.mailboxes.find(str(values.get("identity") or ""))
    deny = _yes(values.get("deny")) or str(values.get("accesscontroltype", "")).lower() == "deny"
    return bool(
        directory.permissions.add(box.id, trustee, rights, deny=deny, inherited=_yes(values.get("isinherited")))
    )


def _leave_out(directory: Directory, values: Mapping[str, Any], now: int) -> bool:
    identity = str(values.get("identity") or values.get("name") or values.get(LOGIN) or "").strip()
    if not keys.key(identity):
        raise RowError(tell("it names no account"))
    enabled = _yes(values["auditbypassenabled"])
    if not enabled:
        return False
    before, _ = directory.bypasses.set(identity, True, now)
    return not before.enabled


def _yes(value: Any) -> bool:
    return value is True or str(value).strip().lower() in ("true", "yes", "1")
