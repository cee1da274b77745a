"""Acts made while reading are those that the stored facts give."""

from __future__ import annotations

import random
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import pytest
from amounts import few
from stored_acts import everything, load
from test_submission import mail

from mailwake.directory.opening import open_directory
from mailwake.directory.records import MailboxDraft
from mailwake.operations import auditing, importing, plan, rebuild
from mailwake.operations.audit_ready import Ready
from mailwake.operations.audit_rows import record_of
from mailwake.operations.audit_sight import Sight, act_of, sights, values_of
from mailwake.operations.auditing import Audited, Auditor

USERS = ("bob@corp.example", "alice@corp.example", "bob", "carl")
SENDERS = (*USERS[:2], "BOB@corp.example", "bob+news@corp.example", "b.smith@corp.example", "")


def _mail(chance: random.Random) -> list[str]:
    """A minute of mail handed in and of mail from outside, queue IDs used again and again; in order of time."""
    lines = []
    for at in range(60):
        for _ in range(4):
            user, sender = chance.choice(USERS), chance.choice(SENDERS)
            author = chance.choice(("", "", sender, SENDERS[1]))
            made = mail(
                user, sender, author, chance.choice(("", "", user)), qid=f"{chance.randrange(300):06X}C03C", at=at
            )
            if chance.random() < 0.2:
                made[0] = made[0].partition(", sasl_method")[0]
            if chance.random() < 0.1:
                made.pop(chance.randrange(len(made)))
            lines += made
    return lines


def _in_parallel(data: Path, *files: list[str]) -> int:
    """An import by several processes in small windows; how many keys were done at sight."""
    keys: list[int] = []

    class Counting(Auditor):
        def sighted(self, portion: list[Sight]) -> Audited:
            keys.append(len(portion))
            return super().sighted(portion)

        def ready(self, found: Ready, doubtful: set[str]) -> Audited:
            keys.append(len(found.keys() - doubtful))
            return super().ready(found, doubtful)

    with ExitStack() as stack:
        for where, name, value in (
            *((importing, "PARALLEL_FROM", 0), (importing, "PROCESSES", 2), (auditing, "Auditor", Counting)),
            *((plan, "PIECE", 4 << 10), (plan, "WINDOW", 12 << 10)),
        ):
            stack.enter_context(mock.patch.object(where, name, value))
        load(data, *files)
    return sum(keys)


@pytest.mark.parametrize("seed", few([1, 2], 1))
def test_what_was_seen_is_what_is_stored(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    lines = _mail(chance)
    load(tmp_path / "one", lines)
    expected = everything(tmp_path / "one")
    assert len(expected[0]) > 100
    sighted = _in_parallel(tmp_path / "other", lines)
    assert 10 < sighted < 200
    assert everything(tmp_path / "other") == expected
    rebuild.run(tmp_path / "other")
    assert everything(tmp_path / "other") == expected


def test_a_later_import_of_earlier_mail_under_the_same_queue_ids(tmp_path: Path) -> None:
    chance = random.Random(3)
    early, late = _mail(chance), [line.replace("T10:", "T12:") for line in _mail(chance)]
    load(tmp_path / "one", [*early, *late])
    load(tmp_path / "other", early)
    _in_parallel(tmp_path / "other", late)
    assert everything(tmp_path / "other") == everything(tmp_path / "one")


def test_a_message_told_in_several_windows_is_put_together(tmp_path: Path) -> None:
    """Of what is tried again for hours no window has all facts; still none is read back from the store."""
    begun = [mail("bob@corp.example", "b.smith@corp.example", qid=f"{at:06X}C03C", at=at) for at in range(60)]
    lines = [line for made in begun for line in made[:-1]]
    for minute in range(1, 4):
        lines += [made[-2].replace("10:00:", f"10:{minute:02}:") for made in begun]
    lines += [made[-1].replace("10:00:", "10:05:") for made in begun]
    load(tmp_path / "one", lines)
    with mock.patch.object(Auditor, "portion", side_effect=AssertionError):
        assert _in_parallel(tmp_path / "other", lines) == 60
    assert everything(tmp_path / "other") == everything(tmp_path / "one")


def test_an_act_goes_to_another_process_and_back() -> None:
    from told_acts import FIXED, acts_of, facts_of

    facts = facts_of(mail("bob@corp.example", "bob@corp.example", "Bob <bob@corp.example>"))
    keys = [fact.key for fact in facts]
    (seen,) = sights(facts, keys, set(keys))
    assert seen.acts == acts_of(facts, FIXED)
    assert [act_of(values_of(one)) for one in seen.acts] == seen.acts
    assert seen.facts == sum(fact.kind != "remove" for fact in facts)


def test_what_was_asked_about_who_is_who_goes_with_the_acts() -> None:
    from told_acts import FIXED, acts_of, facts_of

    facts = facts_of(mail("bob@corp.example", "b.smith@corp.example"))
    (seen,) = sights(facts, [fact.key for fact in facts], {facts[0].key})
    assert ("b.smith@corp.example", "bob@corp.example") in seen.asked
    assert seen.rows is not None
    told = [record_of(seen.rows.record).observation]
    assert [one.action for one in told] == [seen.rows.act.action] == ["SendAs"]
    assert seen.holds(FIXED) == (told == acts_of(facts, FIXED))


@pytest.mark.parametrize("known", [True, False])
def test_acts_hold_or_are_made_anew_as_the_directory_knows_the_names(known: bool, tmp_path: Path) -> None:
    lines = [
        line
        for at in range(60)
        for line in mail("bob@corp.example", "b.smith@corp.example", qid=f"{at:06X}C03C", at=at)
    ]
    for name in ("one", "other"):
        with open_directory(tmp_path / name) as directory:
            if known:
                addresses = ("bob@corp.example", "b.smith@corp.example")
                draft = MailboxDraft(name="Bob", primary_address=addresses[0], addresses=addresses)
                directory.mailboxes.create(draft, 1)
    load(tmp_path / "one", lines)
    expected = everything(tmp_path / "one")
    assert {one.observation.action for one in expected[0]} == {"Send" if known else "SendAs"}
    assert _in_parallel(tmp_path / "other", lines) > 10
    assert everything(tmp_path / "other") == expected
