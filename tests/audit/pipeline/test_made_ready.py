"""Acts that were made ready for the store by the defaults are those of the general way, whatever is set."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from stored_acts import everything, load
from test_submission import mail

from mailwake.audit.model import LogonType, MailboxType
from mailwake.directory.opening import open_directory
from mailwake.directory.records import MailboxDraft
from mailwake.operations import importing, parallel, plan
from mailwake.operations.audit_ready import Ready
from mailwake.store import audit
from mailwake.store.acts import of_keys
from mailwake.store.database import Database

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

BOB, EVE = "bob@corp.example", "eve@corp.example"
NOW = 1_795_000_000_000_000
"""2026-11-18, before the mail of `LINES`."""


def _lines(user: str, sender: str, first: int) -> list[str]:
    return [line for at in range(30) for line in mail(user, sender, qid=f"{first + at:06X}C03C", at=at)]


LINES = _lines(BOB, BOB, 0) + _lines(EVE, EVE, 100) + _lines(BOB, "ann@corp.example", 200)


def _in_parallel(data: Path, lines: list[str], *patches: tuple[object, str, object]) -> tuple[int, int]:
    """An import by several processes; how many acts were ready, and how many of them were filed as they are."""
    told: list[tuple[int, int]] = []
    real = Ready.file

    def file(self: Ready, database: Database, version: int, without: set[str], only: set[str] | None = None) -> int:
        filed = real(self, database, version, without, only)
        told.append((self.count, filed))
        return filed

    with ExitStack() as stack:
        for where, name, value in (
            *((importing, "PARALLEL_FROM", 0), (importing, "PROCESSES", 2), (Ready, "file", file)),
            *((plan, "PIECE", 4 << 10), (plan, "WINDOW", 12 << 10)),
            *patches,
        ):
            stack.enter_context(mock.patch.object(where, name, value))
        load(data, lines)
    return max(ready for ready, _ in told), sum(filed for _, filed in told)


def _own(**values: object) -> Callable[[Directory], None]:
    def prepare(directory: Directory) -> None:
        draft = MailboxDraft(name="Bob", primary_address=BOB, addresses=(BOB,))
        box = directory.mailboxes.create(draft, 1)
        directory.mailboxes.change(box.id, NOW, **values)

    return prepare


def _nothing(_directory: Directory) -> None:
    pass


@pytest.mark.parametrize(
    ("prepare", "as_they_are"),
    [
        pytest.param(_nothing, 90, id="nothing is set"),
        pytest.param(lambda one: one.bypasses.set(BOB, enabled=True, now=NOW, unknown=True), 30, id="bypassed"),
        pytest.param(
            _own(managed={LogonType.ADMIN}, custom={LogonType.OWNER: {"Update"}}), 30, id="another set of actions"
        ),
        pytest.param(_own(type=MailboxType.ROOM), 30, id="of a type that is not audited"),
        pytest.param(_own(audit_enabled=False), 90, id="what the policy does not ask for"),
        pytest.param(lambda one: one.organization.change(NOW, parity=True), 0, id="parity"),
        pytest.param(lambda one: one.organization.change(NOW, audit_disabled=True), 0, id="nothing is audited"),
    ],
)
def test_what_is_set_counts(prepare: Callable[[Directory], None], as_they_are: int, tmp_path: Path) -> None:
    for name in ("one", "other"):
        with open_directory(tmp_path / name) as directory:
            directory.deciding(1)
            prepare(directory)
    load(tmp_path / "one", LINES)
    ready, filed = _in_parallel(tmp_path / "other", LINES)
    assert ready > 80
    assert as_they_are - 10 < filed <= as_they_are or filed == as_they_are == 0
    assert everything(tmp_path / "other") == everything(tmp_path / "one")


def test_what_was_removed_for_good_does_not_come_back(tmp_path: Path) -> None:
    for name in ("one", "other"):
        with Database(tmp_path / name) as database:
            audit.delete(database, [BOB], NOW + 100 * 86_400_000_000)
    load(tmp_path / "one", LINES)
    _, filed = _in_parallel(tmp_path / "other", LINES)
    assert filed <= 30
    records, counted = everything(tmp_path / "other")
    assert (records, counted) == everything(tmp_path / "one")
    assert BOB not in {one.observation.mailbox for one in records}


def test_acts_that_are_there_already_are_compared(tmp_path: Path) -> None:
    """An import that was killed behind them left the keys due: what no longer holds is taken back."""
    early, late = LINES[:60], [line.replace("T10:", "T12:") for line in LINES]
    load(tmp_path / "one", [*early, *late])
    load(tmp_path / "other", early)
    _in_parallel(tmp_path / "other", late)
    assert everything(tmp_path / "other") == everything(tmp_path / "one")


@pytest.mark.parametrize("behind", ["acts", "audit"])
def test_a_crash_between_is_repaired(behind: str, tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    def insert(database: Database, file: Path, version: int) -> None:
        if behind == "audit":
            real(database, file, version)
        raise Killed

    real = audit.insert_file
    load(tmp_path / "one", LINES)
    with pytest.raises(Killed):
        _in_parallel(tmp_path / "other", LINES, (audit, "insert_file", insert))
    with Database(tmp_path / "other") as database:
        assert of_keys(database, ["000000C03C"])
    load(tmp_path / "other", LINES)
    assert everything(tmp_path / "other") == everything(tmp_path / "one")


def test_the_first_windows_are_begun_where_there_is_no_store_yet(tmp_path: Path) -> None:
    begun: list[int] = []
    real = parallel.Harvesters.begin

    def begin(self: parallel.Harvesters, windows: list[list[plan.Piece]], folder: Path) -> None:
        begun.append(len(windows))
        real(self, windows, folder)

    load(tmp_path / "one", LINES, [line.replace("T10:", "T14:") for line in LINES])
    for lines in (LINES, [line.replace("T10:", "T14:") for line in LINES]):
        _in_parallel(tmp_path / "other", lines, (parallel.Harvesters, "begin", begin))
    assert len(begun) == 1
    assert begun[0] > 1
    assert everything(tmp_path / "other") == everything(tmp_path / "one")


def test_a_failure_to_make_the_store_ends_what_was_begun(tmp_path: Path) -> None:
    with (
        mock.patch.object(Database, "_migrate", side_effect=RuntimeError("x")),
        pytest.raises(RuntimeError, match="x"),
    ):
        _in_parallel(tmp_path / "other", LINES)
