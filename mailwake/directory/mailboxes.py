"""Mailboxes: found, listed, made, changed, removed."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, QuerySet

from mailwake.audit.model import LogonType, MailboxType
from mailwake.directory import asides, discovery, lookup, names, versions
from mailwake.directory.errors import DirectoryError
from mailwake.directory.models import Aside, Mailbox, MailboxName, NameKind
from mailwake.directory.pieces import in_pieces
from mailwake.directory.records import MailboxDraft, MailboxRecord, Reach
from mailwake.events.told import tell

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

_COLUMNS = {"audit_enabled", "audit_enabled_by_hand", "geo", "litigation_hold", "retention_policy", "quota"}
_COLUMNS |= {"warning_quota", "licence", "display_name"}
_UNIQUE = {
    NameKind.GUID: tell("GUID"),
    NameKind.ADDRESS: tell("address"),
    NameKind.UPN: tell("UPN"),
    NameKind.NAME: tell("name"),
    NameKind.ALIAS: tell("alias"),
}
"""Names that one mailbox has alone, and what they are called."""


class Mailboxes:
    """The mailboxes of a directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def _rows(self) -> QuerySet[Mailbox]:
        live = MailboxName.objects.using(self._directory.alias).filter(until=None).order_by("id")
        return Mailbox.objects.using(self._directory.alias).prefetch_related(Prefetch("names", queryset=live))

    def find(self, identity: str, reach: Reach | None = None, *, group: bool | None = None) -> MailboxRecord:
        """See `lookup.find`. Raises DirectoryError."""
        return self.get(lookup.find(self._directory, identity, reach, group=group).id)

    def told(self, identities: Iterable[str]) -> dict[str, lookup.Named]:
        """What the mailboxes are called that `find` would find by a plain look at the identity; the others left out."""
        return lookup.told(self._directory, identities)

    def get(self, number: int) -> MailboxRecord:
        """By primary key."""
        return record_of(self._rows().get(pk=number))

    def addresses_of_login(self, login: str) -> tuple[str, ...]:
        """All addresses, lower case, of the mailbox whose login name, UPN or address this is; none if that is not one.

        Names and aliases do not count: they say whose mailbox it may be, not who signs in to it.
        """
        kinds = [kind.value for kind in (NameKind.LOGIN, NameKind.UPN, NameKind.ADDRESS)]
        hits = names.claiming(MailboxName.objects.using(self._directory.alias)).filter(
            until=None, kind__in=kinds, name=names.key(login), mailbox__removed=None, mailbox__same_as=None
        )
        numbers = set(hits.values_list("mailbox_id", flat=True))
        if len(numbers) != 1:
            return ()
        box = self.get(numbers.pop())
        return tuple(dict.fromkeys(one.lower() for one in (box.primary_address, *box.addresses) if one))

    def several(self, numbers: Iterable[int]) -> list[MailboxRecord]:
        """By primary keys, at most some hundreds."""
        return [record_of(box) for box in self._rows().filter(pk__in=list(numbers))]

    def all(
        self,
        reach: Reach | None = None,
        *,
        types: Iterable[MailboxType] | None = None,
        group: bool | None = None,
        containing: str = "",
    ) -> Iterator[MailboxRecord]:
        """Live mailboxes by name, read in pieces. group: see `find`; containing: a part of a name or address."""
        rows = lookup.in_reach(self._rows().filter(removed=None, same_as=None), reach)
        if types is not None:
            rows = rows.filter(type__in=[kind.value for kind in types])
        if group is not None:
            rows = rows.filter(type="GroupMailbox") if group else rows.exclude(type="GroupMailbox")
        if containing:
            hit = MailboxName.objects.using(self._directory.alias).filter(
                until=None, name__contains=names.key(containing)
            )
            rows = rows.filter(pk__in=hit.values("mailbox_id"))
        for box in in_pieces(rows.order_by("name", "id")):
            yield record_of(box)

    def create(self, draft: MailboxDraft, now: int, reach: Reach | None = None) -> MailboxRecord:
        """Make a mailbox; it is audited from the first moment. Raises DirectoryError when a name of it is taken.

        One that logs know under a name of it becomes it. reach: what the one who makes it may see. A name of a mailbox
        beyond it is taken as any other, and stands aside (`asides`): nobody learns by it whether that mailbox is there,
        nor comes by what is done in it by calling theirs like it.
        """
        with self._directory.writing() as revision:
            box = new_box(draft, now, revision)
            if draft.audit_enabled is None:
                box.audit_enabled = not self._directory.organization.current().settings.audit_disabled
            pairs = list(names.of_draft(box, draft))
            aside = asides.of_pairs(self._directory, pairs, reach)
            self._check_free(pairs, reach)
            box.save(using=self._directory.alias)
            own = [pair for pair in pairs if aside.get(pair) != Aside.WHOLE]
            discovery.absorb(self._directory, box, [name for kind, name in own if kind != NameKind.DISPLAY])
            box.save(using=self._directory.alias, update_fields=["created"])
            rows = MailboxName.objects.using(self._directory.alias)
            there = set(rows.filter(mailbox=box, until=None).values_list("kind", "name"))
            rows.bulk_create(
                names.row(box, kind, name, aside.get((kind, name)))
                for kind, name in pairs
                if (kind.value, name) not in there
            )
            # before it was there, acts in it were decided as in an unknown mailbox
            default = versions.of_mailbox(Mailbox())
            versions.record(self._directory, versions.MAILBOX, box.pk, default, versions.of_mailbox(box), now)
            self.settle(pairs, {names.split(name)[0] or name for _, name in aside})
        return self.get(box.pk)

    def change(self, number: int, now: int, **values: Any) -> MailboxRecord:
        """Change a mailbox by the names of MailboxRecord; what is not given stays.

        `managed` and `custom` are the new values whole. What somebody sets is declared, no longer just discovered.
        """
        with self._directory.writing() as revision:
            box = Mailbox.objects.using(self._directory.alias).get(pk=number)
            before = versions.of_mailbox(box)
            _assign(box, values)
            box.discovered, box.revision = False, revision
            box.save(using=self._directory.alias)
            versions.record(self._directory, versions.MAILBOX, box.pk, before, versions.of_mailbox(box), now)
            if "display_name" in values:
                self.rename(box, [(NameKind.DISPLAY, names.key(box.display_name))], {NameKind.DISPLAY}, now)
            discovery.reconcile(self._directory, self._locals(box))
        return self.get(number)

    def rename(self, box: Mailbox, wanted: Iterable[tuple[NameKind, str]], kinds: set[NameKind], now: int) -> None:
        """Make the names of some kinds those that are wanted; former ones stay for what was done under them."""
        rows = MailboxName.objects.using(self._directory.alias).filter(mailbox=box, until=None)
        there = {(NameKind(row.kind), row.name): row for row in rows if row.kind in kinds}
        asked = {(kind, name) for kind, name in wanted if name and kind in kinds}
        gone = [row.pk for pair, row in there.items() if pair not in asked]
        MailboxName.objects.using(self._directory.alias).filter(pk__in=gone).update(until=now)
        fresh = [names.row(box, kind, name) for kind, name in sorted(asked - set(there))]
        MailboxName.objects.using(self._directory.alias).bulk_create(fresh)

    def remove(self, number: int, now: int) -> MailboxRecord:
        """Remove a mailbox: nobody finds it any more, and its names are free; what was done in it stays what it was."""
        with self._directory.writing() as revision:
            found = self.get(number)
            box = Mailbox.objects.using(self._directory.alias).get(pk=number)
            places = self._locals(box)
            box.removed, box.revision = now, revision
            box.save(using=self._directory.alias, update_fields=["removed", "revision"])
            MailboxName.objects.using(self._directory.alias).filter(mailbox=box, until=None).update(until=now)
            Mailbox.objects.using(self._directory.alias).filter(same_as=box).update(same_as=None, revision=revision)
            discovery.reconcile(self._directory, places)
        return found

    def _locals(self, box: Mailbox) -> set[str]:
        rows = MailboxName.objects.using(self._directory.alias).filter(mailbox=box, until=None)
        return {row.local for row in rows if row.local} | ({names.key(box.name)} if not box.primary_address else set())

    def settle(self, pairs: Iterable[tuple[NameKind, str]], spared: Collection[str] = ()) -> None:
        """After new addresses: see their domains, and whose login names they settle, but those that are spared."""
        addresses = [names.split(name) for kind, name in pairs if kind == NameKind.ADDRESS]
        self._directory.organization.see_domains(domain for _, domain in addresses)
        plain = {name for kind, name in pairs if kind == NameKind.NAME and not names.is_address(name)}
        discovery.reconcile(self._directory, {local for local, _ in addresses} | plain, spared)

    def _check_free(self, pairs: list[tuple[NameKind, str]], reach: Reach | None) -> None:
        """Raises DirectoryError where a mailbox within reach has one of the names."""
        wanted = [name for kind, name in pairs if kind in _UNIQUE]
        rows = MailboxName.objects.using(self._directory.alias).filter(until=None, name__in=wanted)
        rows = rows.filter(kind__in=[kind.value for kind in _UNIQUE], mailbox__discovered=False)
        if reach is None or reach.everything:
            rows = names.claiming(rows)
        for taken in rows.order_by("id").select_related("mailbox"):
            if not lookup.reaches(reach, taken.mailbox):
                continue
            raise DirectoryError(
                "mailbox-exists",
                tell(
                    "{name!r} is the {kind} of the mailbox {mailbox} already",
                    name=taken.name,
                    kind=_UNIQUE[NameKind(taken.kind)],
                    mailbox=taken.mailbox.primary_address or taken.mailbox.name,
                ),
                tell("choose another name, alias or address"),
                status=409,
            )


