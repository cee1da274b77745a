"""Searches of the table of audit records against a plain account of it: records made anew, taken back, moved."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from amounts import few

from mailwake.store import audit
from mailwake.store.audit import Place, StoredRecord
from mailwake.store.audit_filter import AuditFilter, AuditPlace
from mailwake.store.database import Database

BOXES = ("ann@example.org", "bob@example.org", "team@example.org")
ACTORS = ("ann@example.org", "bob@example.org")
ACTIONS = ("HardDelete", "Update")
_DAY = 86_400_000_000
_START = 1_793_000_000_000_000


def _record(chance: random.Random, place: Place) -> StoredRecord:
    return StoredRecord(
        mailbox=place.mailbox,
        ts=place.ts,
        id=place.id,
        actor=chance.choice(ACTORS),
        action=chance.choice(ACTIONS),
        logon_type="Owner",
        result="Succeeded",
        folder="INBOX",
        client_ip="192.0.2.7",
        session="s1",
        host="imap1",
        record_type=2,
        rule="managed-set",
        origin="observed",
        searchable=chance.random() < 0.9,
        message_ids=(),
        item_keys=(),
        keys=("s:s1",),
        body=str(chance.random()).encode(),
    )


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, dict[Place, StoredRecord]]]:
    """A store, and what is in force in it."""
    folder: Path = tmp_path_factory.mktemp("audit")
    chance = random.Random(7)
    places = [
        # Few times, so that several records share one; two months, so that they lie in two partitions.
        Place(chance.choice(BOXES), _START + chance.randrange(30) * 2 * _DAY, f"{number:032x}")
        for number in range(240)
    ]
    truth: dict[Place, StoredRecord] = {}
    with Database(folder / "data") as database:
        for version in range(1, 7):
            written = [_record(chance, place) for place in chance.sample(places, 90)]
            gone = [place for place in chance.sample(places, 25) if place not in {_place(one) for one in written}]
            audit.insert(database, written, version)
            audit.strike(database, gone, version)
            truth |= {_place(one): one for one in written}
            for place in gone:
                truth.pop(place, None)
        yield database, truth


def _place(record: StoredRecord) -> Place:
    return Place(record.mailbox, record.ts, record.id)


FILTERS = {
    "all": AuditFilter(),
    "a mailbox": AuditFilter(mailboxes=BOXES[:1]),
    "two mailboxes": AuditFilter(mailboxes=BOXES[:2]),
    "no mailbox": AuditFilter(mailboxes=()),
    "an action in a mailbox": AuditFilter(mailboxes=BOXES[:1], actions=("harddelete",)),
    "an actor in a mailbox": AuditFilter(mailboxes=BOXES[:1], actors=ACTORS[:1]),
    "an actor": AuditFilter(actors=ACTORS[:1]),
    "an actor, some time": AuditFilter(actors=ACTORS[1:], low=_START + 9 * _DAY, high=_START + 41 * _DAY),
    "a mailbox, some time": AuditFilter(mailboxes=BOXES[1:2], low=_START + 9 * _DAY, high=_START + 41 * _DAY),
    "only searchable": AuditFilter(mailboxes=BOXES[:1], searchable_only=True),
    "a mailbox or a domain": AuditFilter(mailboxes=BOXES[:1], domains=("example.com",)),
}


def _fits(one: StoredRecord, wanted: AuditFilter) -> bool:
    return (
        (wanted.mailboxes is None or one.mailbox in wanted.mailboxes)
        and (not wanted.actors or one.actor in wanted.actors)
        and (not wanted.actions or one.action.casefold() in wanted.actions)
        and (wanted.low is None or one.ts >= wanted.low)
        and (wanted.high is None or one.ts < wanted.high)
        and (one.searchable or not wanted.searchable_only)
    )


@pytest.mark.parametrize("name", few(FILTERS, 4))
@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("looked_at_first", few([30, None], 1))
def test_pages_give_what_is_in_force(
    stored: tuple[Database, dict[Place, StoredRecord]],
    name: str,
    oldest_first: bool,
    looked_at_first: int | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database, truth = stored
    if looked_at_first:
        monkeypatch.setattr(audit, "_LOOK", looked_at_first)
    wanted = FILTERS[name]
    expected = sorted((one.ts, one.id, one.body) for one in truth.values() if _fits(one, wanted))
    if not oldest_first:
        expected.reverse()
    for size in (1, 7, 1000) if len(expected) < 12 else (len(expected) // 5, 1000):
        found: list[tuple[int, str, bytes]] = []
        after: AuditPlace | None = None
        while page := audit.find(database, wanted, size, after, oldest_first=oldest_first):
            assert len(page) <= size
            found += [(one.ts, one.id, one.body) for one in page]
            after = AuditPlace(page[-1].ts, page[-1].id)
            if len(page) < size:
                break
        assert found == expected, size
    assert audit.count(database, wanted) == len(expected)
