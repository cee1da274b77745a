"""What values mean, as laws: round trips, agreement with other implementations, orders."""

from __future__ import annotations

import fnmatch
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shell_fakes import said, shell

from mailwake.shell import HashTable, PSObject, Size
from mailwake.shell.builtin.sorting import sort_key
from mailwake.shell.dates import CULTURES, parse_date, parse_span
from mailwake.shell.errors import ShellError
from mailwake.shell.values.convert import Settings, cast, resolve_type, to_bool, to_size
from mailwake.shell.values.operators import arithmetic, compared, equal
from mailwake.shell.values.patterns import like, replaced, search, split
from mailwake.shell.values.written import date_text, float_text, number_text, span_text, to_text

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SETTINGS = Settings(CULTURES["en-us"], UTC, lambda: NOW)

PLAIN = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="'"), max_size=30)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    PLAIN,
    st.datetimes(),
    st.timedeltas(),
)


@given(st.text("abc.[x", max_size=12), st.text("abc*?", max_size=8))
def test_like_agrees_with_shells(text: str, pattern: str) -> None:
    expected = re.match(fnmatch.translate(pattern), text, re.DOTALL | re.IGNORECASE) is not None
    assert like(text, pattern) is expected


@pytest.mark.parametrize(
    ("text", "pattern", "fits"),
    [
        ("a*b", "a`*b", True),
        ("axb", "a`*b", False),
        ("b1", "[a-c]?", True),
        ("d1", "[a-c]?", False),
        ("[x]", "`[x]", True),
        ("A", "a", True),
        ("", "*", True),
        ("", "?", False),
        ("[", "[", True),
    ],
)
def test_like(text: str, pattern: str, fits: bool) -> None:
    assert like(text, pattern) is fits
    assert like("A", "a", case=True) is False


@given(st.datetimes(datetime(1950, 1, 1), datetime(2049, 12, 31)), st.sampled_from(sorted(CULTURES)))
def test_dates_are_read_as_they_are_written(date: datetime, culture: str) -> None:
    date = date.replace(microsecond=0)
    known = CULTURES[culture]
    for letter in "GsF":
        assert parse_date(date_text(date, letter, known), known, UTC, NOW) == date, letter
    assert parse_date(date_text(date, "o"), known, UTC, NOW) == date


@given(st.timedeltas(timedelta(days=-10_000_000), timedelta(days=10_000_000)))
def test_spans_are_read_as_they_are_written(span: timedelta) -> None:
    assert parse_span(span_text(span)) == span


@given(st.integers(0, 2**50))
def test_sizes_are_read_as_they_are_written(count: int) -> None:
    assert to_size(str(Size(count))) == Size(count)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B (0 bytes)"),
        (900, "900 B (900 bytes)"),
        (12_600, "12.3 KB (12,600 bytes)"),
        (32_212_254_720, "30 GB (32,212,254,720 bytes)"),
    ],
)
def test_size(count: int, shown: str) -> None:
    assert str(Size(count)) == shown


@given(st.lists(SCALARS, max_size=8))
def test_anything_sorts(values: list[object]) -> None:
    once = sorted(values, key=sort_key)
    assert [sort_key(value) for value in once] == sorted(map(sort_key, values))


@given(SCALARS, SCALARS)
def test_comparison_is_a_value_or_an_error(left: object, right: object) -> None:
    assert equal(left, left, SETTINGS)
    try:
        order = compared(left, right, SETTINGS)
    except ShellError:
        return
    assert order in (-1, 0, 1)
    assert left is None or (order == 0) is equal(left, right, SETTINGS)


@given(SCALARS, st.sampled_from("+-*/%"), SCALARS)
def test_arithmetic_is_a_value_or_an_error(left: object, sign: str, right: object) -> None:
    try:
        made = arithmetic(sign, left, right, SETTINGS)
    except ShellError:
        return
    assert not isinstance(made, int) or -(2**63) <= made < 2**63
    to_text(made)


@given(
    SCALARS,
    st.sampled_from(["int", "long", "double", "string", "bool", "datetime", "timespan", "guid", "char", "int[]"]),
)
def test_casts_are_values_or_errors(value: object, name: str) -> None:
    type_name = resolve_type(name)
    assert type_name is not None
    try:
        made = cast(value, type_name, SETTINGS)
    except ShellError:
        return
    assert cast(made, type_name, SETTINGS) == made or isinstance(made, float | timedelta | datetime)


