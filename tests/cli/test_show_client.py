"""`mailwake show` of a client, and of a queue ID that no message has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailwake.cli.main import run
from mailwake.operations import importing

LOG = """\
2026-11-22T10:02:00.100000+00:00 mx1 postfix/smtpd[11]: connect from unknown[203.0.113.9]
2026-11-22T10:02:02.200000+00:00 mx1 postfix/smtpd[11]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: (reason unavailable), sasl_username=office
2026-11-22T10:02:02.300000+00:00 mx1 postfix/smtpd[11]: lost connection after AUTH from unknown[203.0.113.9]
2026-11-22T10:02:02.400000+00:00 mx1 postfix/smtpd[11]: disconnect from unknown[203.0.113.9] ehlo=1 auth=0/1 commands=1/2
2026-11-22T10:02:02.500000+00:00 mx1 postfix/smtpd[11]: connect from unknown[203.0.113.99]
2026-11-22T10:05:00.100000+00:00 mx1 postfix/smtpd[11]: connect from unknown[203.0.113.9]
2026-11-22T10:05:00.200000+00:00 mx1 postfix/smtpd[11]: 4F3A2B1C0D: client=unknown[203.0.113.9]
2026-11-22T10:05:00.300000+00:00 mx1 postfix/cleanup[12]: 4F3A2B1C0D: message-id=<1@example.org>
2026-11-22T10:05:01.000000+00:00 mx1 postfix/smtpd[11]: lost connection after DATA (12 bytes) from unknown[203.0.113.9]
2026-11-22T10:05:01.100000+00:00 mx1 postfix/smtpd[11]: disconnect from unknown[203.0.113.9] ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4
2026-11-22T10:07:00.100000+00:00 mx1 postfix/postscreen[5]: CONNECT from [203.0.113.9]:41000 to [192.0.2.1]:25
2026-11-22T10:07:00.200000+00:00 mx1 postfix/postscreen[5]: PREGREET 11 after 0.1 from [203.0.113.9]:41000: EHLO you\\r\\n
2026-11-22T10:07:00.300000+00:00 mx1 postfix/postscreen[5]: DISCONNECT [203.0.113.9]:41000
2026-11-22T10:08:00.000000+00:00 mx1 postfix/cleanup[12]: 5F3A2B1C0D: message-id=<2@mx1.example.org>
2026-11-22T10:08:00.100000+00:00 mx1 postfix/qmgr[13]: 5F3A2B1C0D: from=<double-bounce@example.org>, size=200, nrcpt=1 (queue active)
2026-11-22T10:08:00.200000+00:00 mx1 postfix/smtp[14]: 5F3A2B1C0D: to=<x@example.net>, relay=mx.example.net[198.51.100.25]:25, delay=0.8, delays=0.2/0/0.3/0.3, dsn=5.1.1, status=undeliverable (host mx.example.net[198.51.100.25] said: 550 no (in reply to RCPT TO command))
2026-11-22T10:08:00.300000+00:00 mx1 postfix/qmgr[13]: 5F3A2B1C0D: removed
"""  # noqa: E501


@pytest.fixture
def log(tmp_path: Path) -> str:
    path = tmp_path / "mail.log"
    path.write_text(LOG)
    return str(path)


@pytest.mark.pitfall("S03", "S05", "S12")
def test_a_client_that_brought_nothing(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "--zone", "UTC", "--in", log, "203.0.113.9"]) == 0
    out = capsys.readouterr().out
    for part in (
        "203.0.113.9: 3 sessions in the logs, 2 of them without a message.",
        "2026-11-22 10:02:00 UTC, mx1 postfix/smtpd, unknown[203.0.113.9]",
        "The client failed to log in, then broke off after AUTH.",
        "Login as office failed",
        "The client handed in 4F3A2B1C0D, then broke off after DATA.",
        "The client got PREGREET from postscreen.",
    ):
        assert part in out, part
    assert "203.0.113.99" not in out
    assert out.index("10:07:00 UTC") < out.index("10:02:00 UTC"), "newest first"


@pytest.mark.pitfall("S05")
def test_the_same_from_a_store(log: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "--json", "--in", log, "203.0.113.9"]) == 0
    told = json.loads(capsys.readouterr().out)
    importing.run(tmp_path / "data", [log], zone="UTC")
    assert run(["--data-dir", str(tmp_path / "data"), "show", "--json", "203.0.113.9"]) == 0
    assert json.loads(capsys.readouterr().out) == told
    assert [visit["QueueIds"] for visit in told["Visits"]] == [[], ["4F3A2B1C0D"], []]
    assert run(["show", "--json", "--in", log, "198.51.100.77"]) == 1
    assert capsys.readouterr().out == "null\n"


@pytest.mark.pitfall("D38")
def test_an_attempt_that_became_no_message(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "--zone", "UTC", "--in", log, "4F3A2B1C0D"]) == 0
    out = capsys.readouterr().out
    assert "the client broke off before it was complete" in out
    assert "after DATA" in out


@pytest.mark.pitfall("D09")
def test_a_probe(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "--zone", "UTC", "--in", log, "5F3A2B1C0D"]) == 0
    out = capsys.readouterr().out
    assert "Postfix itself asked whether x@example.net can be delivered" in out
    assert "undeliverable" in out


def test_a_trace_of_a_client_leads_there(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", "--in", log, "--client", "203.0.113.9"]) == 1
    assert f"show --in {log} 203.0.113.9" in capsys.readouterr().err
