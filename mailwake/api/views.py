"""The routes under `/api/v1`: each operation, the OpenAPI document, and a page that reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.csrf import csrf_exempt
from pydantic import BaseModel, ValidationError

from mailwake.api import decode, encode, openapi, problems
from mailwake.api.problems import Problem
from mailwake.operations.contract import Operation, OperationError, all_operations
from mailwake.operations.models import Answer
from mailwake.operations.perform import perform, told_as
from mailwake.operations.request_callers import caller_of_request
from mailwake.operations.serving import runtime

_ENOUGH = 1 << 20
"""Bytes of an answer that are made before the first is sent: what goes wrong until then is still a problem document."""


@csrf_exempt
def run(request: HttpRequest, name: str) -> HttpResponseBase:
    """One operation. Cross-site forgery: a token is proof enough; with a session the check is made here."""
    operation = all_operations().get(name)
    if operation is None:
        return _problem(Problem(404, "no-such-operation", f"there is no operation {name!r}", f"See {openapi.ROOT}."))
    allowed = ("POST",) if operation.changes else ("GET", "HEAD", "POST")
    if request.method not in allowed:
        response = _problem(
            Problem(405, "method-not-allowed", f"{name} takes {' or '.join(allowed)}, not {request.method}")
        )
        response["Allow"] = ", ".join(allowed)
        return response
    caller = caller_of_request(request, "api")
    if caller is None:
        response = _problem(
            Problem(401, "not-signed-in", "no valid token was given", "Send it as `Authorization: Bearer TOKEN`.")
        )
        response["WWW-Authenticate"] = 'Bearer realm="mailwake"'
        return response
    if request.method == "POST" and "Authorization" not in request.headers and _forged(request):
        return _problem(Problem(403, "forged", "the request does not come from a page of ours", "Send a token."))
    if request.method == "POST" and "what_if" in request.GET and not operation.changes:
        return _problem(Problem(400, "no-what-if", f"{name} cannot be asked what it would do", "Leave out what_if."))
    kind = encode.chosen(request.headers.get("Accept", ""), request.GET.get("format", ""), operation.output)
    if kind is None:
        kinds = ", ".join(encode.forms_of(operation.output).values())
        return _problem(Problem(406, "no-such-form", "there is no such form of the answer", f"There are: {kinds}."))
    try:
        given = _given(request, operation)
        context = runtime().context(caller)
        context.what_if = operation.changes and request.GET.get("what_if") == "true"
        answer = perform(operation, context, given)
        return _response(kind, answer, operation)
    except ValidationError as error:
        return _problem(problems.of_validation(error))
    except RequestDataTooBig:
        return _problem(Problem(413, "too-large", "the request is too large", "Send the data in parts."))
    except Exception as error:
        told = told_as(error)
        if told is None:
            raise
        return _problem(problems.of_operation(told))


def document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document; it tells nothing that the product's manual does not."""
    return HttpResponse(orjson.dumps(openapi.document()), content_type="application/json")


def not_found(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Any other route below `/api`."""
    return _problem(Problem(404, "no-such-route", "there is no such route", f"See {openapi.ROOT}/openapi.json."))


def _forged(request: HttpRequest) -> bool:
    check = CsrfViewMiddleware(lambda _: HttpResponse())
    check.process_request(request)
    return check.process_view(request, lambda _: HttpResponse(), (), {}) is not None


def _given(request: HttpRequest, operation: Operation[Any]) -> BaseModel:
    if request.method == "POST":
        if request.content_type not in ("application/json", "", "text/plain"):
            raise OperationError(
                "no-json", f"the body is {request.content_type}", "Send JSON: application/json.", status=415
            )
        return decode.from_body(operation.input, request.body)
    pairs = [(name, text) for name, texts in request.GET.lists() for text in texts if name != "format"]
    return decode.from_query(operation.input, pairs)


def _response(kind: str, answer: Answer, operation: Operation[Any]) -> HttpResponseBase:
    """Whole when it is short, else as a stream. Raises what the operation raises meanwhile."""
    pieces = encode.stream(kind, answer, operation.output)
    headers = {"Cache-Control": "no-store", **({"Content-Disposition": "attachment"} if kind == encode.FILE else {})}
    made: list[bytes] = []
    size = 0
    for piece in pieces:
        made.append(piece)
        size += len(piece)
        if size > _ENOUGH:
            break
    else:
        return HttpResponse(b"".join(made), content_type=kind, headers=headers)
    return StreamingHttpResponse(_on(made, pieces), content_type=kind, headers=headers)


def _on(made: list[bytes], pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield from made
    made.clear()
    yield from pieces


def _problem(problem: Problem) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(problem.document()),
        status=problem.status,
        content_type=problems.CONTENT_TYPE,
        headers={"Cache-Control": "no-store"},
    )
