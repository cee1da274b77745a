"""The trace operations: criteria in, rows, events and stories out; and what a caller with a limited scope sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mailwake.operations import importing
from mailwake.operations.context import Context
from mailwake.operations.contract import Caller, CallerScope, OperationError, all_operations
from mailwake.operations.models import Answer
from mailwake.store.database import Database

LOG = """\
Nov 21 10:00:00 mx postfix/smtpd[100]: connect from pc.example[192.0.2.9]
Nov 21 10:00:00 mx postfix/smtpd[100]: 1CA6A3A450: client=pc.example[192.0.2.9]
Nov 21 10:00:00 mx postfix/cleanup[101]: 1CA6A3A450: message-id=<a1@corp.example>
Nov 21 10:00:00 mx postfix/qmgr[900]: 1CA6A3A450: from=<bob@corp.example>, size=1000, nrcpt=2 (queue active)
Nov 21 10:00:01 mx postfix/smtp[102]: 1CA6A3A450: to=<x@one.example>, relay=a.example[198.51.100.1]:25, delay=1,\
 delays=0.1/0/0.5/0.4, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as ABCDEF1234)
Nov 21 10:00:01 mx postfix/smtp[103]: 1CA6A3A450: to=<y@two.example>, relay=b.example[198.51.100.2]:25, delay=1,\
 delays=0.1/0/0.5/0.4, dsn=5.1.1, status=bounced (host b.example[198.51.100.2] said: 550 5.1.1 <y@two.example>: no)
Nov 21 10:00:01 mx postfix/qmgr[900]: 1CA6A3A450: removed
Nov 21 10:00:05 mx postfix/smtpd[100]: NOQUEUE: reject: RCPT from pc.example[192.0.2.9]: 554 5.7.1 <z@two.example>:\
 Relay access denied; from=<bob@corp.example> to=<z@two.example> proto=ESMTP helo=<pc.example>
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("trace")
    log = folder / "mail.log"
    log.write_text(LOG)
    importing.run(folder / "data", [str(log)], zone="UTC", year=2026)
    with Database(folder / "data", create=False) as opened:
        yield opened


def ask(database: Database, name: str, scope: CallerScope | None = None, **question: Any) -> list[dict[str, Any]]:
    operation = all_operations()[name]
    caller = Caller("ann", scope=scope or CallerScope())
    context = Context(caller, database, now=lambda: datetime(2026, 11, 22, tzinfo=UTC))
    return [item.record() for item in operation.handler(context, operation.input(**question))]  # type: ignore[attr-defined]


def only(*domains: str) -> CallerScope:
    return CallerScope(everything=False, domains=domains)


def test_rows_have_exchanges_names_newest_first(database: Database) -> None:
    rows = ask(database, "message-trace")
    assert [(row["RecipientAddress"], row["Status"]) for row in rows] == [
        ("z@two.example", "Failed"),
        ("y@two.example", "Failed"),
        ("x@one.example", "Delivered"),
    ]
    assert rows[2]["Received"] == "2026-11-21T10:00:00.000000Z"
    assert (rows[2]["FromIP"], rows[2]["ToIP"], rows[2]["Size"]) == ("192.0.2.9", "198.51.100.1", 1000)


@pytest.mark.parametrize("names", [{"RecipientAddress": ["*@two.example"]}, {"recipient_address": ("*@two.example",)}])
def test_criteria_may_have_either_spelling(database: Database, names: dict[str, Any]) -> None:
    assert len(ask(database, "message-trace", **names)) == 2


def test_a_misspelt_criterion_does_not_widen_the_search(database: Database) -> None:
    with pytest.raises(ValidationError, match="RecipientAdress"):
        ask(database, "message-trace", RecipientAdress=["x@one.example"])


def test_a_time_without_a_zone_is_refused_not_guessed(database: Database) -> None:
    with pytest.raises(ValidationError, match="timezone"):
        ask(database, "message-trace", StartDate="2026-11-21T10:00:00")


def test_pages_continue_where_they_ended(database: Database) -> None:
    operation = all_operations()["message-trace"]
    context = Context(Caller("ann"), database)
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        answer = operation.handler(context, operation.input(result_size=1, cursor=cursor))
        assert isinstance(answer, Answer)
        seen += [item.record()["RecipientAddress"] for item in answer]  # type: ignore[attr-defined]
        cursor = answer.next_cursor or ""
    assert seen == ["z@two.example", "y@two.example", "x@one.example"]
    assert cursor == ""


