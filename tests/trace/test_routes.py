"""The same lines by two routes of the log, with stamps that differ: each message counts once."""

from __future__ import annotations

import pytest
from logs import lines, plain, rows_of, told
from routes import Shape, journal, relayed, whole

LOG = """
10:00:00.200100 mx postfix/smtpd[1]: connect from out.example.net[192.0.2.1]
10:00:00.300200 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00.400300 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00.999900 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=2 (queue active)
10:00:01.000100 mx REFUSED
10:00:01.100100 mx postfix/lmtp[4]: A000000001: to=<x@example.org>, RELAY, FAST, dsn=2.0.0, status=sent (OK)
10:00:01.100200 mx postfix/lmtp[4]: A000000001: to=<y@example.org>, RELAY, FAST, dsn=4.2.0, status=deferred (SAID)
10:05:01.000000 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=2 (queue active)
10:05:02.999999 mx postfix/lmtp[4]: A000000001: to=<y@example.org>, RELAY, SLOW, dsn=2.0.0, status=sent (OK)
10:05:03.000001 mx postfix/qmgr[3]: A000000001: removed
"""
for _short, _long in {
    "REFUSED": "postfix/smtpd[1]: NOQUEUE: reject: RCPT from out.example.net[192.0.2.1]: 550 5.1.1 <z@example.org>: no;"
    " from=<a@example.net> to=<z@example.org> proto=ESMTP helo=<h>",
    "FAST": "delay=1, delays=1/0/0/0",
    "SLOW": "delay=302, delays=301/0/0/1",
    "RELAY": "relay=st[10.0.0.9]:24",
    "(OK)": "(250 2.0.0 Ok)",
    "SAID": "host st[10.0.0.9] said: 450 4.2.0 later",
}.items():
    LOG = LOG.replace(_short, _long)


@pytest.mark.pitfall("T15", "T07")
@pytest.mark.parametrize("other", [whole, journal, relayed])
def test_two_routes(other: Shape) -> None:
    one = lines(LOG)
    two = [other(line) for line in one]
    alone = rows_of([one])
    assert told(alone) == [
        "a@example.net x@example.org = Delivered/Delivered",
        "a@example.net y@example.org = Delivered/Delivered",
        "a@example.net z@example.org = Failed/Rejected",
    ]
    both = rows_of([one, two])
    if other is relayed:  # two files of one shape: a refusal in each other's second cannot be told from one repeated
        assert told(both)[:2] == told(alone)[:2]
        return
    assert plain(both) == plain(alone)
    assert plain(rows_of([two, one])) == plain(alone)
    mixed = [line for pair in zip(one, two, strict=True) for line in pair]
    if other is whole:
        assert plain(rows_of([mixed])) == plain(alone)
    assert [row.attempts for row in both if row.recipient == "y@example.org"] == [2]


@pytest.mark.pitfall("Q01", "T15")
def test_an_id_used_again_after_a_second_is_no_double() -> None:
    def life(second: int) -> list[str]:
        stamp = f"2026-11-21T10:00:{second:02}"
        return [
            f"{stamp}.100000+00:00 mx postfix/smtpd[1]: A0001: client=localhost[127.0.0.1]",
            f"{stamp}.110000+00:00 mx postfix/cleanup[2]: A0001: message-id=<{second}@example.net>",
            f"{stamp}.120000+00:00 mx postfix/qmgr[3]: A0001: from=<a@example.net>, size=100, nrcpt=1 (queue active)",
            f"{stamp}.130000+00:00 mx postfix/smtp[4]: A0001: to=<x@example.org>, relay=st.example.org[192.0.2.9]:25,"
            " delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
            f"{stamp}.140000+00:00 mx postfix/qmgr[3]: A0001: removed",
        ]

    one = [line for second in range(3) for line in life(second)]
    assert len(rows_of([one])) == 3
    two = [whole(line) for line in one]
    assert len(rows_of([two])) == 3
    assert plain(rows_of([one, two])) == plain(rows_of([one]))
    assert plain(rows_of([two, one])) == plain(rows_of([one]))


@pytest.mark.pitfall("Q05")
def test_refusals_repeated_at_once_count_each() -> None:
    """A client that tries again at once is refused again: within one route nothing is taken for a double."""
    refusal = lines(LOG)[4]
    again = refusal.replace("10:00:01.000100", "10:00:01.200000")
    assert len(rows_of([[refusal, again]])) == 2
    assert len(rows_of([[refusal, again], [whole(refusal), whole(again)]])) == 2
    assert len(rows_of([[refusal, again], [journal(refusal), journal(again)]])) == 2
