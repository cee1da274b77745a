"""AuditAdmin, AuditDelegate and AuditOwner: what they show, and what a change of them means.

A logon type whose set is the vendor's (it stands in DefaultAuditSet) shows the default set; any change of its list
makes the set the customer's own, and naming it in DefaultAuditSet gives it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mailwake.audit.model import LogonType, MailboxType
from mailwake.audit.policy.actions import in_order, spelled
from mailwake.audit.policy.matrix import accepted, default_set
from mailwake.audit.settings import OrganizationSettings
from mailwake.directory.records import PREMIUM, MailboxRecord
from mailwake.events.told import tell
from mailwake.operations.contract import OperationError
from mailwake.operations.fields import ListChange

ORDER = (LogonType.ADMIN, LogonType.DELEGATE, LogonType.OWNER)
"""As Exchange shows them."""
PARAMETERS = {kind: f"Audit{kind.value}" for kind in ORDER}
_NOTHING = "none"


def effective(box: MailboxRecord, kind: LogonType, organization: OrganizationSettings) -> tuple[str, ...]:
    """The actions of a logon type that are asked for, in the order of Exchange's enumeration."""
    group = box.type is MailboxType.GROUP
    if group or kind in box.managed:
        premium = box.licence == PREMIUM or box.type is MailboxType.SHARED  # where that of who acts counts
        return tuple(in_order(default_set(organization.matrix, kind, box.type, premium, organization.parity)))
    return tuple(in_order(box.custom.get(kind, frozenset())))


def managed_types(box: MailboxRecord) -> tuple[str, ...]:
    """DefaultAuditSet; of a group mailbox always all three."""
    everything = box.type is MailboxType.GROUP
    return tuple(kind.value for kind in ORDER if everything or kind in box.managed)


def changed(
    box: MailboxRecord,
    organization: OrganizationSettings,
    changes: Mapping[LogonType, ListChange],
    restore: Iterable[LogonType],
) -> tuple[frozenset[LogonType], dict[LogonType, frozenset[str]]]:
    """`managed` and `custom` after a command. Raises OperationError for values that a logon type does not take."""
    back = set(restore)
    if both := back & set(changes):
        names = ", ".join(sorted(kind.value for kind in both))
        raise OperationError(
            "two-orders",
            tell(
                "DefaultAuditSet gives back the set of {names}, and {parameter} would change it at once",
                names=names,
                parameter=PARAMETERS[min(both)],
            ),
            tell("give one of the two"),
        )
    managed, custom = set(box.managed), dict(box.custom)
    for kind in back:
        managed.add(kind)
        custom.pop(kind, None)
    for kind, change in changes.items():
        custom[kind] = _changed_list(box, organization, kind, change)
        managed.discard(kind)
    return frozenset(managed), custom


def _changed_list(
    box: MailboxRecord, organization: OrganizationSettings, kind: LogonType, change: ListChange
) -> frozenset[str]:
    if change.replace is not None:
        wanted = [value for value in change.replace if value.lower() != _NOTHING]
        if wanted and len(wanted) < len(change.replace):
            raise OperationError(
                "value-not-allowed",
                tell(
                    "{parameter}: None stands for no action at all and goes with no other value",
                    parameter=PARAMETERS[kind],
                ),
                tell("give None alone, or the actions alone"),
            )
        return frozenset(_checked(value, kind, organization) for value in wanted)
    current = set(effective(box, kind, organization))
    current |= {_checked(value, kind, organization) for value in change.add}
    return frozenset(current - {_known(value, kind) for value in change.remove})


def _checked(value: str, kind: LogonType, organization: OrganizationSettings) -> str:
    action = _known(value, kind)
    if action not in accepted(organization.matrix, kind):
        fitting = ", ".join(in_order(accepted(organization.matrix, kind)))
        raise OperationError(
            "value-not-allowed",
            tell(
                "{parameter} does not take {action}: it is not audited for the logon type {kind}",
                parameter=PARAMETERS[kind],
                action=action,
                kind=kind.value,
            ),
            tell("values are: None, {fitting}", fitting=fitting),
        )
    return action


def _known(value: str, kind: LogonType) -> str:
    action = spelled(value)
    if action is None:
        raise OperationError(
            "value-not-allowed",
            tell("{parameter}: there is no action {value!r}", parameter=PARAMETERS[kind], value=value),
            tell("actions are: {actions}", actions=", ".join(in_order(accepted("current", kind)))),
        )
    return action
