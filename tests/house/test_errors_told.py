"""What people read when something is wrong remembers its template, so that pages tell it in their language (0023).

Every place that makes such an error is read: its message and its advice come from `tell`, or from another error.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

TOP = Path(__file__).parents[2] / "mailwake"
ROOMS = ("directory", "jobs", "operations", "store", "web")
"""Rooms whose errors reach the pages."""
KINDS = {
    "OperationError": (1, 2),
    "DirectoryError": (1, 2),
    "Refused": (0, 1),
    "CriteriaError": (0, 1),
    "StoreError": (0, 1),
    "MailError": (0,),
    "RowError": (0,),
    "warn": (0,),
}
"""Kinds of error, and the warnings beside an answer (`context.warn`); which of their arguments are read."""
MAKERS = {"tell", "joined", "either", "words_of", "_", "spoken", "sentence", "in_words"}
"""What makes a text with a template, or translates one."""
TOLD_ON = {"message", "advice", "what", "hint"}
"""Attributes of an error that another one is made of."""
KEPT = {"error"}
"""Of a job: what it failed of, which was written down when it did."""
PROCESS = ("live", "agent")
"""Folders of operations whose ValueErrors are about the settings of a process, read at its start and told there."""

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def calls(tree: ast.Module) -> Iterator[tuple[ast.Call, Function]]:
    """Each call with the innermost function that it stands in."""

    def within(node: ast.AST, function: Function) -> Iterator[tuple[ast.Call, Function]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                yield child, function
            yield from within(child, child if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function)

    yield from within(tree, tree)


def is_told(node: ast.expr, function: Function) -> bool:
    """Whether a text has a template wherever it may come from."""
    if isinstance(node, ast.Constant):
        return node.value == ""
    if isinstance(node, ast.Call):
        return name_of(node) in MAKERS
    if isinstance(node, ast.IfExp):
        return is_told(node.body, function) and is_told(node.orelse, function)
    if isinstance(node, ast.BoolOp):
        return all(is_told(one, function) for one in node.values)
    if isinstance(node, ast.Attribute):
        return node.attr in TOLD_ON | KEPT
    if isinstance(node, ast.Name):
        given = [
            one.value
            for one in ast.walk(function)
            if isinstance(one, ast.Assign) and any(ast.unparse(target) == node.id for target in one.targets)
        ]
        pairs = [  # what, hint = error.what, error.hint
            value
            for one in ast.walk(function)
            if isinstance(one, ast.Assign)
            and isinstance(one.targets[0], ast.Tuple)
            and isinstance(one.value, ast.Tuple)
            for target, value in zip(one.targets[0].elts, one.value.elts, strict=True)
            if ast.unparse(target) == node.id
        ]
        return bool(given or pairs) and all(is_told(one, function) for one in (*given, *pairs))
    return False


def untold(source: str) -> tuple[int, list[str]]:
    """How many errors a module makes, and the texts among them that remember no template."""
    made, found = 0, []
    for call, function in calls(ast.parse(source)):
        if name_of(call) in KINDS:
            made += 1
            texts = [call.args[place] for place in KINDS[name_of(call)] if place < len(call.args)]
            texts += [one.value for one in call.keywords if one.arg in TOLD_ON]
            found += [f"{one.lineno}: {ast.unparse(one)}" for one in texts if not is_told(one, function)]
    return made, found


def modules(*rooms: str) -> list[Path]:
    return sorted(path for room in rooms for path in (TOP / room).rglob("*.py"))


def test_every_error_of_the_pages_has_templates() -> None:
    made, found = 0, []
    for path in modules(*ROOMS):
        number, texts = untold(path.read_text(encoding="utf-8"))
        made += number
        found += [f"{path.relative_to(TOP)}:{text}" for text in texts]
    assert found == []
    assert made > 130  # the count finds them


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ('raise OperationError("code", "bare", tell("advice"))', 1),
        ('raise OperationError("code", tell("{a} is no b", a=a), f"give {a}")', 1),
        ('raise DirectoryError("code", tell("a") + tell("b"), tell("c") if x else "d", status=404)', 2),
        ('def f():\n what = f"bare {x}"\n raise StoreError(what)', 1),
        ('def f():\n what = tell("a")\n raise StoreError(what, hint="bare")', 1),
        ("raise CriteriaError(str(error), error.hint)", 1),
        ("raise Refused(unknown)", 1),
        ('def f():\n what = tell("a")\n raise Refused(what, tell("b") if x else tell("c"))', 0),
        ('raise OperationError("code", error.message, job.error or tell("wait"))', 0),
    ],
)
def test_bare_texts_are_found(source: str, number: int) -> None:
    made, found = untold(source)
    assert (made, len(found)) == (1, number)


def test_every_mistake_of_an_input_has_a_template() -> None:
    found = []
    for path in modules("operations"):
        if path.relative_to(TOP / "operations").parts[0] in PROCESS:
            continue
        for call, function in calls(ast.parse(path.read_text(encoding="utf-8"))):
            if name_of(call) == "ValueError" and not (call.args and is_told(call.args[0], function)):
                found.append(f"{path.relative_to(TOP)}:{call.lineno}")
    assert found == []


def test_every_template_has_its_parts() -> None:
    """A placeholder without its part would fail only where the error is made."""
    made, found = 0, []
    for path in modules("directory", "events", "jobs", "operations", "store", "trace", "web"):
        for call, _ in calls(ast.parse(path.read_text(encoding="utf-8"))):
            if name_of(call) != "tell" or not call.args or not isinstance(call.args[0], ast.Constant):
                continue
            made += 1
            given = {one.arg for one in call.keywords}
            wanted = {name for _, name, _, _ in Formatter().parse(call.args[0].value) if name} if given else set()
            if wanted - given and None not in given:
                found.append(f"{path.relative_to(TOP)}:{call.lineno}: {wanted - given}")
    assert found == []
    assert made > 300
