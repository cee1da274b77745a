"""Asking and ordering as somebody, and what there is to ask about."""

from __future__ import annotations

import json
import re
from typing import Any

from inputs import CAROL, GRACE, INPUTS, PERIOD, Given, Known
from stage import Stage, account_of

from mailwake.operations.contract import all_operations

ADMIN = account_of("Organization Management", scoped=False)
PART = account_of("Organization Management", scoped=True)
_QUEUE = re.compile(r"\bQueueId\W+([\w-]+)")


def ask(stage: Stage, account: str, name: str, given: Given) -> list[dict[str, Any]]:
    """The items of an answer that must be given."""
    status, body = stage.api(account, name, given)
    assert status == 200, body
    found: list[dict[str, Any]] = json.loads(body)["value"]
    return found


def order(stage: Stage, account: str, name: str, given: Given) -> dict[str, Any]:
    """Have an order carried out; the first item that it gives."""
    from mailwake.operations.parameters import build_input
    from mailwake.operations.perform import perform
    from mailwake.operations.serving import runtime

    operation = all_operations()[name]
    context = runtime().context(stage.caller(account, "api"))
    found: dict[str, Any] = next(iter(perform(operation, context, build_input(operation, given)))).record()  # type: ignore[attr-defined]
    return found


def known_of(stage: Stage) -> Known:
    """Things inside and outside, with reports and searches that were ordered there and are done."""
    inside = ask(stage, ADMIN, "message-trace", {**PERIOD, "RecipientAddress": ["frank@example.org"]})[0]
    outside = ask(stage, ADMIN, "message-trace", {**PERIOD, "RecipientAddress": [CAROL]})[0]
    records = [ask(stage, ADMIN, "search-mailbox-audit-log", {"Identity": who, "ShowDetails": True})[0]["Identity"]
               for who in (GRACE, CAROL)]  # fmt: skip
    report = INPUTS["start-historical-search"]
    search = {**PERIOD, "Name": "One"}
    reports = [order(stage, who, "start-historical-search", report)["JobId"] for who in (PART, ADMIN)]
    searches = [order(stage, who, "new-mailbox-audit-log-search", search)["Identity"] for who in (PART, ADMIN)]
    queries = [order(stage, who, "new-saved-query", {"Name": who, "RecipientAddress": [address]})["QueryId"]
               for who, address in ((PART, GRACE), (ADMIN, CAROL))]  # fmt: skip
    order(stage, ADMIN, "run-jobs", {})
    ids = (inside["MessageId"], outside["MessageId"])
    traces = (inside["MessageTraceId"], outside["MessageTraceId"])
    on_hosts = [_queue(stage, trace) for trace in traces]
    return Known(*traces, *ids, *on_hosts, *records, *reports, *searches, *queries)


def _queue(stage: Stage, trace: str) -> str:
    """A queue ID of a message."""
    story = json.dumps(ask(stage, ADMIN, "message-story", {"Identity": trace}))
    found = _QUEUE.search(story)
    assert found is not None, story
    return found[1]
