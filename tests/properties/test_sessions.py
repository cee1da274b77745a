"""What is filed under a session or a process is found again by a later import, whichever part of a log came first."""

from __future__ import annotations

import pytest
from logs import folder, lines, plain, rows_of
from stores import load, stored, write

SESSION = """
10:00:00 mx smtpd[70]: 5df87c903d709659 smtp connected address=192.0.2.1 host=out.example.net
10:00:01 mx smtpd[70]: 5df87c903d709659 smtp message msgid=c405e39a size=303 nrcpt=1 proto=ESMTP
10:00:01 mx smtpd[70]: 5df87c903d709659 smtp envelope evpid=c405e39ad6bbc64f from=<a@example.net> to=<x@example.org>
10:00:02 mx smtpd[70]: 5df87c903d709659 smtp disconnected reason=quit
10:00:02 mx smtpd[70]: 5df87c9250bba470 mda delivery evpid=c405e39ad6bbc64f from=<a@example.net> to=<x@example.org> rcpt=<x@example.org> user=x delay=1s result=Ok stat=Delivered
10:00:02 mx dovecot: lmtp(x@example.org)<77><Xk3vAqRUAmtVFwAAN4yQoA>: sieve: msgid=<1@example.net>: fileinto action: stored mail into mailbox 'Junk'
"""  # noqa: E501
TRIES = """
10:00:00 mx postfix/smtpd[7]: NOQUEUE: milter-reject: CONNECT from out.example.net[192.0.2.1]: 451 4.7.1 Service unavailable - try again later; proto=SMTP
10:00:00 mx postfix/smtpd[7]: NOQUEUE: milter-reject: EHLO from out.example.net[192.0.2.1]: 451 4.7.1 Service unavailable - try again later; proto=SMTP helo=<out.example.net>
10:00:00 mx postfix/smtpd[7]: NOQUEUE: milter-reject: MAIL from out.example.net[192.0.2.1]: 451 4.7.1 Service unavailable - try again later; from=<a@example.net> proto=ESMTP helo=<out.example.net>
10:02:00 mx postfix/smtpd[7]: NOQUEUE: milter-reject: CONNECT from out.example.net[192.0.2.1]: 451 4.7.1 Service unavailable - try again later; proto=SMTP
10:02:00 mx postfix/smtpd[7]: NOQUEUE: milter-reject: EHLO from out.example.net[192.0.2.1]: 451 4.7.1 Service unavailable - try again later; proto=SMTP helo=<out.example.net>
"""  # noqa: E501

TURNED_AWAY = """
10:00:00 edge postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 edge postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 edge postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
10:00:01 edge postfix/smtp[4]: A000000001: to=<x@example.org>, relay=inner[10.0.0.2]:25, delay=1, dsn=4.7.1, status=deferred (host inner[10.0.0.2] said: 451 4.7.1 Service unavailable (in reply to MAIL FROM command))
10:00:01 inner postfix/smtpd[7]: NOQUEUE: milter-reject: EHLO from edge.example.org[10.0.0.1]: 451 4.7.1 Service unavailable; proto=SMTP helo=<edge>
10:00:01 inner postfix/smtpd[7]: NOQUEUE: milter-reject: MAIL from edge.example.org[10.0.0.1]: 451 4.7.1 Service unavailable; from=<a@example.net> proto=ESMTP helo=<edge>
"""  # noqa: E501

DEFERRED = """
01:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
01:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
01:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=2 (queue active)
01:00:01 mx postfix/smtp[4]: A000000001: to=<y@example.org>, relay=b[192.0.2.8]:25, delay=1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 0F1E2D3C4B)
01:00:01 mx postfix/smtp[4]: A000000001: to=<x@example.org>, relay=none, delay=1, dsn=4.4.1, status=deferred (connect to b.example[192.0.2.9]:25: Connection timed out)
22:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
22:00:01 mx postfix/smtp[4]: A000000001: to=<x@example.org>, relay=b.example[192.0.2.9]:25, delay=75601, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 0A1B2C3D4E)
22:00:01 mx postfix/qmgr[3]: A000000001: removed
"""  # noqa: E501

