"""Content filters that take a message and hand it in again: one message, counted once, every recipient's own end."""

from __future__ import annotations

import itertools

import pytest
from logs import fates, lines, messages, rows_of, told, trace

IN = """
10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
"""
AGAIN = """
10:00:02 mx postfix/smtpd[5]: B000000001: client=localhost[127.0.0.1], orig_queue_id=A000000001, orig_client=out.example.net[192.0.2.1]
10:00:02 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
10:00:02 mx postfix/qmgr[3]: B000000001: from=<a@example.net>, size=300, nrcpt=1 (queue active)
"""  # noqa: E501
AMAVIS = "10:00:02 mx amavis[8]: (00008-01) Passed CLEAN {RelayedInbound}, [192.0.2.1]:6101 [192.0.2.1] <a@example.net> -> <x@example.org>, Queue-ID: A000000001, Message-ID: <1@example.net>, mail_id: abcDEF123456, Hits: -1.2, size: 100, queued_as: B000000001, 80 ms\n"  # noqa: E501
HANDED = "10:00:03 mx postfix/smtp[4]: A000000001: to=<x@example.org>, relay=127.0.0.1[127.0.0.1]:10024, delay=3, delays=0/0/0/3, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as B000000001)\n"  # noqa: E501
END_A = "10:00:03 mx postfix/qmgr[3]: A000000001: removed\n"
STORED = """
10:00:02 mx postfix/virtual[6]: B000000001: to=<x@example.org>, relay=virtual, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (delivered to maildir)
10:00:02 mx postfix/qmgr[3]: B000000001: removed
"""  # noqa: E501
ONE = ["a@example.net x@example.org = Delivered/Delivered"]


def check_one(block: str) -> None:
    rows = trace(block)
    assert told(rows) == ONE
    assert rows[0].queue_ids == ("A000000001", "B000000001")
    assert (rows[0].from_ip, rows[0].from_host, rows[0].grade) == ("192.0.2.1", "out.example.net", "proven")


@pytest.mark.pitfall("B01", "B02", "B03", "B13", "Q17", "Q18")
def test_filter_with_all_evidence() -> None:
    """The second queue ID is done and gone before the first one's `sent` is logged."""
    check_one(IN + AGAIN + STORED + AMAVIS + HANDED + END_A)


@pytest.mark.pitfall("B01", "B03", "Q17")
def test_filter_by_reply_alone() -> None:
    plain = AGAIN.replace(", orig_queue_id=A000000001, orig_client=out.example.net[192.0.2.1]", "")
    check_one(IN + plain + STORED + HANDED + END_A)


@pytest.mark.pitfall("Q18", "B03")
def test_filter_by_xforward_alone() -> None:
    check_one(IN + AGAIN + STORED + HANDED.replace("queued as B000000001", "done") + END_A)


@pytest.mark.pitfall("B01")
def test_filter_by_amavis_alone() -> None:
    plain = AGAIN.replace(", orig_queue_id=A000000001, orig_client=out.example.net[192.0.2.1]", "")
    check_one(IN + plain + STORED + AMAVIS + HANDED.replace("queued as B000000001", "done") + END_A)


@pytest.mark.pitfall("B02")
def test_any_order_of_the_files_lines() -> None:
    whole = lines(IN + AGAIN + STORED + AMAVIS + HANDED + END_A)
    assert len({tuple(rows_of([whole[n:] + whole[:n]])) for n in range(len(whole))}) == 1
    for parts in itertools.permutations([IN + END_A + HANDED, AGAIN, STORED + AMAVIS]):
        assert told(rows_of([lines(part) for part in parts])) == ONE


@pytest.mark.pitfall("B04")
@pytest.mark.parametrize(
    ("reply", "verdict", "fate"),
    [
        ("250 2.7.0 Ok, discarded, id=00008-01 - SPAM", "", "Failed/Discarded"),
        ("250 2.7.0 BLOCKED (3802E5DFA2F7AA3B7A1)", "", "Failed/Discarded"),
        (
            "250 2.7.0 Ok, discarded, id=00008-01 - SPAM",
            "10:00:02 mx amavis[8]: (00008-01) Blocked SPAM {DiscardedInbound,Quarantined}, [192.0.2.1]:6101 [192.0.2.1] <a@example.net> -> <x@example.org>, quarantine: q/spam-abcDEF123456.gz, Queue-ID: A000000001, Message-ID: <1@example.net>, mail_id: abcDEF123456, Hits: 19.1, size: 100, 80 ms",  # noqa: E501
            "Quarantined/Quarantined",
        ),
    ],
)
def test_filter_kept_it(reply: str, verdict: str, fate: str) -> None:
    handed = HANDED.replace("250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as B000000001", reply)
    assert fates(IN + verdict + "\n" + handed + END_A) == [f"a@example.net x@example.org = {fate}"]


