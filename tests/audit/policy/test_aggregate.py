"""Acts that become one record: windows, repetitions, throttling; the same in any order and in any portions."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest
from acts import START, act
from hypothesis import given
from hypothesis import strategies as st

from mailwake.audit.model import Item, LogonType, Observation, State
from mailwake.audit.policy.aggregate import DAY, HOUR, MINUTE, Fate, Key, Merged, aggregate, group, neighbourhood

SECOND = MINUTE // 60


def bind(at: int, *uids: int, folder: str = "INBOX", **more: Any) -> Observation:
    items = tuple(Item(uid=uid, message_id=f"<{uid}@example.org>") for uid in uids)
    return act("MailItemsAccessed", at=at, access="Bind", folder=folder, items=items, **more)


def opened(at: int, folder: str = "INBOX", kind: LogonType = LogonType.DELEGATE, **more: Any) -> Observation:
    return act("FolderBind", kind, at=at, folder=folder, **more)


def states(acts: Iterable[Observation], **how: Any) -> list[State]:
    fates = aggregate(acts, **how).fates
    return [fates[one.id].state for one in sorted(acts, key=lambda one: one.ts)]


# -- folders ----------------------------------------------------------------------------------------------------------


def test_delegates_open_a_folder_once_in_24_hours() -> None:
    acts = [opened(0), opened(HOUR), opened(DAY - 1), opened(DAY), opened(DAY + HOUR)]
    assert states(acts) == [State.RECORDED, State.MERGED, State.MERGED, State.RECORDED, State.MERGED]
    first, second = aggregate(acts).records
    assert (first.count, first.observation.ts, second.observation.ts) == (3, START, START + DAY)


@pytest.mark.parametrize(
    "other",
    [
        {"folder": "Sent"},
        {"actor": "eve@example.org"},
        {"mailbox": "team@example.org"},
        {"result": "Failed"},
    ],
)
def test_another_folder_delegate_mailbox_or_result_is_another_record(other: dict[str, Any]) -> None:
    assert states([opened(0), opened(1, **other)]) == [State.RECORDED] * 2


def test_where_a_delegate_comes_from_makes_no_other_folder_record() -> None:
    acts = [opened(0), opened(1, session="b", client_ip="192.0.2.7", client="Client=POP3", actor="OLA@example.org")]
    assert states(acts) == [State.RECORDED, State.MERGED]


def test_folders_that_admins_open_are_not_consolidated() -> None:
    assert states([opened(at, kind=LogonType.ADMIN) for at in (0, 1, 2)]) == [State.RECORDED] * 3


# -- items ------------------------------------------------------------------------------------------------------------


def test_items_within_two_minutes_are_one_record() -> None:
    acts = [bind(0, 1), bind(MINUTE, 2, folder="Sent"), bind(2 * MINUTE - 1, 3, 4), bind(2 * MINUTE, 5)]
    assert states(acts) == [State.RECORDED, State.MERGED, State.MERGED, State.RECORDED]
    first, second = aggregate(acts).records
    assert [(item.folder, item.uid) for item in first.observation.items] == [
        *(("INBOX", 1), ("Sent", 2), ("INBOX", 3), ("INBOX", 4))
    ]
    assert (first.count, second.count) == (4, 1)


def test_the_same_item_within_the_hour_counts_once() -> None:
    acts = [bind(0, 1), bind(10 * MINUTE, 1), bind(HOUR - 1, 1, 2), bind(HOUR, 1), bind(HOUR + 10 * MINUTE, 2)]
    assert states(acts) == [
        *(State.RECORDED, State.DUPLICATE, State.RECORDED, State.MERGED, State.DUPLICATE),
    ]
    first, second = aggregate(acts).records
    assert [item.uid for item in first.observation.items] == [1]
    assert [item.uid for item in second.observation.items] == [2, 1]
    assert aggregate(acts).fates[acts[4].id].record == acts[2].id


@pytest.mark.parametrize(
    "other",
    [
        {"client_ip": "192.0.2.7"},
        {"client": "Client=POP3"},
        {"folder": "Sent"},
        {"kind": LogonType.DELEGATE},
        {"mailbox": "team@example.org"},
        {"actor": "eve@example.org"},
        {"session": "another"},
    ],
)
def test_another_context_is_another_access(other: dict[str, Any]) -> None:
    kind = other.pop("kind", LogonType.OWNER)
    again = act(
        *("MailItemsAccessed", kind),
        at=5 * MINUTE,
        **{"access": "Bind", "folder": "INBOX", "items": (Item(uid=1, message_id="<1@example.org>"),), **other},
    )
    assert states([bind(0, 1), again]) == [State.RECORDED, State.RECORDED]


def test_items_that_the_log_does_not_identify_are_each_their_own() -> None:
    acts = [act("MailItemsAccessed", at=at, access="Bind", folder="INBOX") for at in (0, MINUTE, 10 * MINUTE)]
    assert states(acts) == [State.RECORDED, State.MERGED, State.RECORDED]
    assert [record.count for record in aggregate(acts).records] == [2, 1]


def test_a_sync_is_one_record_a_folder_and_hour() -> None:
    def sync(at: int, folder: str, **more: Any) -> Observation:
        return act("MailItemsAccessed", at=at, access="Sync", folder=folder, **more)

    acts = [sync(0, "INBOX"), sync(1, "Sent"), sync(HOUR - 1, "INBOX"), sync(HOUR, "INBOX"), sync(HOUR + 1, "Sent")]
    assert states(acts) == [*(State.RECORDED, State.RECORDED, State.DUPLICATE, State.RECORDED, State.RECORDED)]


def test_other_actions_are_never_joined() -> None:
    assert states([act(action, at=at) for at, action in enumerate(["Update", "Update", "HardDelete"])]) == [
        *[State.RECORDED] * 3
    ]


# -- throttling -------------------------------------------------------------------------------------------------------


def many(count: int, step: int, start: int = 0) -> list[Observation]:
    return [bind(start + at * step, at + 1, session=str(at % 3)) for at in range(count)]


def test_throttling_is_off_unless_asked_for() -> None:
    assert set(states(many(1200, 10 * MINUTE // 12, 0))) <= {State.RECORDED, State.MERGED}


def test_more_than_1000_records_in_a_day_stop_access_records_for_a_day() -> None:
    flood = many(1100, MINUTE)  # sessions in turn: a record each
    later = [bind(1000 * MINUTE + DAY - 1, 5000), bind(1000 * MINUTE + DAY, 5001, session="b")]
    sync = act("MailItemsAccessed", at=1050 * MINUTE, access="Sync", folder="INBOX", id="f" * 32)
    elsewhere = bind(1050 * MINUTE + 1, 1, mailbox="team@example.org")
    acts = [*flood, *later, sync, elsewhere]
    assert State.THROTTLED not in states(acts)
    result = aggregate(acts, throttles=lambda ts: True)
    assert [result.fates[one.id].state for one in flood] == [State.RECORDED] * 1001 + [State.THROTTLED] * 99
    assert [record.observation.id for record in result.records if record.throttled] == [flood[1000].id]
    assert result.fates[flood[1050].id] == Fate(State.THROTTLED, flood[1000].id)
    assert [result.fates[one.id].state for one in later] == [State.THROTTLED, State.RECORDED]
    assert {result.fates[one.id].state for one in (sync, elsewhere)} == {State.RECORDED}


def test_a_thousand_in_a_day_are_not_too_many() -> None:
    assert set(states(many(1000, MINUTE), throttles=lambda ts: True)) == {State.RECORDED}
    assert set(states(many(1500, 90 * SECOND), throttles=lambda ts: True)) == {State.RECORDED}


def test_throttling_begins_when_it_is_in_force() -> None:
    limit = START + 1050 * MINUTE
    found = states(many(1100, MINUTE), throttles=lambda ts: ts >= limit)
    assert found == [State.RECORDED] * 1051 + [State.THROTTLED] * 49


def test_a_repetition_of_what_was_throttled_is_throttled() -> None:
    flood = [*many(1100, MINUTE), bind(1091 * MINUTE, 1090, session=str(1089 % 3), id="e" * 32)]
    result = aggregate(flood, throttles=lambda ts: True)
    assert result.fates["e" * 32] == Fate(State.THROTTLED, flood[1000].id)


# -- any order, any portions ------------------------------------------------------------------------------------------

GAPS = st.sampled_from([0, SECOND, MINUTE, 2 * MINUTE, 30 * MINUTE, HOUR, 5 * HOUR, DAY - HOUR, DAY, 2 * DAY])
WHAT = st.tuples(
    st.sampled_from(["FolderBind", "Bind", "Sync", "Update"]),
    st.sampled_from(["INBOX", "Sent"]),
    st.sampled_from(["", "s1"]),
    st.lists(st.integers(1, 4), max_size=3, unique=True),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Observation]:
    acts, at = [], 0
    for number, (gap, (what, folder, session, uids)) in enumerate(draw(st.lists(st.tuples(GAPS, WHAT), max_size=40))):
        at += gap
        more: dict[str, Any] = {"at": at, "id": f"{number:032x}", "session": session}
        if what == "Bind":
            acts.append(bind(more.pop("at"), *uids, folder=folder, **more))
        elif what == "Sync":
            acts.append(act("MailItemsAccessed", access="Sync", folder=folder, **more))
        else:
            acts.append(act(what, LogonType.DELEGATE, folder=folder, **more))
    return acts


@given(histories(), st.randoms(use_true_random=False), st.booleans())
def test_any_order_and_repetition(acts: list[Observation], chance: random.Random, throttled: bool) -> None:
    how = {"throttles": lambda ts: throttled}
    whole = aggregate(acts, **how)
    mixed = [*acts, *chance.sample(acts, len(acts) // 2)]
    chance.shuffle(mixed)
    assert aggregate(mixed, **how) == whole
    assert set(whole.fates) == {one.id for one in acts}
    members = [member for record in whole.records for member in record.members]
    kept = {State.RECORDED, State.MERGED}
    assert sorted(members) == sorted(one for one, fate in whole.fates.items() if fate.state in kept)


class Portions:
    """What an importer keeps: known acts, and records by the acts in them."""

    def __init__(self) -> None:
        self.acts: dict[str, Observation] = {}
        self.records: dict[str, Merged] = {}
        self.fates: dict[str, Fate] = {}

    def load(self, key: Key, low: int, high: int) -> list[Observation]:
        throttling = len(key) == 2
        return [one for one in self.acts.values() if group(one, throttling) == key and low <= one.ts <= high]

    def take(self, new: list[Observation], throttled: bool) -> None:
        again = neighbourhood(new, self.load, throttled)
        touched = {one.id for one in again}
        for name, record in list(self.records.items()):
            if touched & set(record.members):
                assert set(record.members) <= touched, "a record must be computed anew from all its acts"
                del self.records[name]
        self.acts |= {one.id: one for one in new}
        result = aggregate(again, lambda ts: throttled)
        self.records |= {record.observation.id: record for record in result.records}
        self.fates |= result.fates


@given(histories(), st.randoms(use_true_random=False), st.booleans())
def test_any_portions(acts: list[Observation], chance: random.Random, throttled: bool) -> None:
    whole = aggregate(acts, lambda ts: throttled)
    known = Portions()
    left = list(acts)
    chance.shuffle(left)
    while left:
        size = chance.randint(1, len(left))
        known.take(left[:size], throttled)
        left = left[size:]
    assert sorted(known.records.values(), key=lambda one: (one.observation.ts, one.observation.id)) == whole.records
    assert known.fates == whole.fates


def test_a_flood_in_portions_is_throttled_alike() -> None:
    flood = many(1300, MINUTE)
    whole = aggregate(flood, lambda ts: True)
    known = Portions()
    random.Random(7).shuffle(flood)
    for start in range(0, len(flood), 400):
        known.take(flood[start : start + 400], True)
    assert known.fates == whole.fates
