"""Declaring many mailboxes, as a list of them says: new ones are made, known ones brought up to what it says.

A row is of the mailbox that has its GUID, or one of its addresses or its UPN; a row without any of these, of the one
with its login, alias or name. What a row does not say stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import QuerySet

from mailwake.directory import discovery, keys, names
from mailwake.directory.errors import DirectoryError
from mailwake.directory.mailboxes import new_box, said
from mailwake.directory.models import Mailbox, MailboxName, NameKind, Organization
from mailwake.directory.records import MailboxDraft, MailboxRecord
from mailwake.events.told import tell

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

_CHUNK = 400
_SURE = (NameKind.GUID.value, NameKind.ADDRESS.value, NameKind.UPN.value)
_USUAL = (NameKind.LOGIN.value, NameKind.ALIAS.value, NameKind.NAME.value)
_COLUMNS = {
    "name": NameKind.NAME,
    "alias": NameKind.ALIAS,
    "upn": NameKind.UPN,
    "display_name": NameKind.DISPLAY,
}
_TEXTS = ("name", "alias", "display_name", "upn", "guid", "primary_address")
MADE, CHANGED, SAME = "made", "changed", "same"


class Outcome(NamedTuple):
    """What became of a draft."""

    what: str
    """MADE, CHANGED, SAME, or why it was refused."""
    refused: bool = False


def declare_all(directory: Directory, drafts: Sequence[MailboxDraft], now: int) -> Iterator[Outcome]:
    """Declare them, in one change; an outcome for each draft, in order."""
    with directory.writing() as revision:
        for start in range(0, len(drafts), _CHUNK):
            yield from _declare_some(directory, drafts[start : start + _CHUNK], now, revision)


def _declare_some(directory: Directory, drafts: Sequence[MailboxDraft], now: int, revision: int) -> Iterator[Outcome]:
    """Those whose names nobody has, and no other draft of the portion, are made together, the others one by one."""
    claims: dict[str, int] = {}
    for draft in drafts:
        for key in claimed(draft):
            claims[key] = claims.get(key, 0) + 1
    taken = set(_live(directory).filter(name__in=list(claims)).values_list("name", flat=True))
    versioned = bool(Organization.objects.using(directory.alias).values_list("deciding_since", flat=True).get(pk=1))
    plain = [draft for draft in drafts if all(claims[key] == 1 and key not in taken for key in claimed(draft))]
    # what differs from the defaults needs a version where acts are decided already: `Mailboxes.create` writes it
    together = {id(draft) for draft in plain if not (versioned and said(draft))}
    _make_together(directory, [draft for draft in drafts if id(draft) in together], now, revision)
    known = _known_by_name(directory, taken)
    for draft in drafts:
        if id(draft) in together:
            yield Outcome(MADE)
            continue
        if all(claims[key] == 1 for key in claimed(draft)) and _says_nothing_new(draft, known):
            yield Outcome(SAME)
            continue
        try:
            yield Outcome(declare(directory, draft, now))
        except DirectoryError as error:
            yield Outcome(error.message, refused=True)


def _known_by_name(directory: Directory, taken: Iterable[str]) -> dict[str, MailboxRecord]:
    """Mailboxes by the names of a portion, in a few queries: most rows of a list that is read again say nothing new."""
    rows = _live(directory).filter(name__in=list(taken), kind__in=[*_SURE, NameKind.LOGIN.value])
    pairs = list(rows.values_list("name", "mailbox_id"))
    records = {box.id: box for box in directory.mailboxes.several({number for _, number in pairs})}
    return {name: records[number] for name, number in pairs}


def _says_nothing_new(draft: MailboxDraft, known: Mapping[str, MailboxRecord]) -> bool:
    first = draft.guid or draft.primary_address or (draft.logins[0] if draft.logins else "")
    box = known.get(keys.key(first))
    if box is None or box.discovered or draft.permissions:
        return False
    addresses, has = {keys.key(address) for address in draft.addresses}, set(box.addresses)
    texts = [(getattr(draft, name), getattr(box, name)) for name in _TEXTS]
    return (
        all(not wanted or wanted == there for wanted, there in texts)
        and (addresses == has if draft.all_addresses else addresses <= has)
        and {keys.key(login) for login in draft.logins} <= has | set(box.logins)
        and {keys.key(dn) for dn in draft.dns} <= set(box.dns)
        and all(getattr(box, name) == value for name, value in said(draft).items())
    )


def declare(directory: Directory, draft: MailboxDraft, now: int) -> str:
    """Declare one: MADE, CHANGED or SAME. Raises DirectoryError when it is several mailboxes' at once."""
    with directory.writing():
        box = _known(directory, draft)
        if box is None or box.discovered:
            directory.mailboxes.create(draft, now)
            _permit(directory, draft)
            return MADE if box is None else CHANGED
        changed = _rename(directory, box, draft, now)
        current = directory.mailboxes.get(box.pk)
        values = {name: value for name, value in said(draft).items() if getattr(current, name) != value}
        if values or changed:
            directory.mailboxes.change(box.pk, now, **values)
        return CHANGED if _permit(directory, draft, box.pk) or values or changed else SAME


