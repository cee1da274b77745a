"""What people may ask about themselves."""

from __future__ import annotations

from mailwake.events.told import tell
from mailwake.operations.context import Context
from mailwake.operations.contract import OperationError


def check_own(context: Context) -> None:
    """These operations tell somebody of their own mailbox. Raises OperationError where there is none."""
    scope = context.caller.scope
    if scope.everything or not (scope.mailboxes or scope.domains):
        what = tell("no mailbox belongs to {name}", name=context.caller.name)
        raise OperationError(
            "no-mailbox", what, tell("sign in with the name or address that the mailbox has"), status=404
        )
