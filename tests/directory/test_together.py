"""Rows of several threads become one transaction; each thread learns of its own row alone."""

from __future__ import annotations

import threading

import pytest
from directories import NOW, Directory

from mailwake.directory.records import AuditEntry
from mailwake.directory.together import Together


class Slow:
    """Writes when it is let, and keeps what it wrote at a time."""

    def __init__(self) -> None:
        self.written: list[list[str]] = []
        self.begun = threading.Event()
        self.may = threading.Event()

    def __call__(self, rows: list[str]) -> None:
        self.begun.set()
        assert self.may.wait(10)
        if "bad" in rows:
            raise ValueError("no such row")
        self.written.append(sorted(rows))


def started(rows: Together[str], *names: str) -> tuple[list[threading.Thread], dict[str, Exception]]:
    errors: dict[str, Exception] = {}

    def add(name: str) -> None:
        try:
            rows.add(name)
        except ValueError as error:
            errors[name] = error

    threads = [threading.Thread(target=add, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    return threads, errors


def all_wait(rows: Together[str], count: int) -> None:
    while len(rows._waiting) < count:
        threading.Event().wait(0.01)


def test_those_who_come_while_one_writes_are_written_at_once() -> None:
    slow = Slow()
    rows = Together(slow)
    threads, _ = started(rows, "first")
    assert slow.begun.wait(10)
    more, _ = started(rows, "a", "b", "c")
    all_wait(rows, 4)
    slow.may.set()
    for thread in threads + more:
        thread.join(10)
    assert slow.written == [["first"], ["a", "b", "c"]]
    assert rows._waiting == []


def test_a_row_that_cannot_be_written_fails_alone() -> None:
    slow = Slow()
    rows = Together(slow)
    threads, _ = started(rows, "first")
    assert slow.begun.wait(10)
    more, errors = started(rows, "a", "bad", "c")
    all_wait(rows, 4)
    slow.may.set()
    for thread in threads + more:
        thread.join(10)
    assert sorted(row for written in slow.written for row in written) == ["a", "c", "first"]
    assert list(errors) == ["bad"]
    with pytest.raises(ValueError, match="no such row"):
        rows.add("bad")
    rows.add("d")
    assert slow.written[-1] == ["d"]


@pytest.mark.parametrize("count", [1, 24])
def test_the_log_keeps_what_many_ask_at_once(directory: Directory, count: int) -> None:
    def ask(number: int) -> None:
        directory.log.append(AuditEntry(NOW + number, f"ada{number}", "message-trace"))
        directory.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    found = [entry.caller for entry in directory.log.search()]
    assert found == [f"ada{number}" for number in reversed(range(count))]