def new_box(draft: MailboxDraft, now: int, revision: int) -> Mailbox:
    """The row of a new mailbox, not saved."""
    logins = [names.key(login) for login in draft.logins]
    addresses = [*draft.addresses, *filter(names.is_address, logins)]
    primary = names.key(draft.primary_address or (addresses[0] if addresses else ""))
    local, domain = names.split(primary)
    name = draft.name or draft.display_name or primary or draft.alias or (logins[0] if logins else str(uuid.uuid4()))
    box = Mailbox(
        guid=uuid.UUID(draft.guid) if draft.guid else uuid.uuid4(),
        name=name,
        alias=draft.alias or local or ("" if " " in name else name),
        display_name=draft.display_name or draft.name,
        primary_address=primary,
        domain=domain,
        upn=draft.upn or primary,
        created=now if draft.created is None else min(now, draft.created),
        revision=revision,
    )
    _assign(box, said(draft))
    return box


def said(draft: MailboxDraft) -> dict[str, Any]:
    """The settings that a draft speaks of, by the names that `Mailboxes.change` takes."""
    simple = ("type", "licence", "geo", "litigation_hold", "retention_policy", "quota", "warning_quota")
    values = {name: getattr(draft, name) for name in (*simple, "audit_enabled", "age_limit")}
    found = {name: value for name, value in values.items() if value is not None}
    if draft.managed is not None:
        found |= {"managed": draft.managed, "custom": draft.custom}
    return found


