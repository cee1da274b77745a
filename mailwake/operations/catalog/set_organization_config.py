"""Change the organization's settings of auditing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pydantic import Field

from mailwake.events.told import tell
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import ListChange, ResultSize
from mailwake.operations.models import Input
from mailwake.operations.organization_models import OrganizationConfig

_FIELDS = {"audit_disabled": "audit_disabled", "audit_matrix": "matrix", "exchange_parity": "parity"}
_FIELDS |= {"lazy_expunge": "lazy_expunge"}


class Order(Input):
    """What to change; what is not given stays."""

    audit_disabled: bool | None = Field(None, description="True: from now on nothing is audited. False: on by default.")
    audit_matrix: Literal["current", "2021"] | None = Field(None, description="Edition of actions and default sets.")
    exchange_parity: bool | None = Field(None, description="Count licences, throttling and limits as Exchange Online.")
    audit_log_search_reach: ResultSize = Field(None, description="Days that a search reaches back, or Unlimited.")
    trash_folders: ListChange | None = Field(None, description="Folders that mean Deleted Items.")
    shared_prefixes: ListChange | None = Field(None, description="Prefixes under which others' mailboxes appear.")
    public_prefixes: ListChange | None = Field(None, description="Prefixes under which public folders appear.")
    lazy_expunge: bool | None = Field(None, description="Servers keep expunged mail: an expunge is a SoftDelete.")


def handle(context: Context, order: Order) -> Iterator[OrganizationConfig]:
    """Change them. Raises OperationError when nothing is given."""
    organization = context.settings.organization
    now = organization.current()
    values: dict[str, Any] = {
        name: getattr(order, field) for field, name in _FIELDS.items() if getattr(order, field) is not None
    }
    for name in ("trash_folders", "shared_prefixes", "public_prefixes"):
        change: ListChange | None = getattr(order, name)
        if change is not None:
            values[name] = _list(getattr(now.settings, name), change)
    if "audit_log_search_reach" in order.model_fields_set:
        values["search_reach_days"] = order.audit_log_search_reach or 0
    if not values:
        raise OperationError("nothing-to-change", tell("no setting is given"), tell("name a setting and its new value"))
    before = OrganizationConfig.of(now)
    after = OrganizationConfig.of(organization.change(context.micros, **values))
    context.changed("Organization", before.record(), after.record())
    if after.audit_disabled and not before.audit_disabled:
        context.warn(tell("From now on nothing is audited; bypass associations and AuditEnabled are ignored."))
    yield after


def _list(current: Iterable[str], change: ListChange) -> tuple[str, ...]:
    if change.replace is not None:
        return change.replace
    gone = {value.lower() for value in change.remove}
    return tuple(dict.fromkeys([*(value for value in current if value.lower() not in gone), *change.add]))


OPERATION = Operation(
    name="set-organization-config",
    summary="Change the organization's settings of auditing.",
    input=Order,
    output=OrganizationConfig,
    handler=handle,
    roles=("Organization Configuration",),
    scope=Scope.ORGANIZATION,
    changes=True,
    command=("organization", "set"),
    cmdlet="Set-OrganizationConfig",
    store=False,
    details="A change holds for what is done from now on, and for everything as long as no act was ever decided.",
)
