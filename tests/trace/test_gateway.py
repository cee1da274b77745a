"""Filters before the queue and gateways with ids of their own (Proxmox): accept, block, quarantine, mixed."""

from __future__ import annotations

import pytest
from logs import fates, messages, told, trace

ENVELOPE = "from=<a@example.net> to=<x@example.org> proto=ESMTP helo=<out.example.net>"
CLIENT = "10:00:00 mx postfix/smtpd[1]: NOQUEUE: client=out.example.net[192.0.2.1]\n"


@pytest.mark.pitfall("B09", "S21", "B11", "B13")
def test_proxy_accept_adopts_the_inner_message() -> None:
    rows = trace(f"""{CLIENT}
    10:00:01 mx postfix/smtpd[5]: connect from localhost[127.0.0.1]
    10:00:01 mx postfix/smtpd[5]: B000000001: client=localhost[127.0.0.1], orig_client=out.example.net[192.0.2.1]
    10:00:01 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
    10:00:01 mx postfix/qmgr[3]: B000000001: from=<a@example.net>, size=300, nrcpt=2 (queue active)
    10:00:02 mx postfix/smtpd[1]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 from MTA(smtp:[127.0.0.1]:10013): 250 2.0.0 Ok: queued as B000000001; {ENVELOPE}
    10:00:02 mx postfix/virtual[6]: B000000001: to=<x@example.org>, relay=virtual, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to maildir)
    10:00:02 mx postfix/virtual[6]: B000000001: to=<y@example.org>, relay=virtual, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered to maildir)
    10:00:02 mx postfix/qmgr[3]: B000000001: removed
    """)  # noqa: E501
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Delivered",
        "a@example.net y@example.org = Delivered/Delivered",
    ]
    assert {(row.from_ip, row.from_host) for row in rows} == {("192.0.2.1", "out.example.net")}


@pytest.mark.pitfall("B10")
def test_proxy_accept_of_what_was_quarantined() -> None:
    rows = trace(f"""{CLIENT}
    10:00:01 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: new mail message-id=<1@example.net>#012
    10:00:01 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: moved mail for <x@example.org> to spam quarantine - 381C4F5DFA32622C0A1 (rule: Quarantine/Mark Spam (Level 3))
    10:00:02 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: processing time: 1.02 seconds (0.8, 0.1, 0)
    10:00:02 mx postfix/smtpd[1]: proxy-accept: END-OF-MESSAGE: 250 2.5.0 OK (381C4E5DFA32622BFC4); {ENVELOPE}
    """)  # noqa: E501
    assert told(rows) == ["a@example.net x@example.org = Quarantined/Quarantined"]
    assert rows[0].from_ip == "192.0.2.1"


@pytest.mark.pitfall("B12")
@pytest.mark.parametrize(
    "reply",
    ["554 5.7.1 Rejected for policy reasons (381C4E5DFA32622BFC4)", "", "501 5.5.2 Syntax: MAIL FROM: <address>"],
)
def test_proxy_reject(reply: str) -> None:
    block = f"{CLIENT}10:00:02 mx postfix/smtpd[1]: proxy-reject: END-OF-MESSAGE: {reply}; {ENVELOPE}\n"
    assert fates(block) == ["a@example.net x@example.org = Failed/Rejected"]


@pytest.mark.pitfall("B14", "B10")
def test_mixed_fate_in_one_mail() -> None:
    """Proxmox as a filter before the queue: one recipient accepted, one blocked, one quarantined."""
    rows = trace(f"""{CLIENT}
    10:00:01 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: new mail message-id=<1@example.net>#012
    10:00:01 mx postfix/smtpd[5]: B000000001: client=localhost[127.0.0.1], orig_client=out.example.net[192.0.2.1]
    10:00:01 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
    10:00:01 mx postfix/qmgr[3]: B000000001: from=<a@example.net>, size=300, nrcpt=1 (queue active)
    10:00:01 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: accept mail to <x@example.org> (B000000001) (rule: default-accept)
    10:00:01 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: block mail to <y@example.org> (rule: Block)
    10:00:01 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: moved mail for <z@example.org> to spam quarantine - 381C4F5DFA32622C0A1 (rule: Spam)
    10:00:02 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: processing time: 1.02 seconds (0.8, 0.1, 0)
    10:00:02 mx postfix/smtpd[1]: proxy-accept: END-OF-MESSAGE: 250 2.5.0 OK (381C4E5DFA32622BFC4); {ENVELOPE}
    10:00:02 mx postfix/smtp[6]: B000000001: to=<x@example.org>, relay=in.example.org[198.51.100.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)
    10:00:02 mx postfix/qmgr[3]: B000000001: removed
    """)  # noqa: E501
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.org = Failed/Rejected",
        "a@example.net z@example.org = Quarantined/Quarantined",
    ]
    assert messages(rows) == 1


