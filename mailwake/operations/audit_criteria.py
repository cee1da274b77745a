"""Criteria that audit searches share, and what they become."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mailwake.audit.model import LogonType
from mailwake.audit.policy.actions import ACTIONS, spelled
from mailwake.audit.record import RECORD_TYPES, AuditRecord
from mailwake.events.told import tell
from mailwake.operations.contract import OperationError
from mailwake.operations.when import to_micros

_LOGON = {"owner": LogonType.OWNER, "delegate": LogonType.DELEGATE, "admin": LogonType.ADMIN}
_TYPES = {name.casefold(): number for number, name in RECORD_TYPES.items()}
EXTERNAL = "External"


def span(start: datetime | None, end: datetime | None) -> tuple[int | None, int | None]:
    """Bounds in µs UTC, half open. Raises OperationError when the end lies before the start."""
    low, high = (to_micros(moment) if moment else None for moment in (start, end))
    if low is not None and high is not None and high < low:
        raise OperationError(
            "dates-reversed", tell("EndDate lies before StartDate"), tell("Give the earlier one as StartDate.")
        )
    return low, high


def mail_addresses(given: Iterable[str]) -> tuple[str, ...]:
    """Addresses that a result is mailed to. Raises OperationError for what is none."""
    found = tuple(given)
    for address in found:
        if "@" not in address.strip("@") or any(char.isspace() for char in address):
            raise OperationError(
                "not-an-address",
                tell("{address!r} is no mail address", address=address),
                tell("Give it as name@example.org."),
            )
    return found


def logon_types(names: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """Logon types, and whether External is among them. Raises OperationError for others."""
    found, external = [], False
    for name in names:
        key = name.strip().casefold()
        if key == "external":
            external = True
        elif key in _LOGON:
            found.append(str(_LOGON[key]))
        else:
            raise OperationError(
                "logon-type-not-known",
                tell("no logon type is called {name!r}", name=name),
                tell("There are Admin, Delegate, Owner, External."),
            )
    return tuple(found), external


def mailbox_actions(names: Iterable[str]) -> tuple[str, ...]:
    """Actions of the mailbox audit log, in their own spelling. Raises OperationError for others."""
    found = []
    for name in names:
        action = spelled(name)
        if action is None:
            raise OperationError(
                "action-not-known",
                tell("no action of the mailbox audit log is called {name!r}", name=name),
                tell("There are {actions}.", actions=", ".join(ACTIONS)),
            )
        found.append(action)
    return tuple(found)


def record_types(names: Iterable[str]) -> tuple[int, ...]:
    """RecordTypes by name or number. Raises OperationError for others."""
    found = []
    for name in names:
        text = name.strip()
        number = int(text) if text.isdecimal() else _TYPES.get(text.casefold())
        if number is None:
            raise OperationError(
                "record-type-not-known",
                tell("no RecordType is called {name!r}", name=name),
                tell("Give its number, or a name such as ExchangeItem, ExchangeItemAggregated, ExchangeAdmin."),
            )
        found.append(number)
    return tuple(found)


def is_external(record: AuditRecord) -> bool:
    """Whether somebody from outside the organization acted."""
    return dict(record.observation.properties).get("ExternalAccess", "").casefold() == "true"


def has_attachments(record: AuditRecord) -> bool:
    """Whether the record says that an item has attachments; servers' logs here do not say it."""
    return '"Attachments":"' in record.raw or '"ItemAttachments":"' in record.raw
