"""`mailwake run`: commands from the command line and files; exit codes."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from mailwake.app import commands as own
from mailwake.cli import commands
from mailwake.cli.main import run
from mailwake.operations import demo_organization


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The demo organization."""
    made = tmp_path / "data"
    demo_organization.make(made)
    return made


@pytest.fixture(autouse=True)
def _whole_house() -> None:
    commands.add(own)


def _run(data: Path, *words: str) -> int:
    return run(["--data-dir", str(data), "run", *words])


def test_commands(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(data, "(Get-Mailbox Laura).PrimarySmtpAddress") == 0
    assert capsys.readouterr().out == f"laura@{demo_organization.DOMAIN}\n"


def test_file_and_standard_input(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "names.ps1"
    script.write_text("Get-Mailbox |\n    Select-Object -First 2 -ExpandProperty Name\n", "utf-16")
    assert _run(data, "-f", str(script)) == 0
    assert capsys.readouterr().out == "Backup\nChris\n"
    standard, sys.stdin = sys.stdin, io.StringIO("'from ' + 'input'")
    try:
        assert _run(data, "-f", "-") == 0
    finally:
        sys.stdin = standard
    assert capsys.readouterr().out == "from input\n"


def test_exit_codes(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(data, "Get-Mailbox nobody") == 1
    assert "couldn't be found" in capsys.readouterr().err
    assert _run(data, "Get-Mailbox |") == 2
    assert _run(data, "exit 7") == 7
    assert _run(data) == 2
    assert _run(data, "1", "--culture", "xx") == 2
    assert _run(data, "1", "--server", "http://127.0.0.1:1") == 2


def test_zone_of_times(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = (
        "Start-HistoricalSearch -ReportTitle A -ReportType MessageTrace -SenderAddress a@example.com"
        " -StartDate '2026-11-20' -EndDate 2026-11-21 | Select-Object -ExpandProperty StartDate | Out-String"
    )
    assert _run(data, "--zone", "Asia/Tokyo", order) == 0
    assert "November 19, 2026 3:00:00 PM" in capsys.readouterr().out


def test_store_is_not_opened_where_nothing_asks_it(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from mailwake.store.database import Database

    with Database(data):  # another would have to wait for it
        assert _run(data, "Get-OrganizationConfig | Format-List AuditDisabled") == 0
    assert "AuditDisabled : False" in capsys.readouterr().out


def test_a_data_directory_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(tmp_path / "none", "Get-Mailbox; Get-MessageTraceV2") == 1
    told = capsys.readouterr().err
    assert "Traceback" not in told and "InternalError" not in told and "mailwake" in told
    assert not (tmp_path / "none").exists()
