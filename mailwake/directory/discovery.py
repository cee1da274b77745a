"""Mailboxes that appear first in a log, and login names that turn out to be of a mailbox known by its address.

`alice` and `alice@corp.test` are one account when exactly one mailbox has an address with that local part. That is a
function of the mailboxes that there are, whatever came first: `reconcile` computes it anew for the local parts that a
change touches.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from mailwake.audit.model import type_of_unknown
from mailwake.audit.settings import Settings
from mailwake.directory import alike, names
from mailwake.directory.models import Bypass, Mailbox, MailboxName, NameKind, Permission

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

_CHUNK = 400
_LONGEST = 254
"""Characters of a name; a longer one, out of a damaged record, is nobody's (RFC 5321, section 4.5.3.1.3)."""
_SPACE = uuid.UUID("6f1c6c0e-7d35-5f3c-9d0a-3a4f6e1b2c5d")
_T = TypeVar("_T")


def discover(directory: Directory, found: Iterable[str], first_seen: int | Mapping[str, int]) -> int:
    """See `Directory.discover`."""
    times: dict[str, int] = {}
    for name in found:
        if (key := names.key(name)) and len(key) <= _LONGEST:
            ts = first_seen if isinstance(first_seen, int) else first_seen[name]
            times[key] = min(ts, times.get(key, ts))
    settings = directory.settings()
    fresh = {key: ts for key, ts in times.items() if not settings.knows(key)}
    earlier = {key: ts for key, ts in times.items() if key not in fresh and settings.seen_later(key, ts)}
    if not fresh and not earlier:
        return 0
    with directory.writing() as revision:
        made = 0
        nobody = not MailboxName.objects.using(directory.alias).exists()
        for part in [sorted(fresh)] if nobody else _chunks(sorted(fresh)):
            known: set[str] = set()
            if not nobody:
                there = names.claiming(MailboxName.objects.using(directory.alias)).filter(until=None, name__in=part)
                known = set(there.exclude(kind=NameKind.DISPLAY.value).values_list("name", flat=True))
            made += _make(directory, settings, {key: fresh[key] for key in part if key not in known}, revision)
        for key, ts in earlier.items():
            rows = Mailbox.objects.using(directory.alias).filter(discovered=True, created__gt=ts)
            rows.filter(names__name=key, names__until=None).update(created=ts, revision=revision)
    return made


def _make(directory: Directory, settings: Settings, times: dict[str, int], revision: int) -> int:
    if not times:
        return 0
    guids = {key: uuid.uuid5(_SPACE, key) for key in times}
    boxes = Mailbox.objects.using(directory.alias)
    taken: set[uuid.UUID] = set()
    if boxes.exists():
        for part in _chunks(list(guids.values())):
            taken.update(boxes.filter(guid__in=part).values_list("guid", flat=True))
    if taken:  # one of that name was removed
        guids = {key: uuid.uuid4() if guid in taken else guid for key, guid in guids.items()}
    rows = []
    for key, ts in times.items():
        local, domain = names.split(key)
        enabled = not settings.organization(ts).audit_disabled
        address, kind = (key if local else ""), type_of_unknown(key).value
        rows.append((guids[key], key, local or key, address, domain, address, ts, enabled, kind))
    columns = ("guid", "name", "alias", "primary_address", "domain", "upn", "created", "audit_enabled", "type")
    alike.insert(directory.alias, Mailbox(discovered=True, revision=revision), columns, rows)
    numbers = dict(boxes.filter(revision=revision).values_list("guid", "pk"))
    called: list[tuple[int, str, str, str]] = []
    for key, guid in guids.items():
        # no alias: as a login name the local part counts as long as it is the only one of its spelling
        local, _ = names.split(key)
        kind = NameKind.ADDRESS if local else NameKind.LOGIN
        called += [(numbers[guid], NameKind.GUID.value, str(guid), ""), (numbers[guid], kind.value, key, local)]
    alike.insert(directory.alias, MailboxName(), ("mailbox_id", "kind", "name", "local"), called)
    directory.organization.see_domains({names.split(key)[1] for key in times} - {""})
    reconcile(directory, {names.split(key)[0] or key for key in times})
    return len(rows)


def reconcile(directory: Directory, places: Iterable[str], spared: Collection[str] = ()) -> None:
    """For each local part: settle whether the login name of that spelling is of the mailbox with such an address.

    spared: those that stay as they are, at the same cost as a login name that there is not.
    """
    with directory.writing() as revision:
        for part in _chunks(sorted({place for place in places if place})):
            _reconcile(directory, part, spared, revision)


def _reconcile(directory: Directory, places: list[str], spared: Collection[str], revision: int) -> None:
    boxes = Mailbox.objects.using(directory.alias)
    rows = MailboxName.objects.using(directory.alias).filter(until=None)  # a removed mailbox has none
    logins = rows.filter(name__in=places, kind=NameKind.LOGIN.value).select_related("mailbox")
    bare = {row.name: row.mailbox for row in logins if not row.mailbox.primary_address and row.name not in spared}
    if not bare:
        return
    addressed: dict[str, set[int]] = defaultdict(set)
    near = rows.filter(kind=NameKind.ADDRESS.value, local__in=list(bare), aside=None)
    for local, number in near.values_list("local", "mailbox_id"):
        addressed[local].add(number)
    wanted: dict[int, int | None] = {}
    numbers = {box.pk for box in bare.values()} | {number for place in bare for number in addressed[place]}
    known = {box.pk: box for box in boxes.filter(pk__in=numbers)}
    known |= {box.pk: box for box in boxes.filter(same_as__in=[box.pk for box in bare.values()])}
    for place, box in bare.items():
        wanted[box.pk] = None
        for other in known.values():
            if other.same_as_id == box.pk:
                wanted[other.pk] = None
        if len(addressed[place]) == 1:
            (number,) = addressed[place]
            # somebody set up the one by its login name, and of the other only logs know: the former is the account
            keeps = not box.discovered and known[number].discovered
            wanted[number if keeps else box.pk] = box.pk if keeps else number
    for number, target in wanted.items():
        if known[number].same_as_id != target:
            boxes.filter(pk=number).update(same_as=target, revision=revision)


def absorb(directory: Directory, box: Mailbox, keys: Iterable[str]) -> None:
    """What logs knew under the names of a mailbox that is now declared, is that mailbox: names, permissions, bypass."""
    rows = MailboxName.objects.using(directory.alias)
    hit = rows.filter(name__in=list(keys), until=None, mailbox__discovered=True)
    numbers = set(hit.exclude(mailbox=box).exclude(kind=NameKind.DISPLAY.value).values_list("mailbox_id", flat=True))
    for other in Mailbox.objects.using(directory.alias).filter(pk__in=numbers):
        there = {(row.kind, row.name) for row in rows.filter(mailbox=box, until=None)}
        for row in rows.filter(mailbox=other):
            if (row.kind, row.name) in there:
                row.delete()
            else:
                row.mailbox = box
                row.save(update_fields=["mailbox"])
        Permission.objects.using(directory.alias).filter(mailbox=other).update(mailbox=box)
        if not Bypass.objects.using(directory.alias).filter(mailbox=box).exists():
            Bypass.objects.using(directory.alias).filter(mailbox=other).update(mailbox=box)
        box.created = min(box.created, other.created)
        other.delete()


def _chunks(items: list[_T]) -> Iterator[list[_T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
