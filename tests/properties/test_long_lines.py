"""A line's cost grows with its length, and not with the square of it, whatever a stranger made it of.

The golden cases, with a run of something put in where one word ends and another begins. A run of some thousand
characters costs a linear parser a millisecond or two, a quadratic one fifty.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailwake.sources import golden
from mailwake.sources.api import Source, all_sources

ROOM = Path(golden.__file__).parent
LENGTH = 4000
ENOUGH = 0.015
"""Seconds of CPU that are too much for a line of this length, if four times the length costs more than eight times as
much."""
PLACES = 5
_TOKEN = re.compile(r"\w+|\s+|.", re.DOTALL)
_WORD = re.compile(r"[A-Za-z0-9]+")
_RUNS = ("<", ">", "(", "[", '"', "'", ",", " ", ":", "=", "-", "0", ": ", ", ", " <", "> <", ", a=b")

Parse = Callable[[str], object]


def _lines(source: Source) -> Iterator[tuple[str, str, Parse]]:
    """A line of each shape among the cases of a source, what it shows, and what reads it."""
    seen: set[tuple[str, str]] = set()
    for name, case in golden.cases_in(ROOM / source.name / "cases"):
        bare = case.get("bare")
        if bare is not None and bare.startswith("{"):
            continue  # a document is read by a parser of JSON
        text = bare if bare is not None else case["message"]
        shape = ("" if bare is not None else case["program"], _WORD.sub("w", text))
        if shape in seen:
            continue
        seen.add(shape)
        parse = _bare(source) if bare is not None else source.parser(case["program"])
        assert parse is not None
        yield name, text[:600], parse


def _bare(source: Source) -> Parse:
    def parse(line: str) -> object:
        found = source.split_bare(line)
        if found is None:
            return None
        parser = source.parser(found.program)
        return None if parser is None else parser(found.message)

    return parse


def _runs(text: str, chance: random.Random) -> Iterator[tuple[str, int]]:
    """What runs are made of, and where they are put in."""
    places = [match.end() for match in _TOKEN.finditer(text)]
    for place in chance.sample(places, min(PLACES, len(places))):
        own = text[chance.randrange(place) : place]
        for unit in (*_RUNS, own):
            yield unit, place


def _seconds(parse: Parse, line: str) -> float:
    least = 1.0
    for _ in range(3):
        begun = time.thread_time()
        parse(line)
        least = min(least, time.thread_time() - begun)
        if least < ENOUGH:
            break
    return least


@pytest.mark.slow
@pytest.mark.parametrize("source", [pytest.param(source, id=source.name) for source in all_sources()])
def test_cost_of_a_line(source: Source) -> None:
    chance = random.Random(source.name)
    for name, text, parse in _lines(source):
        for unit, place in _runs(text, chance):
            for end in (text[place:], "!"):

                def line(length: int, unit: str = unit, place: int = place, end: str = end, text: str = text) -> str:
                    return text[:place] + unit * (length // len(unit)) + end

                took = _seconds(parse, line(LENGTH))
                if took >= ENOUGH:
                    longer = _seconds(parse, line(4 * LENGTH))
                    shown = f"{name}: {took:.3f} s, and {longer:.3f} s for four times as much of {unit!r} at {place}"
                    assert longer < 8 * took, shown
