"""dma: the queue ID stands where others have their process id; each recipient has one of its own."""

from __future__ import annotations

import json

from logs import folder, messages, rows_of, told, trace

from mailwake.operations.opening import FileBackend
from mailwake.operations.show import show
from mailwake.store.query import And

ANN, BOB, ROOT = "2a4f3.55d0c8e2a2c0", "2a4f3.55d0c8e2a300", "2a4f3.55d0c8e2a340"
NEW = "10:00:00 cron dma[2a4f3]: new mail from user=root uid=0 envelope_from=<root@cron.example.org>\n"
SMARTHOST = "smtp.example.org [192.0.2.1]"


def _queued(item: str, address: str) -> str:
    return f"10:00:00 cron dma[{item.partition('.')[0]}]: mail to=<{address}> queued as {item}\n"


def _tried(item: str, address: str, end: str, when: str = "10:00:01") -> str:
    return (
        f"{when} cron dma[{item}]: <{address}> trying delivery\n"
        f"{when} cron dma[{item}]: trying remote delivery to {SMARTHOST} pref 0\n"
        f"{when} cron dma[{item}]: {end}\n"
    )


def test_each_recipient_has_its_end() -> None:
    rows = trace(
        NEW
        + _queued(ANN, "ann@example.org")
        + _queued(BOB, "bob@example.net")
        + _queued(ROOT, "root")
        + _tried(ANN, "ann@example.org", "<ann@example.org> delivery successful")
        + _tried(BOB, "bob@example.net", f"remote delivery to {SMARTHOST} failed after RCPT TO: 550 5.1.1 no such user")
        + f"10:00:01 cron dma[{ROOT}]: <root> trying delivery\n10:00:01 cron dma[{ROOT}]: <root> delivery successful\n"
    )
    assert told(rows) == [
        "root@cron.example.org ann@example.org = Delivered/Relayed",
        "root@cron.example.org bob@example.net = Failed/Bounced",
        "root@cron.example.org root = Delivered/Delivered",
    ]
    assert messages(rows) == 1
    assert [(row.to_host, row.to_ip) for row in rows[:2]] == [("smtp.example.org", "192.0.2.1")] * 2
    assert rows[1].reason == "550 5.1.1 no such user"


def test_taken_and_not_ended() -> None:
    rows = trace(
        NEW + _queued(ANN, "ann@example.org") + f"10:00:00 cron dma[{ANN}]: <ann@example.org> trying delivery\n"
    )
    assert told(rows) == ["root@cron.example.org ann@example.org = GettingStatus/Unknown"]


def test_tried_again_until_it_is_taken() -> None:
    put_off = _tried(
        ANN, "ann@example.org", f"remote delivery deferred: {SMARTHOST} failed after RCPT TO: 450 4.2.0 later"
    )
    begun = NEW + _queued(ANN, "ann@example.org") + put_off
    assert told(trace(begun)) == ["root@cron.example.org ann@example.org = Pending/Deferred"]
    sent = _tried(ANN, "ann@example.org", "<ann@example.org> delivery successful", "10:05:00")
    assert told(trace(begun + sent)) == ["root@cron.example.org ann@example.org = Delivered/Relayed"]


def test_given_up_and_returned() -> None:
    failed = (
        _tried(ANN, "ann@example.org", f"connect to {SMARTHOST} failed: Connection refused", "11-26 11:00:00")
        + f"11-26 11:00:00 cron dma[{ANN}]: delivery failed, bouncing as 2a4f9\n"
        + "11-26 11:00:00 cron dma[2a4f9]: new mail from user=root uid=0 envelope_from=<>\n"
        + "11-26 11:00:00 cron dma[2a4f9]: mail to=<root> queued as 2a4f9.55d0c8e2b000\n"
        + "11-26 11:00:00 cron dma[2a4f9.55d0c8e2b000]: <root> trying delivery\n"
        + "11-26 11:00:00 cron dma[2a4f9.55d0c8e2b000]: <root> delivery successful\n"
    )
    rows = trace(NEW + _queued(ANN, "ann@example.org") + failed)
    assert told(rows) == [
        "<> root = Delivered/Delivered",
        "root@cron.example.org ann@example.org = Failed/Expired",
    ]
    assert (rows[1].parent_id, rows[1].relation) == (rows[0].trace_id, "failure notification")


