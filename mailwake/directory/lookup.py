"""Finding the one mailbox that somebody means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q, QuerySet

from mailwake.directory import names
from mailwake.directory.errors import DirectoryError
from mailwake.directory.models import Aside, Mailbox, MailboxName, NameKind
from mailwake.directory.records import Reach
from mailwake.events.told import tell

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

_SURE = (NameKind.GUID, NameKind.DN, NameKind.ADDRESS, NameKind.UPN)
_USUAL = (NameKind.NAME, NameKind.ALIAS, NameKind.LOGIN)
_TIERS = {
    **{kind.value: 0 for kind in _SURE},
    **{kind.value: 1 for kind in _USUAL},
    NameKind.DISPLAY.value: 2,
}
_READ_AS = {
    NameKind.LOGIN.value: [kind.value for kind in _USUAL],
    NameKind.NAME.value: [NameKind.NAME.value, NameKind.ALIAS.value],
}
_NAMES = tell("GUID, address, UPN, name, alias, login name or display name")
_LOCAL = 3
_MOST_TOLD = 10
_AT_ONCE = 400
"""Names asked for at a time: SQLite binds no more than some hundreds."""


class Named(NamedTuple):
    """What a mailbox is called."""

    guid: str
    name: str
    display_name: str
    primary_address: str
    upn: str


def in_reach(rows: QuerySet[Mailbox], reach: Reach | None) -> QuerySet[Mailbox]:
    """Those of the mailboxes that somebody may see."""
    if reach is None or reach.everything:
        return rows
    return rows.filter(Q(domain__in=reach.domains) | Q(primary_address__in=[a for a in reach.mailboxes if a]))


def reaches(reach: Reach | None, box: Mailbox) -> bool:
    """Whether somebody may see a mailbox."""
    if reach is None or reach.everything:
        return True
    return (bool(box.domain) and box.domain in reach.domains) or (
        bool(box.primary_address) and box.primary_address in reach.mailboxes
    )


def not_found(identity: str, *, group: bool | None = None) -> DirectoryError:
    """There is no such mailbox, or none that the one who asks may see: both read the same."""
    what = (
        tell("there is no group mailbox {identity!r}: no {names} is like that", identity=identity, names=_NAMES)
        if group
        else tell("there is no mailbox {identity!r}: no {names} is like that", identity=identity, names=_NAMES)
    )
    return DirectoryError(
        "mailbox-not-found",
        what,
        tell("list the mailboxes to see their names"),
        status=404,
    )


def find(directory: Directory, identity: str, reach: Reach | None = None, *, group: bool | None = None) -> Mailbox:
    """The mailbox of an identity: GUID, address, UPN, name, alias, login, DOMAIN\\user, distinguished or display name.

    What identifies for sure goes before what usually does. group: True finds group mailboxes only, False none of them.
    Raises DirectoryError: `mailbox-not-found`, or `ambiguous-mailbox` with the candidates.
    """
    by_tier: dict[int, dict[int, Mailbox]] = {}
    for name, kind in names.readings(identity):
        if name:
            _gather(directory, name, kind, reach, by_tier)
        if by_tier:
            break
    for tier in sorted(by_tier):
        boxes = list(by_tier[tier].values())
        if group is not None:
            others = [box for box in boxes if (box.type == "GroupMailbox") is not group]
            boxes = [box for box in boxes if box not in others]
            if others and not boxes:
                raise _other_kind(identity, group=group)
        if len(boxes) == 1:
            return boxes[0]
        if boxes:
            raise _ambiguous(identity, boxes)
    raise not_found(identity, group=group)


_TOLD = ("id", "guid", "name", "display_name", "primary_address", "upn")


def told(directory: Directory, identities: Iterable[str]) -> dict[str, Named]:
    """Whom identities mean, in one question: those of which `find` would look at nothing but their plain spelling.

    The others are left out, whether they mean a mailbox or none.
    """
    keys = {identity: names.readings(identity)[0][0] for identity in identities}
    chosen = [*_TOLD, "same_as_id", *(f"same_as__{name}" for name in _TOLD[1:])]
    by_key: dict[str, dict[int, dict[int, Named]]] = {}
    for part in _parts(sorted({key for key in keys.values() if key})):
        rows = names.claiming(MailboxName.objects.using(directory.alias)).filter(until=None, name__in=part)
        for name, kind, *values in rows.values_list("name", "kind", *(f"mailbox__{one}" for one in chosen)):
            own, same_as, other = values[: len(_TOLD)], values[len(_TOLD)], values[len(_TOLD) + 1 :]
            number, guid, *texts = own if same_as is None else (same_as, *other)
            by_key.setdefault(name, {}).setdefault(_TIERS[kind], {})[number] = Named(str(guid), *texts)
    found = {}
    for identity, key in keys.items():
        tiers = by_key.get(key)
        if tiers and len(boxes := tiers[min(tiers)]) == 1:
            (found[identity],) = boxes.values()
    return found


def _parts(keys: list[str]) -> Iterator[list[str]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))


def _gather(
    directory: Directory, name: str, kind: str, reach: Reach | None, by_tier: dict[int, dict[int, Mailbox]]
) -> None:
    """Live mailboxes that a key may mean, by how surely. One out of reach is as none: it hides nothing within it.

    Who sees everything finds a mailbox by a name that stands aside where nothing else is called so.
    """
    rows = MailboxName.objects.using(directory.alias).select_related("mailbox", "mailbox__same_as")
    live = rows.filter(until=None)  # a removed mailbox has none
    exact = live.filter(name=name)
    if kind:
        exact = exact.filter(kind__in=_READ_AS[kind])
    found = [row for row in exact[:200] if reaches(reach, _account(row))]
    for row in _counting(found, reach):
        by_tier.setdefault(_TIERS[row.kind], {})[_account(row).id] = _account(row)
    if not by_tier and not names.is_address(name):
        near = live.filter(local=name, kind=NameKind.ADDRESS.value)[:200]
        for row in _counting([row for row in near if reaches(reach, _account(row))], reach):
            by_tier.setdefault(_LOCAL, {})[_account(row).id] = _account(row)
    if not by_tier:
        for row in found:
            by_tier.setdefault(_TIERS[row.kind], {})[_account(row).id] = _account(row)


def _account(row: MailboxName) -> Mailbox:
    return row.mailbox.same_as or row.mailbox


def _counting(rows: list[MailboxName], reach: Reach | None) -> list[MailboxName]:
    """Names without those that stand aside, unless those before which they do so are beyond reach."""
    counting = [row for row in rows if row.aside != Aside.WHOLE]
    everything = reach is None or reach.everything
    if everything or any(row.kind != NameKind.DISPLAY.value for row in counting):
        return counting
    return rows


def _ambiguous(identity: str, boxes: list[Mailbox]) -> DirectoryError:
    told = sorted(box.primary_address or str(box.guid) for box in boxes)
    more = tell(" and {count} more", count=len(told) - _MOST_TOLD) if len(told) > _MOST_TOLD else ""
    return DirectoryError(
        "ambiguous-mailbox",
        tell(
            "{identity!r} fits {count} mailboxes: {names}{more}",
            identity=identity,
            count=len(told),
            names=", ".join(told[:_MOST_TOLD]),
            more=more,
        ),
        tell("name one of them by its address or GUID"),
        status=409,
    )


def _other_kind(identity: str, *, group: bool) -> DirectoryError:
    if group:
        return DirectoryError(
            "not-a-group-mailbox",
            tell("{identity!r} is not a group mailbox", identity=identity),
            tell("leave GroupMailbox out"),
            status=404,
        )
    return DirectoryError(
        "group-mailbox",
        tell("{identity!r} is a group mailbox", identity=identity),
        tell("add GroupMailbox to speak of group mailboxes"),
        status=404,
    )