DEFERRED_BY_EXIM = """
01:00:00 mx exim[1]: 1xUJr2-0003HN-00 <= a@example.net H=out.example.net [192.0.2.1] P=esmtp S=400 id=1@example.net
01:00:01 mx exim[1]: 1xUJr2-0003HN-00 == x@example.org R=dnslookup T=remote_smtp defer (110): Connection timed out
22:00:01 mx exim[2]: 1xUJr2-0003HN-00 => x@example.org R=dnslookup T=remote_smtp H=b.example [192.0.2.9] C="250 OK"
22:00:01 mx exim[2]: 1xUJr2-0003HN-00 Completed
"""

HANDED_ON = """
01:00:00 edge postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
01:00:00 edge postfix/cleanup[2]: A000000001: message-id=<1@example.net>
01:00:00 edge postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
01:00:01 edge postfix/smtp[4]: A000000001: to=<x@example.org>, relay=inner[10.0.0.3]:25, delay=1, dsn=2.0.0, status=sent (250 2.0.0 d09626b1 Message accepted for delivery)
01:00:01 edge postfix/qmgr[3]: A000000001: removed
01:00:01 inner smtpd[474]: e3b1180bc7516b9e smtp connected address=10.0.0.1 host=edge.example.org
01:00:01 inner smtpd[474]: e3b1180bc7516b9e smtp message msgid=d09626b1 size=693 nrcpt=1 proto=ESMTP
01:00:01 inner smtpd[474]: e3b1180bc7516b9e smtp envelope evpid=d09626b11effbb35 from=<a@example.net> to=<x@example.org>
01:00:01 inner smtpd[474]: e3b1180bc7516b9e smtp disconnected reason=quit
01:00:02 inner smtpd[474]: e3b1180c89b0e52a mda delivery evpid=d09626b11effbb35 from=<a@example.net> to=<x@example.org> rcpt=<x@example.org> user=x delay=0s result=Ok stat=Delivered
"""  # noqa: E501
"""OpenSMTPD does not log that a message has left its queue: as far as is known, it may be there still."""
REFUSED_INSIDE = """
01:00:00 edge postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
01:00:00 edge postfix/cleanup[2]: A000000001: message-id=<1@example.net>
01:00:00 edge postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
01:00:01 edge postfix/smtp[4]: A000000001: to=<x@example.org>, relay=inner[10.0.0.3]:25, delay=1, dsn=5.0.0, status=bounced (host inner[10.0.0.3] said: 550 no (in reply to RCPT TO command))
01:00:01 edge postfix/qmgr[3]: A000000001: removed
01:00:01 inner smtpd[474]: e3b1180bc7516b9e smtp connected address=10.0.0.1 host=edge.example.org
01:00:01 inner smtpd[474]: e3b1180bc7516b9e smtp failed-command command="RCPT TO:<x@example.org>" result="550 no"
01:00:01 inner smtpd[474]: e3b1180bc7516b9e smtp disconnected reason=quit
"""  # noqa: E501


@pytest.mark.parametrize("block", [HANDED_ON, REFUSED_INSIDE])
@pytest.mark.parametrize("hosts", [("edge", "inner"), ("inner", "edge")])
def test_a_log_for_each_host(block: str, hosts: tuple[str, str]) -> None:
    written = lines(block)
    with folder() as place:
        for host in hosts:
            load(place / "store", [write(place / f"{host}.log", [line for line in written if f" {host} " in line])])
        assert stored(place / "store")[0] == plain(rows_of([written]))


@pytest.mark.pitfall("R07")
@pytest.mark.parametrize(
    ("block", "first"),
    [
        (SESSION, True),
        (DEFERRED_BY_EXIM, False),
        *(
            pytest.param(block, first, marks=pytest.mark.slow)  # each cut is a store, read into twice
            for block in (SESSION, TRIES, TURNED_AWAY, DEFERRED, DEFERRED_BY_EXIM)
            for first in (True, False)
            if (block, first) not in ((SESSION, True), (DEFERRED_BY_EXIM, False))
        ),
    ],
)
def test_a_log_in_two_parts(block: str, first: bool) -> None:
    written = lines(block)
    whole = plain(rows_of([written]))
    for cut in range(1, len(written)):
        with folder() as place:
            parts = [write(place / "0.log", written[:cut]), write(place / "1.log", written[cut:])]
            for part in parts if first else parts[::-1]:
                load(place / "store", [part])
            assert stored(place / "store")[0] == whole, cut
