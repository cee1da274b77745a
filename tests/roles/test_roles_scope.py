"""What lies outside a scope is answered as what does not exist: the same words, the same count, at the same cost."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from inputs import ABSENT, CAROL, GRACE, INPUTS, NO_ID, PERIOD, Given, Known, Probe, probes
from stage import INSIDE, OUTSIDE, Stage, account_of

from mailwake.operations.contract import Scope, all_operations

pytestmark = pytest.mark.slow

ADMIN = account_of("Organization Management", scoped=False)
PART = account_of("Organization Management", scoped=True)
NAMES_NOTHING = {"get-accepted-domain", "mail-flow-overview", "new-mailbox", "new-saved-query"}
"""Operations that a scope narrows and that ask by no name."""
ONES_OWN = {"my-mailbox-access", "my-message-story", "my-messages"}
"""Of people about themselves: tested apart."""
_FRESH = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)?"
    r"|s\d+_x\d+|\(%s(?:, %s)*\)"
)
"""Ids and times, which are new in each answer; names of savepoints; how many values a list of names has."""


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


@pytest.fixture(scope="session")
def known(stage: Stage) -> Known:
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
    return Known(inside["MessageTraceId"], outside["MessageTraceId"], *ids, *records, *reports, *searches, *queries)


def told(stage: Stage, probe: Probe, value: Any) -> tuple[int, str, list[str]]:
    """Status, words and cost of an answer, without what was asked for.

    The second one counts: settings are read once, and a token's use is noted now and then.
    """
    stage.api(PART, probe.operation, probe.given(value))
    with stage.watched() as statements:
        status, body = stage.api(PART, probe.operation, probe.given(value))
        cost = [_FRESH.sub("#", one) for one in statements]
    for one in sorted(value if isinstance(value, list) else [value], key=len, reverse=True):
        if one != GRACE:
            body = body.replace(json.dumps(one)[1:-1], "*").replace(one, "*")
    return status, _FRESH.sub("#", body), cost


def test_outside_is_as_not_there(stage: Stage, known: Known) -> None:
    differing = []
    for probe in probes(known):
        outside, absent = told(stage, probe, probe.outside), told(stage, probe, probe.absent)
        if outside != absent:
            parts = [name for name, one, other in zip(("status", "words", "cost"), outside, absent, strict=True)
                     if one != other]  # fmt: skip
            differing.append((probe.operation, probe.input, probe.outside, parts, outside, absent))
    assert not differing, "\n".join(map(_shown, differing))


def _shown(one: tuple[Any, ...]) -> str:
    name, field, value, parts, outside, absent = one
    lines = [f"{name} {field}={value}: {', '.join(parts)}"]
    if parts != ["cost"]:
        lines += [f"  outside {outside[:2]}"[:600], f"  absent  {absent[:2]}"[:600]]
    else:
        more = [text for text in outside[2] if text not in absent[2]] + ["--"]
        lines += [f"  {len(outside[2])} and {len(absent[2])} statements", *(f"  {text[:300]}" for text in more)]
        lines += [f"  {text[:300]}" for text in absent[2] if text not in outside[2]]
    return "\n".join(lines)


def test_inside_is_answered(stage: Stage, known: Known) -> None:
    """The probes would show nothing if what is inside were not found either."""
    for probe in probes(known):
        if probe.operation.startswith("remove-") and probe.operation != "remove-mailbox":
            continue  # there is nothing to take away
        if probe.operation == "stop-historical-search":
            continue  # it is done
        status, body = stage.api(PART, probe.operation, probe.given(probe.inside))
        assert status == 200, (probe.operation, probe.input, probe.inside, body[:400])


def test_every_operation_that_a_scope_narrows_is_probed(known: Known) -> None:
    narrowed = {one.name for one in all_operations().values() if one.scope in (Scope.FILTERED, Scope.MAILBOX)}
    assert narrowed - {probe.operation for probe in probes(known)} == NAMES_NOTHING | ONES_OWN


def test_lists_and_counts_are_of_the_scope(stage: Stage) -> None:
    """No list, whichever, names anything outside; and it counts what is inside alone."""
    for operation in all_operations().values():
        if operation.changes or operation.scope is not Scope.FILTERED or operation.name in ONES_OWN:
            continue
        wanted = INPUTS.get(operation.name, {})
        given = {name: one for name, one in wanted.items() if one not in (NO_ID, GRACE)}
        if NO_ID in wanted.values():
            continue  # about one thing: probed
        status, body = stage.api(PART, operation.name, given)
        assert status == 200, body[:300]
        for row in json.loads(body)["value"]:
            assert _is_of_the_scope(row), (operation.name, row)
    everything = ask(stage, ADMIN, "mail-flow-overview", PERIOD)
    part = ask(stage, PART, "mail-flow-overview", PERIOD)
    assert json.dumps(part) != json.dumps(everything)
    assert OUTSIDE not in json.dumps(part)


def _is_of_the_scope(row: dict[str, Any]) -> bool:
    """Whether a row concerns the scope, or at least nothing of the other domain."""
    text = json.dumps(row).lower()
    return INSIDE in text or OUTSIDE not in text


@pytest.mark.parametrize("address", [
    "/auditing/mailboxes/{}/",
    "/list/mailbox-search/?identity={}&sent=1",
    "/list/explain/?identity={}&action=HardDelete&sent=1",
    "/list/coverage/?mailboxes={}&sent=1",
    "/list/non-owner-access/?mailboxes={}&sent=1",
    "/messagetrace/rows/?range=all&recipient_address={}",
])  # fmt: skip
def test_pages_tell_nothing_either(stage: Stage, address: str) -> None:
    seen = []
    for who in (CAROL, ABSENT):
        status, shown = stage.page(PART, address.format(who))
        seen.append((status, _plain(shown, who)))
    assert seen[0] == seen[1]


def _plain(shown: str, asked: str) -> str:
    """A page without what was asked for and without its tokens against forgery."""
    return _FRESH.sub("#", re.sub(r"[A-Za-z0-9]{64}", "", shown.replace(asked, "*")))


def test_messages_by_page(stage: Stage, known: Known) -> None:
    seen = []
    for trace in (known.trace_outside, NO_ID):
        status, shown = stage.page(PART, f"/messagetrace/message/{trace}/")
        seen.append((status, _plain(shown, trace)))
    assert seen[0] == seen[1]
    assert stage.page(PART, f"/messagetrace/message/{known.trace_inside}/")[0] == 200


def test_the_shell_tells_nothing_either(stage: Stage, known: Known) -> None:
    for line in (
        "Get-Mailbox {}", "Get-MailboxPermission {}", "Set-Mailbox {} -LitigationHoldEnabled $true -WhatIf",
        "Search-MailboxAuditLog {} -ShowDetails", "Get-MailboxFolderStatistics {}", "Remove-Mailbox {} -WhatIf",
        "Add-MailboxPermission {} -User helper -WhatIf", "Get-MessageTraceV2 -RecipientAddress {}",
        "Start-ManagedFolderAssistant {} -WhatIf", "Get-MailboxAuditBypassAssociation {}",
    ):  # fmt: skip
        said = [stage.shell(PART, line.format(who)).replace(who, "*") for who in (CAROL, ABSENT)]
        assert said[0] == said[1], line
    line = "Get-MessageTraceDetailV2 -MessageTraceId {} -RecipientAddress frank@example.org"
    said = [stage.shell(PART, line.format(one)).replace(one, "*") for one in (known.trace_outside, NO_ID)]
    assert said[0] == said[1] and "Nothing is known by" in said[0]


def test_what_lies_outside_hides_nothing_inside(stage: Stage) -> None:
    """A mailbox out of scope that is called like one within it does not stand before it."""
    from mailwake.directory.records import MailboxDraft

    for name, address in (("dora", "other@example.com"), ("Dora Own", "dora@example.org")):
        stage.directory.mailboxes.create(MailboxDraft(name=name, alias=f"{name} alias", primary_address=address), 1)
    assert ask(stage, PART, "get-mailbox", {"Identity": "dora"})[0]["PrimarySmtpAddress"] == "dora@example.org"


@pytest.mark.parametrize("more", [
    {"EmailAddresses": [CAROL]}, {"UserPrincipalName": CAROL}, {"LoginNames": [CAROL]}, {"PrimarySmtpAddress": CAROL},
    {"Alias": "alice"}, {"Alias": "carol"}, {"Name": CAROL}, {"LoginNames": ["smtp:" + CAROL]},
])  # fmt: skip
def test_nobody_comes_by_a_mailbox_by_calling_theirs_like_it(stage: Stage, more: Given) -> None:
    """A mailbox that logs know under a name of a new one becomes it: not across a scope."""
    given = {"Name": "Taker", "PrimarySmtpAddress": "taker@example.org", **more}
    status, body = stage.api(PART, "new-mailbox", given)
    known = stage.directory.mailboxes.find(CAROL)
    aliases = {"alice": "alice@example.com", "carol": CAROL}
    if status == 200:
        assert json.loads(body)["value"][0]["Guid"] != str(known.guid)
        assert "example.com" not in body
        assert stage.directory.mailboxes.find(aliases.get(str(more.get("Alias")), CAROL)).identity.endswith(OUTSIDE)
    else:
        assert status in (400, 409)
        assert "example.com" not in body.replace(f"'{CAROL}'", "")


def test_who_resets_passwords_gains_nothing_by_it(stage: Stage) -> None:
    """Help Desk may help people who may no more than Help Desk, and nobody else."""
    help_desk = account_of("Help Desk", scoped=False)
    for group, allowed in (("nobody", True), ("Help Desk", True), ("Organization Management", False),
                           ("Records Management", False)):  # fmt: skip
        victim = account_of(group, scoped=False)
        status, body = stage.api(help_desk, "set-account", {"Identity": victim, "Password": "correct horse battery"})
        assert (status == 200) is allowed, (group, body)
        assert allowed or (status == 403 and "Role Management" in body)
    status, _ = stage.api(ADMIN, "set-account", {"Identity": help_desk, "Enabled": True})
    assert status == 200


def test_people_are_told_of_their_own_mail_alone(stage: Stage, known: Known) -> None:
    """A person in the role group My Messages: what others got is as what there is not."""
    frank = "frank@example.org"
    stage.directory.accounts.create(frank, 1)
    stage.directory.people.add_member("My Messages", frank)
    stage.tokens[frank] = stage.directory.accounts.create_token(frank, "test", 1)[1]
    mine = ask(stage, frank, "my-messages", PERIOD)
    assert mine and all(frank in json.dumps(row) for row in mine)
    assert ask(stage, frank, "my-messages", {**PERIOD, "RecipientAddress": [CAROL]}) == []
    assert stage.api(frank, "my-message-story", {"Identity": known.trace_inside})[0] == 200
    said = []
    for trace in (known.trace_outside, NO_ID):
        stage.api(frank, "my-message-story", {"Identity": trace})
        with stage.watched() as statements:
            status, body = stage.api(frank, "my-message-story", {"Identity": trace})
            said.append((status, body.replace(trace, "*"), [_FRESH.sub("#", one) for one in statements]))
    assert said[0] == said[1]
    assert stage.api(frank, "message-trace", PERIOD)[0] == 403
