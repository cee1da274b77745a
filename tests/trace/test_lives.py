"""Lives of queue IDs: reuse, lost ends and beginnings, instances, connections that gave up."""

from __future__ import annotations

import pytest
from logs import fates, messages, rows_of, told, trace
from logs import lines as written

FIRST = """
10:00:00.10 mx postfix/smtpd[1]: A1B2C3D4E5: client=a.example.net[192.0.2.1]
10:00:00.11 mx postfix/cleanup[2]: A1B2C3D4E5: message-id=<1@example.net>
10:00:00.12 mx postfix/qmgr[3]: A1B2C3D4E5: from=<a@example.net>, size=100, nrcpt=1 (queue active)
10:00:00.30 mx postfix/smtp[4]: A1B2C3D4E5: to=<x@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=0.2, delays=0.1/0/0.05/0.05, dsn=2.0.0, status=sent (250 2.0.0 Ok)
10:00:00.31 mx postfix/qmgr[3]: A1B2C3D4E5: removed
"""  # noqa: E501
SECOND = """
10:00:00.60 mx postfix/smtpd[5]: A1B2C3D4E5: client=b.example.net[192.0.2.2]
10:00:00.61 mx postfix/cleanup[6]: A1B2C3D4E5: message-id=<2@example.net>
10:00:00.62 mx postfix/qmgr[3]: A1B2C3D4E5: from=<b@example.net>, size=200, nrcpt=1 (queue active)
10:00:00.80 mx postfix/smtp[7]: A1B2C3D4E5: to=<y@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=0.2, delays=0.1/0/0.05/0.05, dsn=5.1.1, status=bounced (host mx.example.org[198.51.100.1] said: 550 5.1.1 unknown (in reply to RCPT TO command))
10:00:00.81 mx postfix/qmgr[3]: A1B2C3D4E5: removed
"""  # noqa: E501
BOTH = ["a@example.net x@example.org = Delivered/Relayed", "b@example.net y@example.org = Failed/Bounced"]


@pytest.mark.pitfall("Q01")
def test_reuse_within_one_second() -> None:
    rows = trace(FIRST + SECOND)
    assert told(rows) == BOTH
    assert [(row.from_ip, row.message_id, row.size) for row in rows] == [
        ("192.0.2.1", "<1@example.net>", 100),
        ("192.0.2.2", "<2@example.net>", 200),
    ]


@pytest.mark.pitfall("Q01")
@pytest.mark.parametrize("day", ["11-22", "11-27", "12-31"])
def test_reuse_after_days(day: str) -> None:
    rows = trace(FIRST + SECOND.replace("10:00:00", f"{day} 10:00:00"))
    assert told(rows) == BOTH
    assert messages(rows) == 2


@pytest.mark.pitfall("Q01", "T04")
def test_reuse_with_whole_seconds() -> None:
    """The first message ends in the second in which the other one begins: `delay=` tells whose the delivery is."""
    rows = trace("""
    10:00:00 mx postfix/smtpd[1]: A1B2C3D4E5: client=a.example.net[192.0.2.1]
    10:00:00 mx postfix/cleanup[2]: A1B2C3D4E5: message-id=<1@example.net>
    10:00:00 mx postfix/qmgr[3]: A1B2C3D4E5: from=<a@example.net>, size=100, nrcpt=1 (queue active)
    10:00:01 mx postfix/smtp[4]: A1B2C3D4E5: to=<x@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=1, delays=0/0/0.5/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok)
    10:00:01 mx postfix/qmgr[3]: A1B2C3D4E5: removed
    10:00:01 mx postfix/smtpd[5]: A1B2C3D4E5: client=b.example.net[192.0.2.2]
    10:00:01 mx postfix/cleanup[6]: A1B2C3D4E5: message-id=<2@example.net>
    10:00:01 mx postfix/qmgr[3]: A1B2C3D4E5: from=<b@example.net>, size=200, nrcpt=1 (queue active)
    10:00:02 mx postfix/smtp[7]: A1B2C3D4E5: to=<y@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=1, delays=0/0/0.5/0.5, dsn=5.1.1, status=bounced (host mx.example.org[198.51.100.1] said: 550 5.1.1 unknown (in reply to RCPT TO command))
    10:00:02 mx postfix/qmgr[3]: A1B2C3D4E5: removed
    """)  # noqa: E501
    assert told(rows) == BOTH
    assert messages(rows) == 2
    assert [row.from_ip for row in rows] == ["192.0.2.1", "192.0.2.2"]


