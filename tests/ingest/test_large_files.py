"""The first look at files so large that only windows of them are looked at, of every kind of stamp."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailwake.ingest import survey
from mailwake.ingest.survey import look_at

STAMPS = {
    "iso": "2026-10-0{day}T10:{minute:02d}:{second:02d}.000000+00:00 mx",
    "bsd": "Oct  {day} 10:{minute:02d}:{second:02d} mx",
    "bsd with a year": "Oct  {day} 2026 10:{minute:02d}:{second:02d} mx",
    "after a priority": "<22>Oct  {day} 10:{minute:02d}:{second:02d} mx",
    "no stamp": "mx {day} {minute} {second}",
}


def _written(path: Path, stamp: str) -> Path:
    with path.open("w") as file:
        for at in range(4000):
            when = stamp.format(day=1 + at // 1000, minute=at % 1000 // 60, second=at % 60)
            file.write(f"{when} postfix/smtpd[1]: connect from unknown[192.0.2.1]\n")
    return path


@pytest.mark.parametrize("stamp", STAMPS.values(), ids=STAMPS)
def test_a_window_tells_what_all_of_the_text_does(stamp: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _written(tmp_path / "a.log", stamp)
    whole = look_at(path)
    monkeypatch.setattr(survey, "_SMALL", 1 << 10)
    monkeypatch.setattr(survey, "GRID", 16 << 10)
    seen, all_of_it = look_at(path).course(""), whole.course("")
    assert (seen.first, seen.last) == (all_of_it.first, all_of_it.last)
    assert set(seen.full) == set(all_of_it.full)
    if not seen.full:  # a log of full dates is not looked at any further
        assert seen.position == all_of_it.position
