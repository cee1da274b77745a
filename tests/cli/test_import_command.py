"""`mailwake import`, its progress and its account."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from mailwake.cli.main import run
from mailwake.cli.progress import Progress, size
from mailwake.cli.render_account import lines
from mailwake.ingest.account import Account
from mailwake.operations import importing


def account() -> Account:
    made = Account(files=2, bytes=12_345, lines=1000, blank=10, recognised=900, noise=50, losses=2, lost=7)
    made.foreign.update({"cron": 20, "sudo": 5})
    made.first, made.last = 1_795_314_661_000_000, 1_795_314_671_000_000
    made.zones["Europe/Berlin (given)"] = 2
    made.add_unknown("postfix/odd", "strange 17 <a@b>", "raw")
    made.note("x.bin: not a log\x1b[2J")
    return made


def test_the_account_names_all_parts() -> None:
    text = "\n".join(lines(account(), UTC, seconds=2.0))
    for part in (
        "Read 1,000 lines, 12.3 kB, from 2 files, 500 lines/s",
        "900  90.0%  recognised",
        "50   5.0%  known, and of no interest to a trace",
        "25   2.5%  of other programs (cron, sudo)",
        "1   0.1%  unknown",
        "from 2026-11-22 02:31:01 to 2026-11-22 02:31:11 (UTC)",
        "zone and year: Europe/Berlin (given) (2 files)",
        "7 lines are missing (2 notices)",
        r"note: x.bin: not a log\x1b[2J",
        "postfix/odd: strange {N} {ADDR}",
    ):
        assert part in text, part


def test_nothing_new() -> None:
    assert list(lines(Account(files=1), UTC)) == ["Nothing new in 1 file."]


def test_the_command_hands_on_what_was_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[object] = []

    def imported(
        data_dir: Path, paths: list[str], *, zone: str | None, year: int | None, progress: importing.Progress | None
    ) -> Account:
        seen.extend((data_dir, paths, zone, year))
        return account()

    monkeypatch.setattr(importing, "run", imported)
    assert run(["--data-dir", "d", "import", "--zone", "Europe/Berlin", "--year", "2019", "a", "-"]) == 0
    assert seen == [Path("d"), ["a", "-"], "Europe/Berlin", 2019]
    assert "Read 1,000 lines" in capsys.readouterr().out
    assert run(["import", "--quiet", "a"]) == 0
    assert capsys.readouterr().out == ""
    assert run(["import", "--zone", "Mars/City", "a"]) == 2


def test_progress_in_plain_lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = [100.0]
    monkeypatch.setattr("mailwake.cli.progress.time.monotonic", lambda: now[0])
    progress = Progress()
    progress.start(4_000_000)
    progress.update(1, 1, "a.log")
    assert capsys.readouterr().err == ""  # too soon
    now[0] += 10
    progress.update(1_000_000, 20_000, "a.log")
    assert capsys.readouterr().err == "25%, 1.0 MB read, 20,000 lines, 2,000 lines/s, 30 s left (a.log)\n"
    progress.finish()
    progress = Progress(quiet=True)
    progress.start(None)
    now[0] += 20
    progress.update(0, 5, "a.log")
    progress.finish()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("count", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (2.5e12, "2.5 TB")])
def test_sizes(count: float, text: str) -> None:
    assert size(count) == text
