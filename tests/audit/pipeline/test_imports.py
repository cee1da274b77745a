"""Whatever way the log comes in, the same records: order, portions, repetition, many processes, killed, rebuilt."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import folder
from stored_acts import Stored, everything, found, load
from test_submission import mail
from writing import ALICE, BOB, item, login, opened, said

from mailwake.audit.model import LogonType
from mailwake.operations import importing, plan, rebuild
from mailwake.store import items
from mailwake.store.audit_filter import AuditFilter
from mailwake.store.database import Database

SERVER = Path(__file__).parents[1] / "observe" / "server"
TEXT = (SERVER / "default.log").read_text().splitlines()
EVENTS = (SERVER / "default.events.jsonl").read_text().splitlines()
SENT = [line for at in range(3) for line in mail(BOB, (ALICE, BOB, BOB)[at], qid=f"1BDE228C03{at}", at=at)]
TOP = Path(__file__).parents[3]
KILLED = Path(__file__).parent / "killed_acts.py"
ROUNDS = 6 if os.environ.get("MAILWAKE_TEST_PROFILE", "fast") == "fast" else 30


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    data = tmp_path_factory.mktemp("whole") / "data"
    load(data, TEXT, EVENTS, SENT)
    return everything(data)


def test_records(whole: Stored, tmp_path: Path) -> None:
    records, _ = whole
    actions = [record.observation.action for record in records]
    assert {"MailItemsAccessed", "MoveToDeletedItems", "HardDelete", "UpdateInboxRules", "Send", "SendAs"} <= set(
        actions
    )
    assert not {"CreateFolder", "MailboxLogin", "Create"} & set(actions)
    assert all(record.rule == "managed-set" for record in records)
    assert all(record.observation.keys for record in records)


def test_twice_and_in_other_order(whole: Stored, tmp_path: Path) -> None:
    data = tmp_path / "data"
    load(data, SENT)
    load(data, EVENTS[::-1])
    load(data, TEXT[::-1], EVENTS)
    assert everything(data) == whole


@pytest.mark.slow
@pytest.mark.parametrize("window", [7, 40])
def test_small_windows(window: int, whole: Stored, tmp_path: Path) -> None:
    data = tmp_path / "data"
    load(data, TEXT, EVENTS, SENT, window=window)
    assert everything(data) == whole


def test_several_processes(whole: Stored, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with (
        mock.patch.object(importing, "PARALLEL_FROM", 0),
        mock.patch.object(importing, "PROCESSES", 2),
        mock.patch.object(plan, "PIECE", 4 << 10),
        mock.patch.object(plan, "WINDOW", 12 << 10),
    ):
        load(data, TEXT, EVENTS, SENT)
    assert everything(data) == whole


def test_rebuilt(whole: Stored, tmp_path: Path) -> None:
    data = tmp_path / "data"
    load(data, TEXT, EVENTS, SENT)
    made = rebuild.run(data)
    assert made.acts > 50
    assert everything(data) == whole


@pytest.mark.slow
@settings(max_examples=4)
@given(st.randoms(use_true_random=False))
def test_any_division(chance: random.Random) -> None:
    """Lines of all feeds dealt out to several imports at random."""
    with folder() as place:
        load(place / "one", TEXT, EVENTS, SENT)
        expected = everything(place / "one")
        parts: list[tuple[list[str], list[str], list[str]]] = [([], [], []) for _ in range(3)]
        for feed, lines in enumerate((TEXT, EVENTS, SENT)):
            for line in chance.sample(lines, len(lines)):
                chance.choice(parts)[feed].append(line)
        for part in parts:
            load(place / "other", *(lines for lines in part if lines))
        assert everything(place / "other") == expected


@pytest.mark.slow
def test_killed(whole: Stored, tmp_path: Path) -> None:
    """At another write each time, then to the end."""
    chance = random.Random(3)
    data = tmp_path / "data"
    paths = []
    for number, lines in enumerate((TEXT, EVENTS, SENT)):
        path = tmp_path / f"{number}.log"
        path.write_text("".join(f"{line}\n" for line in lines))
        paths.append(str(path))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TOP), os.environ.get("PYTHONPATH", "")])}
    for number in [*(chance.randint(1, 40) for _ in range(ROUNDS)), 0]:
        arguments = [sys.executable, str(KILLED), str(data), str(number), *paths]
        process = subprocess.run(arguments, env=environment, capture_output=True, timeout=120, check=False)
        assert process.returncode in ((0,) if number == 0 else (0, -9)), process.stderr.decode()
    assert everything(data) == whole


def test_a_login_that_comes_late(tmp_path: Path) -> None:
    """What was an owner's act turns out to be a master user's, in another import."""
    data = tmp_path / "data"
    load(data, [said("10:00:01", item("expunge", "INBOX", 1))])
    assert [record.observation.logon_type for record in found(data)] == [LogonType.OWNER]
    load(data, [login("10:00:00", auth_user="root@corp.example")])
    (record,) = found(data)
    assert (record.observation.logon_type, record.observation.actor) == (LogonType.ADMIN, "root@corp.example")


def test_an_act_that_turns_out_to_be_another(tmp_path: Path) -> None:
    data = tmp_path / "data"
    load(data, [said("10:00:00", item("expunge", "INBOX", 1))])
    load(data, [said("10:00:00", item("flag_change", "INBOX", 2, flags="\\Seen"))])
    assert [record.observation.action for record in found(data)] == ["HardDelete", "Update"]
    load(data, [opened("10:00:00.5", "INBOX", 2)])
    load(data, [said("10:00:00", item("copy from INBOX", "Trash", 5, "<m1@example.net>"))])
    assert sorted(record.observation.action for record in found(data)) == ["MailItemsAccessed", "MoveToDeletedItems"]


def test_a_line_that_had_no_end_yet(tmp_path: Path) -> None:
    data, path = tmp_path / "data", tmp_path / "mail.log"
    line = said("10:00:00", item("expunge", "INBOX", 12))
    path.write_text(line[:90])
    load(data, path)
    path.write_text(line + "\n")
    load(data, path)
    assert [one.uid for record in found(data) for one in record.observation.items] == [12]


def test_reading_in_portions_is_one_record(tmp_path: Path) -> None:
    """Readings of two minutes are one record, also when another import brings the earlier ones."""
    data = tmp_path / "data"
    load(data, [opened(f"10:01:{n:02}", "INBOX", n) for n in range(10, 20)])
    load(data, [opened(f"10:00:{n:02}", "INBOX", n) for n in range(30, 40)])
    (record,) = found(data)
    assert record.count == 20 and len(record.observation.items) == 20


def test_names_come_from_any_line(tmp_path: Path) -> None:
    """Of a delivery, of another session, of before and of after; but not of a folder of that name that is no more."""
    data = tmp_path / "data"
    load(
        data, [opened("10:00:00", "INBOX", 5), opened("10:00:01", "INBOX", 6), opened("10:30:00", "P", 1, session="S2")]
    )
    assert [one.message_id for record in found(data) for one in record.observation.items] == ["", "", ""]
    load(
        data,
        [
            said("09:00:00", item("save", "INBOX", 5, "<five@example.net>"), service="lmtp", session="L1"),
            said(
                "11:00:00", item("flag_change", f"shared/{ALICE}/INBOX", 6, "<six@example.net>"), user=BOB, session="S9"
            ),
            said("09:00:00", item("save", "P", 1, "<old@example.net>"), session="S3"),
            said("09:30:00", "Mailbox deleted: P", session="S3"),
            said("09:31:00", "Mailbox created: P", session="S3"),
        ],
    )
    named = {one.uid: one.message_id for record in found(data) for one in record.observation.items}
    assert named == {5: "<five@example.net>", 6: "<six@example.net>", 1: ""}
    by_id = found(data, AuditFilter(message_ids=("<five@example.net>",)))
    assert [record.observation.action for record in by_id] == ["MailItemsAccessed"]
    assert found(data, AuditFilter(message_ids=("old@example.net",))) == []
    load(data, [said("10:00:00", item("save", "P", 1, "<new@example.net>"), session="S3")])
    assert len(found(data, AuditFilter(message_ids=("new@example.net",)))) == 1


def test_names_are_looked_for_where_records_are_asked_for(tmp_path: Path) -> None:
    data = tmp_path / "data"
    load(data, [opened("10:00:00", "INBOX", 5), said("09:00:00", item("save", "INBOX", 5, "<five@example.net>"))])
    domain = ALICE.rpartition("@")[2]
    asked = AuditFilter(message_ids=("five@example.net",))
    for wanted in (
        replace(asked, mailboxes=(ALICE,)),
        replace(asked, domains=(domain.upper(),)),
        replace(asked, mailboxes=(BOB,), domains=(domain,)),
    ):
        assert "MailItemsAccessed" in {record.observation.action for record in found(data, wanted)}
        with Database(data) as store:
            assert items.named(store, wanted)
    for wanted in (
        replace(asked, mailboxes=("nobody@corp.example",)),
        replace(asked, mailboxes=()),
        replace(asked, domains=("elsewhere.example",)),
    ):
        assert found(data, wanted) == []
        with Database(data) as store:
            assert items.named(store, wanted) == {}


def test_names_follow_a_rename(tmp_path: Path) -> None:
    data = tmp_path / "data"
    load(
        data,
        [
            said("09:00:00", item("save", "P2", 1, "<in@example.net>")),
            said("09:30:00", "Mailbox renamed: P2 -> P3"),
        ],
        [opened("10:00:00", "P3", 1, session="S2")],
    )
    assert [one.message_id for record in found(data) for one in record.observation.items] == ["<in@example.net>"]


def test_names_follow_a_rename_of_the_folder_above(tmp_path: Path) -> None:
    data = tmp_path / "data"
    load(
        data,
        [
            said("09:00:00", item("save", "A/B/C", 1, "<in@example.net>")),
            said("09:30:00", "Mailbox renamed: A -> Z"),
            said("09:40:00", "Mailbox renamed: Z/B -> Z/Y"),
        ],
        [opened("10:00:00", "Z/Y/C", 1, session="S2")],
    )
    assert [one.message_id for record in found(data) for one in record.observation.items] == ["<in@example.net>"]


def test_mailboxes_of_the_log_are_audited_from_their_first_act(tmp_path: Path) -> None:
    from mailwake.directory.opening import open_directory

    data = tmp_path / "data"
    load(
        data,
        [
            login("10:00:00"),
            login("10:00:00", user="nobody@corp.example", session="S7").replace("Login:", "Aborted login:"),
        ],
    )
    with open_directory(data) as directory:
        known = directory.settings()
        assert known.mailbox(ALICE, 0).known
        assert not known.mailbox("nobody@corp.example", 0).known


def test_mail_without_sessions_is_due_nothing(tmp_path: Path) -> None:
    """A log of a relay leaves nothing to be looked at again, and no directory is made for it."""
    from told_acts import facts_of

    from mailwake.operations.audit_filing import file

    lines = [line.partition(", sasl_method")[0] for line in SENT]
    facts = facts_of(lines)
    assert file(facts, [fact.key for fact in facts]).due == []
    load(tmp_path / "data", lines)
    assert everything(tmp_path / "data") == ([], [])