def _assign(box: Mailbox, values: dict[str, Any]) -> None:
    for name in _COLUMNS & set(values):
        setattr(box, name, values[name])
    if "type" in values:
        box.type = MailboxType(values["type"]).value
    if "age_limit" in values:
        limit: timedelta = values["age_limit"]
        box.age_limit = int(limit.total_seconds())
    if "managed" in values:
        box.managed = sorted(LogonType(kind).value for kind in values["managed"])
    if "custom" in values:
        box.custom = {LogonType(kind).value: sorted(actions) for kind, actions in sorted(values["custom"].items())}


def record_of(box: Mailbox) -> MailboxRecord:
    """A row with its live names (prefetched) as a plain record."""
    by_kind: dict[str, list[str]] = {}
    for row in box.names.all():
        by_kind.setdefault(row.kind, []).append(row.name)
    addresses = by_kind.get(NameKind.ADDRESS.value, [])
    rest = tuple(sorted(address for address in addresses if address != box.primary_address))
    found = MailboxRecord(
        id=box.pk,
        guid=str(box.guid),
        name=box.name,
        alias=box.alias,
        display_name=box.display_name or box.name,
        primary_address=box.primary_address,
        addresses=((box.primary_address, *rest) if box.primary_address else rest),
        upn=box.upn,
        logins=tuple(sorted(by_kind.get(NameKind.LOGIN.value, []))),
        dns=tuple(sorted(by_kind.get(NameKind.DN.value, []))),
        aside=frozenset(row.name for row in box.names.all() if row.aside == Aside.WHOLE),
        type=MailboxType(box.type),
    )
    return replace(
        found,
        licence=box.licence,
        geo=box.geo,
        litigation_hold=box.litigation_hold,
        retention_policy=box.retention_policy,
        quota=box.quota,
        warning_quota=box.warning_quota,
        created=box.created,
        discovered=box.discovered,
        audit_enabled=box.audit_enabled,
        audit_enabled_by_hand=box.audit_enabled_by_hand,
        age_limit=timedelta(seconds=box.age_limit),
        managed=frozenset(LogonType(kind) for kind in box.managed),
        custom={LogonType(kind): frozenset(actions) for kind, actions in box.custom.items()},
    )
