"""The store answers as the files do: in windows of any size, in separate imports, grown files, after a rebuild."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import folder, plain, rows_of
from random_estate import Lines, estates
from stores import load, stored, write

from mailwake.operations import rebuild

FEW = settings(max_examples=max(2, settings().max_examples // 4))


@pytest.mark.pitfall("R07", "D10")
@FEW
@given(estate=estates, window=st.integers(1, 40))
def test_store_answers_as_the_files(estate: Lines, window: int) -> None:
    """In one import, windows of any size; then everything again; then rebuilt."""
    with folder() as place:
        data = place / "data"
        paths = [write(place / f"{host}.log", lines) for host, lines in estate.items()]
        expected = plain(rows_of(list(estate.values())))
        load(data, paths, window=window)
        rows, facts = stored(data)
        assert rows == expected, "imported"
        assert sum(facts.values()) == len({line for lines in estate.values() for line in lines})
        load(data, paths, window=window)
        assert stored(data) == (rows, facts), "imported twice"
        copy = place / "copy.log"
        copy.write_bytes(b"\n" + Path(paths[0]).read_bytes())
        load(data, [str(copy)])
        assert stored(data) == (rows, facts), "copied under another name"
        rebuild.run(data)
        assert stored(data) == (rows, facts), "rebuilt"


@pytest.mark.pitfall("R07", "D10", "T32")
@FEW
@given(estate=estates, random_=st.randoms(use_true_random=False))
def test_separate_imports_in_any_order(estate: Lines, random_: random.Random) -> None:
    """Each host's log in two files, each imported by itself, in any order."""
    with folder() as place:
        paths = []
        for host, lines in estate.items():
            middle = random_.randint(0, len(lines))
            paths += [
                write(place / f"{host}.{name}.log", part)
                for name, part in (("1", lines[:middle]), ("2", lines[middle:]))
                if part
            ]
        random_.shuffle(paths)
        for path in paths:
            load(place / "data", [path], window=random_.choice([2, 7, 150_000]))
        rows, facts = stored(place / "data")
        assert rows == plain(rows_of(list(estate.values())))
        assert sum(facts.values()) == len({line for lines in estate.values() for line in lines})


@pytest.mark.pitfall("T23", "T25", "T24")
@FEW
@given(estate=estates, cut=st.floats(0, 1))
def test_a_file_that_grows(estate: Lines, cut: float) -> None:
    """Cut at any byte: the first part, then the grown file, then replaced by a copy with a new inode."""
    with folder() as place:
        data, log = place / "data", place / "mail.log"
        lines = sorted((line for lines in estate.values() for line in lines), key=lambda line: line.partition(" ")[0])
        whole = "".join(f"{line}\n" for line in lines).encode()
        middle = max(1, int(len(whole) * cut))
        log.write_bytes(whole[:middle])
        load(data, [str(log)])
        with log.open("ab") as file:
            file.write(whole[middle:])
        load(data, [str(log)])
        rows, facts = stored(data)
        assert rows == plain(rows_of([lines]))
        assert sum(facts.values()) == len(set(lines))
        other = place / "new"
        other.write_bytes(whole)
        other.replace(log)
        load(data, [str(log)])
        assert stored(data) == (rows, facts), "replaced whole"
