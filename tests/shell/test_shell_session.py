"""What holds beyond one line: exit codes, streams, limits, cultures, zones, confirmation, script files."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shell_fakes import NOW, Directory, registry, said, shell

from mailwake.shell import ExitCode, Interpreter, Limits, ShellError, zone_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1", ExitCode.OK),
        ("", ExitCode.OK),
        ("# nothing", ExitCode.OK),
        ("Get-Foo; 1", ExitCode.ERRORS),
        ("Get-Mailbox nosuch", ExitCode.ERRORS),
        ("Get-Mailbox nosuch -ErrorAction SilentlyContinue", ExitCode.OK),
        ("try { 1/0 } catch { }", ExitCode.OK),
        ("throw 'x'", ExitCode.ERRORS),
        ("1 +", ExitCode.SYNTAX),
        ("exit", 0),
        ("exit 4; 1", 4),
        ("return; Get-Foo", ExitCode.OK),
        ("Write-Warning x", ExitCode.OK),
    ],
)
def test_exit_code(text: str, code: int) -> None:
    assert shell()[0].run(text) == code


def test_nothing_runs_of_what_cannot_be_parsed() -> None:
    assert "before" not in said("'before'; (1").splitlines()


def test_streams_are_apart() -> None:
    out, err, warn = io.StringIO(), io.StringIO(), io.StringIO()
    session = Interpreter(registry(), out=out, err=err, warn=warn, services=Directory(), now=lambda: NOW)
    session.run("'a'; Write-Warning 'b'; Get-Foo; 'c'")
    assert out.getvalue() == "a\nc\n"
    assert warn.getvalue() == "WARNING: b\n"
    assert err.getvalue().startswith("Get-Foo : The term")


def test_order_of_table_and_warning_is_kept() -> None:
    assert said("[pscustomobject]@{A=1}; Write-Warning 'w'; [pscustomobject]@{A=2}") == (
        "\nA\n-\n1\n\nWARNING: w\n\nA\n-\n2\n\n"
    )


def test_objects_of_one_kind_share_a_table() -> None:
    assert said("[pscustomobject]@{A=1}; [pscustomobject]@{A=2}; [pscustomobject]@{B=3}") == (
        "\nA\n-\n1\n2\n\n\nB\n-\n3\n\n"
    )


def test_long_tables_are_one_table_and_come_as_they_go() -> None:
    session, out = shell()
    session.run("1..1200 | % { if ($_ -eq 1100) { $script:seen = 'x' }; [pscustomobject]@{A=$_; B='b'} }")
    lines = out.getvalue().splitlines()
    assert lines[:4] == ["", "  A B", "  - -", "  1 b"]
    assert lines[502:505] == ["500 b", "501 b", "502 b"]
    assert lines[-2:] == ["1200 b", ""]  # the widths were settled before: a number goes over, it is not cut
    assert len(lines) == 1204


def test_variables_last() -> None:
    session, out = shell()
    session.run("$x = 5; function Twice($n) { $n * 2 }")
    session.run("Twice $x")
    assert out.getvalue() == "10\n"


@pytest.mark.parametrize(
    ("culture", "shown"),
    [
        ("en-US", "11/25/2026 2:30:15 PM"),
        ("en-GB", "25/11/2026 14:30:15"),
        ("sv-SE", "2026-11-25 14:30:15"),
        ("nl-NL", "25-11-2026 14:30:15"),
        ("fr-FR", "25/11/2026 14:30:15"),
        ("zh-TW", "2026/11/25 14:30:15"),
    ],
)
def test_cultures_write_dates(culture: str, shown: str) -> None:
    assert said("(Get-Date).ToString()", culture=culture) == f"{shown}\n"
    assert said('"$(Get-Date)"', culture=culture) == "11/25/2026 14:30:15\n"


def test_cultures_read_dates_of_parameters_only() -> None:
    text = "Get-Date 2/3/2026 -Format s; ([datetime]'2/3/2026').ToString('s')"
    assert said(text, culture="en-US") == "2026-02-03T00:00:00\n2026-02-03T00:00:00\n"
    assert said(text, culture="en-GB") == "2026-03-02T00:00:00\n2026-02-03T00:00:00\n"


def test_culture_not_known() -> None:
    with pytest.raises(ValueError, match=r"tlh is not known. Use one of: en-US"):
        Interpreter(culture="tlh")


def test_zones() -> None:
    zone = zone_of("Europe/Stockholm")
    assert said("(Get-Date).ToString('HH:mm zzz')", zone=zone) == "15:30 +01:00\n"
    assert said("(Get-Date).ToUniversalTime().Hour", zone=zone) == "14\n"
    assert said("([datetime]'2026-07-01 12:00').ToUniversalTime().Hour", zone=zone) == "10\n"
    assert said("(Get-MessageTraceV2 | ? { $_.Received -gt (Get-Date).AddHours(-3) }).Count", zone=zone) == "2\n"
    with pytest.raises(ValueError, match="Mars/Base is not known"):
        zone_of("Mars/Base")


def test_confirmation() -> None:
    asked: list[str] = []

    def no(what: str) -> bool:
        asked.append(what)
        return False

    session, out = shell(ask=no)
    session.run("Remove-Mailbox bo@example.com; Set-Mailbox bo@example.com -AuditEnabled $false -Confirm")
    session.run("(Get-Mailbox bo@example.com).AuditEnabled")
    assert out.getvalue() == "True\n"
    assert len(asked) == 2
    assert "Bo Lind" in asked[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("while ($true) { $i++ }", "took more than 100 turns"),
        ("1..99 | % { 1..99 | % { $_ } }", "took more than 5,000 steps"),
        ("1..40 | % { 'x' * 100 }", "wrote more than 3,000 characters"),
        ("function f { f }; f", "call depth overflow"),
    ],
)
def test_limits(text: str, why: str) -> None:
    told = said(f"try {{ {text} }} catch {{ 'caught' }}; 'not reached'", limits=Limits(5_000, 100, 10, 3_000))
    assert why in told
    assert "caught" not in told.splitlines()
    assert "not reached" not in told.splitlines()


def test_cancel_ends_a_run_and_the_next_one_runs() -> None:
    session, out = shell()
    session.session.registry.cmdlets["get-mailbox"].handler  # noqa: B018 - it is there
    session.session.host.ask = lambda what: bool(session.cancel()) or True
    assert session.run("Remove-Mailbox bo@example.com; 'after'") == ExitCode.CANCELLED
    assert session.run("'next'") == ExitCode.OK
    assert out.getvalue() == "next\n"


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert said('"a`e[2Jb`0c"; [pscustomobject]@{S="x`ny`e"}') == "a\\x1b[2Jb\\x00c\n\nS\n-\nx y\\x1b\n\n"


def test_values_are_given_unlaid() -> None:
    session, _ = shell()
    assert session.values("1,2; 'x'") == [1, 2, "x"]
    assert session.values("Get-Date") == [datetime(2026, 11, 25, 14, 30, 15, tzinfo=UTC)]
    with pytest.raises(ShellError, match="stop"):
        session.values("throw 'stop'")


def test_script_files(tmp_path: Path) -> None:
    session, out = shell()
    (tmp_path / "a.ps1").write_bytes("\ufeff'å'\r\nGet-Foo\r\n".encode())
    assert session.run_file(tmp_path / "a.ps1") == ExitCode.ERRORS
    (tmp_path / "b.ps1").write_bytes("'ö'".encode("utf-16"))
    assert session.run_file(tmp_path / "b.ps1") == ExitCode.OK
    said = out.getvalue()
    assert said.startswith("å\n")
    assert said.endswith("ö\n")
    assert f"At {tmp_path / 'a.ps1'}:2 char:1" in said


def test_what_is_piped_stops_when_enough_is_there() -> None:
    session, out = shell()
    session.run('1..5 | ForEach-Object { Write-Host "made $_"; $_ } | Select-Object -First 2')
    assert out.getvalue() == "made 1\n1\nmade 2\n2\n"


def test_mistakes_of_ours_are_told_without_a_traceback() -> None:
    made = registry()
    from mailwake.shell import Cmdlet

    made.add(Cmdlet("Get-Broken", lambda call: [1 // 0]))
    out = io.StringIO()
    assert Interpreter(made, out=out).run("Get-Broken") == ExitCode.ERRORS
    assert "The shell made a mistake (ZeroDivisionError" in out.getvalue()
