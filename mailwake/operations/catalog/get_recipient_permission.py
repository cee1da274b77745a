"""Who may send as whom."""

from __future__ import annotations

from pydantic import Field

from mailwake.operations.fields import ResultSize, position
from mailwake.operations.models import Input
from mailwake.operations.permission_operations import RECIPIENT, listing


class Question(Input):
    """Whose permissions on what."""

    identity: str = Field("", description="The mailbox; all if it is left out.", json_schema_extra=position(1))
    trustee: str = Field("", description="Only rights of this account.")
    result_size: ResultSize = Field(None, description="Permissions at most, or Unlimited.")


OPERATION = listing(RECIPIENT, Question, "Show who may send as a mailbox.")
