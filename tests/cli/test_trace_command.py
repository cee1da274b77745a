"""`mailwake trace`: every criterion, every form of output, paging, exit codes."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from memory import SECOND, START, MemoryBackend, Runner, row

ROWS = [
    row(
        1,
        trace_id="0f6b2c1e5a7d4f399c3e2b8a1d4e6f70",
        sender="",
        recipient="bob@mail.example.net",
        original_recipient="info@example.net",
        subject="Undelivered Mail",
        status="Failed",
        detail="Bounced",
        outcome="rejected",
        direction="Inbound",
        from_ip="192.0.2.7",
        from_host="client.example.com",
        to_ip="198.51.100.25",
        to_host="mx.example.net",
        size=2048,
        message_id="<1@mail.example.org>",
        sasl_user="carol",
        folder="INBOX",
        reason="550 5.1.1 User unknown",
        dsn="5.1.1",
        verdict="rspamd: no action 1.00/15.00",
        attempts=3,
        hosts=("mx1", "mx2"),
        queue_ids=("4F3A2B1C0D", "5F3A2B1C0D"),
        parent_id="a" * 32,
        relation="failure notification",
        grade="inferred",
        remark="end not seen",
    ),
    row(2, from_ip="10.1.2.3"),
    row(3, sender=None, recipient=None, original_recipient=None, subject=None, queue_ids=(), hosts=("mx3",)),
]
FULL = {
    "Received": "2026-11-22T02:31:00.000000Z",
    "SenderAddress": "<>",
    "RecipientAddress": "bob@mail.example.net",
    "Subject": "Undelivered Mail",
    "Status": "Failed",
    "FromIP": "192.0.2.7",
    "ToIP": "198.51.100.25",
    "Size": 2048,
    "MessageId": "<1@mail.example.org>",
    "MessageTraceId": "0f6b2c1e-5a7d-4f39-9c3e-2b8a1d4e6f70",
    "OriginalRecipientAddress": "info@example.net",
    "Direction": "Inbound",
    "Outcome": "rejected",
    "StatusDetail": "Bounced",
    "FromHost": "client.example.com",
    "ToHost": "mx.example.net",
    "SaslUser": "carol",
    "Folder": "INBOX",
    "Reason": "550 5.1.1 User unknown",
    "DsnCode": "5.1.1",
    "Verdict": "rspamd: no action 1.00/15.00",
    "Attempts": 3,
    "LastEvent": "2026-11-22T02:31:02.000000Z",
    "Delay": 2.0,
    "Hosts": ["mx1", "mx2"],
    "QueueIds": ["4F3A2B1C0D", "5F3A2B1C0D"],
    "ParentMessageTraceId": "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
    "Relation": "failure notification",
    "Grade": "inferred",
    "Remark": "end not seen",
}


def test_json_is_an_array_of_rows_with_exactly_these_names(mailwake: Runner) -> None:
    done = mailwake("trace", "--json", rows=ROWS)
    assert done.code == 0
    first, second, third = json.loads(done.out)
    assert list(first.items()) == list(FULL.items())
    assert list(second) == list(third) == list(FULL)
    assert third["SenderAddress"] is third["RecipientAddress"] is third["Subject"] is third["Size"] is None
    assert third["ParentMessageTraceId"] is third["FromIP"] is None
    assert done.backend.closed


def test_json_lines(mailwake: Runner) -> None:
    done = mailwake("trace", "--jsonl", rows=ROWS)
    assert [json.loads(line)["Status"] for line in done.out.splitlines()] == ["Failed", "Delivered", "Delivered"]


def test_csv(mailwake: Runner) -> None:
    done = mailwake("trace", "--csv", rows=ROWS)
    first, second, _ = csv.DictReader(io.StringIO(done.out))
    assert list(first) == list(FULL)
    assert first["Hosts"] == "mx1 mx2"
    assert first["SenderAddress"] == "<>"
    assert second["Size"] == ""


@pytest.mark.parametrize("subject", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_csv_runs_no_formulas(mailwake: Runner, subject: str) -> None:
    done = mailwake("trace", "--csv", rows=[row(1, subject=subject)])
    assert next(csv.DictReader(io.StringIO(done.out, newline="")))["Subject"] == f"'{subject}".replace("\t", " ")


@pytest.mark.parametrize("form", ["--json", "--jsonl", "--csv", "--wide"])
@pytest.mark.parametrize(
    ("text", "shown"), [("caf\udce9", r"caf\xe9"), ("lone \ud83d", r"lone \ud83d"), ("ünï 漢字", "ünï 漢字")]
)
def test_broken_text_never_breaks_the_output(mailwake: Runner, form: str, text: str, shown: str) -> None:
    strange = row(1, subject=text, sender=text, reason=text, hosts=(text,), queue_ids=(text,), status="Failed")
    done = mailwake("trace", form, rows=[strange])
    assert done.code == 0
    found = json.loads(done.out)[0]["Subject"] if form == "--json" else done.out
    assert shown in (found if form != "--jsonl" else json.loads(done.out)["Subject"])


HOSTILE = "a\x1b[31mred\u202egnp.exe\x07\x7f\x9b2J\u2066\nnext"


def test_csv_lets_no_control_characters_through(mailwake: Runner) -> None:
    done = mailwake("trace", "--csv", rows=[row(1, subject=HOSTILE, hosts=("m\x1b", "x"), sender="\n=1+1")])
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066]", done.out)
    (found,) = csv.DictReader(io.StringIO(done.out, newline=""))
    assert found["Subject"] == r"a\x1b[31mred\u202egnp.exe\x07\x7f\x9b2J\u2066 next"
    assert found["Hosts"] == r"m\x1b x"
    assert found["SenderAddress"] == "' =1+1"


@pytest.mark.parametrize("form", ["--json", "--jsonl"])
@pytest.mark.parametrize("terminal", [True, False])
def test_json_lets_no_control_characters_through_to_a_terminal(
    mailwake: Runner, form: str, terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    done = mailwake("trace", form, rows=[row(1, subject=HOSTILE + " ünï 漢字")])
    found = json.loads(done.out)
    assert (found[0] if form == "--json" else found)["Subject"] == HOSTILE + " ünï 漢字"
    assert bool(re.search("[\x7f-\x9f\u202e\u2066]", done.out)) is not terminal
    assert "ünï 漢字" in done.out


def test_notes_let_no_control_characters_through(mailwake: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    account = SimpleNamespace(notes=["a\x1b]0;x\x07: the file is empty"])
    monkeypatch.setattr(MemoryBackend, "account", account, raising=False)
    assert r"note: a\x1b]0;x\x07: the file is empty" in mailwake("trace", rows=[row(1)]).err


def test_the_table_lets_no_control_characters_through(mailwake: Runner) -> None:
    done = mailwake("trace", rows=[row(1, subject="a\x1b[31mred\u202egnp.exe\x07\nnext")])
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", done.out)
    assert len(done.out.splitlines()) == 2


def test_table(mailwake: Runner) -> None:
    done = mailwake("trace", "--zone", "Europe/Berlin", rows=ROWS)
    heading, first, second, third = done.out.splitlines()
    assert re.split(r"  +", heading) == [
        *("Received Europe/Berlin", "Id", "Sender", "Recipient", "Subject", "Status", "Reason")
    ]
    assert re.split(r"  +", first) == [
        *("2026-11-22 03:31:00", "4F3A2B1C0D", "<>", "info@example.net -> bob@mail.example.net"),
        *("Undelivered Mail", "Failed (Bounced)", "550 5.1.1 User unknown"),
    ]
    assert "Delivered (Relayed)" in second
    assert "00000000-0000-0000-0000-000000000003  -" in third
    assert done.err == "3 rows.\n"


@pytest.mark.parametrize("form", [(), ("--json",), ("--jsonl",), ("--csv",)])
def test_nothing_found(mailwake: Runner, form: tuple[str, ...]) -> None:
    done = mailwake("trace", *form, "-s", "nobody@example.org", rows=ROWS)
    assert done.code == 1
    assert done.err == "Nothing found.\n"
    if form == ("--json",):
        assert json.loads(done.out) == []
    elif form == ("--csv",):
        assert done.out.startswith("Received,")
    else:
        assert done.out == ""


FINDS = [
    (("-s", "<>"), "1"),
    (("--sender", "example.org", "--sender", "<>"), "12"),
    (("-r", "info@example.net"), "1"),
    (("-r", "*@example.net; nobody@example.org"), "12"),
    (("-m", "1@mail.example.org"), "1"),
    (("-q", "5f3a2b1c0d"), "1"),
    (("--queue-id", "4F3A2B1C0D, 0000000002"), "12"),
    (("--trace-id", "0f6b2c1e-5a7d-4f39-9c3e-2b8a1d4e6f70"), "1"),
    (("--subject", "DELIVERED"), "1"),
    (("--subject-starts", "message"), "2"),
    (("--subject-ends", "2"), "2"),
    (("--status", "failed"), "1"),
    (("--status", "Failed,Delivered"), "123"),
    (("--detail", "bounced"), "1"),
    (("--outcome", "rejected"), "1"),
    (("--direction", "inbound"), "1"),
    (("--client-ip", "10.0.0.0/8"), "2"),
    (("--client-ip", "10.1.2.3,192.0.2.7"), "12"),
    (("--sasl-user", "car*"), "1"),
    (("--next-hop", "mx.*"), "1"),
    (("--size-min", "2k"), "1"),
    (("--size-max", "1k"), ""),
    (("--host", "mx3"), "3"),
    (("--since", "2026-11-22T02:31:02Z"), "1"),  # its last event; it came in before
    (("--until", "2026-11-22 03:30:59", "--zone", "Europe/Berlin"), "3"),
    (("--since", "2026-11-22", "--until", "2026-11-22", "--zone", "UTC"), "123"),
    (("--outcome", "rejected", "-s", "example.org"), ""),
    (("info@example.net",), "1"),
    (("example.org",), "2"),
    (("1@mail.example.org",), "1"),  # as an address nobody, then as a Message-ID
    (("<1@mail.example.org>",), "1"),
    (("192.0.2.7",), "1"),
    (("198.51.100.25",), "1"),  # no client: then a next hop
    (("4f3a2b1c0d",), "1"),
    (("0F6B2C1E5A7D4F399C3E2B8A1D4E6F70",), "1"),
    (("mail undelivered",), "1"),
    (("message",), "2"),
    (("bob@example.net", "--status", "Failed"), ""),
]


@pytest.mark.parametrize(("words", "expected"), FINDS, ids=[" ".join(words) for words, _ in FINDS])
def test_criteria(mailwake: Runner, words: tuple[str, ...], expected: str) -> None:
    done = mailwake("trace", "--json", *words, rows=ROWS)
    places = {name: str(number) for number, name in enumerate(["00", "59", "58"], 1)}
    assert "".join(places[found["Received"][17:19]] for found in json.loads(done.out)) == expected
    assert done.code == (0 if expected else 1)


REFUSED = [
    (("--status", "sent"), "is no status", "Delivered, Failed"),
    (("--since", "soon"), "cannot read 'soon' as a time", "trace --help"),
    (("--since", "today", "--until", "yesterday"), "ends before it begins", "later"),
    (("--zone", "Mars/City"), "no such time zone", "trace --help"),
    (("--size-min", "big"), "as a size", "trace --help"),
    (("--cursor", "abc"), "is no cursor", "trace --help"),
    (("--limit", "0"), "0 is not in the range", "trace --help"),
    (("--subject", "a", "--subject-ends", "b"), "give only one", "trace --help"),
    (("--subject", ""), "empty", "trace --help"),
    (("-s", ""), "empty", "<>"),
    (("--client-ip", "1.2.3"), "no IP address", "192.0.2.0/24"),
    (("",), "the query is empty", "address"),
    (("--assume-zone", "UTC"), "go with --in", "trace --help"),
    (("--no-such",), "No such option", "trace --help"),
    (("--data-dir", "x"), "stands before the command", "mailwake --data-dir"),
    (("two", "words"), "unexpected extra argument", "trace --help"),
]


@pytest.mark.parametrize(("words", "what", "hint"), REFUSED, ids=[" ".join(words) for words, _, _ in REFUSED])
def test_wrong_usage(mailwake: Runner, words: tuple[str, ...], what: str, hint: str) -> None:
    done = mailwake("trace", *words, rows=ROWS)
    assert (done.code, done.out) == (2, "")
    said, advice = done.err.splitlines()
    assert said.startswith("mailwake: ") and what in said
    assert advice.startswith("hint: ") and hint in advice


def test_paging_gives_every_row_once(mailwake: Runner) -> None:
    rows = [row(number // 2, leaf=number % 2, trace_id=f"{number // 2 % 3:032x}") for number in range(10)]
    words = ["trace", "--limit", "3", "--json"]
    seen = []
    for _ in range(4):
        done = mailwake(*words, rows=rows)
        seen += [(found["Received"], found["MessageTraceId"]) for found in json.loads(done.out)]
        command = done.err.splitlines()[-1] if done.err else ""
        assert command.startswith("mailwake trace --limit 3 --json --cursor ") == bool(command)
        words = command.split()[1:]
    assert len(seen) == 10
    assert seen == sorted(seen, key=lambda one: (one[0], one[1]), reverse=True)
    assert not command


def test_a_long_answer_is_asked_for_in_pages(mailwake: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailwake.cli.pages.PAGE", 4)
    done = mailwake("trace", "--limit", "9", "--jsonl", rows=[row(number) for number in range(20)])
    assert len(done.out.splitlines()) == 9
    assert done.backend.limits == [5, 5, 2]
    assert "there are more" in done.err


def test_a_table_with_more_names_the_next_command(mailwake: Runner) -> None:
    done = mailwake("--data-dir", "my data", "trace", "--limit=1", "--cursor=5-" + "f" * 32 + "-0", rows=ROWS)
    assert done.code == 1
    done = mailwake(
        "--data-dir", "my data", "trace", "--limit=1", "--", "-x", rows=[row(1, subject="-x"), row(2, subject="-x")]
    )
    assert done.err.splitlines() == [
        "1 row, reading the query as subject; there are more:",
        f"mailwake --data-dir 'my data' trace --limit=1 --cursor {START - SECOND}-{1:032x}-0 -- -x",
    ]


def test_more_from_standard_input_cannot_be_had_again(mailwake: Runner) -> None:
    done = mailwake("trace", "--in", "-", "--limit", "1", rows=ROWS)
    assert done.err == "1 row; there are more, take a higher --limit.\n"


def test_what_is_opened(mailwake: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("trace", "--in", "a.log", "--in", "-", "--assume-zone", "Europe/Berlin", "--assume-year", "2019")
    assert mailwake(*words, rows=ROWS).opened == [(Path("data"), ("a.log", "-"), "Europe/Berlin", 2019)]
    monkeypatch.setenv("MAILWAKE_DATA_DIR", "/srv/mailwake")
    assert mailwake("trace", rows=ROWS).opened == [(Path("/srv/mailwake"), (), None, None)]
    assert mailwake("--data-dir", "here", "trace", rows=ROWS).opened[0][0] == Path("here")


def test_rows_without_a_time_are_shown(mailwake: Runner) -> None:
    timeless = row(1, received=0, last=0)
    assert json.loads(mailwake("trace", "--json", rows=[timeless]).out)[0]["Received"] is None
    assert mailwake("trace", rows=[timeless]).out.splitlines()[1].startswith("-  ")


def test_the_message_that_a_bounce_is_about(mailwake: Runner, tmp_path: Path) -> None:
    bounce = tmp_path / "ndr.eml"
    bounce.write_text("X-Postfix-Queue-ID: 4F3A2B1C0D\nFinal-Recipient: rfc822; bob@example.net\n")
    done = mailwake("trace", "--bounce", str(bounce), "--json", rows=ROWS)
    assert done.code == 0
    assert [one["Status"] for one in json.loads(done.out)] == ["Failed"]


def test_a_text_that_names_no_message_is_wrong_usage(mailwake: Runner, tmp_path: Path) -> None:
    bounce = tmp_path / "ndr.eml"
    bounce.write_text("hello")
    done = mailwake("trace", "--bounce", str(bounce), rows=ROWS)
    assert done.code == 2
    assert "no message is named" in done.err
    assert mailwake("trace", "bob", "--bounce", str(bounce), rows=ROWS).code == 2
