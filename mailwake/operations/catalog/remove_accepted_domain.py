"""Take a domain away."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.domain_models import AcceptedDomain
from mailwake.operations.fields import position
from mailwake.operations.models import Input


class Order(Input):
    """The domain."""

    identity: str = Field(min_length=1, description="The domain.", json_schema_extra=position(1))


def handle(context: Context, order: Order) -> Iterator[AcceptedDomain]:
    """Take it."""
    gone = AcceptedDomain.of(context.settings.organization.remove_domain(order.identity))
    context.changed(gone.name, gone.record(), {})
    yield gone


OPERATION = Operation(
    name="remove-accepted-domain",
    summary="Take a domain away.",
    input=Order,
    output=AcceptedDomain,
    handler=handle,
    roles=("Remote and Accepted Domains",),
    scope=Scope.ORGANIZATION,
    changes=True,
    command=("domain", "remove"),
    cmdlet="Remove-AcceptedDomain",
    store=False,
)
