"""Who has which right on whose mailbox."""

from __future__ import annotations

from pydantic import Field

from mailwake.operations.fields import ResultSize, position
from mailwake.operations.models import Input
from mailwake.operations.permission_operations import MAILBOX, listing


class Question(Input):
    """Whose permissions on what."""

    identity: str = Field("", description="The mailbox; all if it is left out.", json_schema_extra=position(1))
    user: str = Field("", description="Only rights of this account.")
    result_size: ResultSize = Field(None, description="Permissions at most, or Unlimited.")


OPERATION = listing(MAILBOX, Question, "Show who has which right on a mailbox.")
