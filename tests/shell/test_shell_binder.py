"""What handlers get: names, types, positions, sets, pipeline."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mailwake.shell import Changes, Cmdlet, Interpreter, Invocation, Parameter, PSObject, Registry, Size
from mailwake.shell import parameter_types as types

SEEN: list[dict[str, Any]] = []


def _see(call: Invocation) -> Iterable[PSObject]:
    SEEN.append({**call.bound, "set": call.set})
    yield from ()


SEE = Cmdlet(
    "Get-Seen",
    _see,
    (
        Parameter("Text", types.STRING, 1, from_pipeline=True, from_pipeline_by_name=True, aliases=("Txt",)),
        Parameter("Number", types.INT, 2, minimum=0, maximum=9, from_pipeline_by_name=True),
        Parameter("EndDate", types.DATE),
        Parameter("Ids", types.GUIDS),
        Parameter("Names", types.STRINGS),
        Parameter("Age", types.TIMESPAN),
        Parameter("Most", types.UNLIMITED),
        Parameter("Quota", types.SIZE),
        Parameter("Actions", types.MULTI, values=lambda: ("Move", "Copy")),
        Parameter("Flag", types.BOOLEAN),
        Parameter("Turbo", types.SWITCH),
        Parameter("Left", types.STRING, sets=("One",)),
        Parameter("Right", types.STRING, sets=("Two",)),
        Parameter("Secret", types.STRING, hidden=True),
    ),
    default_set="Two",
)


def _bound(text: str) -> list[dict[str, Any]]:
    registry = Registry()
    registry.add(SEE)
    SEEN.clear()
    session = Interpreter(registry)
    session.values(text)
    return [dict(one) for one in SEEN]


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("-Text x", "text", "x"),
        ("-TEXT:x", "text", "x"),
        ("-Tex x", "text", "x"),
        ("-txt x", "text", "x"),
        ("x", "text", "x"),
        ("007", "text", "007"),
        ("1.50", "text", "1.50"),
        ("x 5", "number", 5),
        ("-Number '5'", "number", 5),
        ("-E 11/24/2026", "enddate", datetime(2026, 11, 24)),
        ("-EndDate '2026-11-24 15:00'", "enddate", datetime(2026, 11, 24, 15)),
        ("-Ids 00000000-0000-0000-0000-000000000001", "ids", [UUID(int=1)]),
        ("-Text $null", "text", ""),
        ("-Names a,'b c',5", "names", ["a", "b c", "5"]),
        ("-Names a", "names", ["a"]),
        ("-Names $null", "names", []),
        ("-Age 120", "age", timedelta(days=120)),
        ("-Age 1.02:03:04", "age", timedelta(1, 7384)),
        ("-Most Unlimited", "most", None),
        ("-Most 50", "most", 50),
        ("-Quota 10MB", "quota", Size(10 * 1024**2)),
        ("-Quota '1.5 GB (1,610,612,736 bytes)'", "quota", Size(1_610_612_736)),
        ("-Actions move,COPY", "actions", ["Move", "Copy"]),
        ("-Actions $null", "actions", []),
        ("-Actions @{Add='move'; remove='copy','move'}", "actions", Changes(("Move",), ("Copy", "Move"))),
        ("-Flag $true", "flag", True),
        ("-Flag 0", "flag", False),
        ("-Flag:$false", "flag", False),
        ("-Turbo", "turbo", True),
        ("-Turbo:$false", "turbo", False),
        ("-Turbo x", "text", "x"),
        ("-Left x", "set", "One"),
        ("-Right x", "set", "Two"),
        ("x", "set", "Two"),
    ],
)
def test_value(line: str, name: str, value: object) -> None:
    (bound,) = _bound(f"Get-Seen {line}")
    assert bound[name] == value


def test_what_is_not_given_is_not_bound() -> None:
    assert _bound("Get-Seen") == [{"set": "Two"}]


def test_objects_of_the_pipeline() -> None:
    assert [one["text"] for one in _bound("'a','b' | Get-Seen -Number 1")] == ["a", "b"]
    (bound,) = _bound("[pscustomobject]@{TXT='a'; number='7'; other=1} | Get-Seen")
    assert (bound["text"], bound["number"]) == ("a", 7)
    (bound,) = _bound("[pscustomobject]@{Text='a'; Number=1} | Get-Seen -Number 2")
    assert bound["number"] == 2


def test_an_object_that_is_no_text_is_not_taken_for_one() -> None:
    assert _bound("[pscustomobject]@{Foo=1} | Get-Seen -ErrorAction SilentlyContinue") == []


def test_splatting() -> None:
    (bound,) = _bound("$p = @{Text='x'; Turbo=$true}; Get-Seen @p -Number 3")
    assert (bound["text"], bound["turbo"], bound["number"]) == ("x", True, 3)
    (bound,) = _bound("$p = 'x', 4; Get-Seen @p")
    assert (bound["text"], bound["number"]) == ("x", 4)


def test_aliases_and_replacement() -> None:
    registry = Registry()
    registry.add(Cmdlet("Get-One", lambda call: [1], aliases=("one",)))
    registry.add(Cmdlet("Get-One", lambda call: [2], aliases=("uno",)))
    session = Interpreter(registry)
    assert session.values("ONE; uno; get-one") == [2, 2, 2]
    assert registry.copy().find("one") is registry.find("Get-One")
