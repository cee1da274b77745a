"""An open directory: its parts, its transactions, and the settings in force.

Every change goes through `writing`, which locks the row of the organization first: changes come one after another,
whichever process or node makes them, so that reading a value, changing it and writing it back loses nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

from django.db import connections, transaction

from mailwake.directory import discovery, snapshot
from mailwake.directory.accounts import Accounts
from mailwake.directory.admin_log import AdminLog
from mailwake.directory.bypasses import Bypasses
from mailwake.directory.mailboxes import Mailboxes
from mailwake.directory.models import Organization
from mailwake.directory.organization import OrganizationPart
from mailwake.directory.people import People
from mailwake.directory.permissions import Permissions
from mailwake.directory.queries import Queries


class Directory:
    """The directory of one data directory, safe to use from several threads."""

    def __init__(self, alias: str) -> None:
        """alias: Django's name of the database, which is migrated already."""
        self.alias = alias
        self.organization = OrganizationPart(self)
        self.mailboxes = Mailboxes(self)
        self.bypasses = Bypasses(self)
        self.permissions = Permissions(self)
        self.people = People(self)
        self.accounts = Accounts(self)
        self.log = AdminLog(self)
        self.queries = Queries(self)
        self._local = threading.local()
        self._deciding = False
        self._settings: snapshot.Snapshot | None = None
        self._settings_lock = threading.Lock()

    @contextmanager
    def writing(self) -> Iterator[int]:
        """One change, whole or not at all; the revision it makes. Within another it belongs to that one."""
        revision: int = getattr(self._local, "revision", 0)
        if revision:
            yield revision
            return
        with transaction.atomic(using=self.alias):
            row = Organization.objects.using(self.alias).select_for_update().get(pk=1)
            row.revision += 1
            row.save(update_fields=["revision"])
            self._local.revision = row.revision
            try:
                yield row.revision
            finally:
                self._local.revision = 0

    def revision(self) -> int:
        """Counts the changes so far."""
        return Organization.objects.using(self.alias).values_list("revision", flat=True).get(pk=1)

    def deciding(self, now: int) -> None:
        """Say that acts are decided from now (µs UTC) on: changes of settings no longer reach back."""
        if self._deciding:
            return
        row = Organization.objects.using(self.alias).get(pk=1)
        if not row.deciding_since:
            with self.writing():
                Organization.objects.using(self.alias).filter(pk=1, deciding_since=0).update(deciding_since=now)
        self._deciding = True

    def settings(self) -> snapshot.Snapshot:
        """The settings as they are known now, for any time; the same object as before when nothing has changed."""
        if getattr(self._local, "revision", 0):  # in the middle of a change, which may yet be taken back
            return snapshot.load(self, None)
        with self._settings_lock:
            revision = self.revision()
            if self._settings is None or self._settings.revision != revision:
                self._settings = snapshot.load(self, self._settings)
            return self._settings

    def discover(self, names: Iterable[str], first_seen: int | Mapping[str, int]) -> int:
        """Mailboxes as logs name them exist from their first act (µs UTC) on; how many were new."""
        return discovery.discover(self, names, first_seen)

    def close(self) -> None:
        """Let go of this thread's connection."""
        connections[self.alias].close()

    def __enter__(self) -> Directory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
