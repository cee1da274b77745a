"""Long lists hold nothing open: who reads one may write, and others may write meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from amounts import few
from directories import NOW, Directory

from mailwake.directory.pieces import _PIECE
from mailwake.directory.records import AuditEntry, MailboxDraft

LISTS: dict[str, Callable[[Directory], Iterator[Any]]] = {
    "admin log": lambda directory: directory.log.search(),
    "mailboxes": lambda directory: directory.mailboxes.all(),
}


def entry(number: int) -> AuditEntry:
    return AuditEntry(run_date=NOW + number // 3, caller="tester", operation="get-mailbox")


def elsewhere(write: Callable[[], None]) -> None:
    """Done by another connection: Django has one for each thread."""
    failures: list[BaseException] = []

    def run() -> None:
        from django.db import connections

        try:
            write()
        except BaseException as error:  # told to the test
            failures.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert not failures


@pytest.mark.parametrize("name", few(LISTS, 1))
def test_writing_while_a_list_is_read(directory: Directory, name: str) -> None:
    with directory.writing():
        for number in range(_PIECE + 7):
            if name == "admin log":
                directory.log.append(entry(number))
            else:
                draft = MailboxDraft(name=f"M{number}", primary_address=f"m{number}@one.test")
                directory.mailboxes.create(draft, NOW + number)
    items = LISTS[name](directory)
    next(items)
    elsewhere(lambda: directory.log.append(entry(10**6)))
    directory.log.append(entry(10**6))
    assert len(list(items)) == _PIECE + 6


def test_every_entry_once_newest_first(directory: Directory) -> None:
    with directory.writing():
        for number in range(2 * _PIECE + 7):
            directory.log.append(entry(number))
    found = [(one.run_date, one.id) for one in directory.log.search(users=["tester"])]
    assert len(found) == 2 * _PIECE + 7 and found == sorted(set(found), reverse=True)
