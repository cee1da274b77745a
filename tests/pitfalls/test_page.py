"""docs/pitfalls.md says what the tests say, and every row has a proof or a reason."""

from __future__ import annotations

import ast
import importlib.util
import sys
from types import ModuleType

import pytest


def generator() -> ModuleType:
    """The module beside this one, whatever else is called `table`."""
    spec = importlib.util.spec_from_file_location("pitfalls_table", __file__.replace("test_page.py", "table.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


TABLE = generator()


def test_page_is_up_to_date() -> None:
    assert TABLE.PAGE.is_file(), "write it: python -m tests.pitfalls.table"
    assert TABLE.PAGE.read_text() == TABLE.page(), "write it anew: python -m tests.pitfalls.table"


def test_every_row_has_a_proof_or_a_reason() -> None:
    assert not [row.name for row in TABLE.table() if not row.proofs and not row.why_not]


def test_marks_name_rows_that_exist() -> None:
    known = TABLE.texts()
    assert not [pair for pair in TABLE.marked() if pair[0] not in known]
    assert not {*TABLE.NOT_OURS, *TABLE.ALSO} - set(known)


@pytest.mark.parametrize("test", sorted({test for tests in TABLE.ALSO.values() for test in tests}))
def test_named_tests_exist(test: str) -> None:
    path, _, name = test.partition("::")
    body = ast.parse((TABLE.TOP / path).read_text()).body
    assert any(isinstance(node, ast.FunctionDef) and node.name == name for node in body)
