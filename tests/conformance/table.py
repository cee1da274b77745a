"""The table of requirements of mailbox auditing and the tests that prove them: `python -m tests.conformance.table`.

A test proves the requirement that it is named after, `test_A12_...`: one of "Manage mailbox auditing" of Exchange,
in a few words in `rows.txt`. The rules behind these, R01 to R32, are in `rules.txt` with the requirements whose tests
show them, or with what is otherwise here; the rest have tests of their own, `test_AR23_...`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PAGE = TOP / "docs" / "conformance.md"
_NAMED = re.compile(r"test_((?:AR?\d\d_)+)")


def texts() -> dict[str, str]:
    """Requirement to its text."""
    lines = (Path(__file__).parent / "rows.txt").read_text().splitlines()
    return {name: text for name, _, text in (line.partition(" ") for line in lines)}


def rules() -> dict[str, tuple[str, str]]:
    """Rule to its text, and the requirements that show it or what is to be said."""
    lines = (Path(__file__).parent / "rules.txt").read_text().splitlines()
    found = {}
    for line in lines:
        name, _, rest = line.partition(" ")
        text, _, shown = rest.partition("|")
        found[name] = (text.strip(), shown.strip())
    return found


def named() -> Iterator[tuple[str, str]]:
    """(requirement, test) of every test that is named after one."""
    for path in sorted((TOP / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            found = _NAMED.match(node.name) if isinstance(node, ast.FunctionDef) else None
            if found and isinstance(node, ast.FunctionDef):
                for name in found[1].rstrip("_").split("_"):
                    yield name.replace("AR", "R"), f"{path.relative_to(TOP).as_posix()}::{node.name}"


def proofs() -> dict[str, list[str]]:
    """Requirement to its tests, in the table's order."""
    found: dict[str, list[str]] = {name: [] for name in (*texts(), *rules())}
    for name, test in named():
        found.setdefault(name, []).append(test)
    return found


def page() -> str:
    """docs/conformance.md."""
    found = proofs()
    rows = {name: tests for name, tests in found.items() if name in texts()}
    lines = [
        "# What mailbox auditing must do, and the tests that prove it",
        "",
        'The requirements are the statements of Exchange\'s "Manage mailbox auditing". The tests in tests/conformance'
        " go the whole way: lines of a server's log or orders go in, and the answers of operations are looked at."
        " Written by `python -m tests.conformance.table` from the tests themselves; `./test` leaves what came of them"
        " in `build/conformance.json`.",
        "",
        f"{len(rows)} requirements: {sum(bool(tests) for tests in rows.values())} proven.",
        "",
        "| | Requirement | Proven by |",
        "|---|---|---|",
    ]
    known = texts()
    for name, tests in rows.items():
        where = "<br>".join(f"`{test}`" for test in tests) or "**open**"
        lines.append(f"| {name} | {known.get(name, '').replace('|', chr(92) + '|')} | {where} |")
    lines += [
        "",
        "## The rules behind them",
        "",
        "What the documents of the years say beyond the requirements, and where Mailwake differs.",
        "",
        "| | Rule | Shown by |",
        "|---|---|---|",
    ]
    for name, (text, shown) in rules().items():
        where = "<br>".join(f"`{test}`" for test in found[name]) or shown
        lines.append(f"| {name} | {text} | {where} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
