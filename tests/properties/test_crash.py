"""Killed at any moment and started again: the same answer, nothing lost, nothing twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from logs import plain, rows_of
from random_estate import ENDS, KINDS, Lines, Spec, build
from stores import stored, write

TOP = Path(__file__).parents[2]
KILLED = Path(__file__).parent / "killed.py"
ROUNDS = 5 if os.environ.get("MAILWAKE_TEST_PROFILE", "fast") == "fast" else 40
SIGKILL = -9


def an_estate(seed: int) -> Lines:
    """Some dozens of messages of all kinds."""
    chance = random.Random(seed)
    specs = [
        Spec(
            kind=chance.choice(sorted(KINDS)),
            gap=chance.choice([0, 1, 30, 700, 4000]),
            ends=tuple(chance.randrange(len(ENDS)) for _ in range(chance.randint(1, 3))),
            reuse=chance.random() < 0.5,
        )
        for _ in range(40)
    ]
    return build(specs)


def start(data: Path, number: int, before: bool, paths: list[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(KILLED), str(data), str(number), str(int(before)), *paths]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TOP), os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen(command, env=environment, cwd=data.parent, stderr=subprocess.PIPE)


def finish(data: Path, paths: list[str]) -> None:
    """Import to the end."""
    process = start(data, 0, False, paths)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()


def check(data: Path, estate: Lines) -> None:
    """The store holds what one undisturbed reading gives."""
    rows, facts = stored(data)
    assert rows == plain(rows_of(list(estate.values())))
    assert sum(facts.values()) == len({line for lines in estate.values() for line in lines})


@pytest.mark.slow
@pytest.mark.pitfall("R07", "T23")
def test_killed_between_writes(tmp_path: Path) -> None:
    """One import that dies at another write each time it is started again."""
    chance = random.Random(1)
    estate = an_estate(1)
    paths = [write(tmp_path / f"{host}.log", lines) for host, lines in estate.items()]
    data = tmp_path / "data"
    for _ in range(ROUNDS):
        process = start(data, chance.randint(1, 9), chance.random() < 0.5, paths)
        _, errors = process.communicate(timeout=120)
        assert process.returncode in (SIGKILL, 0), errors.decode()
    finish(data, paths)
    check(data, estate)


@pytest.mark.slow
@pytest.mark.pitfall("R07")
def test_killed_at_any_time(tmp_path: Path) -> None:
    chance = random.Random(2)
    estate = an_estate(2)
    paths = [write(tmp_path / f"{host}.log", lines) for host, lines in estate.items()]
    data = tmp_path / "data"
    began = time.monotonic()
    finish(tmp_path / "whole", paths)
    span = time.monotonic() - began
    for _ in range(ROUNDS):
        process = start(data, 0, False, paths)
        time.sleep(span * chance.uniform(0.2, 1))
        process.kill()
        process.communicate(timeout=120)
    finish(data, paths)
    check(data, estate)
