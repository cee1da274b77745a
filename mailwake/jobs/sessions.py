"""Sessions of searches: the same SessionId again gives the next block."""

from __future__ import annotations

from django.db import transaction

from mailwake.jobs.models import SearchSession
from mailwake.jobs.records import Session

KEPT = 24 * 3_600_000_000
"""Microseconds after which a session that nobody used is forgotten."""


class Sessions:
    """The sessions in one database."""

    def __init__(self, alias: str) -> None:
        """alias: Django's name of the database (`Directory.alias`)."""
        self._alias = alias

    def get(self, name: str, caller: str, now: int) -> Session | None:
        """A caller's session of that name, unless it is too old."""
        row = SearchSession.objects.using(self._alias).filter(name=name, caller=caller, updated__gte=now - KEPT).first()
        if row is None:
            return None
        return Session(row.command, row.criteria, row.place_ts, row.place_id, row.returned, row.total, row.mixed)

    def keep(self, name: str, caller: str, session: Session, now: int) -> None:
        """Remember how far it has come."""
        with transaction.atomic(using=self._alias):
            rows = SearchSession.objects.using(self._alias)
            rows.filter(updated__lt=now - KEPT).delete()
            rows.update_or_create(
                name=name,
                caller=caller,
                defaults={
                    "command": session.command,
                    "criteria": session.criteria,
                    "place_ts": session.place_ts,
                    "place_id": session.place_id,
                    "returned": session.returned,
                    "total": session.total,
                    "mixed": session.mixed,
                    "updated": now,
                },
            )
