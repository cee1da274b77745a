"""Answers of many blocks, asked for by several threads at once, all arrive."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]


@pytest.mark.slow
def test_no_answer_is_waited_for_for_ever(tmp_path: Path) -> None:
    """The engine encoded blocks for Arrow in threads of its own, which now and then waited for each other: a question
    was never answered, within seconds or a minute of this."""
    words = [sys.executable, str(Path(__file__).with_name("asking_at_once.py")), str(tmp_path / "data"), "12"]
    done = subprocess.run(words, cwd=TOP, env={"PYTHONPATH": str(TOP)}, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
