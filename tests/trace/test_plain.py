"""Plain journeys told at sight are what the general way tells: the same rows, keys, names to remember, facts left over.

On made estates and everything that is bundled, whole and damaged, shuffled, and with IDs of one message given
to others.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwake.events.fact import Fact
from mailwake.ingest.facts import FactReader
from mailwake.ingest.files import InputError
from mailwake.trace import harvest as module
from mailwake.trace import workset
from mailwake.trace.harvest import Harvest, harvest

TOP = Path(__file__).parents[2]
STAMP = re.compile(r"\d\d:\d\d:\d\d")
PARTS = [
    re.compile(r"\b[0-9A-F]{11}\b"),  # queue IDs
    re.compile(r"(?<=[<=])[\w.]+@draft[\w.]+(?=>|,|\Z)"),  # Message-IDs
    re.compile(r"(?<=to=<)[^>]+(?=>)"),
    re.compile(r"(?<=\d\d:\d\d:\d\d )\w+(?= )"),  # hosts
    re.compile(r"(?<=: client=)\S+"),
    re.compile(r"(?<=status=)\w+"),
    re.compile(r"(?<=nrcpt=)\d+"),
    STAMP,
]
"""What one line may take from another."""


def _without_plain(filed: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    return [], list(filed.values())


def _compared(made: Harvest) -> tuple[Any, ...]:
    book = made.book
    return (
        made.keys,
        sorted(made.rows, key=repr),
        sorted(zip(book.keys, book.first, book.last, strict=True)),
        sorted(book.message_ids),
        sorted(zip(book.waited, book.when, strict=True)),
        made.left,
    )


def both(facts: list[Fact]) -> int:
    """Compare the two ways; how many journeys were plain."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workset, "plain_journeys", _without_plain)
        general = _compared(harvest(facts))
    found: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        note = module.note
        patch.setattr(module, "note", lambda journeys, book: (found.extend(journeys), note(journeys, book)))
        assert _compared(harvest(facts)) == general
    return len(found)


def read(path: Path) -> list[Fact]:
    """All facts of a file."""
    try:
        return [fact for batch in FactReader(path, zone="UTC") for fact in batch.facts]
    except InputError:
        return []


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "mail.log"
    words = ["--lines", "6000", "--seed", "5", "--single", str(path)]
    subprocess.run([sys.executable, str(TOP / "bench" / "generate.py"), *words], check=True, capture_output=True)
    return path


def test_made_estate(made: Path) -> None:
    facts = read(made)
    plain = both(facts)
    assert plain * 7 > sum(fact.kind == "remove" for fact in facts) * 2, "few journeys are plain"


def test_bundled_logs() -> None:
    estate = sorted(path for path in (TOP / "mailwake" / "sample").rglob("*") if path.is_file())
    assert sum(both(read(path)) for path in estate) > 10
    both([fact for path in estate for fact in read(path)])


def _disturbed(lines: list[str], chance: random.Random) -> list[str]:
    """A part of a log with lines lost, twice, cut, at other places, and with what stands in others."""
    start = chance.randrange(max(len(lines) - 400, 1))
    taken = lines[start : start + 400]
    out: list[str] = []
    rate = chance.choice((0.0, 0.01, 0.05, 0.2))
    for line in taken:
        if chance.random() >= rate:
            out.append(line)
            continue
        kind = chance.randrange(6)
        if kind == 0:
            out.append(line[: chance.randrange(len(line) + 1)])
        elif kind == 1:
            out += [line] * chance.randrange(3)
        elif kind == 2:
            out.insert(chance.randrange(max(len(out) - 8, 0), len(out) + 1), line)
        else:
            out.append(_mixed(line, chance.choice(taken), chance))
    if chance.random() < 0.1:
        chance.shuffle(out)
    return out


def _mixed(line: str, other: str, chance: random.Random) -> str:
    for pattern in chance.sample(PARTS, len(PARTS)):
        theirs = pattern.findall(other)
        if theirs and pattern.search(line):
            return pattern.sub(chance.choice(theirs).replace("\\", r"\\"), line, count=chance.randrange(3))
    return line


@given(seed=st.integers(min_value=0))
def test_disturbed_estate(made: Path, tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path_factory.mktemp("disturbed") / "mail.log"
    path.write_text("\n".join(_disturbed(made.read_text().splitlines(), chance)) + "\n")
    both(read(path))