@pytest.mark.pitfall("Q02", "T21")
@pytest.mark.parametrize("later", ["10:00:05", "11-23 10:00:05"])
def test_removed_was_lost(later: str) -> None:
    first = "\n".join(line for line in FIRST.splitlines() if "removed" not in line)
    rows = trace(first + "\n" + SECOND.replace("10:00:00", later))
    assert told(rows) == BOTH
    assert messages(rows) == 2


@pytest.mark.pitfall("Q02")
def test_undelivered_and_removed_lost_is_end_not_seen() -> None:
    first = "\n".join(line for line in FIRST.splitlines() if "removed" not in line and "status=" not in line)
    rows = trace(first + "\n" + SECOND.replace("10:00:00", "11-23 10:00:00"))
    assert told(rows) == ["a@example.net ? = GettingStatus/Unknown", BOTH[1]]
    assert rows[0].remark


@pytest.mark.pitfall("Q01", "T27")
def test_same_id_on_two_hosts() -> None:
    rows = trace(FIRST + SECOND.replace(" mx ", " mx2 "))
    assert told(rows) == BOTH
    assert [row.hosts for row in rows] == [("mx",), ("mx2",)]


@pytest.mark.pitfall("T27")
def test_same_id_in_two_instances_at_once() -> None:
    rows = trace("""
    10:00:00 mx postfix-in/smtpd[1]: A1B2C3D4E5: client=a.example.net[192.0.2.1]
    10:00:00 mx postfix-out/smtpd[11]: A1B2C3D4E5: client=b.example.net[192.0.2.2]
    10:00:00 mx postfix-in/cleanup[2]: A1B2C3D4E5: message-id=<1@example.net>
    10:00:00 mx postfix-out/cleanup[12]: A1B2C3D4E5: message-id=<2@example.net>
    10:00:01 mx postfix-in/qmgr[3]: A1B2C3D4E5: from=<a@example.net>, size=100, nrcpt=1 (queue active)
    10:00:01 mx postfix-out/qmgr[13]: A1B2C3D4E5: from=<b@example.net>, size=200, nrcpt=1 (queue active)
    10:00:02 mx postfix-out/smtp[14]: A1B2C3D4E5: to=<y@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=2, delays=0/0/1/1, dsn=5.1.1, status=bounced (host mx.example.org[198.51.100.1] said: 550 5.1.1 unknown (in reply to RCPT TO command))
    10:00:02 mx postfix-in/smtp[4]: A1B2C3D4E5: to=<x@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=2, delays=0/0/1/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)
    10:00:03 mx postfix-in/qmgr[3]: A1B2C3D4E5: removed
    10:00:03 mx postfix-out/qmgr[13]: A1B2C3D4E5: removed
    """)  # noqa: E501
    assert told(rows) == BOTH
    assert messages(rows) == 2, "the store keeps one row for each identity"
    assert {(row.sender, row.from_ip, row.message_id) for row in rows} == {
        ("a@example.net", "192.0.2.1", "<1@example.net>"),
        ("b@example.net", "192.0.2.2", "<2@example.net>"),
    }


@pytest.mark.pitfall("T27", "R07")
def test_who_a_message_is_does_not_depend_on_another_instance() -> None:
    """Their IDs are the same hours apart: what was read before the other one keeps its identity."""
    later = SECOND.replace(" postfix/", " postfix-out/").replace("10:0", "15:0")
    both = rows_of([written(FIRST + later)])
    assert {row.trace_id for row in both} == {rows_of([written(one)])[0].trace_id for one in (FIRST, later)}


@pytest.mark.pitfall("D39", "T23")
@pytest.mark.parametrize("start", range(1, 5))
def test_log_begins_mid_life(start: int) -> None:
    rows = rows_of([written(FIRST)[start:]])
    known = start < 3
    assert len(rows) == 1
    assert rows[0].sender == ("a@example.net" if known else None)
    assert rows[0].detail == ("Relayed" if start < 4 else "Unknown")
    assert rows[0].remark


@pytest.mark.pitfall("D39")
@pytest.mark.parametrize("end", [3, 4])
def test_log_ends_mid_life(end: int) -> None:
    rows = rows_of([written(FIRST)[:end]])
    assert [row.detail for row in rows] == ["Unknown" if end == 3 else "Relayed"]