@pytest.mark.pitfall("B04", "Q18")
@pytest.mark.parametrize(
    ("reply", "fate"),
    [
        ("250 2.7.0 Ok, discarded, id=123-01 - spam", "Failed/Discarded"),
        ("250 2.7.0 Ok, moved to quarantine", "Quarantined/Quarantined"),
    ],
)
def test_filter_kept_it_after_it_had_begun_to_hand_it_on(reply: str, fate: str) -> None:
    """A filter that passes on each command as it comes has named the recipients when it decides: then it sends RSET."""
    begun = AGAIN.strip().partition("\n")[0] + "\n"
    handed = HANDED.replace("250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as B000000001", reply)
    assert fates(IN + begun + handed + END_A) == [f"a@example.net x@example.org = {fate}"]


@pytest.mark.pitfall("B05")
def test_filter_bounced_it() -> None:
    rows = trace(f"""{IN}
    10:00:02 mx amavis[8]: (00008-01) Blocked INFECTED (Eicar-Signature) {{RejectedInbound}}, [192.0.2.1]:6101 [192.0.2.1] <a@example.net> -> <x@example.org>, Queue-ID: A000000001, Message-ID: <1@example.net>, mail_id: abcDEF123456, Hits: -, size: 100, 80 ms
    10:00:03 mx postfix/smtp[4]: A000000001: to=<x@example.org>, relay=127.0.0.1[127.0.0.1]:10024, delay=3, delays=0/0/0/3, dsn=5.7.0, status=bounced (host 127.0.0.1[127.0.0.1] said: 554 5.7.0 Reject, id=00008-01 - INFECTED: Eicar-Signature (in reply to end of DATA command))
    10:00:03 mx postfix/bounce[9]: A000000001: sender non-delivery notification: C000000001
    10:00:03 mx postfix/qmgr[3]: A000000001: removed
    """)  # noqa: E501
    assert told(rows) == ["a@example.net x@example.org = Failed/Bounced"]
    assert "INFECTED" in rows[0].reason
    assert "INFECTED" in rows[0].verdict


@pytest.mark.pitfall("B06", "D25")
def test_filter_split_the_recipients() -> None:
    rows = trace("""
    10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
    10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
    10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=3 (queue active)
    10:00:02 mx postfix/smtpd[5]: B000000001: client=localhost[127.0.0.1]
    10:00:02 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
    10:00:02 mx postfix/qmgr[3]: B000000001: from=<a@example.net>, size=300, nrcpt=2 (queue active)
    10:00:02 mx postfix/smtpd[5]: B000000002: client=localhost[127.0.0.1]
    10:00:02 mx postfix/cleanup[2]: B000000002: message-id=<1@example.net>
    10:00:02 mx postfix/qmgr[3]: B000000002: from=<a@example.net>, size=310, nrcpt=1 (queue active)
    10:00:03 mx amavis[8]: (00008-01) Passed SPAMMY {RelayedTaggedInbound}, [192.0.2.1]:6101 [192.0.2.1] <a@example.net> -> <x@example.org>,<y@example.org>,<z@example.org>, Queue-ID: A000000001, Message-ID: <1@example.net>, mail_id: abcDEF123456, Hits: 5.1, size: 100, queued_as: B000000001/B000000002, 80 ms
    10:00:03 mx postfix/smtp[4]: A000000001: to=<x@example.org>, relay=127.0.0.1[127.0.0.1]:10024, delay=3, delays=0/0/0/3, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as B000000001)
    10:00:03 mx postfix/smtp[4]: A000000001: to=<y@example.org>, relay=127.0.0.1[127.0.0.1]:10024, delay=3, delays=0/0/0/3, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as B000000001)
    10:00:03 mx postfix/smtp[4]: A000000001: to=<z@example.org>, relay=127.0.0.1[127.0.0.1]:10024, delay=3, delays=0/0/0/3, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as B000000002)
    10:00:03 mx postfix/qmgr[3]: A000000001: removed
    10:00:04 mx postfix/virtual[6]: B000000001: to=<x@example.org>, relay=virtual, delay=2, delays=0/0/0/2, dsn=2.0.0, status=sent (delivered to maildir)
    10:00:04 mx postfix/virtual[6]: B000000001: to=<y@example.org>, relay=virtual, delay=2, delays=0/0/0/2, dsn=5.2.2, status=bounced (maildir delivery failed: disk quota exceeded)
    10:00:04 mx postfix/qmgr[3]: B000000001: removed
    10:00:05 mx postfix/virtual[6]: B000000002: to=<z@example.org>, relay=virtual, delay=3, delays=0/0/0/3, dsn=4.2.2, status=deferred (temporary failure)
    """)  # noqa: E501
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Delivered",
        "a@example.net y@example.org = Failed/Bounced",
        "a@example.net z@example.org = Pending/Deferred",
    ]
    assert messages(rows) == 1
    assert {row.recipient: row.queue_ids[1] for row in rows} == {
        "x@example.org": "B000000001",
        "y@example.org": "B000000001",
        "z@example.org": "B000000002",
    }


