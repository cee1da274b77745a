"""The page of the language says what is there, and the numbers that hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailwake.shell import Limits
from mailwake.shell.builtin import builtin_registry
from mailwake.shell.limits import MAX_ITEMS, MAX_PATTERN, MAX_STRING
from mailwake.shell.methods import METHODS
from mailwake.shell.statics import STATIC
from mailwake.shell.syntax import lexemes
from mailwake.shell.syntax.lexstate import MAX_DEPTH, MAX_STATEMENT
from mailwake.shell.syntax.parser import MAX_TEXT, MAX_TREE

PAGE = (Path(__file__).parents[2] / "docs" / "shell.md").read_text()
WORDS = {word.lower() for word in re.findall(r"[\w-]+", PAGE)}


@pytest.mark.parametrize("cmdlet", builtin_registry().cmdlets.values(), ids=lambda cmdlet: cmdlet.name)
def test_cmdlet_is_told_of(cmdlet: object) -> None:
    assert cmdlet.name.lower() in WORDS  # type: ignore[attr-defined]
    assert cmdlet.synopsis  # type: ignore[attr-defined]


def test_operators_are_told_of() -> None:
    named = {f"-{name}" for name in lexemes.LOGIC | lexemes.BITS | lexemes.UNARY}
    named |= {
        f"-{name}" for name in lexemes.COMPARISONS if name[0] not in "ci" or name in ("contains", "in", "is", "isnot")
    }
    told = set(re.findall(r"(?<!\w)-[a-z]+", PAGE))
    assert named - told - {"-csplit", "-isplit", "-ccontains"} == set()


def test_methods_are_told_of() -> None:
    quiet = {"clone", "tolowerinvariant", "toupperinvariant", "remove", "clear", "add"}
    methods = {name for kind in METHODS.values() for name in kind} | {name for kind in STATIC.values() for name in kind}
    assert methods - WORDS - quiet == set()


def test_bounds_are_those_that_hold() -> None:
    bounds = PAGE.partition("## Bounds")[2]
    limits = Limits()
    for number in (
        limits.steps,
        limits.turns,
        limits.output,
        limits.depth,
        limits.waiting,
        MAX_ITEMS,
        MAX_STRING,
        MAX_PATTERN,
    ):
        assert f"{number:,}" in bounds
    for number in (MAX_DEPTH, MAX_TREE, MAX_STATEMENT, MAX_TEXT):
        assert f"| {number:,} |" in bounds
