"""Errors of operations in Exchange's words."""

from __future__ import annotations

from mailwake.operations.contract import OperationError
from mailwake.shell.errors import ShellError

_REASONS = {
    "mailbox-not-found": ("ManagementObjectNotFoundException", "ObjectNotFound"),
    "ambiguous-mailbox": ("ManagementObjectAmbiguousException", "InvalidArgument"),
    "permission-denied": ("UnauthorizedAccessException", "PermissionDenied"),
    "mailbox-exists": ("ProxyAddressExistsException", "ResourceExists"),
    "value-not-allowed": ("RecipientTaskException", "InvalidArgument"),
}
_BEFORE = {
    "mailbox-not-found": "The operation couldn't be performed because the object couldn't be found: ",
    "ambiguous-mailbox": "The operation couldn't be performed because the identity matches multiple entries: ",
    "permission-denied": "Access is denied: ",
}
"""How Exchange begins; ours goes on with what exactly and where."""


def error_of(error: OperationError, target: str = "") -> ShellError:
    """The error as the shell writes it: what, where, and what to do."""
    reason, category = _REASONS.get(error.code, ("RecipientTaskException", "InvalidArgument"))
    before = _BEFORE.get(error.code, "")
    text = before + (error.message if before else _sentence(error.message))
    if error.advice:
        text = f"{text.rstrip('.')}. {_sentence(error.advice)}"
    named = "".join(part.capitalize() for part in error.code.split("-"))
    return ShellError(text.rstrip(".") + ".", named, category=category, reason=reason, target=target)


def _sentence(text: str) -> str:
    """With a capital, unless it begins with a name or a quotation."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text
