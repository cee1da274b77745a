"""The settings in memory, for a pipeline that asks for every act: `audit.settings.Settings`.

A snapshot holds all names and all settings with their history; what changed since the one before is all that is read
anew. Segments of time: settings hold from `since` on, a name until it was taken away.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from django.db.models import QuerySet

from mailwake.audit.model import LogonType, MailboxType, type_of_unknown
from mailwake.audit.settings import ActorSettings, MailboxSettings, OrganizationSettings
from mailwake.directory import names, versions
from mailwake.directory.models import Bypass, Mailbox, MailboxName, NameKind, Organization, SettingVersion
from mailwake.directory.organization import settings_of

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

_T = TypeVar("_T")
_MOST_CACHED = 500_000
_RANKS = {NameKind.GUID: 0, NameKind.ADDRESS: 0, NameKind.UPN: 0, NameKind.DN: 0}
_RANKS |= {NameKind.LOGIN: 1, NameKind.ALIAS: 2, NameKind.NAME: 3}
_RANK = {kind.value: rank for kind, rank in _RANKS.items()}
_FOREVER = math.inf
_FEW = 500
_COLUMNS = (
    *("name", "primary_address", "same_as", "created", "discovered"),
    *("type", "audit_enabled", "audit_enabled_by_hand", "managed", "custom", "licence", "geo"),
)


class _Claim(NamedTuple):
    """A mailbox that answers, or answered, to a name."""

    rank: int
    until: float
    number: int


class _Box(NamedTuple):
    name: str
    same_as: int | None
    created: int
    """When it was first seen, for one only known from logs; else 0."""
    line: tuple[tuple[int, dict[str, Any]], ...]
    """Settings as they are kept (`versions.of_mailbox`), from each time on, the first from 0."""


class _Segments(NamedTuple):
    """What a name comes to: values from each time on."""

    starts: tuple[float, ...]
    mailboxes: tuple[MailboxSettings, ...]
    actors: tuple[ActorSettings, ...]


class Snapshot:
    """See `audit.settings.Settings`. Never changes; safe for several threads."""

    def __init__(self, revision: int) -> None:
        self.revision = revision
        self._organization: tuple[tuple[int, OrganizationSettings], ...] = ((0, OrganizationSettings()),)
        self._boxes: dict[int, _Box] = {}
        self._names: dict[str, tuple[_Claim, ...]] = {}
        self._locals: dict[str, frozenset[int]] = {}
        self._bypassed: dict[int, tuple[tuple[tuple[int, bool], ...], ...]] = {}
        """By mailbox; several lines where several turned out to be one."""
        self._bypassed_names: dict[str, tuple[tuple[int, bool], ...]] = {}
        self._resolved: dict[str, _Segments] = {}

    def organization(self, ts: int) -> OrganizationSettings:
        """See `Settings`."""
        return _at(self._organization, ts)

    def mailbox(self, name: str, ts: int) -> MailboxSettings:
        """See `Settings`."""
        found = self._resolved.get(name) or self._resolve(name)
        if len(found.starts) == 1:
            return found.mailboxes[0]
        return found.mailboxes[bisect_right(found.starts, ts) - 1]

    def actor(self, name: str, ts: int) -> ActorSettings:
        """See `Settings`."""
        found = self._resolved.get(name) or self._resolve(name)
        if len(found.starts) == 1:
            return found.actors[0]
        return found.actors[bisect_right(found.starts, ts) - 1]

    def same_account(self, one: str, other: str) -> bool:
        """See `Settings`."""
        if one == other:
            return bool(one)
        first, second = names.key(one), names.key(other)
        if first == second:
            return bool(first)
        number = self._number(first, _FOREVER, former=True)
        return number is not None and number == self._number(second, _FOREVER, former=True)

    def ever(self, name: str) -> Iterable[tuple[MailboxSettings, ActorSettings]]:
        """What held for the mailbox and for the account of a name, at one time or another."""
        found = self._resolved.get(name) or self._resolve(name)
        return zip(found.mailboxes, found.actors, strict=True)

    def organizations(self) -> Iterable[OrganizationSettings]:
        """What held for the organization, at one time or another."""
        return [settings for _, settings in self._organization]

    @property
    def knows_nobody(self) -> bool:
        """Whether no mailbox is known, and nobody is bypassed."""
        return not (self._boxes or self._names or self._bypassed or self._bypassed_names)

    def knows(self, key: str) -> bool:
        """Whether a live mailbox answers to a key exactly (not by its display name)."""
        return any(claim.until == _FOREVER for claim in self._names.get(key, ()))

    def seen_later(self, key: str, ts: int) -> bool:
        """Whether the mailbox of a key is only known from logs, and from later ones than ts."""
        claims = [claim for claim in self._names.get(key, ()) if claim.until == _FOREVER]
        return any(self._boxes[claim.number].created > ts for claim in claims)

    def _number(self, key: str, ts: float, *, former: bool = False) -> int | None:
        """The mailbox that a key means at a time; former: or meant last."""
        claims = self._names.get(key, ())
        live = [claim for claim in claims if claim.until > ts or claim.until == _FOREVER]
        if not live and former and claims:
            latest = max(claim.until for claim in claims)
            live = [claim for claim in claims if claim.until == latest]
        if live:
            end = min(claim.until for claim in live)  # who gave the name up first held it before
            live = [claim for claim in live if claim.until == end]
            best = min(claim.rank for claim in live)
            numbers = {self._same(claim.number) for claim in live if claim.rank == best}
        else:
            numbers = {self._same(number) for number in self._locals.get(key, ())}
        return numbers.pop() if len(numbers) == 1 else None

    def _same(self, number: int) -> int:
        return self._boxes[number].same_as or number

    def _resolve(self, name: str) -> _Segments:
        key = names.key(name)
        starts: set[float] = {0}
        claims = self._names.get(key, ())
        starts.update(claim.until for claim in claims if claim.until != _FOREVER)
        numbers = {self._same(claim.number) for claim in claims} | {self._same(n) for n in self._locals.get(key, ())}
        for number in numbers:
            starts.update(since for since, _ in self._boxes[number].line)
            starts.update(since for line in self._bypassed.get(number, ()) for since, _ in line)
        starts.update(since for since, _ in self._bypassed_names.get(key, ()))
        ordered = tuple(sorted(starts))
        pairs = [self._values(name, key, start) for start in ordered]
        found = _Segments(ordered, tuple(box for box, _ in pairs), tuple(actor for _, actor in pairs))
        if len(self._resolved) >= _MOST_CACHED:
            self._resolved.clear()
        self._resolved[name] = found
        return found

    def _values(self, name: str, key: str, ts: float) -> tuple[MailboxSettings, ActorSettings]:
        number = self._number(key, ts)
        bypass = _at(self._bypassed_names[key], ts) if key in self._bypassed_names else False
        if number is None:
            return MailboxSettings(name, type_of_unknown(name), known=False), ActorSettings(name, bypass)
        box = self._boxes[number]
        settings = _settings(box.name, _at(box.line, ts))
        bypass = bypass or any(_at(line, ts) for line in self._bypassed.get(number, ()))
        return settings, ActorSettings(settings.name, bypass, settings.geo, settings.premium)


def _at(line: Sequence[tuple[int, _T]], ts: float) -> _T:
    """What holds at a time."""
    if len(line) == 1:
        return line[0][1]
    for since, value in reversed(line):
        if since <= ts:
            return value
    return line[0][1]


def load(directory: Directory, before: Snapshot | None) -> Snapshot:
    """A snapshot of now; before spares reading what has not changed since."""
    from django.db import transaction

    with transaction.atomic(using=directory.alias):
        row = Organization.objects.using(directory.alias).get(pk=1)
        found = Snapshot(row.revision)
        since = -1
        if before is not None:
            since = before.revision
            found._boxes, found._names = dict(before._boxes), dict(before._names)
            found._locals = dict(before._locals)
        _load_boxes(directory, found, since)
        history = _history(directory, versions.ORGANIZATION)
        now = settings_of(row.settings)
        past = [(version[0], settings_of(version[1])) for version in history.get(0, ())]
        found._organization = tuple(past) or ((0, now),)
        _load_bypasses(directory, found)
    return found


def _history(
    directory: Directory, kind: str, subjects: Iterable[int] | None = None
) -> dict[int, list[tuple[int, dict[str, Any]]]]:
    """Versions in order by subject; of two from the same time the later one written holds."""
    rows = SettingVersion.objects.using(directory.alias).filter(kind=kind)
    if subjects is not None:
        rows = rows.filter(subject__in=list(subjects))
    found: dict[int, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for subject, since, values in rows.order_by("subject", "since", "id").values_list("subject", "since", "values"):
        found[subject].append((since, values))
    return found


def _load_boxes(directory: Directory, found: Snapshot, since: int) -> None:
    rows = Mailbox.objects.using(directory.alias).filter(revision__gt=since).values_list("pk", *_COLUMNS)
    changed = list(rows)
    few = [row[0] for row in changed] if len(changed) <= _FEW else None
    history = _history(directory, versions.MAILBOX, few)
    for number, *values in changed:
        row = dict(zip(_COLUMNS, values, strict=True))
        line = tuple(history.get(number, ())) or ((0, versions.of_columns(row)),)
        created = row["created"] if row["discovered"] else 0
        found._boxes[number] = _Box(row["primary_address"] or row["name"], row["same_as"], created, line)
    _load_names(directory, found, few, whole=since < 0)


def _load_names(directory: Directory, found: Snapshot, few: list[int] | None, *, whole: bool) -> None:
    """Names of the mailboxes that changed, with everybody's claims to them; or all names."""
    rows = names.claiming(MailboxName.objects.using(directory.alias)).exclude(kind=NameKind.DISPLAY.value)
    if few is None or whole:
        found._names, found._locals = _claims(rows), _owners(rows)
        return
    mine = list(rows.filter(mailbox_id__in=few).values_list("name", "local"))
    for keys in _chunks(sorted({name for name, _ in mine})):
        found._names.update(_claims(rows.filter(name__in=keys)))
    for keys in _chunks(sorted({local for _, local in mine if local})):
        for key in keys:
            found._locals.pop(key, None)
        found._locals.update(_owners(rows.filter(local__in=keys)))


