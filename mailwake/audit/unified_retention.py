"""Retention policies of the unified audit log: how far back its search gives which records.

A policy names record types, operations and accounts; of several that fit a record the one of the highest priority (the
lowest number) counts, and where none fits, the default does: as far back as there are records. The records of a
mailbox are kept as long as its AuditLogAgeLimit says, which no policy lengthens.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST = 50
"""Policies of one organization, as in Exchange."""
DURATIONS = {
    **{"ThreeMonths": 90, "SixMonths": 180, "NineMonths": 270, "TwelveMonths": 365},
    **{"ThreeYears": 1_095, "FiveYears": 1_825, "SevenYears": 2_555, "TenYears": 3_650},
}
"""RetentionDuration, in days."""


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """One policy. Empty criteria fit every record."""

    name: str
    priority: int
    """The lowest number goes first."""
    duration: str
    """Of DURATIONS."""
    description: str = ""
    record_types: tuple[int, ...] = ()
    operations: tuple[str, ...] = ()
    user_ids: tuple[str, ...] = ()
