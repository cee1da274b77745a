"""Every operation for every role group, with and without a scope, through the REST face, the shell and the pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
import table
from inputs import INPUTS
from stage import Stage, account_of

from mailwake.operations.contract import Operation, all_operations

OPERATIONS = all_operations()
KEPT = table.read(table.OPERATIONS)
PAGES = table.read(table.PAGES)
CELLS = {"part": (True, True), "all": (True, False), "-": (False, False)}
DENIED = "urn:mailwake:problem:permission-denied"


def expected(cells: dict[str, str]) -> list[tuple[str, str, bool]]:
    """Role group, account and whether it is allowed: with and without a scope."""
    made = []
    for group, cell in cells.items():
        for scoped, allowed in zip((False, True), CELLS[cell], strict=True):
            made.append((group, account_of(group, scoped=scoped), allowed))
    return made


@pytest.mark.parametrize("name", OPERATIONS)
def test_inputs_are_sound(name: str) -> None:
    OPERATIONS[name].input.model_validate(INPUTS.get(name, {}))


@pytest.mark.slow
@pytest.mark.parametrize("name", OPERATIONS)
def test_by_the_rest_face(stage: Stage, name: str) -> None:
    for group, account, allowed in expected(KEPT[name]):
        status, body = stage.api(account, name, INPUTS.get(name, {}))
        refused = status == 403 and json.loads(body)["type"] == DENIED
        assert refused is not allowed, (group, account, status, body[:300])
        assert status < 500, body[:300]
        if refused:
            _says_which_role(OPERATIONS[name], KEPT[name], group, body)


def _says_which_role(operation: Operation[Any], cells: dict[str, str], group: str, body: str) -> None:
    """A refusal names the roles that would do, or that the scope does not; and nobody's part of the organization."""
    told = json.loads(body)
    if cells[group] == "all":
        assert "whole organization" in told["detail"]
    else:
        assert all(role in told["detail"] for role in operation.roles)
        assert all(other in told["advice"] for other, cell in cells.items() if cell != "-")
        assert "example.org" not in told["advice"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, one in OPERATIONS.items() if one.cmdlet])
def test_by_the_shell(stage: Stage, name: str) -> None:
    line = cmdlet_line(OPERATIONS[name], INPUTS.get(name, {}))
    for group, account, allowed in expected(KEPT[name]):
        said = stage.shell(account, line)
        refused = "Access is denied: " in said and "PermissionDenied," in said
        assert refused is not allowed, (group, line, said[:500])
        assert "InternalError" not in said and "ParameterBinding" not in said, said[:500]


def cmdlet_line(operation: Operation[Any], given: dict[str, Any], *, for_real: bool = False) -> str:
    """The command of an input. Orders are asked what they would do, where there is such a question and unless meant."""
    from mailwake.shell.exchange import exchange_registry

    cmdlet = exchange_registry().find(operation.cmdlet)
    assert cmdlet is not None
    words = [operation.cmdlet, *(f"-{name}:{_word(value)}" for name, value in given.items())]
    return " ".join([*words, *(["-Confirm:$false" if for_real else "-WhatIf"] if cmdlet.should_process else [])])


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return f"${value}"
    if isinstance(value, list):
        return ",".join(map(_word, value))
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


@pytest.mark.slow
def test_pages_are_those_of_the_table(stage: Stage) -> None:
    assert table.of_pages(KEPT) == PAGES, "read what changed; then: python tests/roles/table.py"


@pytest.mark.slow
def test_what_cannot_be_asked_what_it_would_do_does_nothing(stage: Stage) -> None:
    """An order that is carried out although it was only to be shown would be the worst of answers."""
    from django.test import Client

    account = account_of("Organization Management", scoped=False)
    headers = {"Authorization": f"Bearer {stage.tokens[account]}"}
    answer = Client(HTTP_HOST="localhost").post("/api/v1/run-jobs?what_if=true", headers=headers)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (400, "no-what-if")
