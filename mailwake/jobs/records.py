"""What the jobs give out and take in: plain values, without a tie to the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NOT_STARTED, IN_PROGRESS, DONE, FAILED, CANCELLED = "NotStarted", "InProgress", "Done", "Failed", "Cancelled"


@dataclass(frozen=True)
class JobRecord:
    """A job as it is now."""

    guid: str
    kind: str
    name: str
    caller: str
    criteria: dict[str, Any]
    shown: dict[str, str]
    recipients: tuple[str, ...]
    state: str
    created: int
    started: int
    finished: int
    holder: str
    attempts: int
    error: str
    rows: int
    size: int
    file_name: str
    mailed: bool
    note: str


@dataclass(frozen=True)
class Order:
    """A job to be made."""

    kind: str
    caller: str
    name: str = ""
    criteria: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    recipients: tuple[str, ...] = ()


class LostClaimError(Exception):
    """Another worker has the job by now, or it was cancelled."""


@dataclass(frozen=True)
class Session:
    """How far a search has come."""

    command: str
    criteria: str
    place_ts: int
    place_id: str
    returned: int
    total: int
    mixed: bool
