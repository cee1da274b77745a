"""The OpenAPI 3.1 document of all operations, made from their models."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from mailwake import __version__
from mailwake.api import problems
from mailwake.api.encode import CSV, FILE, JSON, LINES, forms_of
from mailwake.operations.annotations import is_list
from mailwake.operations.contract import Operation, all_operations

ROOT = "/api/v1"
_REF = "#/components/schemas/{model}"
_INTRODUCTION = """\
Every question and order that Mailwake knows. Questions are asked with GET, or with POST and the same names as members
of a JSON object when they are long; orders are given with POST. Times are ISO 8601 with a zone, sizes bytes, durations
seconds. Lists are ordered and paged by `nextCursor`; `?format=jsonl` and `?format=csv` stream whole answers, and
`?format=file` gives reports as they are kept.
"""


def path(operation: Operation[Any]) -> str:
    """The route of an operation."""
    return f"{ROOT}/{operation.name}"


@cache
def document() -> dict[str, Any]:
    """The whole document."""
    operations = list(all_operations().values())
    schemas, names = _schemas(operations)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mailwake",
            "version": __version__,
            "summary": "Message trace and mailbox auditing for any mail estate.",
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": {path(operation): _methods(operation, names) for operation in operations},
        "components": {
            "schemas": schemas | {"Problem": problems.SCHEMA},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of `mailwake user token`."}
            },
        },
    }


def _schemas(operations: list[Operation[Any]]) -> tuple[dict[str, Any], dict[Any, dict[str, Any]]]:
    """Component schemas, and a reference to its own for each model."""
    inputs = [(operation.input, "validation") for operation in operations]
    outputs = [(operation.output, "serialization") for operation in operations]
    modes = list(dict.fromkeys([*inputs, *outputs]))
    made, definitions = models_json_schema(modes, by_alias=True, ref_template=_REF)  # type: ignore[arg-type]
    return definitions["$defs"], {model: schema for (model, _), schema in made.items()}


def _methods(operation: Operation[Any], names: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    body = {"required": False, "content": {JSON: {"schema": names[operation.input]}}}
    common = {
        "summary": operation.summary,
        "description": "\n\n".join(filter(None, (operation.details, _needs(operation)))),
        "tags": ["Orders" if operation.changes else "Questions"],
        "responses": _responses(operation, names),
    }
    post = {"operationId": operation.name, "requestBody": body, **common}
    if operation.changes:
        return {"post": post}
    get = {"operationId": operation.name, "parameters": _parameters(operation), **common}
    return {"get": get, "post": post | {"operationId": f"{operation.name}-post"}}


def _needs(operation: Operation[Any]) -> str:
    return f"Needs one of the roles: {', '.join(operation.roles)}." if operation.roles else "Needs no role."


def _parameters(operation: Operation[Any]) -> list[dict[str, Any]]:
    """Inputs in the query string; how they look is read off the model's own schema."""
    schema = operation.input.model_json_schema(by_alias=True)
    required = set(schema.get("required", ()))
    found = []
    for name, info in operation.input.model_fields.items():
        outside = info.alias or name
        inner = _inlined(schema["properties"][outside], schema.get("$defs", {}))
        found.append(
            {
                "name": outside,
                "in": "query",
                "required": outside in required,
                "description": inner.pop("description", ""),
                "schema": inner,
                **({"style": "form", "explode": True} if is_list(info.annotation) else {}),
            }
        )
    found.append(
        {
            "name": "format",
            "in": "query",
            "required": False,
            "description": "Instead of an Accept header.",
            "schema": {"type": "string", "enum": list(forms_of(operation.output))},
        }
    )
    return found


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """A schema with its references replaced by what they stand for."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
        return {key: _inlined(value, definitions) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_inlined(value, definitions) for value in schema]
    return schema


def _responses(operation: Operation[Any], names: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    item = names[operation.output]
    page = {
        "type": "object",
        "required": ["value"],
        "properties": {
            "value": {"type": "array", "items": item},
            "nextCursor": {"type": "string", "description": "Give it as Cursor to go on; absent: there are no more."},
            "warnings": {"type": "array", "items": {"type": "string"}},
        },
    }
    shapes = {JSON: {"schema": page}, LINES: {"schema": item}, CSV: {}, FILE: {}}
    forms = forms_of(operation.output).values()
    good = {"description": "Done.", "content": {kind: shape for kind, shape in shapes.items() if kind in forms}}
    problem = {"content": {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    texts = {
        "400": "An input was not understood.",
        "401": "No token, or one that is not valid.",
        "403": "The caller has none of the roles.",
        "404": "What was asked about is not there, or not in the caller's scope.",
        "406": "No form of the answer that the Accept header names.",
        "409": "It was changed by somebody else meanwhile.",
        "413": "The request is too large.",
        "429": "Too many requests.",
        "503": "The store is not available now.",
    }
    return {"200": good} | {status: {"description": text, **problem} for status, text in texts.items()}