@pytest.mark.pitfall("D38")
@pytest.mark.parametrize(
    "end",
    [
        "lost connection after DATA (1200 bytes) from a.example.net[192.0.2.1]",
        "timeout after DATA from a.example.net[192.0.2.1]",
        "disconnect from a.example.net[192.0.2.1] ehlo=1 mail=1 rcpt=1 rset=1 quit=1 commands=5",
    ],
)
def test_connection_that_gave_up_is_no_message(end: str) -> None:
    assert not fates(f"""
    10:00:00 mx postfix/smtpd[1]: connect from a.example.net[192.0.2.1]
    10:00:00 mx postfix/smtpd[1]: A1B2C3D4E5: client=a.example.net[192.0.2.1]
    10:00:01 mx postfix/cleanup[2]: A1B2C3D4E5: message-id=<1@example.net>
    10:00:09 mx postfix/smtpd[1]: {end}
    """)


@pytest.mark.pitfall("S02")
def test_messages_of_one_connection() -> None:
    rows = trace("""
    10:00:00 mx postfix/smtpd[1]: connect from a.example.net[192.0.2.1]
    10:00:00 mx postfix/smtpd[1]: A1B2C3D4E5: client=a.example.net[192.0.2.1]
    10:00:00 mx postfix/cleanup[2]: A1B2C3D4E5: message-id=<1@example.net>
    10:00:00 mx postfix/qmgr[3]: A1B2C3D4E5: from=<a@example.net>, size=100, nrcpt=1 (queue active)
    10:00:01 mx postfix/smtpd[1]: B1B2C3D4E5: client=a.example.net[192.0.2.1]
    10:00:01 mx postfix/cleanup[2]: B1B2C3D4E5: message-id=<2@example.net>
    10:00:01 mx postfix/qmgr[3]: B1B2C3D4E5: from=<b@example.net>, size=100, nrcpt=1 (queue active)
    10:00:01 mx postfix/virtual[4]: A1B2C3D4E5: to=<x@example.org>, relay=virtual, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to maildir)
    10:00:02 mx postfix/virtual[4]: B1B2C3D4E5: to=<y@example.org>, relay=virtual, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to maildir)
    10:00:02 mx postfix/smtpd[1]: disconnect from a.example.net[192.0.2.1] ehlo=1 mail=2 rcpt=2 data=2 quit=1 commands=8
    """)  # noqa: E501
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Delivered",
        "b@example.net y@example.org = Delivered/Delivered",
    ]


@pytest.mark.pitfall("Q10", "Q13", "Q11")
@pytest.mark.parametrize("value", ["<>", "", "no-brackets@example.net", "2021-01-25 10:00:05.006274"])
def test_odd_message_ids_are_still_messages(value: str) -> None:
    block = FIRST.replace("message-id=<1@example.net>", f"message-id={value}")
    rows = trace(block)
    assert told(rows) == [BOTH[0]]
    assert rows[0].message_id in (value, "")
    resent = "10:00:00.11 mx postfix/cleanup[2]: A1B2C3D4E5: resent-message-id=<9@example.net>\n"
    assert trace(FIRST + resent)[0].message_id == "<1@example.net>"


@pytest.mark.pitfall("D16", "D18", "D10")
def test_activations_are_no_new_messages() -> None:
    rows = trace("""
    10:00:00 mx postfix/smtpd[1]: A1B2C3D4E5: client=a.example.net[192.0.2.1]
    10:00:00 mx postfix/cleanup[2]: A1B2C3D4E5: message-id=<1@example.net>
    10:00:00 mx postfix/qmgr[3]: A1B2C3D4E5: from=<a@example.net>, size=100, nrcpt=1 (queue active)
    10:00:30 mx postfix/smtp[4]: A1B2C3D4E5: to=<x@example.org>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to mx.example.org[198.51.100.1]:25: Connection timed out)
    11-22 11:00:00 mx postfix/qmgr[3]: A1B2C3D4E5: from=<a@example.net>, size=100, nrcpt=1 (queue active)
    11-22 11:00:00 mx postfix/qmgr[3]: A1B2C3D4E5: skipped, still being delivered
    11-22 11:00:30 mx postfix/smtp[5]: A1B2C3D4E5: to=<x@example.org>, relay=none, delay=90030, delays=90000/0/30/0, dsn=4.4.1, status=deferred (connect to mx.example.org[198.51.100.1]:25: Connection timed out)
    11-25 11:00:00 mx postfix/qmgr[33]: A1B2C3D4E5: from=<a@example.net>, size=100, nrcpt=1 (queue active)
    11-25 11:00:02 mx postfix/smtp[6]: A1B2C3D4E5: to=<x@example.org>, relay=mx.example.org[198.51.100.1]:25, delay=349202, delays=349200/0/1/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)
    11-25 11:00:02 mx postfix/qmgr[33]: A1B2C3D4E5: removed
    """)  # noqa: E501
    assert told(rows) == [BOTH[0]]
    assert rows[0].attempts == 3
