"""Values in the forms of every face: spans of time, sizes, lists and their changes, conditions."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mailwake.operations.contract import OperationError, all_operations
from mailwake.operations.fields import ByteSize, ListChange, Moment, ResultSize, TimeSpan, bytes_text, span_text
from mailwake.operations.models import Input
from mailwake.operations.opath import condition
from mailwake.operations.parameters import build_input, parameters_of

SPAN: TypeAdapter[timedelta] = TypeAdapter(TimeSpan)


@pytest.mark.parametrize(
    ("given", "days", "shown"),
    [
        ("90.00:00:00", 90, "90.00:00:00"),
        ("120", 120, "120.00:00:00"),
        (7, 7, "7.00:00:00"),
        ("00:00:00", 0, "00:00:00"),
        ("12:00:00", 0.5, "12:00:00"),
        ("1.06:00", 1.25, "1.06:00:00"),
        (timedelta(days=3), 3, "3.00:00:00"),
    ],
)
def test_span(given: Any, days: float, shown: str) -> None:
    assert SPAN.validate_python(given) == timedelta(days=days)
    assert SPAN.dump_python(timedelta(days=days), mode="json") == shown


@pytest.mark.parametrize("given", ["", "soon", "-1", "1.25:00:00", "90:00:00", -5, True, "99999999", "1.-1:00:00"])
def test_no_span(given: Any) -> None:
    with pytest.raises(ValidationError):
        SPAN.validate_python(given)


@pytest.mark.parametrize("given", [2**60, -(2**60), 1e300, float("inf"), float("nan")])
def test_a_span_beyond_all_days_is_a_mistake_of_the_input(given: Any) -> None:
    with pytest.raises(ValidationError, match="must lie between 0 and 24855 days"):
        SPAN.validate_python(given)


@given(st.timedeltas(timedelta(0), timedelta(days=20_000)))
def test_span_there_and_back(span: timedelta) -> None:
    assert SPAN.validate_python(span_text(span)) == span


@given(st.integers(0, 1 << 50))
def test_size_there_and_back(size: int) -> None:
    assert TypeAdapter(ByteSize).validate_python(bytes_text(size)) == size


@pytest.mark.parametrize(("given", "size"), [("30GB", 30 << 30), ("1.5 MB", 3 << 19), (17, 17), ("2,048", 2048)])
def test_size(given: Any, size: int) -> None:
    assert TypeAdapter(ByteSize).validate_python(given) == size


@pytest.mark.parametrize("given", ["much", "-1", -1, "1..2 GB", "GB"])
def test_no_size(given: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ByteSize).validate_python(given)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("a,b", "a;b"),
        (["a", "b", "a"], "a;b"),
        (None, ""),
        ([], ""),
        ({"Add": "a"}, "+a"),
        ({"add": ["a", "b"], "REMOVE": "c,d"}, "+a;+b;-c;-d"),
        ({"Remove": None, "Add": ["a"]}, "+a"),
    ],
)
def test_change_of_a_list(given: Any, text: str) -> None:
    assert ListChange.model_validate(given).text() == text


@pytest.mark.parametrize(
    "given", [{}, {"Set": "a"}, {"Replace": ["a"], "Add": ["b"]}, 7, [None], [["a"]], {"Add": 5}, {"Remove": [{}]}]
)
def test_no_change_of_a_list(given: Any) -> None:
    with pytest.raises(ValidationError):
        ListChange.model_validate(given)


def test_result_size() -> None:
    sizes: TypeAdapter[int | None] = TypeAdapter(ResultSize)
    assert [sizes.validate_python(one) for one in ("unlimited", "5", 7)] == [None, 5, 7]
    with pytest.raises(ValidationError):
        sizes.validate_python(0)


def test_parameters_by_either_name_in_any_case() -> None:
    operation = all_operations()["set-mailbox"]
    one = build_input(
        operation, {"IDENTITY": "x", "auditlogagelimit": "3", "Default_Audit_Set": "owner, ADMIN", "type": "shared"}
    )
    assert one == build_input(
        operation, {"identity": "x", "AuditLogAgeLimit": 3, "DefaultAuditSet": ["Owner", "Admin"], "Type": "Shared"}
    )
    assert dict(parameters_of(one))["DefaultAuditSet"] == "Owner;Admin"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Identity"),
        ({"Identity": "x", "AuditAdmn": "y"}, "no parameter 'AuditAdmn'"),
        ({"Identity": "x", "AuditLogAgeLimit": "soon"}, "AuditLogAgeLimit: cannot read 'soon'"),
        (
            {"Identity": "x", "DefaultAuditSet": "Boss"},
            "DefaultAuditSet: input should be 'Owner', 'Delegate' or 'Admin'",
        ),
        ({"Identity": "x", "AuditOwner": {"Put": "y"}}, "a change has the keys Add and Remove"),
    ],
)
def test_what_is_wrong_is_named(values: dict[str, Any], words: str) -> None:
    with pytest.raises(OperationError) as caught:
        build_input(all_operations()["set-mailbox"], values)
    assert words in caught.value.message


def test_a_secret_is_not_written_down() -> None:
    given = build_input(all_operations()["directory-import"], {"Content": "Name\nSecret"})
    assert parameters_of(given) == (("Content", "********"),)


RECORD = {"Name": "Rosa Ek", "AuditEnabled": True, "Size": 40, "Tags": ["a", "b"], "Empty": None}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("AuditEnabled -eq 'True'", True),
        ("{auditenabled -eq $true}", True),
        ("AuditEnabled -eq $false", False),
        ("Name -like 'rosa*' -and Size -gt 9", True),
        ("Name -notlike '*x*'", True),
        ("Size -lt 9 -or (Size -ge 40 -and -not (Size -eq 41))", True),
        ("Tags -contains 'B'", True),
        ("Tags -ne 'c'", True),
        ("Empty -eq $null", True),
        ("Name -eq 'it''s'", False),
        ("Name -like '[a-z]*'", False),
    ],
)
def test_condition(text: str, holds: bool) -> None:
    assert condition(text)(RECORD) is holds


@pytest.mark.parametrize(
    "text",
    ["Name", "Name -eq", "Name -foo 'a'", "(Name -eq 'a'", "Name -eq 'a' 'b'", "'a' -eq Name", "Name -eq 'a", "(" * 99],
)
def test_no_condition(text: str) -> None:
    with pytest.raises(OperationError, match="cannot read"):
        condition(text)


def test_condition_on_no_property() -> None:
    with pytest.raises(OperationError, match="no property 'Nmae'"):
        condition("Nmae -eq 'x'")(RECORD)


@given(st.text("ab'\"(){}$-eqlik ", max_size=40))
def test_conditions_never_break(text: str) -> None:
    with suppress(OperationError):
        condition(text)(RECORD)


class Anything(Input):
    count: int | None = None
    start: Moment | None = None


def test_numbers_and_times_beyond_reach() -> None:
    for count in (2**53, -(2**64), 10**40):
        with pytest.raises(ValidationError, match="between"):
            Anything(count=count)
    assert Anything(count=2**53 - 1).count == 2**53 - 1
    ends = [
        Anything.model_validate({"start": text}).start
        for text in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
    ]
    assert [end.year for end in ends if end] == [1900, 2200]
