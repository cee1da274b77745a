"""The shell tells nothing of what lies outside a scope. Its lines are made of the probes that the REST face gets."""

from __future__ import annotations

import re

import likeness
import pytest
from asking import PART
from inputs import Known, Probe, one_of_each, probes
from likeness import Told, names_in
from stage import Stage, account_of
from test_roles_faces import cmdlet_line

from mailwake.directory.roles import ROLE_GROUPS
from mailwake.operations.contract import all_operations

pytestmark = pytest.mark.slow
OPERATIONS = all_operations()
ECHO = re.compile(r"^\+ .*$", re.MULTILINE)
"""An error shows the line that was typed, cut off somewhere, and underlines it."""


def with_cmdlet(found: list[Probe]) -> list[Probe]:
    """Probes of operations that are cmdlets."""
    return [one for one in found if OPERATIONS[one.operation].cmdlet]


def told(stage: Stage, account: str, probe: Probe, value: object, *, for_real: bool = False) -> Told:
    """What a line writes, and what it cost the second time."""
    line = cmdlet_line(OPERATIONS[probe.operation], probe.given(value), for_real=for_real)
    if not for_real:
        stage.shell(account, line)
    with stage.watched() as statements:
        said = stage.shell(account, line)
        cost = tuple(likeness.FRESH.sub("#", one) for one in statements)
    return Told(0, (), likeness.plain(ECHO.sub("", said), names_in(value)), cost)


@pytest.mark.parametrize("group", ROLE_GROUPS)
def test_outside_is_as_not_there(stage: Stage, known: Known, group: str) -> None:
    """For a member with a scope of each role group."""
    account, differing = account_of(group, scoped=True), []
    asked = with_cmdlet(probes(known))
    for probe in asked if account == PART else one_of_each(asked):
        outside, absent = (told(stage, account, probe, value) for value in (probe.outside, probe.absent))
        if outside.unlike(absent):
            differing.append(likeness.shown(f"{probe.operation} {probe.input}={probe.outside}", outside, absent))
    assert not differing, "\n".join(differing)


def test_inside_is_answered(stage: Stage, known: Known) -> None:
    """The lines are sound: what is inside is found by them."""
    for probe in with_cmdlet(probes(known)):
        if probe.operation.startswith(("remove-", "stop-")) and probe.operation != "remove-mailbox":
            continue  # there is nothing to take away
        line = cmdlet_line(OPERATIONS[probe.operation], probe.given(probe.inside))
        said = stage.shell(PART, line)
        assert "FullyQualifiedErrorId" not in said, (line, said[:500])


def test_every_cmdlet_that_a_scope_narrows_is_asked(known: Known) -> None:
    """Those that are asked by the REST face: `test_roles_scope` sees that none is forgotten there."""
    asked = {one.operation for one in probes(known)}
    assert {one.operation for one in with_cmdlet(probes(known))} == {name for name in asked if OPERATIONS[name].cmdlet}
    assert {"new-mailbox", "set-mailbox", "get-message-trace-v2"} <= asked
