"""Queries that are kept: named, changed, removed, by whom; what somebody asked last."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asking import Desk, member_of

from mailwake.directory.queries import RECENT
from mailwake.operations.contract import CallerScope, OperationError, all_operations
from mailwake.operations.criteria import to_node
from mailwake.operations.saved_queries import DEFAULTS, remember
from mailwake.operations.trace_models import TraceCriteria

KIM = member_of("Help Desk", name="kim@one.test")
ANN = member_of("Help Desk", name="ann@one.test")
PART = member_of("Help Desk", name="tenant@two.test", scope=CallerScope(everything=False, domains=("two.test",)))


@pytest.mark.parametrize("one", DEFAULTS, ids=[one.id for one in DEFAULTS])
def test_queries_of_the_product_are_ones_that_a_trace_takes(one: object) -> None:
    question = all_operations()["message-trace"].input.model_validate(getattr(one, "criteria"))  # noqa: B009
    assert isinstance(question, TraceCriteria)
    to_node(question.criteria())


def test_from_first_to_last(desk: Desk) -> None:
    made = desk.one("new-saved-query", KIM, Name="Invoices", SenderAddress=("billing@one.test",), Span="7")
    assert (made["Kind"], made["Span"], made["Mine"]) == ("Custom", "7.00:00:00", True)
    assert made["Criteria"] == {"SenderAddress": ["billing@one.test"]}
    (seen,) = desk("get-saved-query", ANN, Kind=("Custom",))
    assert (seen["Name"], seen["Owner"], seen["Mine"]) == ("Invoices", "kim@one.test", False)
    changed = desk.one("set-saved-query", KIM, QueryId=made["QueryId"], Name="Bills", Status=("Failed",))
    assert (changed["Name"], changed["Criteria"], changed["Span"]) == ("Bills", {"Status": ["Failed"]}, None)
    named = desk.one("set-saved-query", KIM, QueryId=made["QueryId"], Name="Unpaid")
    assert (named["Name"], named["Criteria"]) == ("Unpaid", {"Status": ["Failed"]})
    desk("remove-saved-query", KIM, QueryId=made["QueryId"])
    assert desk("get-saved-query", KIM, Kind=("Custom",)) == []
    changes = [entry.operation for entry in desk.directory.log.search() if entry.changes]
    assert sorted(changes) == ["new-saved-query", "remove-saved-query", "set-saved-query", "set-saved-query"]


def test_a_query_is_changed_by_its_owner_alone(desk: Desk) -> None:
    made = desk.one("new-saved-query", KIM, Name="Invoices", Status=("Failed",))
    for name in ("set-saved-query", "remove-saved-query"):
        with pytest.raises(OperationError, match=r"kept by kim@one\.test"):
            desk(name, ANN, QueryId=made["QueryId"])
        with pytest.raises(OperationError, match="there is no saved query"):
            desk(name, PART, QueryId=made["QueryId"])


def test_who_sees_a_part_sees_their_own_queries(desk: Desk) -> None:
    desk("new-saved-query", KIM, Name="Invoices", SenderAddress=("ceo@one.test",))
    desk("new-saved-query", PART, Name="Ours")
    assert [one["Name"] for one in desk("get-saved-query", PART, Kind=("Custom",))] == ["Ours"]


def test_a_name_is_taken_once_by_each_owner(desk: Desk) -> None:
    desk("new-saved-query", KIM, Name="Invoices")
    with pytest.raises(OperationError, match="already"):
        desk("new-saved-query", KIM, Name="invoices")
    desk("new-saved-query", ANN, Name="Invoices")


def test_what_no_search_takes_is_not_kept(desk: Desk) -> None:
    with pytest.raises(OperationError):
        desk("new-saved-query", KIM, Name="Bad", MessageTraceId=("no id",))
    with pytest.raises(OperationError, match="both Span"):
        desk("new-saved-query", KIM, Name="Bad", Span="2", StartDate="2026-11-01T00:00:00Z")
    assert desk("get-saved-query", KIM, Kind=("Custom",)) == []


def test_the_last_queries_of_each_person(desk: Desk) -> None:
    for number in range(RECENT + 3):
        desk.wait()
        remember(desk.context(KIM), {"sender_address": (f"s{number}@one.test",)}, timedelta(days=2))
    desk.wait()
    remember(desk.context(KIM), {"sender_address": ("s5@one.test",)}, timedelta(days=2))
    found = desk("get-saved-query", KIM, Kind=("Autosaved",))
    senders = [one["Criteria"]["SenderAddress"][0] for one in found]
    assert senders == ["s5@one.test", *(f"s{n}@one.test" for n in (12, 11, 10, 9, 8, 7, 6, 4, 3))]
    assert {one["Span"] for one in found} == {"2.00:00:00"}
    assert desk("get-saved-query", ANN, Kind=("Autosaved",)) == []
