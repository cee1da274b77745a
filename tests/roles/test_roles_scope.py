"""What lies outside a scope is answered as what does not exist: the same words, the same count, at the same cost."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import likeness
import pytest
import table
from asking import ADMIN, PART, ask
from inputs import CAROL, GRACE, INPUTS, NO_ID, PERIOD, Given, Known, one_of_each, probes
from likeness import names_in
from stage import INSIDE, ONE_MAILBOX, OUTSIDE, OWNER, Stage, account_of

from mailwake.directory.roles import ROLE_GROUPS
from mailwake.operations.contract import Scope, all_operations

pytestmark = pytest.mark.slow

KEPT = table.read(table.OPERATIONS)
NAMES_NOTHING = {"get-accepted-domain", "mail-flow-overview", "new-saved-query"}
"""Operations that a scope narrows and that ask by no name."""
ONES_OWN = {"my-mailbox-access", "my-message-story", "my-messages"}
"""Of people about themselves: tested apart."""


@pytest.mark.parametrize("group", ROLE_GROUPS)
def test_outside_is_as_not_there(stage: Stage, known: Known, group: str) -> None:
    """Whatever a member of a role group with a scope may ask, and whatever they are refused."""
    account, differing = account_of(group, scoped=True), []
    for probe in probes(known) if account == PART else one_of_each(probes(known)):
        told = []
        for value in (probe.outside, probe.absent):
            ask = partial(stage.answer, account, probe.operation, probe.given(value))
            told.append(likeness.told(stage, ask, names_in(value)))
        if told[0].unlike(told[1]):
            differing.append(likeness.shown(f"{probe.operation} {probe.input}={probe.outside}", *told))
        assert KEPT[probe.operation][group] != "-" or {one.status for one in told} <= {403, 400}
    assert not differing, "\n".join(differing)


def test_outside_one_mailbox_is_as_not_there(stage: Stage, known: Known) -> None:
    """A scope may be of mailboxes instead of domains: what else is in the domain is outside, too."""
    differing = []
    for probe in one_of_each(probes(known)):
        for outside, absent in ((probe.outside, probe.absent), ("frank@example.org", "nicht@example.org")):
            values = [[one] if isinstance(probe.outside, list) else one for one in (outside, absent)]
            values = [probe.outside, probe.absent] if outside is probe.outside else values
            told = [likeness.told(stage, partial(stage.answer, ONE_MAILBOX, probe.operation, probe.given(value)),
                                  names_in(value)) for value in values]  # fmt: skip
            if told[0].unlike(told[1]):
                differing.append(likeness.shown(f"{probe.operation} {probe.input}={values[0]}", *told))
    assert not differing, "\n".join(differing)


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
            typed = row.get("Kind") == "Autosaved" and row["Owner"] == PART  # asked by themselves, in other tests
            assert typed or _is_of_the_scope(row), (operation.name, row)
    everything = ask(stage, ADMIN, "mail-flow-overview", PERIOD)
    part = ask(stage, PART, "mail-flow-overview", PERIOD)
    assert json.dumps(part) != json.dumps(everything)
    assert OUTSIDE not in json.dumps(part)


def _is_of_the_scope(row: dict[str, Any]) -> bool:
    """Whether a row concerns the scope, or at least nothing of the other domain."""
    text = json.dumps(row).lower()
    return INSIDE in text or OUTSIDE not in text


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
    frank = OWNER
    mine = ask(stage, frank, "my-messages", PERIOD)
    assert mine and all(frank in json.dumps(row) for row in mine)
    assert ask(stage, frank, "my-messages", {**PERIOD, "RecipientAddress": [CAROL]}) == []
    assert stage.api(frank, "my-message-story", {"Identity": known.trace_inside})[0] == 200
    said = []
    for trace in (known.trace_outside, NO_ID):
        ask_for = partial(stage.answer, frank, "my-message-story", {"Identity": trace})
        said.append(likeness.told(stage, ask_for, [trace]))
    assert not said[0].unlike(said[1]), likeness.shown("my-message-story", *said)
    assert stage.api(frank, "message-trace", PERIOD)[0] == 403
