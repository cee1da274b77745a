"""The scenarios of the lab, each from its log, from its events, from both, twice, in any order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lab_table import LAB as TABLE
from told_acts import acts_of, facts_of, ids, lines_of, told
from truth import lab_folder

from mailwake.audit.model import LogonType

LAB = lab_folder()
pytestmark = pytest.mark.skipif(LAB is None, reason="the shared lab folder is not here (set MAILWAKE_SHARED)")
HERE = sorted(name for name in TABLE if LAB is not None and (LAB / f"{name}.log").exists())
SLICES = ("imap-42-admin-move-trash",)
"""Slices of a session whose login is in another scenario: alone they cannot say who it was."""


def paths(name: str) -> tuple[Path, Path | None]:
    assert LAB is not None
    events = LAB / f"{name}.events.jsonl"
    return LAB / f"{name}.log", events if events.exists() else None


def expected(name: str, *feeds: str) -> list[str]:
    found = []
    for line in TABLE[name].strip().splitlines():
        feed, colon, act = line.partition(": ")
        if not colon or feed in feeds:
            found.append(act if colon else line)
    return sorted(found)


@pytest.mark.parametrize("name", HERE)
def test_scenario(name: str) -> None:
    log, events = paths(name)
    assert lines_of(acts_of(facts_of(log))) == expected(name, "log", "log alone")
    if events is None:
        return
    assert lines_of(acts_of(facts_of(events))) == expected(name, "events")
    both = facts_of(log, events)
    acts = acts_of(both)
    assert lines_of(acts) == expected(name, "log", "events")
    assert acts_of(both * 2) == acts
    random.Random(name).shuffle(both)
    assert acts_of(both) == acts
    told_twice = ids(acts_of(facts_of(log))).keys() & ids(acts_of(facts_of(events))).keys()
    assert sorted(ids(acts)[id] for id in told_twice) == expected(name)


def test_every_scenario_has_a_row() -> None:
    assert LAB is not None
    names = {path.stem for pattern in ("imap-*.log", "submit-*.log") for path in LAB.glob(pattern)}
    assert names <= set(TABLE), "scenarios without expectations"


def test_all_together() -> None:
    """As one log: what a session did while another scenario was noted is known to be a master user's."""
    assert LAB is not None
    everything = [path for name in HERE for path in paths(name) if path is not None]
    acts = acts_of(facts_of(*everything))
    admin = [told(act) for act in acts if act.logon_type is LogonType.ADMIN and act.actor == "admin@corp.test"]
    assert "MoveToDeletedItems Admin admin@corp.test in alice@corp.test INBOX 22 to Trash" in admin
    assert len({act.id for act in acts}) == len(acts)


def test_formats_of_the_exporter() -> None:
    """JSON with RFC 3339 times, with seconds since 1970, tab-text: the same acts."""
    assert LAB is not None
    tab, unix = LAB / "dovecot-exporter-tab-text.txt", LAB / "dovecot-exporter-time-unix.jsonl"
    if not tab.exists() or not unix.exists():
        pytest.skip("not here")
    from_tab, from_unix = ids(acts_of(facts_of(tab))), ids(acts_of(facts_of(unix)))
    assert len(from_tab) > 5
    assert from_tab.items() <= from_unix.items() or from_unix.items() <= from_tab.items()
