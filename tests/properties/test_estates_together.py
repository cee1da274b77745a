"""The logs of all `tests/estates` in one store say of each message what they said of it alone: side by side, the lines
of several hosts in one file, out of order within a second, in pieces, twice.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stores import load, stored, write
from test_truth_of_estates import AT_REST, NAMES, expected, files_of, misses
from truth import differences

from mailwake.operations.records import record

pytestmark = pytest.mark.slow
Files = list[list[str]]
_STAMP = re.compile(
    r"(?:(\d{4})-(\d\d)-(\d\d)[T ]|(?:(\d{4}) )?(Nov|Dec) {1,2}(\d{1,2}) (?:(\d{4}) )?)(\d\d:\d\d:\d\d)"
    r"(?:\.\d+)?(?:[+-]\d\d:\d\d|Z)?"
)
_MONTHS = {"Nov": "11", "Dec": "12"}
_OF_HOST = re.compile(r" [\w.-]+ [\w./-]+(?:\[\d+\])?: ")
"""Behind the stamp: a host and a program, so that lines of several hosts may stand in one file."""
_TAKES_ALL = "queue-orders"
"""Ends with an order to delete all that is queued, which would hold for the others' host of the same name, too."""


def _second(line: str) -> str:
    """The second of a line's stamp; "" for one that goes on from the line before."""
    found = _STAMP.match(line)
    if found is None:
        return ""
    month, day = found[2] or _MONTHS[found[5]], found[3] or found[6]
    return f"{month}-{int(day):02} {found[8]}"


def _records(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """(second, lines) of each record: what has no stamp goes on from the line before."""
    second, record = "", list[str]()
    for line in lines:
        new = _second(line)
        if new and record:
            yield second, record
            record = []
        second = new or second
        record.append(line)
    yield second, record


def _shuffled(lines: list[str], dice: random.Random) -> list[str]:
    """In order of seconds, and in any order within one."""
    records = [(second, dice.random(), record) for second, record in _records(lines)]
    return [line for _, _, record in sorted(records) for line in record]


def _has_hosts(lines: list[str]) -> bool:
    return all(_OF_HOST.match(line, found.end()) for line in lines if (found := _STAMP.match(line)) is not None)


def _side_by_side(files: Files, dice: random.Random) -> Files:
    dice.shuffle(files)
    return files


def _interleaved(files: Files, dice: random.Random) -> Files:
    """Whatever names its host in one file, as on a server that collects the logs of all."""
    return [
        _shuffled([line for lines in files if _has_hosts(lines) for line in lines], dice),
        *(_shuffled(lines, dice) for lines in files if not _has_hosts(lines)),
    ]


def _in_pieces(files: Files, dice: random.Random) -> Files:
    pieces: Files = []
    for lines in files:
        records = list(_records(lines))
        cuts = sorted(dice.sample(range(1, len(records)), min(3, len(records) - 1)))
        for start, end in zip([0, *cuts], [*cuts, len(records)], strict=True):
            pieces.append([line for _, record in records[start:end] for line in record])
    dice.shuffle(pieces)
    return pieces


def _twice(files: Files, dice: random.Random) -> Files:
    """A copy of each file beside it, and each line of the file twice."""
    doubled = [[line for _, record in _records(lines) for line in (*record, *record)] for lines in files]
    return _side_by_side([*doubled, *files], dice)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("arranged", [_side_by_side, _interleaved, _in_pieces, _twice])
def test_all_in_one_store(arranged: Callable[[Files, random.Random], Files], seed: int) -> None:
    names = [name for name in NAMES if name != _TAKES_ALL]
    truth = [row for name in names for row in expected(name)]
    files = [lines for name in names for lines in files_of(name)]
    found = misses(truth, arranged(files, random.Random(seed)))
    assert not found, found


@pytest.mark.parametrize("window", [40, 150_000])
def test_each_file_imported_by_itself(window: int, tmp_path: Path) -> None:
    """In any order, so that what belongs together comes together in the store alone."""
    names = [name for name in NAMES if name != _TAKES_ALL]
    dice = random.Random(window)
    files = _side_by_side([lines for name in names for lines in files_of(name)], dice)
    for number, lines in enumerate(files):
        path = write(tmp_path / f"{number}.log", lines)
        os.utime(path, (AT_REST, AT_REST))
        load(tmp_path / "data", [path], window=window)
    rows, _ = stored(tmp_path / "data")
    found = "\n".join(differences([row for name in names for row in expected(name)], map(record, rows)))
    assert not found, found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("arranged", [_interleaved, _in_pieces, _twice])
def test_each_by_itself(arranged: Callable[[Files, random.Random], Files], name: str) -> None:
    found = misses(expected(name), arranged(files_of(name), random.Random(name)))
    assert not found, found
