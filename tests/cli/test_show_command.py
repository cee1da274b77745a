"""`mailwake show`: a real story out of a small log, for people and as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mailwake.cli.main import run

LOG = """\
2026-11-22T10:00:00.100000+00:00 mx1 postfix/smtpd[11]: connect from mail.example.org[192.0.2.7]
2026-11-22T10:00:00.200000+00:00 mx1 postfix/smtpd[11]: 4F3A2B1C0D: client=mail.example.org[192.0.2.7]
2026-11-22T10:00:00.300000+00:00 mx1 postfix/cleanup[12]: 4F3A2B1C0D: message-id=<1@example.org>
2026-11-22T10:00:00.400000+00:00 mx1 postfix/qmgr[13]: 4F3A2B1C0D: from=<alice@example.org>, size=1234, nrcpt=2 (queue active)
2026-11-22T10:00:01.000000+00:00 mx1 postfix/smtp[14]: 4F3A2B1C0D: to=<bob@example.net>, relay=mx.example.net[198.51.100.25]:25, delay=0.8, delays=0.2/0/0.3/0.3, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as ABCDEF0123)
2026-11-22T10:00:04.000000+00:00 mx1 postfix/smtp[15]: 4F3A2B1C0D: to=<eve@example.net>, relay=mx.example.net[198.51.100.25]:25, delay=3.8, delays=0.2/0/0.3/3.3, dsn=5.1.1, status=bounced (host mx.example.net[198.51.100.25] said: 550 5.1.1 <eve@example.net>: User unknown \x1b[2J(in reply to RCPT TO command))
2026-11-22T10:00:04.100000+00:00 mx1 postfix/cleanup[12]: 5F3A2B1C0D: message-id=<2@mx1>
2026-11-22T10:00:04.200000+00:00 mx1 postfix/bounce[16]: 4F3A2B1C0D: sender non-delivery notification: 5F3A2B1C0D
2026-11-22T10:00:04.300000+00:00 mx1 postfix/qmgr[13]: 4F3A2B1C0D: removed
2026-11-22T10:00:04.400000+00:00 mx1 postfix/qmgr[13]: 5F3A2B1C0D: from=<>, size=2345, nrcpt=1 (queue active)
2026-11-22T10:00:05.000000+00:00 mx1 postfix/smtp[14]: 5F3A2B1C0D: to=<alice@example.org>, relay=mail.example.org[192.0.2.7]:25, delay=0.9, delays=0.1/0/0.3/0.5, dsn=2.0.0, status=sent (250 OK)
2026-11-22T10:00:05.100000+00:00 mx1 postfix/qmgr[13]: 5F3A2B1C0D: removed
"""  # noqa: E501


@pytest.fixture
def log(tmp_path: Path) -> str:
    path = tmp_path / "mail.log"
    path.write_text(LOG)
    return str(path)


def test_the_story(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "--zone", "Europe/Berlin", "--in", log, "4F3A2B1C0D"]) == 0
    out = capsys.readouterr().out
    titles = [line for line in out.splitlines() if line and not line.startswith(" ") and "  " not in line]
    assert titles[1:4] == ["What became of it", "How it went (Europe/Berlin)", "Which way it took"]
    for part in (
        "From        alice@example.org",
        "Received    2026-11-22 11:00:00 Europe/Berlin, 1,234 bytes",
        "bob@example.net: Delivered (Relayed)",
        "eve@example.net: Failed (Bounced)",
        "Why:",
        "To do:",
        r"User unknown \x1b[2J",
        "11:00:04.000",
        "5F3A2B1C0D from <>",
        f"mailwake show --in {log} ",
    ):
        assert part in out, part
    assert "\x1b" not in out
    assert "      | " not in out


def test_raw_records_stand_under_their_steps(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "--raw", "--in", log, "<1@example.org>"]) == 0
    lines = capsys.readouterr().out.splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("      | ") and "status=bounced" in line)
    assert any("Fail" in line for line in lines[place - 8 : place])


def test_json(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "--json", "--in", log, "4f3a2b1c0d"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert re.fullmatch(r"[0-9a-f-]{32,36}", found["MessageTraceId"])
    assert len(found["Outcomes"]) == 2
    assert run(["show", "--in", log, found["MessageTraceId"]]) == 0


@pytest.mark.parametrize(("form", "out"), [((), ""), (("--json",), "null\n")])
def test_nothing_found(log: str, form: tuple[str, ...], out: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", *form, "--in", log, "nope"]) == 1
    captured = capsys.readouterr()
    assert captured.out == out
    assert captured.err.startswith("Nothing found: ")
    assert "hint: " in captured.err


@pytest.mark.parametrize("words", [[], [" "], ["x", "--assume-year", "2020"], ["x", "--zone", "Mars"]])
def test_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", *words]) == 2
    assert "hint: see mailwake show --help" in capsys.readouterr().err
