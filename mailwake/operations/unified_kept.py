"""What the retention policies of the unified audit log say at a time, for the store and for what is not in it."""

from __future__ import annotations

from collections.abc import Iterable

from mailwake.audit.unified_retention import DURATIONS, RetentionPolicy
from mailwake.store.audit_filter import Retained

_DAY = 86_400_000_000


def kept_at(policies: Iterable[RetentionPolicy], now: int) -> tuple[Retained, ...]:
    """What policies say at a time, µs UTC, the one that goes first at the beginning."""
    ordered = sorted(policies, key=lambda one: (one.priority, one.name.lower()))
    return tuple(
        Retained(
            now - DURATIONS[one.duration] * _DAY,
            one.record_types,
            tuple(map(str.lower, one.operations)),
            tuple(map(str.lower, one.user_ids)),
        )
        for one in ordered
    )


def gives(policies: Iterable[Retained], ts: int, record_type: int, action: str, actor: str) -> bool:
    """Whether a record is still given: the first policy that speaks of it decides."""
    for policy in policies:
        if (
            (not policy.record_types or record_type in policy.record_types)
            and (not policy.actions or action.lower() in policy.actions)
            and (not policy.actors or actor.lower() in policy.actors)
        ):
            return ts >= policy.since
    return True