def test_a_number_of_a_file_is_used_again() -> None:
    rows = trace(
        NEW
        + _queued(ANN, "ann@example.org")
        + _tried(ANN, "ann@example.org", "<ann@example.org> delivery successful")
        + (NEW + _queued(BOB, "bob@example.net")).replace("10:00:00", "10:02:00").replace("<root@", "<cron@")
        + _tried(BOB, "bob@example.net", "<bob@example.net> delivery successful", "10:02:00")
    )
    assert told(rows) == [
        "cron@cron.example.org bob@example.net = Delivered/Relayed",
        "root@cron.example.org ann@example.org = Delivered/Relayed",
    ]


def test_the_id_of_the_tag_survives_every_form_of_log() -> None:
    """Digits alone may be an id, too."""
    item = "41237.94012345"
    said = [
        ("41237", "new mail from user=root uid=0 envelope_from=<root@cron.example.org>"),
        ("41237", f"mail to=<ann@example.org> queued as {item}"),
        (item, "<ann@example.org> trying delivery"),
        (item, "<ann@example.org> delivery successful"),
    ]
    forms = (
        [f"Nov 21 10:00:00 cron dma[{tag}]: {text}" for tag, text in said],
        [f"2026-11-21T10:00:00.000001+00:00 cron dma[{tag}]: {text}" for tag, text in said],
        [f"<22>Nov 21 10:00:00 cron dma[{tag}]: {text}" for tag, text in said],
        [f"<22>1 2026-11-21T10:00:00Z cron dma {tag} - - {text}" for tag, text in said],
        [f"Nov 21 10:00:00 dma[{tag}]: {text}" for tag, text in said],
        [
            json.dumps(
                {
                    "__REALTIME_TIMESTAMP": "1795255200000000",
                    "_HOSTNAME": "cron",
                    "SYSLOG_IDENTIFIER": "dma",
                    "SYSLOG_PID": tag,
                    "_PID": "77",
                    "MESSAGE": text,
                }
            )
            for tag, text in said
        ],
    )
    for form in forms:
        assert told(rows_of([form])) == ["root@cron.example.org ann@example.org = Delivered/Relayed"], form[0]


def test_the_story_names_the_next_server() -> None:
    text = (
        NEW + _queued(ANN, "ann@example.org") + _tried(ANN, "ann@example.org", "<ann@example.org> delivery successful")
    )
    with folder() as place:
        path = place / "mail.log"
        path.write_text(text.replace("10:0", "Nov 21 10:0"))
        backend = FileBackend((str(path),), zone="UTC")
        (row,) = backend.search(And(()), 10)
        shown = show(backend, row.trace_id)
    assert shown is not None
    assert "smtp.example.org" in str(shown)


def test_the_hub_that_refused_it_tells_the_same() -> None:
    """dma names the recipient in another line than the refusal, whose words begin with the address."""
    words = "550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in virtual mailbox table"
    sent = f"""
    10:00:00 sat dma[258415]: new mail from user=root uid=0 envelope_from=<root@sat.example.org>
    10:00:00 sat dma[258415]: mail to=<x@example.org> queued as 258415.561675663b30
    10:00:01 sat dma[258415.561675663b30]: <x@example.org> trying delivery
    10:00:01 sat dma[258415.561675663b30]: trying remote delivery to hub.example.org [10.0.0.2] pref 0
    10:00:01 sat dma[258415.561675663b30]: remote delivery to hub.example.org [10.0.0.2] failed after RCPT TO: {words}
    """
    refused = f"10:00:01 hub postfix/smtpd[7]: NOQUEUE: reject: RCPT from sat.example.org[10.0.0.1]: {words}; from=<root@sat.example.org> to=<x@example.org> proto=ESMTP helo=<sat>\n"  # noqa: E501
    assert told(trace(sent + refused)) == ["root@sat.example.org x@example.org = Failed/Bounced"]
    assert len(trace(sent + refused + refused.replace("10.0.0.1", "10.0.0.9").replace("00:01", "00:05"))) == 2
