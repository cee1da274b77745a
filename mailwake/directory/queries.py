"""Queries that people keep: with a name, or because they ran lately."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction

from mailwake.directory import names
from mailwake.directory.errors import DirectoryError, query_not_found
from mailwake.directory.models import SavedQuery
from mailwake.directory.records import QueryRecord
from mailwake.events.told import tell

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

RECENT = 10
"""Queries of one person that are kept because they ran last, as many as Exchange keeps."""


class Queries:
    """The queries of a directory. Times µs UTC."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def named(self, owner: str = "") -> list[QueryRecord]:
        """Those with a name, by name; owner: only that person's."""
        rows = SavedQuery.objects.using(self._directory.alias).exclude(name="")
        if owner:
            rows = rows.filter(owner=names.key(owner))
        return [_record(row) for row in rows.order_by("name", "owner")]

    def recent(self, owner: str) -> list[QueryRecord]:
        """What a person asked last, newest first."""
        rows = SavedQuery.objects.using(self._directory.alias).filter(owner=names.key(owner), name="")
        return [_record(row) for row in rows.order_by("-used", "-pk")[:RECENT]]

    def get(self, guid: str) -> QueryRecord:
        """One of them. Raises DirectoryError."""
        row = SavedQuery.objects.using(self._directory.alias).filter(guid=guid.strip().lower()).first()
        if row is None:
            raise query_not_found(guid)
        return _record(row)

    def create(self, owner: str, name: str, criteria: dict[str, Any], seconds: int, now: int) -> QueryRecord:
        """Keep one under a name. Raises DirectoryError when its owner has one of that name."""
        with self._directory.writing():
            self._check_free(owner, name)
            row = SavedQuery(
                guid=str(uuid.uuid4()),
                owner=names.key(owner),
                name=name,
                criteria=criteria,
                seconds=seconds,
                digest=_digest(criteria, seconds),
                created=now,
            )
            row.save(using=self._directory.alias)
        return _record(row)

    def change(self, guid: str, name: str, criteria: dict[str, Any], seconds: int) -> QueryRecord:
        """Give one another name, other criteria. Raises DirectoryError."""
        with self._directory.writing():
            row = SavedQuery.objects.using(self._directory.alias).get(guid=self.get(guid).guid)
            if name != row.name:
                self._check_free(row.owner, name, row.guid)
            row.name, row.criteria, row.seconds = name, criteria, seconds
            row.digest = _digest(criteria, seconds)
            row.save(using=self._directory.alias)
        return _record(row)

    def remove(self, guid: str) -> QueryRecord:
        """Forget one. Raises DirectoryError."""
        with self._directory.writing():
            found = self.get(guid)
            SavedQuery.objects.using(self._directory.alias).filter(guid=found.guid).delete()
        return found

    def remember(self, owner: str, criteria: dict[str, Any], seconds: int, now: int) -> None:
        """Keep what somebody asked just now; what came before the last ten is forgotten."""
        rows = SavedQuery.objects.using(self._directory.alias)
        digest = _digest(criteria, seconds)
        fresh = {"guid": str(uuid.uuid4()), "criteria": criteria, "seconds": seconds, "created": now, "used": now}
        with transaction.atomic(using=self._directory.alias):  # no setting changes: the revision stays
            rows.update_or_create(
                owner=names.key(owner), name="", digest=digest, defaults={"used": now}, create_defaults=fresh
            )
            kept = rows.filter(owner=names.key(owner), name="").order_by("-used", "-pk").values_list("pk", flat=True)
            rows.filter(pk__in=list(kept[RECENT:])).delete()

    def _check_free(self, owner: str, name: str, but: str = "") -> None:
        rows = SavedQuery.objects.using(self._directory.alias).filter(owner=names.key(owner), name__iexact=name)
        if rows.exclude(guid=but).exists():
            what = tell("there is a query {name!r} already", name=name)
            raise DirectoryError("query-exists", what, tell("choose another name, or change that one"), status=409)


def _digest(criteria: dict[str, Any], seconds: int) -> str:
    text = json.dumps([criteria, seconds], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _record(row: SavedQuery) -> QueryRecord:
    return QueryRecord(row.guid, row.owner, row.name, dict(row.criteria), row.seconds, row.created, row.used)
