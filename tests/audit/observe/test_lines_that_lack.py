"""Lines of mail_log without UID or folder (`mail_log_fields` is a site's choice), beside events of the same acts."""

from __future__ import annotations

import random

import pytest
from told_acts import FIXED, acts_of, facts_of, lines_of
from writing import ALICE, command, expunged, opened, said

_A, _B, _C, _D = (f"msgid=<{name}@example.net>, size=100" for name in "abcd")


def _line(event: str, box: str, rest: str) -> str:
    return said("10:00:00", f"{event}: box={box}, {rest}" if box else f"{event}: {rest}")


TEXT = (
    _line("copy from INBOX", "Projects", _A),
    _line("expunge", "INBOX", _A),
    _line("copy from INBOX", "Trash", _B),
    _line("delete", "INBOX", _B),
    _line("expunge", "INBOX", _B),
    _line("delete", "INBOX", _C),
    _line("expunge", "INBOX", _C),
    _line("flag_change", "INBOX", _D),
)
EVENTS = (
    expunged("10:00:00.11", "INBOX", 1, by="UID MOVE"),
    command("UID MOVE", "10:00:00.11", "1 Projects", box="INBOX"),
    command("UID COPY", "10:00:00.21", "2 Trash", box="INBOX", reply="OK [COPYUID 7 2 9] Copy completed."),
    command("UID STORE", "10:00:00.31", "2 +FLAGS (\\Deleted)", box="INBOX"),
    expunged("10:00:00.41", "INBOX", 2, by="UID EXPUNGE"),
    command("UID EXPUNGE", "10:00:00.41", "2", box="INBOX"),
    command("UID STORE", "10:00:00.51", "3 +FLAGS (\\Deleted)", box="INBOX"),
    expunged("10:00:00.61", "INBOX", 3, by="UID EXPUNGE"),
    command("UID EXPUNGE", "10:00:00.61", "3", box="INBOX"),
    command("UID STORE", "10:00:00.71", "4 +FLAGS (\\Flagged)", box="INBOX"),
    command("UID FETCH", "10:00:00.81", "5 BODY.PEEK[]", box="INBOX", reasons=["imap:fetch_body"]),
    opened("10:00:00.805", "INBOX", 5),
)
WANTED = {
    ("Move", "Projects", 1, "<a@example.net>"),
    ("MoveToDeletedItems", "Trash", 2, "<b@example.net>"),
    ("HardDelete", "", 3, "<c@example.net>"),
    ("Update", "", 4, "<d@example.net>"),
    ("MailItemsAccessed", "", 5, ""),
}


@pytest.mark.parametrize("seed", range(5))
def test_each_act_is_told_once_and_by_its_name(seed: int) -> None:
    text, events = list(TEXT), list(EVENTS)
    random.Random(seed).shuffle(text)
    random.Random(seed).shuffle(events)
    acts = acts_of(facts_of(text, events), FIXED)
    assert {(one.action, one.dest_folder, one.items[0].uid, one.items[0].message_id) for one in acts} == WANTED
    assert len(acts) == len(WANTED)


def test_what_is_left_out_does_no_harm_to_text_alone() -> None:
    assert sorted(lines_of(acts_of(facts_of(list(TEXT)), FIXED))) == sorted(
        [
            f"Move Owner {ALICE} INBOX to Projects",
            f"MoveToDeletedItems Owner {ALICE} INBOX to Trash",
            f"HardDelete Owner {ALICE} INBOX",
            f"Update Owner {ALICE} INBOX",
        ]
    )


def test_a_removal_without_its_folder() -> None:
    told = (_line("delete", "", _C), _line("expunge", "", _C))
    acts = acts_of(facts_of(list(told), list(EVENTS[6:9])), FIXED)
    assert [(one.action, one.folder, one.items[0].message_id) for one in acts] == [
        ("HardDelete", "INBOX", "<c@example.net>")
    ]
