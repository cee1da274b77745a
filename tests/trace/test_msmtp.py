"""msmtp: what a client without a queue says of a message, alone and together with the server that took it."""

from __future__ import annotations

from logs import told, trace

SENT = "10:00:00 desk msmtp: host=mx.example.com tls=on auth=on user=ann from=ann@example.com recipients=x@example.com,y@example.com mailsize=109 smtpstatus=250 smtpmsg='250 2.0.0 Ok: queued as A000000001' exitcode=EX_OK\n"  # noqa: E501
TAKEN = """
10:00:00 mx postfix/smtpd[1]: A000000001: client=desk.example.com[10.0.0.7], sasl_method=PLAIN, sasl_username=ann
10:00:00 mx postfix/qmgr[3]: A000000001: from=<ann@example.com>, size=309, nrcpt=2 (queue active)
10:00:01 mx postfix/virtual[4]: A000000001: to=<x@example.com>, relay=virtual, delay=1, dsn=2.0.0, status=sent (delivered to maildir)
10:00:01 mx postfix/virtual[4]: A000000001: to=<y@example.com>, relay=virtual, delay=1, dsn=5.2.2, status=bounced (maildir full)
10:00:01 mx postfix/qmgr[3]: A000000001: removed
"""  # noqa: E501


def test_the_server_that_took_it_tells_the_end() -> None:
    assert told(trace(SENT)) == [
        "ann@example.com x@example.com = Delivered/Relayed",
        "ann@example.com y@example.com = Delivered/Relayed",
    ]
    assert told(trace(SENT + TAKEN)) == [
        "ann@example.com x@example.com = Delivered/Delivered",
        "ann@example.com y@example.com = Failed/Bounced",
    ]


def test_what_it_could_not_send_is_gone() -> None:
    failed = "10:00:00 desk msmtp: host=mx.example.com tls=off auth=off from=ann@example.com recipients=z@example.org errormsg='cannot connect to mx.example.com, port 25: Connection refused' exitcode=EX_TEMPFAIL\n"  # noqa: E501
    assert told(trace(failed)) == ["ann@example.com z@example.org = Failed/Bounced"]


def test_the_server_that_refused_it_tells_the_same() -> None:
    """msmtp names the server without its address: recipient and words tell that it was ours."""
    words = "550 5.1.1 <x@example.com>: Recipient address rejected: User unknown in virtual mailbox table"
    failed = f"10:00:00 desk msmtp: host=mx.example.com tls=off auth=off from=ann@example.com recipients=x@example.com,y@example.com smtpstatus=550 smtpmsg='{words}' errormsg='recipient address x@example.com not accepted by the server' exitcode=EX_DATAERR\n"  # noqa: E501
    refused = f"10:00:00 mx postfix/smtpd[7]: NOQUEUE: reject: RCPT from {{}}: {words}; from=<ann@example.com> to=<x@example.com> proto=ESMTP helo=<localhost>\n"  # noqa: E501
    ours = [f"ann@example.com {name}@example.com = Failed/Bounced" for name in "xy"]
    assert told(trace(failed + refused.format("desk.example.com[10.0.0.7]"))) == ours
    other = refused.format("printer.example.com[10.0.0.9]").replace("10:00:00", "10:00:05")
    assert len(trace(failed + refused.format("desk.example.com[10.0.0.7]") + other)) == 3
    assert len(trace(failed + refused.format("out.example.net[192.0.2.1]"))) == 3