@pytest.mark.pitfall("B07")
def test_amavis_line_in_two_parts() -> None:
    first = AMAVIS.replace(", Queue-ID: A000000001", " ...").partition(" ...")[0] + "...\n"
    rest = "10:00:02 mx amavis[8]: (00008-01) ..., Queue-ID: A000000001, Message-ID: <1@example.net>, mail_id: abcDEF123456, Hits: -1.2, size: 100, queued_as: B000000001, 80 ms\n"  # noqa: E501
    plain = AGAIN.replace(", orig_queue_id=A000000001, orig_client=out.example.net[192.0.2.1]", "")
    check_one(IN + plain + STORED + first + rest + HANDED.replace("queued as B000000001", "done") + END_A)


@pytest.mark.pitfall("D36")
def test_status_is_end_to_end() -> None:
    """The filter's "sent" is no delivery when the next leg failed, or is still open."""
    failed = STORED.replace("dsn=2.0.0, status=sent (delivered to maildir)", "dsn=5.2.2, status=bounced (full)")
    assert fates(IN + AGAIN + failed + HANDED + END_A) == ["a@example.net x@example.org = Failed/Bounced"]
    open_ = STORED.replace("dsn=2.0.0, status=sent (delivered to maildir)", "dsn=4.2.2, status=deferred (full)")
    still = "\n".join(line for line in open_.splitlines() if "removed" not in line) + "\n"
    assert fates(IN + AGAIN + still + HANDED + END_A) == ["a@example.net x@example.org = Pending/Deferred"]


@pytest.mark.pitfall("T31", "Q05")
def test_ids_of_digits_do_not_meet() -> None:
    """A filter's own id that equals another message's queue ID joins nothing."""
    rows = trace("""
    10:00:00 mx postfix/smtpd[1]: 123412341234: client=out.example.net[192.0.2.1]
    10:00:00 mx postfix/cleanup[2]: 123412341234: message-id=<1@example.net>
    10:00:00 mx postfix/qmgr[3]: 123412341234: from=<a@example.net>, size=100, nrcpt=1 (queue active)
    10:00:01 mx pmg-smtp-filter[7]: 123412341234: new mail message-id=<2@example.com>#012
    10:00:01 mx pmg-smtp-filter[7]: 123412341234: block mail to <z@example.com> (rule: Block)
    10:00:02 mx postfix/virtual[6]: 123412341234: to=<x@example.org>, relay=virtual, delay=2, delays=0/0/0/2, dsn=2.0.0, status=sent (delivered to maildir)
    10:00:02 mx postfix/qmgr[3]: 123412341234: removed
    """)  # noqa: E501
    assert told(rows) == ["a@example.net x@example.org = Delivered/Delivered"]


def _split(names: str, others: str = "") -> str:
    """A filter that hands each recipient on in a message of its own, says no origin, and names the last one only."""
    count = len(names)
    block = IN.replace("nrcpt=1", f"nrcpt={count}")
    for number, name in enumerate(names, start=1):
        key = f"B00000000{number}"
        to = f"{name}@example.org"
        for member in others if name == names[0] and others else "":
            block += f"10:00:03 mx postfix/virtual[6]: {key}: to=<{member}@example.org>, orig_to=<{to}>, relay=virtual, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (delivered to maildir)\n"  # noqa: E501
        if name != names[0] or not others:
            block += f"10:00:03 mx postfix/virtual[6]: {key}: to=<{to}>, relay=virtual, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (delivered to maildir)\n"  # noqa: E501
        block += f"""
        10:00:02 mx postfix/smtpd[5]: {key}: client=localhost[127.0.0.1]
        10:00:02 mx postfix/cleanup[2]: {key}: message-id=<1@example.net>
        10:00:02 mx postfix/qmgr[3]: {key}: from=<a@example.net>, size=300, nrcpt={max(len(others), 1) if name == names[0] else 1} (queue active)
        10:00:03 mx postfix/qmgr[3]: {key}: removed
        """  # noqa: E501
        block += f"10:00:03 mx postfix/smtp[4]: A000000001: to=<{to}>, relay=127.0.0.1[127.0.0.1]:10024, delay=3, delays=0/0/0/3, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as B00000000{count})\n"  # noqa: E501
    return "\n".join(sorted(line.strip() for line in (block + END_A).splitlines() if line.strip()))


@pytest.mark.parametrize("names", ["xy", "xyz", "xyzuvw"])
def test_filter_that_splits_and_names_the_last_only(names: str) -> None:
    rows = trace(_split(names))
    assert told(rows) == [f"a@example.net {name}@example.org = Delivered/Delivered" for name in sorted(names)]
    assert messages(rows) == 1
    for row in rows:
        place = names.index(row.recipient[0]) + 1
        assert row.queue_ids == ("A000000001", f"B00000000{place}")


def test_filter_that_splits_and_one_of_its_messages_is_expanded() -> None:
    rows = trace(_split("xy", "pq"))
    assert told(rows) == [
        "a@example.net x@example.org = Expanded/Expanded",
        "a@example.net x@example.org p@example.org Delivered/Delivered",
        "a@example.net x@example.org q@example.org Delivered/Delivered",
        "a@example.net y@example.org = Delivered/Delivered",
    ]
    assert messages(rows) == 1