@pytest.mark.pitfall("B14", "B03", "B04")
def test_after_queue_gateway() -> None:
    """Proxmox behind the queue: `lmtp` hands over to the filter, which decides for each recipient."""
    rows = trace("""
    10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
    10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
    10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=3 (queue active)
    10:00:00 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: new mail message-id=<1@example.net>#012
    10:00:01 mx postfix/smtpd[5]: B000000001: client=localhost.localdomain[127.0.0.1], orig_client=out.example.net[192.0.2.1]
    10:00:01 mx postfix/cleanup[2]: B000000001: message-id=<1@example.net>
    10:00:01 mx postfix/qmgr[3]: B000000001: from=<a@example.net>, size=300, nrcpt=1 (queue active)
    10:00:01 mx postfix/smtp[6]: B000000001: to=<x@example.org>, relay=in.example.org[198.51.100.9]:25, delay=0.2, delays=0/0/0/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok)
    10:00:01 mx postfix/qmgr[3]: B000000001: removed
    10:00:02 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: accept mail to <x@example.org> (B000000001) (rule: default-accept)
    10:00:02 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: block mail to <y@example.org> (rule: Block)
    10:00:02 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: moved mail for <z@example.org> to spam quarantine - 381C4F5DFA32622C0A1 (rule: Spam)
    10:00:02 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: processing time: 1.02 seconds (0.8, 0.1, 0)
    10:00:02 mx postfix/lmtp[4]: A000000001: to=<x@example.org>, relay=127.0.0.1[127.0.0.1]:10023, delay=2, delays=0/0/0/2, dsn=2.5.0, status=sent (250 2.5.0 OK (381C4E5DFA32622BFC4))
    10:00:02 mx postfix/lmtp[4]: A000000001: to=<y@example.org>, relay=127.0.0.1[127.0.0.1]:10023, delay=2, delays=0/0/0/2, dsn=2.7.0, status=sent (250 2.7.0 BLOCKED (381C4E5DFA32622BFC4))
    10:00:02 mx postfix/lmtp[4]: A000000001: to=<z@example.org>, relay=127.0.0.1[127.0.0.1]:10023, delay=2, delays=0/0/0/2, dsn=2.5.0, status=sent (250 2.5.0 OK (381C4E5DFA32622BFC4))
    10:00:02 mx postfix/qmgr[3]: A000000001: removed
    """)  # noqa: E501
    assert [(row.recipient, row.status) for row in sorted(rows, key=lambda row: row.recipient or "")] == [
        ("x@example.org", "Delivered"),
        ("y@example.org", "Failed"),
        ("z@example.org", "Quarantined"),
    ]
    assert messages(rows) == 1
    assert {row.from_ip for row in rows} == {"192.0.2.1"}


@pytest.mark.pitfall("B15")
def test_filter_id_used_twice() -> None:
    """A persistent worker gives one id to two mails, two minutes apart: each has its own end."""
    once = """
    10:00:00 mx postfix/smtpd[1]: {id}: client=out.example.net[192.0.2.1]
    10:00:00 mx postfix/cleanup[2]: {id}: message-id=<{id}@example.net>
    10:00:00 mx postfix/qmgr[3]: {id}: from=<a@example.net>, size=100, nrcpt=1 (queue active)
    10:00:00 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: new mail message-id=<{id}@example.net>#012
    10:00:02 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: {fate}
    10:00:02 mx pmg-smtp-filter[7]: 381C4E5DFA32622BFC4: processing time: 1.02 seconds (0.8, 0.1, 0)
    10:00:02 mx postfix/lmtp[4]: {id}: to=<x@example.org>, relay=127.0.0.1[127.0.0.1]:10023, delay=2, delays=0/0/0/2, dsn=2.5.0, status=sent (250 2.{code}0 OK (381C4E5DFA32622BFC4))
    10:00:02 mx postfix/qmgr[3]: {id}: removed
    """  # noqa: E501
    block = once.format(id="A000000001", fate="block mail to <x@example.org> (rule: Block)", code="7.")
    moved = "moved mail for <x@example.org> to spam quarantine - 381C4F5DFA32622C0A1 (rule: Spam)"
    later = once.format(id="A000000002", fate=moved, code="5.").replace("10:00:", "10:02:")
    rows = trace(block + later)
    assert messages(rows) == 2
    assert [row.status for row in rows] == ["Failed", "Quarantined"]
