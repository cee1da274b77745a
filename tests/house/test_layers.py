"""The rooms' layers and the independence of the log sources, as `.importlinter` states them."""

from __future__ import annotations

from pathlib import Path

import pytest
from importlinter.cli import lint_imports

CONTRACTS = Path(__file__).parents[2] / ".importlinter"


def test_import_contracts_hold(capsys: pytest.CaptureFixture[str]) -> None:
    broken = lint_imports(config_filename=str(CONTRACTS), no_cache=True, no_logo=True)
    assert broken == 0, capsys.readouterr().out
