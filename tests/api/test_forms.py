"""Requests to inputs, answers to JSON, JSON lines and CSV, the OpenAPI document: all from the operations' models."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import Field, ValidationError

from mailwake.api import decode, encode, openapi, problems
from mailwake.operations.catalog.historical_search_result import _pieces
from mailwake.operations.contract import OperationError, all_operations
from mailwake.operations.models import Answer, Input, Output, Piece


class Asked(Input):
    sender_address: tuple[str, ...] = Field((), description="Senders.")
    result_size: int | None = Field(None, ge=1, description="Rows.")


class Item(Output):
    subject: str | None
    queue_ids: list[str] = Field([])


ITEMS = [Item(subject="=1+1", queue_ids=["A1", "B2"]), Item(subject=None)]


def whole(kind: str, items: Any = ITEMS) -> str:
    return b"".join(encode.stream(kind, items, Item)).decode()


def test_a_list_is_given_by_repeating_its_name() -> None:
    asked = decode.from_query(Asked, [("SenderAddress", "a@example.org"), ("SenderAddress", "b@example.org")])
    assert asked == Asked(sender_address=("a@example.org", "b@example.org"))
    assert decode.from_query(Asked, [("result_size", "7")]) == Asked(result_size=7)


@pytest.mark.parametrize("pairs", [[("SenderAdress", "x")], [("ResultSize", "0")], [("ResultSize", "many")]])
def test_what_is_not_understood_is_named(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(ValidationError) as caught:
        decode.from_query(Asked, pairs)
    document = problems.of_validation(caught.value).document()
    assert document["status"] == 400
    assert pairs[0][0] in document["detail"]
    assert document["errors"][0]["pointer"] == f"/{pairs[0][0]}"


def test_one_value_given_twice_is_no_list() -> None:
    with pytest.raises(OperationError, match="more than once"):
        decode.from_query(Asked, [("ResultSize", "1"), ("ResultSize", "2")])


@pytest.mark.parametrize(("body", "says"), [(b"{", "no JSON"), (b"[1]", "no JSON object")])
def test_bodies_that_are_no_object(body: bytes, says: str) -> None:
    with pytest.raises(OperationError, match=says):
        decode.from_body(Asked, body)


def test_a_body_may_be_empty() -> None:
    assert decode.from_body(Asked, b" ") == Asked()


def test_json_has_value_and_what_is_known_at_the_end() -> None:
    answer = Answer(iter(ITEMS), warnings=["mx2 sent no lines 10:02-10:07"])

    def items() -> Iterator[Item]:
        yield from ITEMS
        answer.next_cursor = "next"

    answer.items = items()
    assert json.loads(whole(encode.JSON, answer)) == {
        "value": [{"Subject": "=1+1", "QueueIds": ["A1", "B2"]}, {"Subject": None, "QueueIds": []}],
        "nextCursor": "next",
        "warnings": ["mx2 sent no lines 10:02-10:07"],
    }


def test_json_lines_are_one_object_each() -> None:
    assert [json.loads(line)["Subject"] for line in whole(encode.LINES).splitlines()] == ["=1+1", None]


def test_csv_has_a_heading_and_runs_no_formula() -> None:
    assert list(csv.reader(io.StringIO(whole(encode.CSV)))) == [
        ["Subject", "QueueIds"],
        ["'=1+1", "A1 B2"],
        ["", ""],
    ]


def test_an_answer_comes_in_pieces() -> None:
    many = (Item(subject="x" * 1000) for _ in range(1000))
    pieces = list(encode.stream(encode.LINES, many, Item))
    assert len(pieces) > 5
    assert b"".join(pieces).count(b"\n") == 1000


@pytest.mark.parametrize(
    ("accept", "word", "kind"),
    [
        ("", "", encode.JSON),
        ("text/csv", "", encode.CSV),
        ("text/html,*/*;q=0.8", "", encode.JSON),
        ("application/x-ndjson, application/json", "", encode.LINES),
        ("image/png", "", None),
        ("application/json", "csv", encode.CSV),
        ("application/json", "xml", None),
    ],
)
def test_the_form_that_is_asked_for(accept: str, word: str, kind: str | None) -> None:
    assert encode.chosen(accept, word) == kind


def test_the_document_names_every_operation_and_resolves() -> None:
    document = openapi.document()
    assert set(document["paths"]) == {f"/api/v1/{name}" for name in all_operations()}
    text = json.dumps(document)
    schemas = document["components"]["schemas"]
    for reference in {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}:
        assert reference in schemas
    names = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names))
    trace = document["paths"]["/api/v1/message-trace"]["get"]
    assert {"SenderAddress", "FromIP", "ResultSize", "format"} <= {one["name"] for one in trace["parameters"]}


def test_a_document_is_given_as_a_file_as_it_is_kept() -> None:
    """A report in UTF-16 is UTF-16 when it is downloaded; as JSON it is text."""
    text = "\u00e5,\U0001f600\r\n"
    data = text.encode("utf-16-le")
    cut = [data[:3], data[3:7], data[7:]]
    pieces = list(_pieces(iter(cut), "utf-16-le"))
    assert b"".join(encode.stream(encode.FILE, pieces, Piece)) == data
    assert "".join(piece.text for piece in pieces) == text
    assert json.loads(b"".join(encode.stream(encode.JSON, pieces, Piece)))["value"][0]["Text"]
    assert b"".join(encode.stream(encode.FILE, [Piece(text=text)], Piece)) == text.encode()


def test_what_is_no_document_is_no_file() -> None:
    assert encode.chosen("", "file", Item) is None
    assert encode.chosen("application/octet-stream", "", Item) is None
    assert encode.chosen("", "file", Piece) == encode.FILE
    methods = openapi.document()["paths"]
    assert encode.FILE in methods["/api/v1/historical-search-result"]["get"]["responses"]["200"]["content"]
    assert encode.FILE not in methods["/api/v1/message-trace"]["get"]["responses"]["200"]["content"]
