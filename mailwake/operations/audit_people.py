"""Who is who in audit records: mailboxes and accounts by the names that logs have, out of the directory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mailwake.audit.record import AuditRecord, Identity, Organization, unknown
from mailwake.directory.errors import DirectoryError

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

_MOST = 50_000
"""Names that are remembered."""


class People:
    """See `audit.record.Identities`. Remembers what it looked up, so make one for each answer."""

    def __init__(self, directory: Directory | None) -> None:
        """Without a directory every name stands for itself."""
        self._directory = directory
        self._known: dict[str, Identity] = {}

    def meet(self, records: Iterable[AuditRecord]) -> None:
        """Look up everybody in some records at once: one question to the directory instead of three for each name."""
        acts = [record.observation for record in records]
        names = {act.mailbox for act in acts} | {act.actor for act in acts}
        names |= {act.dest_mailbox for act in acts} | {act.on_behalf_of for act in acts}
        new = names.difference(self._known, ("",))
        if self._directory is None or not new:
            return
        if len(self._known) + len(new) > _MOST:
            self._known.clear()
        for name, box in self._directory.mailboxes.told(new).items():
            upn = box.upn or box.primary_address or name
            self._known[name] = Identity(name, box.guid, upn, box.display_name or box.name or name)

    def identity(self, name: str) -> Identity:
        """The mailbox or account of a name in a log."""
        found = self._known.get(name)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            found = self._known[name] = self._look_up(name)
        return found

    def _look_up(self, name: str) -> Identity:
        if self._directory is None or not name:
            return unknown(name)
        try:
            box = self._directory.mailboxes.find(name)
        except DirectoryError:
            return unknown(name)
        upn = box.upn or box.primary_address or name
        return Identity(name, box.guid, upn, box.display_name or box.name or name)


def organization(directory: Directory | None) -> Organization:
    """The organization as records name it: after its default domain."""
    if directory is None:
        return Organization()
    domains = directory.organization.domains()
    chosen = next((domain for domain in domains if domain.default), domains[0] if domains else None)
    return Organization(name=chosen.name) if chosen else Organization()
