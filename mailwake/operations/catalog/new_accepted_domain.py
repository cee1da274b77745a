"""Declare a domain of the organization."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.domain_models import AcceptedDomain
from mailwake.operations.fields import position
from mailwake.operations.models import Input


class Order(Input):
    """The domain."""

    domain_name: str = Field(min_length=1, description="The domain, as example.org.", json_schema_extra=position(1))
    domain_type: Literal["Authoritative", "InternalRelay", "ExternalRelay"] = Field(
        "Authoritative", description="Whether all of its mailboxes are ours."
    )
    default: bool = Field(False, description="Make it the default domain.")


def handle(context: Context, order: Order) -> Iterator[AcceptedDomain]:
    """Declare it."""
    record = context.settings.organization.add_domain(order.domain_name, order.domain_type, default=order.default)
    made = AcceptedDomain.of(record)
    context.changed(made.name, {}, made.record())
    yield made


OPERATION = Operation(
    name="new-accepted-domain",
    summary="Declare a domain of the organization.",
    input=Order,
    output=AcceptedDomain,
    handler=handle,
    roles=("Remote and Accepted Domains",),
    scope=Scope.ORGANIZATION,
    changes=True,
    command=("domain", "add"),
    cmdlet="New-AcceptedDomain",
    store=False,
)
