"""docs/conformance.md says what the tests say, and every requirement has a proof."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType


def generator() -> ModuleType:
    """The module beside this one, whatever else is called `table`."""
    spec = importlib.util.spec_from_file_location(
        "conformance_table", __file__.replace("test_conformance_page.py", "table.py")
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


TABLE = generator()


def test_page_is_up_to_date() -> None:
    assert TABLE.PAGE.is_file(), "write it: python -m tests.conformance.table"
    assert TABLE.PAGE.read_text() == TABLE.page(), "write it anew: python -m tests.conformance.table"


def test_every_requirement_has_a_proof() -> None:
    rules = TABLE.rules()
    open_ones = [name for name, tests in TABLE.proofs().items() if not tests and name not in rules]
    open_ones += [name for name, (_, shown) in rules.items() if not shown and not TABLE.proofs()[name]]
    assert not open_ones


def test_tests_name_requirements_that_exist() -> None:
    assert not {name for name, _ in TABLE.named()} - set(TABLE.texts()) - set(TABLE.rules())
    assert list(TABLE.rules()) == [f"R{number:02}" for number in range(1, 33)]
    for _, shown in TABLE.rules().values():
        if shown[:1] == "A":
            assert set(shown.split()) <= set(TABLE.texts()), shown
