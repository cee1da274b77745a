"""The eight-line probe: submission with a login, two recipients, services with names of their own, new attributes."""

from __future__ import annotations

import pytest
from logs import messages, told, trace

PROBE = """
10:00:00 mx postfix/submissions/smtpd[100]: connect from pc.example[192.0.2.9]
10:00:00 mx postfix/submissions/smtpd[100]: 1CA6A3A450: client=pc.example[192.0.2.9], sasl_method=PLAIN, sasl_username=bob@corp.example
10:00:00 mx postfix/cleanup[101]: 1CA6A3A450: message-id=<a1@corp.example>
10:00:00 mx postfix/qmgr[900]: 1CA6A3A450: from=<bob@corp.example>, size=1000, nrcpt=2 (queue active)
10:00:00 mx postfix/submissions/smtpd[100]: disconnect from pc.example[192.0.2.9] ehlo=1 auth=1 mail=1 rcpt=2 data=1 quit=1 commands=7
10:00:01 mx postfix/relay/smtp[102]: 1CA6A3A450: to=<x@remote.example>, relay=mx.remote.example[198.51.100.1]:25, delay=1, delays=0.1/0/0.5/0.4, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as ABCDEF1234)
10:00:01 mx postfix/smtp[103]: 1CA6A3A450: to=<y@remote2.example>, relay=mx.remote2.example[198.51.100.2]:25, conn_use=2, delay=1, delays=0.1/0/0.5/0.4, tls=dane, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4cKx1S1xYzz9s)
10:00:01 mx postfix/qmgr[900]: 1CA6A3A450: removed
"""  # noqa: E501


@pytest.mark.pitfall("D01", "T28", "S19", "D24")
def test_probe() -> None:
    rows = trace(PROBE)
    assert messages(rows) == 1
    assert told(rows) == [
        "bob@corp.example x@remote.example = Delivered/Relayed",
        "bob@corp.example y@remote2.example = Delivered/Relayed",
    ]
    for row in rows:
        assert (row.sasl_user, row.from_ip, row.from_host) == ("bob@corp.example", "192.0.2.9", "pc.example")
        assert (row.message_id, row.size, row.queue_ids, row.hosts) == (
            "<a1@corp.example>",
            1000,
            ("1CA6A3A450",),
            ("mx",),
        )
        assert (row.direction, row.outcome, row.attempts, row.grade) == ("Outbound", "delivered", 1, "proven")
    assert {(row.recipient, row.to_ip, row.to_host) for row in rows} == {
        ("x@remote.example", "198.51.100.1", "mx.remote.example"),
        ("y@remote2.example", "198.51.100.2", "mx.remote2.example"),
    }


@pytest.mark.pitfall("S03")
def test_disconnect_is_not_waited_for() -> None:
    early = told(trace("\n".join(line for line in PROBE.splitlines() if "disconnect" not in line)))
    assert early == told(trace(PROBE))
