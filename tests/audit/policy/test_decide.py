"""The decision over its whole state space, against an account of the rules written down independently."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from acts import ACTOR, MAILBOX, Fixed, act
from amounts import few
from tables import GATES, GROUP_TABLE, KINDS, TABLES

from mailwake.audit.model import LogonType, MailboxType
from mailwake.audit.policy.actions import ACTIONS
from mailwake.audit.policy.decide import decide, explain, is_searchable
from mailwake.audit.policy.rules import CHAIN, RULES
from mailwake.audit.settings import ALL_TYPES, ActorSettings, MailboxSettings, OrganizationSettings

SETS = ("managed", "custom with it", "custom without it", "custom empty")
BOOLS = (False, True)
GEOS = (("", ""), ("EUR", ""), ("EUR", "eur"), ("EUR", "APC"))


def states(action: str, kind: LogonType, box: MailboxType) -> Iterator[tuple[Fixed, dict[str, object]]]:
    """Every state of the settings for one action, logon type and type of mailbox."""
    for off, bypass, state, edition, premium, parity, geo, enabled, actors in itertools.product(
        *(BOOLS, BOOLS, SETS, TABLES, BOOLS, BOOLS, GEOS, BOOLS), BOOLS if box is MailboxType.SHARED else (True,)
    ):
        managed = ALL_TYPES if state == "managed" else ALL_TYPES - {kind}
        custom = {"custom with it": {action, "Update"}, "custom without it": set(ACTIONS) - {action}}.get(state, set())
        settings = Fixed(
            OrganizationSettings(audit_disabled=off, matrix=edition, parity=parity),
            MailboxSettings(
                *(MAILBOX, box, enabled),
                managed=managed,
                custom={} if state == "managed" else {kind: frozenset(custom)},
                premium=premium,
                geo=geo[0],
            ),
            ActorSettings(ACTOR, bypass=bypass, geo=geo[1], premium=actors),
        )
        licensed = premium or (actors and box is MailboxType.SHARED)
        told = {"off": off, "bypass": bypass, "set": state, "edition": edition, "premium": licensed, "parity": parity}
        yield settings, {**told, "far": geo == ("EUR", "APC")}


def expected(action: str, kind: LogonType, box: MailboxType, told: dict[str, object]) -> bool:
    """What the documents say."""
    edition = str(told["edition"])
    if told["off"] or told["bypass"] or box not in (MailboxType.USER, MailboxType.SHARED, MailboxType.GROUP):
        return False
    if told["far"] and kind is not LogonType.OWNER:
        return False
    if box is MailboxType.GROUP:
        return GROUP_TABLE.get(action, {}).get(kind) == "*"
    mark = TABLES[edition][action][kind]
    gate = GATES[edition].get(action)
    if mark == "." or (gate == "$" and told["parity"] and not told["premium"]):
        return False
    if gate == "!" and not (told["parity"] and not told["premium"]):
        return False
    return mark == "*" if told["set"] == "managed" else told["set"] == "custom with it"


def check_states(kind: LogonType, box: MailboxType, step: int = 1) -> int:
    """Compare decisions with the documents, in every state or each one of so many; how many there were."""
    count = 0
    for action in ACTIONS:
        for settings, told in itertools.islice(states(action, kind, box), 0, None, step):
            observation = act(action, kind)
            decision = decide(observation, settings)
            assert decision.recorded == expected(action, kind, box, told), (action, kind, box, told, decision)
            assert decision.rule in RULES
            assert decision.reason and not decision.reason.endswith(".")
            count += 1
    return count


@pytest.mark.parametrize("box", few(MailboxType))
@pytest.mark.parametrize("kind", KINDS)
def test_some_states(kind: LogonType, box: MailboxType) -> None:
    assert check_states(kind, box, step=17) > 1000


@pytest.mark.slow
@pytest.mark.parametrize("box", MailboxType)
@pytest.mark.parametrize("kind", KINDS)
def test_every_state(kind: LogonType, box: MailboxType) -> None:
    count = check_states(kind, box)
    assert count == len(ACTIONS) * 2 * 2 * 4 * 2 * 2 * 2 * 4 * 2 * (2 if box is MailboxType.SHARED else 1)


def test_the_explanation_ends_with_the_decision() -> None:
    for action, kind, box in itertools.product(("Update", "Send", "Create", "Default"), KINDS, MailboxType):
        for settings, _ in itertools.islice(states(action, kind, box), 0, None, 7):
            decision = decide(act(action, kind), settings)
            steps = explain(act(action, kind), settings)
            last = steps[-1]
            assert (last.recorded, last.rule, last.reason) == (decision.recorded, decision.rule, decision.reason)
            assert all(not step.decided and step.recorded is None and step.reason for step in steps[:-1])
            assert [step.rule for step in steps[:-1]] == [rule.name for rule in CHAIN[: len(steps) - 1]]


def test_actions_that_nobody_knows_are_not_recorded() -> None:
    assert decide(act("Frobnicate"), Fixed()).rule == "not-available"


@pytest.mark.parametrize(
    ("edition", "folder", "recorded"),
    [
        ("current", "Calendar", True),
        ("current", "INBOX.Notes.Work", True),
        ("current", "\\Tasks", True),
        ("current", "Drafts", True),
        ("2021", "Drafts", False),
        ("current", "INBOX", False),
        ("current", "Projects/2026", False),
        ("current", "", True),
    ],
)
def test_create_is_of_items_in_some_folders(edition: str, folder: str, recorded: bool) -> None:
    settings = Fixed(OrganizationSettings(matrix=edition))
    decision = decide(act("Create", LogonType.DELEGATE, folder=folder), settings)
    assert decision.rule == ("managed-set" if recorded else "create-message")


@pytest.mark.parametrize(
    ("edition", "kind", "recorded"),
    [
        ("current", "Calendar", True),
        ("current", "Drafts", True),
        ("2021", "Drafts", False),
        ("2021", "Tasks", True),
        ("current", "Message", False),
    ],
)
def test_the_kind_of_item_goes_before_the_name_of_the_folder(edition: str, kind: str, recorded: bool) -> None:
    settings = Fixed(OrganizationSettings(matrix=edition))
    for folder in ("Notes", "INBOX"):
        made = act("Create", LogonType.DELEGATE, folder=folder, properties=(("ItemKind", kind),))
        assert decide(made, settings).recorded is recorded


def test_an_owner_who_is_not_named_is_the_mailbox_account() -> None:
    class ByName(Fixed):
        def actor(self, name: str, ts: int) -> ActorSettings:
            return ActorSettings(name, bypass=name == MAILBOX)

    assert decide(act("Update", actor=""), ByName()).rule == "bypass"
    assert decide(act("Update", LogonType.DELEGATE, actor=""), ByName()).rule == "managed-set"


@pytest.mark.parametrize(
    ("parity", "premium", "enabled", "by_hand", "searchable"),
    [
        (False, False, False, False, True),
        (True, True, False, False, True),
        (True, False, True, False, False),
        (True, False, True, True, True),
        (True, False, False, True, False),
    ],
)
def test_what_the_audit_log_search_gives(
    parity: bool, premium: bool, enabled: bool, by_hand: bool, searchable: bool
) -> None:
    box = MailboxSettings(MAILBOX, audit_enabled=enabled, audit_enabled_by_hand=by_hand, premium=premium)
    assert is_searchable(box, parity) is searchable
