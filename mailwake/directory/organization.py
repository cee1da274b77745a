"""The organization's settings and its domains."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

from mailwake.audit.settings import OrganizationSettings
from mailwake.audit.unified_retention import RetentionPolicy
from mailwake.directory import versions
from mailwake.directory.errors import DirectoryError
from mailwake.directory.models import AcceptedDomain, Organization
from mailwake.directory.records import DomainRecord, OrganizationRecord
from mailwake.events.told import tell

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

_DOMAIN = re.compile(r"(?=.{1,253}\Z)(?:[^\s@.,;/\\]{1,63}\.)*[^\s@.,;/\\]{1,63}")
_PARITY_REACH = 90
_NAMES = frozenset(field.name for field in fields(OrganizationSettings))


class OrganizationPart:
    """What holds for all."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def current(self) -> OrganizationRecord:
        """As it is now."""
        row = Organization.objects.using(self._directory.alias).get(pk=1)
        settings = settings_of(row.settings)
        reach = row.search_reach_days
        if reach is None and settings.parity:
            reach = _PARITY_REACH
        return OrganizationRecord(settings, reach, row.deciding_since)

    def change(self, now: int, **values: Any) -> OrganizationRecord:
        """Change settings by the names of OrganizationSettings, or `search_reach_days` (0 for no limit)."""
        with self._directory.writing():
            row = Organization.objects.using(self._directory.alias).get(pk=1)
            before = settings_of(row.settings)
            chosen = {name: value for name, value in values.items() if name in _NAMES}
            after = replace(before, **chosen)
            if "search_reach_days" in values:
                row.search_reach_days = values["search_reach_days"] or None
            row.settings = kept(after)
            row.save(update_fields=["settings", "search_reach_days"])
            versions.record(self._directory, versions.ORGANIZATION, 0, kept(before), kept(after), now)
        return self.current()

    def domains(self) -> list[DomainRecord]:
        """All domains, by name."""
        return [_domain(row) for row in AcceptedDomain.objects.using(self._directory.alias).order_by("name")]

    def add_domain(self, name: str, domain_type: str = "Authoritative", *, default: bool = False) -> DomainRecord:
        """Declare a domain. Raises DirectoryError when it is declared already or no domain."""
        key = name.strip().strip(".").lower()
        if not _DOMAIN.fullmatch(key):
            raise DirectoryError(
                "not-a-domain", tell("{name!r} is no domain name", name=name), tell("give it as example.org")
            )
        with self._directory.writing():
            rows = AcceptedDomain.objects.using(self._directory.alias)
            known = rows.filter(name=key).first()
            if known is not None and known.declared:
                raise DirectoryError(
                    "domain-exists",
                    tell("the accepted domain {key} is there already", key=key),
                    tell("nothing needs to be done"),
                    status=409,
                )
            if default:
                rows.filter(default=True).update(default=False)
            row = known or AcceptedDomain(name=key)
            row.domain_type, row.default, row.declared = domain_type, default, True
            row.save(using=self._directory.alias)
        return _domain(row)

    def remove_domain(self, name: str) -> DomainRecord:
        """Take a domain away. Raises DirectoryError when there is none."""
        key = name.strip().strip(".").lower()
        with self._directory.writing():
            row = AcceptedDomain.objects.using(self._directory.alias).filter(name=key).first()
            if row is None:
                raise DirectoryError(
                    "domain-not-found",
                    tell("there is no accepted domain {name!r}", name=name),
                    tell("list the accepted domains"),
                    status=404,
                )
            found = _domain(row)
            row.delete()
        return found

    def see_domains(self, names: Iterable[str]) -> None:
        """Domains that appeared in the names of mailboxes."""
        rows = [AcceptedDomain(name=name, declared=False) for name in sorted(set(names)) if _DOMAIN.fullmatch(name)]
        AcceptedDomain.objects.using(self._directory.alias).bulk_create(rows, ignore_conflicts=True)


def settings_of(values: dict[str, Any]) -> OrganizationSettings:
    """Settings as they were kept."""
    chosen: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items() if name in _NAMES
    }
    if "unified_retention" in chosen:
        chosen["unified_retention"] = tuple(map(_policy, chosen["unified_retention"]))
    return OrganizationSettings(**chosen)


def _policy(values: dict[str, Any]) -> RetentionPolicy:
    whole: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in values.items()}
    return RetentionPolicy(**whole)


def kept(settings: OrganizationSettings) -> dict[str, Any]:
    """Settings as they are kept: what differs from the default."""
    default = asdict(OrganizationSettings())
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(settings).items()
        if value != default[name]
    }


def _domain(row: AcceptedDomain) -> DomainRecord:
    return DomainRecord(row.name, row.domain_type, row.default, row.declared)
