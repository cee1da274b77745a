"""Source files stay small enough to be read in one sitting, and say what they are for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2] / "mailwake"
FILE_LINES = 500
FUNCTION_LINES = 60

FILES = sorted(HOUSE.rglob("*.py"))
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _public(body: list[ast.stmt], inside: str = "") -> Iterator[tuple[str, Definition]]:
    """Public classes and functions, and public methods of public classes; what is nested in a function is its own."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield inside + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{node.name}.")


def _is_overload(node: Definition) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in node.decorator_list)


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(HOUSE)) for path in FILES])
def test_file(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    assert len(text.splitlines()) <= FILE_LINES, "the file is too long"
    long = [node.name for node in _functions(tree) if (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES]
    assert not long, f"functions of more than {FUNCTION_LINES} lines"
    if text.strip():
        assert ast.get_docstring(tree), "the module has no docstring"
    silent = [name for name, node in _public(tree.body) if not ast.get_docstring(node) and not _is_overload(node)]
    assert not silent, "public names without a docstring"