@given(st.text(max_size=40), st.text("ab()|*+?[].^$\\{}0-9", max_size=8))
def test_patterns_match_or_are_errors(text: str, pattern: str) -> None:
    for work in (
        lambda: search(pattern, text),
        lambda: replaced(pattern, text, "$1$&$$${x}"),
        lambda: split(pattern, text),
    ):
        try:
            work()
        except ShellError as error:
            assert "regular expression" in str(error)


@pytest.mark.parametrize(
    ("value", "truth"),
    [
        (None, False),
        (0, False),
        (0.0, False),
        ("", False),
        ([], False),
        ([0], False),
        ([0, 0], True),
        ("0", True),
        (1, True),
    ],
)
def test_truth(value: object, truth: bool) -> None:
    assert to_bool(value) is truth
    assert to_bool(PSObject()) is True
    assert to_bool(HashTable()) is True


@pytest.mark.parametrize(
    ("value", "format", "shown"),
    [
        (1234.5, "N2", "1,234.50"),
        (2.5, "N0", "3"),
        (0.125, "P1", "12.5%"),
        (-5, "D3", "-005"),
        (255, "x", "ff"),
        (1234.567, "#,##0.0#", "1,234.57"),
        (5, "0.00", "5.00"),
        (0.5, "#.##", ".5"),
        (12345.678, "E2", "1.23E+004"),
        (9.99, "C", "$9.99"),
        (0.256, "0%", "26%"),
    ],
)
def test_number_formats(value: float, format: str, shown: str) -> None:
    assert number_text(value, format) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1.0, "1"), (0.1, "0.1"), (1e16, "1E+16"), (1e-7, "1E-07"), (1 / 3, "0.3333333333333333"), (-2.5, "-2.5")],
)
def test_floats(value: float, shown: str) -> None:
    assert float_text(value) == shown


@given(PLAIN.filter(lambda text: not set(text) & set("\u2018\u2019\u201a\u201b")))
def test_quoted_text_is_that_text(text: str) -> None:
    session, _ = shell()
    assert session.values("'" + text.replace("'", "''") + "'") == [text]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | PLAIN,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3)
        | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def _value(json: object) -> object:
    if isinstance(json, dict):
        return PSObject((name, _value(item)) for name, item in json.items())
    return [_value(item) for item in json] if isinstance(json, list) else json


@given(JSON)
def test_json_comes_back(json: object) -> None:
    session, _ = shell()
    session.session.assign("x", _value(json))
    first = session.values("ConvertTo-Json $x -Depth 50 -Compress")
    assert (
        session.values("ConvertTo-Json (ConvertTo-Json $x -Depth 50 | ConvertFrom-Json) -Depth 50 -Compress") == first
    )


@given(st.lists(st.tuples(PLAIN, PLAIN), min_size=1, max_size=4))
def test_csv_comes_back(rows: list[tuple[str, str]]) -> None:
    session, _ = shell()
    session.session.assign("rows", [PSObject({"A": a, "B": b}) for a, b in rows])
    again = session.values("$rows | ConvertTo-Csv | ConvertFrom-Csv")
    assert [(row.get("A"), row.get("B")) for row in again] == rows


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(0, 5))
def test_sorting_is_stable_and_first_is_the_begin(keys: list[int], count: int) -> None:
    session, _ = shell()
    session.session.assign("all", [PSObject({"K": key, "N": place}) for place, key in enumerate(keys)])
    ordered = [(row.get("K"), row.get("N")) for row in session.values("$all | Sort-Object K")]
    assert ordered == sorted(ordered)
    down = [(row.get("K"), -row.get("N")) for row in session.values("$all | Sort-Object K -Descending")]
    assert down == sorted(down, reverse=True)
    assert len(session.values(f"$all | Select-Object -First {count}")) == min(count, len(keys))


def test_wide_text_keeps_its_columns() -> None:
    told = said("[pscustomobject]@{A='\u4e2d\u6587'; B=1}, [pscustomobject]@{A='abcd'; B=2} | ft").splitlines()
    assert told[1:5] == ["A    B", "-    -", "\u4e2d\u6587 1", "abcd 2"]
