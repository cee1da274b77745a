"""A followed log is read whole and once, whatever rotation does to its file."""

from __future__ import annotations

import gzip
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from mailwake.ingest import follow
from mailwake.ingest.fact_tail import FactTail
from mailwake.ingest.follow import Follower
from mailwake.ingest.resume import Saved, resume_offset


def line(number: int) -> str:
    """A record of its own."""
    clock = f"10:{number // 60 % 60:02}:{number % 60:02}"
    return f"2026-11-24T{clock}.000000+00:00 mx postfix/qmgr[7]: {number:06X}: removed\n"


class Log:
    """A log that a program writes, and the follower that reads it."""

    def __init__(self, folder: Path, **more: object) -> None:
        self.path = folder / "mail.log"
        self.written = 0
        self.follower = Follower(str(self.path), FactTail, **more)  # type: ignore[arg-type]
        self.read: Counter[str] = Counter()
        self.order: list[str] = []

    def write(self, count: int, path: Path | None = None) -> None:
        """Append so many lines."""
        with (path or self.path).open("a") as file:
            for _ in range(count):
                file.write(line(self.written))
                self.written += 1

    def look(self, times: int = 2) -> None:
        """Look at the files, also for new ones."""
        for _ in range(times):
            self.follower._scanned = -1e9
            for one in self.follower.poll():
                for fact in one.found:
                    self.read[fact.raw] += 1
                    self.order.append(fact.raw)

    def check(self) -> None:
        """Everything arrived once, in its order."""
        expected = [line(number)[:-1] for number in range(self.written)]
        assert sorted(self.read) == expected
        assert set(self.read.values()) <= {1}
        assert self.order == expected
        assert not self.follower.losses


@pytest.fixture
def log(tmp_path: Path) -> Log:
    found = Log(tmp_path)
    found.write(50)
    found.look()
    found.write(10)
    return found


def _rename(log: Log) -> None:
    log.path.rename(log.path.with_name("mail.log.1"))


def _dateext(log: Log) -> None:
    log.path.rename(log.path.with_name("mail.log-20261124"))


def _copytruncate(log: Log) -> None:
    shutil.copy2(log.path, log.path.with_name("mail.log.1"))
    os.truncate(log.path, 0)


def _compress(log: Log) -> None:
    packed = log.path.with_name("mail.log.1.gz")
    packed.write_bytes(gzip.compress(log.path.read_bytes()))
    os.utime(packed, (1, 1))  # at rest
    log.path.unlink()


def _recreate(log: Log) -> None:
    log.path.rename(log.path.with_name("mail.log.1"))
    log.path.touch()


@pytest.mark.parametrize("rotate", [_rename, _dateext, _copytruncate, _compress, _recreate])
def test_rotation(log: Log, rotate: Callable[[Log], None]) -> None:
    rotate(log)
    log.write(20)
    log.look()
    log.check()


def test_several_rotations_between_two_looks(log: Log) -> None:
    log.path.rename(log.path.with_name("mail.log.2"))
    log.write(5, log.path.with_name("mail.log.1"))
    log.write(5)
    log.look()
    log.check()


def test_late_lines_of_the_renamed_file(log: Log) -> None:
    """A daemon goes on writing to the renamed file until it is told to open the new one."""
    _rename(log)
    log.write(3, log.path.with_name("mail.log.1"))
    log.look()
    log.write(3)
    log.look()
    log.check()


def test_truncated_and_grown_beyond_the_old_place(log: Log) -> None:
    log.look()
    shutil.copy2(log.path, log.path.with_name("mail.log.1"))
    os.truncate(log.path, 0)
    log.write(300)
    log.look()
    log.check()


def test_hole_where_the_writer_does_not_append(log: Log) -> None:
    log.look()
    place = log.path.stat().st_size
    shutil.copy2(log.path, log.path.with_name("mail.log.1"))
    os.truncate(log.path, 0)
    with log.path.open("r+b") as file:
        file.seek(place + (1 << 20))
        for _ in range(5):
            file.write(line(log.written).encode())
            log.written += 1
    log.look()
    log.check()


def test_replaced_as_rsync_does(log: Log) -> None:
    """A whole copy under a temporary name is renamed over the file: another inode, the same beginning."""
    log.look()
    copy = log.path.with_name(".mail.log.x1")
    shutil.copy2(log.path, copy)
    log.write(7, copy)
    copy.rename(log.path)
    log.look()
    log.check()


def test_half_line_waits(log: Log) -> None:
    text = line(log.written)
    log.written += 1
    with log.path.open("a") as file:
        file.write(text[:30])
    log.look()
    assert len(log.order) == 60
    with log.path.open("a") as file:
        file.write(text[30:])
    log.look()
    log.check()


