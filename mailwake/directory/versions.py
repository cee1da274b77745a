"""What held when: versions of settings, added and never changed (docs/decisions/0015-settings-hold-from-a-time.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailwake.directory.models import Mailbox, Organization, SettingVersion

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

ORGANIZATION, MAILBOX, ACTOR = "organization", "mailbox", "actor"


def record(
    directory: Directory, kind: str, subject: int, before: dict[str, Any], after: dict[str, Any], now: int
) -> None:
    """Note a change of settings at now (µs UTC), within `Directory.writing`.

    Before the first act was decided there is nothing to note: what is set up then holds from the beginning.
    """
    if before == after:
        return
    if not Organization.objects.using(directory.alias).values_list("deciding_since", flat=True).get(pk=1):
        return
    with directory.writing() as revision:
        rows = SettingVersion.objects.using(directory.alias)
        latest = rows.filter(kind=kind, subject=subject).order_by("-since").values_list("since", flat=True).first()
        if latest is None:
            rows.create(kind=kind, subject=subject, since=0, values=before, revision=revision)
        # a clock that was set back must not put the new settings before the old
        since = max(now, latest or 0)
        rows.create(kind=kind, subject=subject, since=since, values=after, revision=revision)


def of_mailbox(box: Mailbox) -> dict[str, Any]:
    """The settings of a mailbox that the policy looks at, as they are kept."""
    return of_columns(vars(box))


def of_columns(row: dict[str, Any]) -> dict[str, Any]:
    """The same of a row's values by the names of their columns."""
    return {
        "type": row["type"],
        "audit_enabled": row["audit_enabled"],
        "by_hand": row["audit_enabled_by_hand"],
        "managed": sorted(row["managed"]),
        "custom": {name: sorted(actions) for name, actions in sorted(row["custom"].items())},
        "premium": row["licence"] == "Premium",
        "geo": row["geo"],
    }