def claimed(draft: MailboxDraft) -> set[str]:
    """Every key that a draft lays claim to."""
    found = {draft.name, draft.alias, draft.primary_address, draft.upn, draft.guid, *draft.addresses, *draft.logins}
    return {keys.key(name) for name in found if name}


def _live(directory: Directory) -> QuerySet[MailboxName]:
    rows = names.claiming(MailboxName.objects.using(directory.alias))
    return rows.filter(until=None).exclude(kind=NameKind.DISPLAY.value)


def _known(directory: Directory, draft: MailboxDraft) -> Mailbox | None:
    rows = _live(directory).select_related("mailbox")
    logins = [login for login in draft.logins if keys.is_address(keys.key(login))]
    sure = {
        keys.key(name) for name in (draft.guid, draft.primary_address, draft.upn, *draft.addresses, *logins) if name
    }
    boxes = {row.mailbox_id: row.mailbox for row in rows.filter(name__in=sure, kind__in=_SURE)} if sure else {}
    if not boxes:
        usual = {keys.key(name) for name in (*draft.logins, draft.alias, draft.name) if name}
        boxes = {row.mailbox_id: row.mailbox for row in rows.filter(name__in=usual, kind__in=_USUAL)}
        if sure:  # one with another address of its own is another one
            boxes = {number: box for number, box in boxes.items() if not box.primary_address}
    declared = {number: box for number, box in boxes.items() if not box.discovered}
    if len(declared) > 1:
        told = ", ".join(sorted(box.primary_address or box.name for box in declared.values()))
        raise DirectoryError("ambiguous-mailbox", tell("it names several mailboxes: {told}", told=told), status=409)
    return next(iter((declared or boxes).values()), None)


def _rename(directory: Directory, box: Mailbox, draft: MailboxDraft, now: int) -> bool:
    """Bring the names up to what a draft says; whether anything changed."""
    before = {(row.kind, row.name) for row in _rows_of(directory, box)}
    there = _rows_of(directory, box)
    kinds: set[NameKind] = set()
    if draft.primary_address:
        box.primary_address = keys.key(draft.primary_address)
        box.domain = keys.split(box.primary_address)[1]
    for column, kind in _COLUMNS.items():
        if getattr(draft, column):
            setattr(box, column, getattr(draft, column))
            kinds.add(kind)
    kinds |= {NameKind.DN} if draft.dns else set()
    kinds |= {NameKind.ADDRESS} if draft.all_addresses else set()
    said_names = [pair for pair in names.of_draft(box, draft) if pair[0] != NameKind.GUID or draft.guid]
    kept = [(NameKind(row.kind), row.name) for row in there if NameKind(row.kind) not in kinds]
    wanted = list(dict.fromkeys([*said_names, *kept]))
    discovery.absorb(directory, box, [name for kind, name in wanted if kind not in (NameKind.DISPLAY, NameKind.GUID)])
    directory.mailboxes.rename(box, wanted, set(NameKind), now)
    box.save(using=directory.alias)
    if before == {(row.kind, row.name) for row in _rows_of(directory, box)}:
        return False
    directory.mailboxes.settle(wanted)
    return True


def _rows_of(directory: Directory, box: Mailbox) -> list[MailboxName]:
    return list(MailboxName.objects.using(directory.alias).filter(mailbox=box, until=None))


def _permit(directory: Directory, draft: MailboxDraft, number: int | None = None) -> bool:
    """Give the rights that a draft names; whether one was new."""
    if not draft.permissions:
        return False
    if number is None:
        number = directory.mailboxes.find(draft.primary_address or draft.name).id
    made = [directory.permissions.add(number, trustee, [right]) for trustee, right in draft.permissions]
    return any(made)


def _make_together(directory: Directory, drafts: Sequence[MailboxDraft], now: int, revision: int) -> None:
    if not drafts:
        return
    enabled = not directory.organization.current().settings.audit_disabled
    boxes = []
    for draft in drafts:
        box = new_box(draft, now, revision)
        if draft.audit_enabled is None:
            box.audit_enabled = enabled
        boxes.append(box)
    made = Mailbox.objects.using(directory.alias).bulk_create(boxes)
    pairs = [(box, list(names.of_draft(box, draft))) for box, draft in zip(made, drafts, strict=True)]
    rows = [names.row(box, kind, name) for box, found in pairs for kind, name in found]
    MailboxName.objects.using(directory.alias).bulk_create(rows)
    directory.mailboxes.settle([pair for _, found in pairs for pair in found])
    for draft in drafts:
        _permit(directory, draft)
