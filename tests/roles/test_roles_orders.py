"""Orders that are carried out, in a directory that is thrown away: what they would do, and what they do.

After each of them the one who gave it looks around: also there nothing may tell what is outside from what is not there.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import likeness
import pytest
import table
from asking import ADMIN, PART
from inputs import ABSENT, CAROL, GRACE, INPUTS, Given, Known, Probe, one_of_each, probes
from likeness import Told, names_in
from stage import LOGIN, NILS, NO_LOGIN, OLGA, Stage, account_of
from test_roles_faces import DENIED, OPERATIONS, cmdlet_line, expected
from test_roles_scope_shell import told as told_by_shell

from mailwake.directory.roles import ROLE_GROUPS

pytestmark = pytest.mark.slow
KEPT = table.read(table.OPERATIONS)
ORDERS = [name for name, one in OPERATIONS.items() if one.changes]
AROUND: list[tuple[str, Given]] = [
    ("get-mailbox", {}),
    ("get-mailbox-permission", {}),
    ("get-recipient-permission", {}),
    ("get-saved-query", {}),
    ("get-historical-search", {}),
    ("get-audit-log-search", {"All": True}),
]
"""What there is to be seen afterwards."""
ABOUT = ("get-mailbox", "search-mailbox-audit-log")
"""Questions about a mailbox by what an order named."""


def orders(known: Known) -> list[Probe]:
    """Probes that change something."""
    return [one for one in probes(known) if OPERATIONS[one.operation].changes]


def around(stage: Stage, account: str, asked: list[str]) -> tuple[Any, ...]:
    """What the one who gave an order sees then: in lists, and by the names in it."""
    questions = [*AROUND, *((name, {"Identity": one}) for name in ABOUT for one in asked)]
    seen = [stage.answer(account, operation, given) for operation, given in questions]
    return tuple((one.status, one.headers, _unordered(one.body, asked)) for one in seen)


def _unordered(body: str, asked: list[str]) -> list[str]:
    """The items of an answer, without what was asked for: lists go by name, and what is asked for are names."""
    found = json.loads(body)
    return sorted(likeness.plain(json.dumps(one), asked) for one in found.get("value", [found]))


def carried_out(stage: Stage, account: str, probe: Probe, value: Any) -> Told:
    """An order that is meant, its cost, and what is there afterwards."""
    asked = names_in(value)
    with stage.thrown_away():
        order = partial(stage.answer, account, probe.operation, probe.given(value), for_real=True)
        told = likeness.told(stage, order, asked, warm=lambda: None)
        after = around(stage, account, asked) if told.status == 200 else ()
        return Told(told.status, told.headers, told.words, told.cost, after)


@pytest.mark.parametrize("name", ORDERS)
def test_orders_by_the_rest_face(stage: Stage, name: str) -> None:
    """Allowed or refused as the table says, also when they are meant."""
    for group, account, allowed in expected(KEPT[name]):
        with stage.thrown_away():
            before = stage.directory.revision()
            status, body = stage.api(account, name, INPUTS.get(name, {}), for_real=True)
            refused = status == 403 and json.loads(body)["type"] == DENIED
            assert refused is not allowed, (group, account, status, body[:300])
            assert status < 500, body[:300]
            assert allowed or stage.directory.revision() == before, "what is refused changes nothing"


@pytest.mark.parametrize("name", [name for name in ORDERS if OPERATIONS[name].cmdlet])
def test_orders_by_the_shell(stage: Stage, name: str) -> None:
    line = cmdlet_line(OPERATIONS[name], INPUTS.get(name, {}), for_real=True)
    for group, account, allowed in expected(KEPT[name]):
        with stage.thrown_away():
            said = stage.shell(account, line)
        refused = "Access is denied: " in said and "PermissionDenied," in said
        assert refused is not allowed, (group, line, said[:500])
        assert "InternalError" not in said and "ParameterBinding" not in said, said[:500]


@pytest.mark.parametrize("group", ROLE_GROUPS)
def test_outside_is_as_not_there(stage: Stage, known: Known, group: str) -> None:
    account, differing = account_of(group, scoped=True), []
    found = orders(known) if account == PART else one_of_each(orders(known))
    for probe in found:
        if KEPT[probe.operation][group] == "-":
            continue  # refused before it is looked at: `test_roles_scope`
        outside, absent = (carried_out(stage, account, probe, value) for value in (probe.outside, probe.absent))
        if outside.unlike(absent):
            differing.append(likeness.shown(f"{probe.operation} {probe.input}={probe.outside}", outside, absent))
    assert not differing, "\n".join(differing)


def test_outside_is_as_not_there_in_the_shell(stage: Stage, known: Known) -> None:
    differing = []
    for probe in one_of_each([one for one in orders(known) if OPERATIONS[one.operation].cmdlet]):
        told = []
        for value in (probe.outside, probe.absent):
            with stage.thrown_away():
                told.append(told_by_shell(stage, PART, probe, value, for_real=True))
        if told[0].unlike(told[1]):
            differing.append(likeness.shown(f"{probe.operation} {probe.input}={probe.outside}", *told))
    assert not differing, "\n".join(differing)


def test_inside_is_carried_out(stage: Stage, known: Known) -> None:
    """The comparison would show nothing if nothing were done."""
    for probe in one_of_each(orders(known)):
        if probe.operation.startswith(("remove-", "stop-")) and probe.operation != "remove-mailbox":
            continue  # there is nothing to take away
        with stage.thrown_away():
            before = around(stage, PART, [])
            status, body = stage.api(PART, probe.operation, probe.given(probe.inside), for_real=True)
            assert status == 200, (probe.operation, probe.input, probe.inside, body[:400])
            if probe.operation not in ("start-managed-folder-assistant", "set-mailbox-audit-bypass-association"):
                assert around(stage, PART, []) != before, (probe.operation, body[:400])


def _second(stage: Stage, first: tuple[str, Given], then: tuple[str, Given], asked: list[str]) -> Told:
    """The answer to the second of two orders."""
    with stage.thrown_away():
        stage.answer(PART, *first, for_real=True)
        order = partial(stage.answer, PART, *then, for_real=True)
        return likeness.told(stage, order, asked, warm=lambda: None)


@pytest.mark.parametrize(("outside", "absent"), [
    ((OLGA.address, OLGA.alias), (NILS.address, NILS.alias)),
    ((OLGA.login, OLGA.within), (NILS.login, NILS.within)),
    ((CAROL, "carol"), (ABSENT, "nicht")),
    ((LOGIN.name, LOGIN.within), (NO_LOGIN.name, NO_LOGIN.within)),
])  # fmt: skip
def test_two_names_of_one_outside_are_two_names_of_nobody(
    stage: Stage, outside: tuple[str, str], absent: tuple[str, str]
) -> None:
    """What was given to one of them is not given to the other, and not taken from it."""
    for word, key in (("mailbox", "User"), ("recipient", "Trustee")):
        for act in ("add", "remove"):
            told = []
            for one, other in (outside, absent):
                first = f"add-{word}-permission", {"Identity": GRACE, key: one}
                then = f"{act}-{word}-permission", {"Identity": GRACE, key: other}
                told.append(_second(stage, first, then, [one, other]))
            assert not told[0].unlike(told[1]), likeness.shown(f"{act}-{word}-permission", *told)
    for name, kind in (("Alias", 1), ("LoginNames", 1), ("Name", 1)):
        told = []
        for pair in (outside, absent):
            new: Given = {"Name": "Taker", "PrimarySmtpAddress": "taker@example.org"}
            called: Given = {name: [pair[kind]] if name == "LoginNames" else pair[kind]}
            again = {"Name": "Second", "PrimarySmtpAddress": "second@example.org", **called}
            told.append(_second(stage, ("new-mailbox", {**new, **called}), ("new-mailbox", again), list(pair)))
        assert not told[0].unlike(told[1]), likeness.shown(f"new-mailbox {name}", *told)


def test_how_many_reports_others_ordered_is_not_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under parity as many are taken in a day as Exchange takes; with a scope one's own count."""
    from mailwake.operations.catalog import start_historical_search

    report = INPUTS["start-historical-search"]
    with stage.thrown_away():
        assert stage.api(ADMIN, "set-organization-config", {"ExchangeParity": True}, for_real=True)[0] == 200
        monkeypatch.setattr(start_historical_search, "_MOST_A_DAY", 4)
        asked = [stage.api(who, "start-historical-search", report, for_real=True)[0] for who in (ADMIN,) * 5]
        assert asked[-1] == 429
        assert stage.api(PART, "start-historical-search", report, for_real=True)[0] == 200