def _chunks(keys: list[str]) -> Iterator[list[str]]:
    return (keys[start : start + 400] for start in range(0, len(keys), 400))


def _claims(rows: QuerySet[MailboxName]) -> dict[str, tuple[_Claim, ...]]:
    claims: dict[str, tuple[_Claim, ...]] = {}
    for name, kind, until, number in rows.values_list("name", "kind", "until", "mailbox_id").iterator(chunk_size=5000):
        claim = _Claim(_RANK[kind], _FOREVER if until is None else until, number)
        claims[name] = (*claims.get(name, ()), claim)
    return claims


def _owners(rows: QuerySet[MailboxName]) -> dict[str, frozenset[int]]:
    owners: dict[str, set[int]] = defaultdict(set)
    live = rows.filter(until=None, aside=None).exclude(local="")
    for local, number in live.values_list("local", "mailbox_id").iterator(chunk_size=5000):
        owners[local].add(number)
    return {local: frozenset(numbers) for local, numbers in owners.items()}


def _load_bypasses(directory: Directory, found: Snapshot) -> None:
    history = _history(directory, versions.ACTOR)
    for row in Bypass.objects.using(directory.alias).all():
        line = tuple((start, bool(values["enabled"])) for start, values in history.get(row.pk, ()))
        line = line or ((0, row.enabled),)
        if row.mailbox_id is None:
            found._bypassed_names[row.name] = line
        else:
            number = found._same(row.mailbox_id)
            found._bypassed[number] = (*found._bypassed.get(number, ()), line)


def _settings(name: str, values: dict[str, Any]) -> MailboxSettings:
    return MailboxSettings(
        name=name,
        type=MailboxType(values["type"]),
        audit_enabled=values["audit_enabled"],
        audit_enabled_by_hand=values["by_hand"],
        managed=frozenset(LogonType(kind) for kind in values["managed"]),
        custom={LogonType(kind): frozenset(actions) for kind, actions in values["custom"].items()},
        premium=values["premium"],
        geo=values["geo"],
    )
