"""What a policy service said that names no queue ID stands in the story of the message, or of the refusal."""

from __future__ import annotations

from logs import folder, lines

from mailwake.operations.opening import FileBackend
from mailwake.operations.show import show
from mailwake.store.query import And
from mailwake.trace.story_model import Story

PASS = "10:00:01.1 mx policyd-spf[301]: prepend Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip={0}; helo=out.example.net; envelope-from={1}; receiver=<UNKNOWN>\n"  # noqa: E501
TAKEN = """
10:00:01.0 mx postfix/smtpd[208]: connect from out.example.net[192.0.2.1]
10:00:01.2 mx postfix/smtpd[208]: A000000001: client=out.example.net[192.0.2.1]
10:00:01.3 mx postfix/cleanup[212]: A000000001: message-id=<1@example.net>
10:00:01.4 mx postfix/qmgr[164]: A000000001: from=<a@example.net>, size=407, nrcpt=1 (queue active)
10:00:01.5 mx postfix/smtpd[208]: disconnect from out.example.net[192.0.2.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5
10:00:01.6 mx postfix/virtual[213]: A000000001: to=<x@example.org>, relay=virtual, delay=1, dsn=2.0.0, status=sent (delivered to maildir)
10:00:01.7 mx postfix/qmgr[164]: A000000001: removed
"""  # noqa: E501
REFUSED = """
10:00:01.0 mx postfix/smtpd[208]: connect from out.example.net[192.0.2.1]
10:00:01.1 mx policyd-spf[301]: prepend Received-SPF: Softfail (mailfrom) identity=mailfrom; client-ip=192.0.2.1; helo=out.example.net; envelope-from=a@example.net; receiver=<UNKNOWN>
10:00:01.2 mx postfix/smtpd[208]: NOQUEUE: reject: RCPT from out.example.net[192.0.2.1]: 550 5.1.1 <x@example.org>: Recipient address rejected: User unknown; from=<a@example.net> to=<x@example.org> proto=ESMTP helo=<out.example.net>
10:00:01.3 mx postfix/smtpd[208]: disconnect from out.example.net[192.0.2.1] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4
"""  # noqa: E501


def story(block: str) -> Story:
    with folder() as place:
        (place / "mail.log").write_text("\n".join(lines(block)))
        backend = FileBackend((str(place / "mail.log"),), zone="UTC")
        return show(backend, backend.search(And(()), 1)[0].trace_id)


def said(block: str) -> list[str]:
    return [str(step.text) for step in story(block).session if "policyd-spf" in str(step.text)]


def test_of_a_message_that_was_taken() -> None:
    assert len(said(TAKEN + PASS.format("192.0.2.1", "a@example.net"))) == 1
    assert [step.event for step in story(TAKEN + PASS.format("192.0.2.1", "a@example.net")).session] == [
        "Connect",
        "Policy",
        "Disconnect",
    ]
    assert not said(TAKEN + PASS.format("192.0.2.9", "a@example.net")), "another client"
    assert not said(TAKEN + PASS.format("192.0.2.1", "b@example.net")), "another sender"
    assert not said(TAKEN + PASS.format("192.0.2.1", "a@example.net").replace("10:00:01.1", "09:59:31.1")), "before"


def test_of_a_refusal() -> None:
    assert len(said(REFUSED)) == 1
