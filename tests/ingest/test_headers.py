"""Golden lines: header shapes (T01, T07-T14, T16-T20, T26-T30); the table is `headers.json`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from stub import put, read, when

WRITTEN = datetime(2026, 11, 22, 12)
SHAPES = json.loads((Path(__file__).parent / "headers.json").read_text())


@pytest.mark.parametrize("shape", [pytest.param(shape, id=shape["shows"]) for shape in SHAPES])
@pytest.mark.parametrize("before", ["nothing", "bsd", "iso"])
def test_header_shape(shape: dict[str, Any], before: str, tmp_path: Path) -> None:
    """Every shape is read alike, whatever fast loop the line before it has started."""
    line, time = shape["line"], datetime.fromisoformat(shape["time"])
    stamp = {"bsd": time.strftime("%b %d 00:00:00"), "iso": time.strftime("%Y-%m-%dT00:00:00+00:00")}.get(before)
    first = f"{stamp} mx1 postfix/smtpd[17]: quiet\n" if stamp else ""
    facts, account = read(put(tmp_path / "log", f"{first}{line}\n", WRITTEN))
    fact = facts[-1]
    assert when(fact) == shape["time"]
    assert (fact.host, fact.program, fact.pid, fact.kind) == (shape["host"], shape["program"], shape["pid"], "note")
    assert (fact.key, fact.fields) == (shape["key"], {"text": shape["text"]})
    assert fact.raw == line.replace("\0", "").rstrip("\r")
    assert (account.unknown_count, account.recognised) == (0, 1)


def test_T07_mixed_stamps_of_an_upgrade_day(tmp_path: Path) -> None:
    lines = [
        "Feb  9 10:00:00 mx1 postfix/smtpd[1]: A1: old",
        "Feb  9 10:00:01 mx1 postfix/smtpd[1]: A2: old",
        "2023-02-09T10:00:02.5+00:00 mx1 postfix/smtpd[1]: A3: new",
        "Feb  9 10:00:03 mx1 postfix/smtpd[1]: A4: old",
    ]
    facts, account = read(put(tmp_path / "log", "\n".join(lines) + "\n", WRITTEN))
    assert [when(fact)[:17] for fact in facts] == ["2023-02-09T10:00:"] * 4
    assert [fact.origin.assumed for fact in facts] == [True, True, False, True]
    assert "full dates" in next(iter(account.zones))


def test_T13_journal_export(tmp_path: Path) -> None:
    binary = b"MESSAGE\n" + (8).to_bytes(8, "little") + b"A2: x\ny\xff\n"
    base = b"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1792896000500000\n_HOSTNAME=mx1\n"
    base += b"SYSLOG_IDENTIFIER=postfix/smtpd\n_PID=17\n"
    data = base + b"MESSAGE=A1: go\n\n" + base + binary + b"\n" + base + b"MESSAGE=A3: go\n"
    path = put(tmp_path / "export", data)
    for size in (1, 50, 1 << 20):
        facts, account = read(path, size=size)
        assert [(fact.key, fact.fields["text"]) for fact in facts] == [("A1", "go"), ("A2", "x\ny\udcff"), ("A3", "go")]
        assert {(when(fact), fact.host, fact.pid) for fact in facts} == {("2026-10-25T02:40:00.5", "mx1", 17)}
        assert account.lines == 3


def test_T14_last_message_repeated(tmp_path: Path) -> None:
    text = (
        "Nov  1 10:00:00 mx1 postfix/smtpd[1]: A1: go\nNov  1 10:00:09 mx1 last message repeated 3 times\n"
        "Nov  1 10:00:10 mx1 syslogd: last message repeated 2 times\nlast message repeated 4 times\n"
    )
    facts, account = read(put(tmp_path / "log", text, WRITTEN))
    assert [(fact.kind, fact.host, fact.fields.get("count")) for fact in facts[1:]] == [
        ("repeat", "mx1", 3),
        ("repeat", "mx1", 2),
        ("repeat", "", 4),
    ]
    assert when(facts[1]) == "2026-11-01T10:00:09"
    assert account.repeats == 3


def test_T14_the_expanded_record_is_the_same_fact(tmp_path: Path) -> None:
    head = "Nov  1 10:00:00 mx1 postfix/smtpd[1]: "
    text = f"{head}A1: go\n{head}message repeated 2 times: [ A1: go]\n"
    facts, _ = read(put(tmp_path / "log", text, WRITTEN))
    assert facts[0]._replace(raw="") == facts[1]._replace(raw="")


@pytest.mark.parametrize(
    ("line", "count", "what"),
    [
        ("rsyslogd: imjournal: 143847 messages lost due to rate-limiting", 143847, "imjournal"),
        ("rsyslogd-2177: imuxsock lost 12 messages from pid 4 due to rate-limiting", 12, "imuxsock"),
        ("rsyslogd: imuxsock[pid: 4] from <a:b>: begin to drop messages due to rate-limiting", None, "imuxsock"),
        ("systemd-journald[99]: Suppressed 7124 messages from postfix.service", 7124, "postfix.service"),
        ("journal: Suppressed 10 messages from /system.slice/postfix.service", 10, "/system.slice/postfix.service"),
    ],
)
def test_T20_loss_notices(line: str, count: int | None, what: str, tmp_path: Path) -> None:
    facts, account = read(put(tmp_path / "log", f"Nov  1 10:00:00 mx1 {line}\n", WRITTEN))
    assert (facts[0].kind, facts[0].fields.get("count"), facts[0].fields["what"]) == ("loss", count, what)
    assert (account.losses, account.lost) == (1, count or 0)


def test_T20_journal_field(tmp_path: Path) -> None:
    record = {
        "__REALTIME_TIMESTAMP": "1792896000500000",
        "SYSLOG_IDENTIFIER": "systemd-journald",
        "MESSAGE": "Suppressed messages",
        "N_DROPPED": "5256047",
    }
    facts, account = read(put(tmp_path / "log", json.dumps(record) + "\n"))
    assert (facts[0].kind, account.lost) == ("loss", 5256047)


def test_T30_foreign_and_unknown(tmp_path: Path) -> None:
    text = (
        "Nov  1 10:00:00 mx1 CRON[12]: (root) CMD (true)\nNov  1 10:00:00 mx1 kernel: A1: client=x\n"
        "Nov  1 10:00:00 mx1 postfix/smtpd[1]: ??? 17\nNov  1 10:00:01 mx1 postfix/smtpd[1]: ??? 18\nwhat is this\n"
        "Nov  1 10:00:02 mx1 postfix/crash[1]: A1: x\n"
    )
    facts, account = read(put(tmp_path / "log", text, WRITTEN))
    assert [fact.kind for fact in facts] == ["foreign", "foreign", "unknown", "unknown", "unknown", "unknown"]
    assert facts[4].ts == 0
    assert account.foreign == {"CRON": 1, "kernel": 1}
    assert account.unknown["postfix/smtpd: ??? {N}"].count == 2
    assert "faulty" in account.notes[0]


def test_own_file_with_continued_records(tmp_path: Path) -> None:
    text = (
        "2026-11-21 10:00:00 1rXyzA-0001Ab-Cd x: rejected\nEnvelope-from: <a@example.net>\n  Subject: x\n\n"
        "2026-11-21 10:00:01 1rXyzA-0001Ab-Cd y: go\naction=pass, reason=x\nnot continued\n"
    )
    path = put(tmp_path / "log", text)
    for size in (1, 60, 1 << 20):
        facts, _ = read(path, size=size)
        assert facts[0].raw.count("\n") == 2
        assert facts[0].fields["text"] == "rejected\nEnvelope-from: <a@example.net>\n  Subject: x"
        assert [fact.kind for fact in facts] == ["note", "note", "note", "unknown"]
        assert when(facts[2]) == "2026-11-21T10:00:01"
        assert facts[2].origin.assumed


def test_sections(tmp_path: Path) -> None:
    text = (
        "==> mx.log <==\nNov  1 10:00:00 mx1 postfix/smtpd[1]: A1: go\n\n==> exim4/mainlog <==\n"
        "2026-11-21 10:00:00 1rXyzA-0001Ab-Cd x: go\n\n==> grey.log <==\naction=pass\n==> mx.log <==\n"
        "Nov  1 10:00:05 mx1 postfix/smtpd[1]: A2: go\n"
    )
    facts, account = read(put(tmp_path / "log", text, WRITTEN), name="lab")
    assert [fact.origin.source for fact in facts] == ["lab#mx.log", "lab#exim4/mainlog", "lab#grey.log", "lab#mx.log"]
    assert [when(fact)[:10] for fact in facts] == ["2026-11-01", "2026-11-21", "", "2026-11-01"]
    assert account.blank == 2
