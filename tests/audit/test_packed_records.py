"""Records are packed in two ways, which give the same bytes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwake.audit.model import Item, LogonType, Observation
from mailwake.audit.record import AuditRecord, Origin
from mailwake.operations import audit_rows
from mailwake.operations.audit_rows import pack, pack_record

_TEXTS = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12),
    st.text(max_size=6),
    st.sampled_from(('"', "\\", 'a","b', "\x7f", "\x00", "\udce9", "é", "\n")),
)
_PLAIN = st.text(st.sampled_from("abc@.<> -"), max_size=12)
_NUMBERS = st.one_of(st.integers(-1, 9), st.sampled_from((2**53, 2**63 - 1, 2**63, 2**64, -(2**63))))
_SOME = st.one_of(_PLAIN, _PLAIN, _PLAIN, _TEXTS)
_ITEMS = st.builds(Item, _SOME, _NUMBERS, _NUMBERS, _SOME, st.none() | _SOME, _SOME, _NUMBERS)
_ACTS = st.builds(
    Observation,
    *(_SOME, st.integers(0, 2**52), _SOME, _SOME, _SOME, st.sampled_from(LogonType), *[_SOME] * 4),
    st.lists(_ITEMS, max_size=3).map(tuple),
    *[_SOME] * 6,
    st.lists(st.tuples(_SOME, _SOME), max_size=3).map(tuple),
    st.lists(_SOME, max_size=3).map(tuple),
)
_RECORDS = st.builds(
    AuditRecord,
    *(_SOME, _ACTS, _SOME, _SOME, st.integers(0, 300), st.integers(1, 9), st.booleans(), st.booleans()),
    *(st.sampled_from(Origin), _SOME),
)


@given(_RECORDS)
@settings(max_examples=400)
def test_both_ways_give_the_same(record: AuditRecord) -> None:
    assert pack_record(record) == pack(record)


def test_plain_texts_are_packed_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    act = Observation(
        *("0" * 32, 1, "Send", "a@b.example", "a@b.example", LogonType.OWNER),
        items=(Item(message_id="<1@b.example>", size=5), Item(subject="Hello", uid=7)),
        properties=(("Envelope", "a@b.example"),),
        keys=("4x", "5y"),
    )
    record = AuditRecord(act.id, act, "default-set", "it is in the set")
    expected = pack(record)
    monkeypatch.setattr(audit_rows, "pack", None)
    assert pack_record(record) == expected