def test_rows_in_another_order(database: Database) -> None:
    rows = ask(database, "message-trace", sort_by="RecipientAddress", ascending=True)
    assert [row["RecipientAddress"] for row in rows] == ["x@one.example", "y@two.example", "z@two.example"]
    operation = all_operations()["message-trace"]
    context = Context(Caller("ann"), database)
    found, cursor = [], ""
    for _ in range(3):
        asked = operation.input(result_size=1, cursor=cursor, sort_by="RecipientAddress")
        answer = operation.handler(context, asked)
        found += [item.record()["RecipientAddress"] for item in answer]  # type: ignore[attr-defined]
        assert isinstance(answer, Answer)
        cursor = answer.next_cursor or ""
    assert found == ["z@two.example", "y@two.example", "x@one.example"]
    assert cursor == ""


def test_a_cursor_of_another_order_is_told(database: Database) -> None:
    cursor = "1790000000000000-" + "a" * 32 + "-0"
    with pytest.raises(OperationError, match="another order"):
        ask(database, "message-trace", cursor=cursor, sort_by="Size")
    with pytest.raises(OperationError, match="another order"):
        ask(database, "message-trace", cursor=cursor + "-n12")
    with pytest.raises(OperationError, match="another order"):
        ask(database, "message-trace", cursor=cursor + "-n12", sort_by="Subject")
    with pytest.raises(OperationError, match="no cursor"):
        ask(database, "message-trace", cursor=cursor + "-tff", sort_by="Subject")


def test_a_foreign_cursor_is_told(database: Database) -> None:
    with pytest.raises(OperationError, match="no cursor"):
        ask(database, "message-trace", cursor="12")


def test_a_tenant_sees_rows_of_its_domains_only(database: Database) -> None:
    assert {row["RecipientAddress"] for row in ask(database, "message-trace", only("two.example"))} == {
        "y@two.example",
        "z@two.example",
    }
    assert ask(database, "message-trace", only("wo.example")) == []
    assert ask(database, "message-trace", CallerScope(everything=False)) == []


def test_a_sender_of_the_scope_shows_all_recipients(database: Database) -> None:
    assert len(ask(database, "message-trace", CallerScope(False, (), ("bob@corp.example",)))) == 3


def test_events_of_one_recipient(database: Database) -> None:
    row = ask(database, "message-trace", recipient_address=("y@two.example",))[0]
    events = ask(
        database, "message-trace-detail", message_trace_id=row["MessageTraceId"], recipient_address="y@two.example"
    )
    assert [event["Event"] for event in events][:1] == ["Receive"]
    assert "Fail" in {event["Event"] for event in events}
    assert not [event for event in events if event["RecipientAddress"] == "x@one.example"]
    fails = ask(database, "message-trace-detail", message_trace_id=row["MessageTraceId"], event=("FAIL",))
    assert {event["Event"] for event in fails} == {"Fail"}
    assert any("550 5.1.1" in raw for event in fails for raw in event["Raw"])


def test_a_story_tells_a_tenant_nothing_of_the_others(database: Database) -> None:
    told = ask(database, "message-story", only("two.example"), identity="1CA6A3A450")[0]
    text = json.dumps(told)
    assert "y@two.example" in text
    assert "x@one.example" not in text
    assert "198.51.100.1" not in text.replace("198.51.100.1\\d", "")
    whole = json.dumps(ask(database, "message-story", identity="1CA6A3A450")[0])
    assert "x@one.example" in whole


@pytest.mark.parametrize("identity", ["1CA6A3A450", "<a1@corp.example>"])
def test_out_of_scope_is_answered_like_not_there(database: Database, identity: str) -> None:
    with pytest.raises(OperationError) as hidden:
        ask(database, "message-story", only("three.example"), identity=identity)
    with pytest.raises(OperationError) as absent:
        ask(database, "message-story", identity=identity[:-2] + "9>" if "@" in identity else "1CA6A3A459")
    assert (hidden.value.code, hidden.value.status) == (absent.value.code, absent.value.status)
    assert hidden.value.advice == absent.value.advice


def test_every_operation_is_whole(tmp_path: Path) -> None:
    for name, operation in all_operations().items():
        assert name == operation.name
        assert operation.summary.endswith(".")
        assert operation.input.model_json_schema(by_alias=True)["properties"] is not None
        for field, info in operation.input.model_fields.items():
            assert info.description, f"{name}: {field} has no description"
