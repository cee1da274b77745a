"""Problem documents (RFC 9457): what every refused request gets, `application/problem+json`.

Members beside those of the RFC: `code` (the short stable word of `OperationError`), `advice` (what to do), and `errors`
with `pointer` and `detail` for each input that was not understood.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from mailwake.operations.contract import OperationError

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """One problem document."""

    status: int
    code: str
    detail: str
    advice: str = ""
    errors: tuple[dict[str, str], ...] = field(default=())

    def document(self) -> dict[str, Any]:
        """The members as JSON has them."""
        made: dict[str, Any] = {
            "type": f"urn:mailwake:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.advice:
            made["advice"] = self.advice
        if self.errors:
            made["errors"] = list(self.errors)
        return made


def of_operation(error: OperationError) -> Problem:
    """The problem of an operation that was not carried out."""
    return Problem(error.status, error.code, error.message, error.advice)


def of_validation(error: ValidationError) -> Problem:
    """The problem of an input that the operation's model does not take."""
    found = tuple(
        {"pointer": "/" + "/".join(str(part) for part in one["loc"]), "detail": one["msg"]} for one in error.errors()
    )
    names = ", ".join(dict.fromkeys(one["pointer"].split("/")[1] or "the body" for one in found))
    return Problem(
        400, "input-not-understood", f"not understood: {names}", "Each of `errors` says what would be right.", found
    )


SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "advice": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
"""JSON schema of a problem document, for the OpenAPI text."""