def test_half_line_of_a_file_that_is_over(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    with log.path.open("a") as file:
        file.write(line(log.written)[:-1])
    log.written += 1
    _rename(log)
    log.write(0)
    log.look()
    monkeypatch.setattr(follow, "LET_GO_AFTER", -1.0)
    log.look()
    log.write(2)
    log.look()
    log.check()


def test_truncated_without_a_copy_is_admitted(log: Log) -> None:
    log.look()
    os.truncate(log.path, 0)
    log.look()
    assert len(log.follower.losses) == 1
    assert "no copy of it was found" in log.follower.losses[0]


def test_archives_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "mail.log.1").write_text(line(4000))
    (tmp_path / "mail.log.2.gz").write_bytes(gzip.compress(line(4001).encode()))
    log = Log(tmp_path)
    log.write(3)
    log.look()
    log.check()


@pytest.mark.parametrize("rotate", [_rename, _copytruncate, _compress])
def test_rotation_while_nobody_looked(log: Log, rotate: Callable[[Log], None]) -> None:
    saved = [one for tail in log.follower.tails.values() if (one := tail.saved()) is not None]
    log.follower.close()
    rotate(log)
    log.write(4)

    def resume(path: Path) -> int:
        return max(resume_offset(path, one) for one in saved)

    log.follower = Follower(str(log.path), FactTail, resume=resume)
    log.look()
    log.check()


@pytest.mark.parametrize("pattern", ["mail.log", "*.log", "m*"])
@pytest.mark.parametrize("rotated", ["mail.log.1", "mail.log-20261124", "mail.log-20261124.gz"])
def test_renamed_while_nobody_looked_and_nothing_written_since(tmp_path: Path, pattern: str, rotated: str) -> None:
    """The name of the pattern is there again only with the next line, which may be hours later."""
    first = Log(tmp_path)
    first.follower.pattern = str(tmp_path / pattern)
    first.write(50)
    first.look()
    (tail,) = first.follower.tails.values()
    saved = tail.saved()
    assert saved is not None
    first.write(10)
    aside = tmp_path / rotated
    if rotated.endswith(".gz"):
        aside.write_bytes(gzip.compress(first.path.read_bytes()))
        os.utime(aside, (1, 1))  # at rest
        first.path.unlink()
    else:
        first.path.rename(aside)
    first.follower.close()
    first.follower = Follower(
        str(tmp_path / pattern), FactTail, resume=lambda path: resume_offset(path, saved), since=0
    )
    first.look()
    first.check()


def test_new_files_of_a_glob_and_a_directory(tmp_path: Path) -> None:
    for pattern in (str(tmp_path / "*" / "mail.log"), str(tmp_path)):
        follower = Follower(pattern, FactTail)
        (tmp_path / "a").mkdir(exist_ok=True)
        (tmp_path / "a" / "mail.log").write_text(line(1))
        first = [fact.raw for one in follower.poll() for fact in one.found]
        (tmp_path / "b").mkdir(exist_ok=True)
        (tmp_path / "b" / "mail.log").write_text(line(2))
        follower._scanned = -1e9
        second = [fact.raw for one in follower.poll() for fact in one.found]
        assert (first, second) == ([line(1)[:-1]], [line(2)[:-1]])
        follower.close()
        shutil.rmtree(tmp_path / "a")
        shutil.rmtree(tmp_path / "b")


def test_host_of_a_log_that_names_none(tmp_path: Path) -> None:
    path = tmp_path / "mainlog"
    path.write_text("2026-11-24 10:00:00 1a2b3c-000001-AA Completed\n")
    follower = Follower(str(path), lambda path, at: FactTail(path, at, "UTC", "mx1"))
    facts = [fact for _ in range(2) for one in follower.poll() for fact in one.found]
    facts = facts or [fact for one in follower.tails.values() for fact in one.finish()]
    assert [fact.host for fact in facts] == ["mx1"]


def test_saved_place_is_the_import_s(log: Log) -> None:
    """The place is the same that `mailwake import` would commit."""
    from mailwake.ingest.resume import fingerprint

    log.look()
    (tail,) = log.follower.tails.values()
    saved = tail.saved()
    assert isinstance(saved, Saved)
    assert saved == fingerprint(log.path, log.path.stat().st_size)


def test_binary_file_is_an_error_and_no_end(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(bytes(range(256)) * 40 + b"\n")
    (tmp_path / "b.log").write_text(line(1))
    follower = Follower(str(tmp_path / "*.log"), FactTail)
    facts = [fact for one in follower.poll() for fact in one.found]
    assert len(facts) == 1
    assert list(follower.errors) == [str(tmp_path / "a.log")]


def test_rotated_before_anything_of_it_was_read(tmp_path: Path) -> None:
    """The log was empty at the last look, was written and rotated while nobody looked."""
    log = Log(tmp_path)
    log.write(3, tmp_path / "mail.log.1")
    log.write(3)
    os.utime(tmp_path / "mail.log.1", (2000, 2000))
    (tmp_path / "mail.log.2").write_text(line(4000))
    os.utime(tmp_path / "mail.log.2", (500, 500))
    log.follower = Follower(str(log.path), FactTail, since=1000.0)
    log.look()
    log.check()
