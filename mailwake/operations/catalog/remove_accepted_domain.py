"""Take a domain away."""

from __future__ import annotations

from pydantic import Field

from mailwake.operations.domain_models import AcceptedDomain
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.removing import removal


class Order(Input):
    """The domain."""

    identity: str = Field(min_length=1, description="The domain.", json_schema_extra=position(1))


OPERATION = removal(
    "accepted-domain",
    "Take a domain away.",
    Order,
    AcceptedDomain,
    lambda directory, name: directory.organization.remove_domain(name),
    role="Remote and Accepted Domains",
    command="domain",
    cmdlet="Remove-AcceptedDomain",
)
