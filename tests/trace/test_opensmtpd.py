"""OpenSMTPD: the client stands in the session's records, the message and its envelopes have ids of their own."""

# ruff: noqa: E501
from __future__ import annotations

import pytest
from logs import fates, folder, lines, messages, plain, rows_of, told, trace

from mailwake.operations.opening import FileBackend
from mailwake.operations.show import show

S, M = "5df87c903d709659", "c405e39a"
CONNECT = f"10:00:00 mx smtpd[70]: {S} smtp connected address=192.0.2.1 host=out.example.net\n"
TLS = f"10:00:00 mx smtpd[70]: {S} smtp tls ciphers=TLSv1.3:TLS_AES_256_GCM_SHA384:256\n"
MESSAGE = f"10:00:01 mx smtpd[70]: {S} smtp message msgid={M} size=303 nrcpt=1 proto=ESMTP\n"
ENVELOPE = f"10:00:01 mx smtpd[70]: {S} smtp envelope evpid={M}d6bbc64f from=<a@example.net> to=<x@example.org>\n"
QUIT = f"10:00:02 mx smtpd[70]: {S} smtp disconnected reason=quit\n"
IN = CONNECT + TLS + MESSAGE + ENVELOPE + QUIT
OUT = f'10:00:02 mx smtpd[70]: 5df87c9ffd0e785d mta delivery evpid={M}d6bbc64f from=<a@example.net> to=<x@example.org> rcpt=<-> source="192.0.2.25" relay="198.51.100.7 (in.example.org)" delay=1s result="Ok" stat="250 2.0.0 Ok: queued as ABCDEF1234"\n'


def _mda(to: str, first: str, part: str, result: str = "result=Ok stat=Delivered") -> str:
    return f"10:00:02 mx smtpd[70]: 5df87c9250bba47{part[0]} mda delivery evpid={M}{part} from=<a@example.net> to=<{to}> rcpt=<{first}> user=u delay=1s {result}\n"


def test_one_message_and_its_client() -> None:
    rows = trace(IN + OUT)
    assert told(rows) == ["a@example.net x@example.org = Delivered/Relayed"]
    row = rows[0]
    assert (row.from_ip, row.from_host, row.to_ip, row.to_host) == (
        "192.0.2.1", "out.example.net", "198.51.100.7", "in.example.org",
    )  # fmt: skip
    assert (row.size, row.queue_ids, row.direction, row.remark) == (303, (M,), "Inbound", "")
    assert row.keys == tuple(sorted((M, f"s:{S}", "ABCDEF1234")))


def test_end_not_seen() -> None:
    rows = trace(IN)
    assert told(rows) == ["a@example.net x@example.org = GettingStatus/Unknown"]
    assert rows[0].from_ip == "192.0.2.1"


def test_session_in_another_file() -> None:
    """What a session's records say counts wherever and whenever they are read."""
    whole = rows_of([lines(IN + OUT)])
    assert plain(rows_of([lines(MESSAGE + ENVELOPE + QUIT + OUT), lines(CONNECT + TLS)])) == plain(whole)
    assert plain(rows_of([lines(QUIT), lines(OUT), lines(ENVELOPE), lines(MESSAGE), lines(CONNECT)])) == plain(whole)


def test_two_messages_of_one_session() -> None:
    second = (MESSAGE + ENVELOPE).replace(M, "0badcafe").replace("a@example.net", "b@example.net")
    rows = trace(CONNECT + MESSAGE + ENVELOPE + second + QUIT + OUT)
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "b@example.net x@example.org = GettingStatus/Unknown",
    ]
    assert {row.from_ip for row in rows} == {"192.0.2.1"}
    assert messages(rows) == 2


def test_alias_and_mailboxes() -> None:
    block = IN.replace("nrcpt=1", "nrcpt=2").replace(ENVELOPE, "")
    rows = trace(
        block
        + _mda("bob@example.org", "info@example.org", "11111111")
        + _mda("eve@example.org", "info@example.org", "22222222")
    )
    assert told(rows) == [
        "a@example.net info@example.org = Expanded/Expanded",
        "a@example.net info@example.org bob@example.org Delivered/Delivered",
        "a@example.net info@example.org eve@example.org Delivered/Delivered",
    ]


def test_alias_of_two_local_accounts() -> None:
    """As OpenSMTPD 6.8 logs it: the address stays that of the alias, envelope and account differ."""
    envelope = "10:00:00 mx smtpd[70]: {S} smtp envelope evpid={M}11111111 from=<a@example.net> to=<info@example.org>\n"
    head = CONNECT + MESSAGE + envelope.format(S=S, M=M)
    put_off = 'result=TempFail stat=Error (temporary failure: "mail.maildir: Permission denied")'
    one = _mda("info@example.org", "info@example.org", "11111111").replace("user=u", "user=bob")
    other = _mda("info@example.org", "info@example.org", "22222222", put_off).replace("user=u", "user=eve")
    kept = other.partition("result=")[0] + "result=Ok stat=Delivered\n"
    assert told(trace(head + one + other)) == [
        "a@example.net info@example.org = Expanded/Expanded",
        "a@example.net info@example.org bob@example.org Delivered/Delivered",
        "a@example.net info@example.org eve@example.org Pending/Deferred",
    ]
    assert told(trace(head + other + one + kept.replace("10:00:02", "10:05:02"))) == [
        "a@example.net info@example.org = Expanded/Expanded",
        "a@example.net info@example.org bob@example.org Delivered/Delivered",
        "a@example.net info@example.org eve@example.org Delivered/Delivered",
    ]
    assert told(trace(head + one)) == ["a@example.net info@example.org = Delivered/Delivered"]


def test_submission_with_login() -> None:
    login = f"10:00:00 mx smtpd[70]: {S} smtp authentication user=ann result=ok\n"
    rows = trace(CONNECT + TLS + login + MESSAGE + ENVELOPE + OUT)
    assert (rows[0].sasl_user, rows[0].direction) == ("ann", "Outbound")


def test_local_submission() -> None:
    rows = trace(IN.replace("address=192.0.2.1 host=out.example.net", "address=local host=mx.example.org") + OUT)
    assert (rows[0].from_ip, rows[0].direction) == ("", "Outbound")


@pytest.mark.parametrize(
    ("command", "result", "fate"),
    [
        ("RCPT TO:<x@example.org>", "550 Invalid recipient: <x@example.org>", "? x@example.org = Failed/Rejected"),
        ("RCPT TO:<x@example.org>", "451 4.7.1 greylisted, try again", "? x@example.org = Pending/Greylisted"),
        ("MAIL FROM:<a@example.net>", "550 Invalid sender", "a@example.net ? = Failed/Rejected"),
        (".", "550 5.7.1 message rejected", "? ? = Failed/Rejected"),
        ("", "550 no rDNS please fix", "? ? = Failed/Rejected"),
    ],
)
def test_refused(command: str, result: str, fate: str) -> None:
    refusal = f'10:00:01 mx smtpd[70]: {S} smtp failed-command command="{command}" result="{result}"\n'
    rows = trace(CONNECT + refusal + QUIT)
    assert told(rows) == [fate]
    assert (rows[0].from_ip, rows[0].from_host) == ("192.0.2.1", "out.example.net")
    both = trace(CONNECT + refusal + refusal.replace("x@", "y@").replace("50 ", "50  ") + QUIT)
    assert len(both) == messages(both) == 2


def test_no_mail() -> None:
    wrong = f'10:00:01 mx smtpd[70]: {S} smtp failed-command command="AUTH LOGIN" result="535 Authentication failed"\n'
    assert not fates(CONNECT + wrong + QUIT)


def test_expired_and_removed() -> None:
    later = OUT.replace('"Ok"', '"TempFail"').replace("250 2.0.0 Ok: queued as ABCDEF1234", "421 too busy")
    assert fates(IN + later) == ["a@example.net x@example.org = Pending/Deferred"]
    ended = f"11-25 10:00:02 mx smtpd[70]: relay: {{}} for {M}d6bbc64f: from=<a@example.net>, to=<x@example.org>, rcpt=<x@example.org>, delay=4d, stat={{}}\n"
    assert fates(IN + later + ended.format("Expire", "Envelope expired")) == [
        "a@example.net x@example.org = Failed/Expired"
    ]
    assert fates(IN + later + ended.format("Remove", "Removed by administrator")) == [
        "a@example.net x@example.org = Failed/Deleted"
    ]


def test_through_its_filter() -> None:
    """A proxy on the same host: the message goes out by smtp and comes back in another session."""
    back = (CONNECT + MESSAGE + ENVELOPE).replace(S, "5df87c9c42abeddb").replace(M, "f6e94209")
    back = back.replace("address=192.0.2.1 host=out.example.net", "address=127.0.0.1 host=localhost")
    out = OUT.replace("198.51.100.7 (in.example.org)", "127.0.0.1 (localhost)")
    out = out.replace("250 2.0.0 Ok: queued as ABCDEF1234", "250 2.0.0 f6e94209 Message accepted for delivery")
    rows = trace(IN + out + back + OUT.replace(M, "f6e94209"))
    assert told(rows) == ["a@example.net x@example.org = Delivered/Relayed"]
    assert (rows[0].queue_ids, rows[0].grade, rows[0].from_ip) == ((M, "f6e94209"), "proven", "192.0.2.1")


def test_older_releases() -> None:
    """5.3 writes a record of the arrival for each recipient."""
    rows = trace(f"""
    10:00:00 mx smtpd[70]: smtp-in: New session {S} from host out.example.net [192.0.2.1]
    10:00:01 mx smtpd[70]: smtp-in: Accepted message {M} on session {S}: from=<a@example.net>, to=<x@example.org>, size=303, ndest=1, proto=ESMTP
    10:00:01 mx smtpd[70]: smtp-in: Accepted message {M} on session {S}: from=<a@example.net>, to=<y@example.org>, size=303, ndest=1, proto=ESMTP
    10:00:01 mx smtpd[70]: smtp-in: Closing session {S}
    10:00:02 mx smtpd[70]: relay: Ok for {M}11111111: session=5df87c9ffd0e785d, from=<a@example.net>, to=<x@example.org>, rcpt=<->, source=192.0.2.25, relay=198.51.100.7 (in.example.org), delay=1s, stat=250 2.0.0 Ok: queued as ABCDEF1234
    10:00:02 mx smtpd[70]: delivery: Ok for {M}22222222: from=<a@example.net>, to=<y@example.org>, user=y, method=mbox, delay=1s, stat=Delivered
    """)
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.org = Delivered/Delivered",
    ]
    assert {(row.from_ip, row.size) for row in rows} == {("192.0.2.1", 303)}
    assert messages(rows) == 1


def test_story_names_the_client_wherever_the_session_speaks() -> None:
    with folder() as place:
        path = place / "mail.log"
        path.write_text("\n".join(lines(IN + OUT)) + "\n")
        story = show(FileBackend((str(path),), zone="UTC"), M)
    said = [step.text for step in story.session]
    assert [text for text in said if "unknown" in text] == []
    assert said[0].startswith("out.example.net[192.0.2.1] connected")
    assert said[-1].startswith("out.example.net[192.0.2.1] left")
    assert story.tree[0].ended


def test_a_refused_recipient_has_the_sender_of_its_session() -> None:
    """`failed-command` says the address alone; the other recipients' envelopes name the sender."""
    bad = f'10:00:00 mx smtpd[70]: {S} smtp failed-command command="RCPT TO:<no@example.org>" result="550 Invalid recipient: <no@example.org>"\n'
    refused = "no@example.org = Failed/Rejected"
    assert told(trace(IN + bad + OUT)) == [
        f"a@example.net {refused}",
        "a@example.net x@example.org = Delivered/Relayed",
    ]
    assert told(trace(CONNECT + bad)) == [f"? {refused}"]
    other = (MESSAGE + ENVELOPE).replace(M, "f6e94209").replace("a@example.net", "b@example.net")
    assert f"? {refused}" in told(trace(IN + bad + OUT + other))


def _lmtp(user: str, said: str, token: str = "Xk3vAqRUAmtVFwAAN4yQoA", at: str = "10:00:02") -> str:
    return f"{at} mx dovecot: lmtp({user})<77><{token}>: sieve: msgid=<1@example.net>: {said}\n"


@pytest.mark.parametrize(
    ("said", "fate"),
    [
        ("stored mail into mailbox 'INBOX'", "Delivered/Delivered"),
        ("fileinto action: stored mail into mailbox 'Junk'", "Delivered/Junk"),
        (
            "discard action: Marked message to be discarded if not explicitly delivered (discard action)",
            "Failed/Discarded",
        ),
        ("reject action: rejected message from <a@example.net> (reject)", "Failed/Rejected"),
    ],
)
def test_what_the_mailbox_server_made_of_it(said: str, fate: str) -> None:
    """mail.lmtp keeps the session to itself: it is that of the user at that time."""
    delivery = _mda("x@example.org", "x@example.org", "d6bbc64f").replace("user=u", "user=x")
    rows = trace(IN + _lmtp("x@example.org", said) + delivery)
    assert told(rows) == [f"a@example.net x@example.org = {fate}"]
    assert "t:Xk3vAqRUAmtVFwAAN4yQoA" in rows[0].keys


def test_sessions_of_others_and_of_other_times_are_not_its() -> None:
    delivery = _mda("x@example.org", "x@example.org", "d6bbc64f").replace("user=u", "user=x")
    discard = "discard action: Marked message to be discarded if not explicitly delivered (discard action)"
    other = _lmtp("y@example.org", discard) + _lmtp("x@example.org", discard, "Yk3vAqRUAmtVFwAAN4yQoA", "10:05:00")
    assert told(trace(IN + other + delivery)) == ["a@example.net x@example.org = Delivered/Delivered"]
    named = """
    10:00:00 mx2 postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
    10:00:00 mx2 postfix/cleanup[2]: A000000001: message-id=<1@example.net>
    10:00:00 mx2 postfix/qmgr[3]: A000000001: from=<b@example.net>, size=100, nrcpt=1 (queue active)
    10:00:02 mx2 postfix/lmtp[4]: A000000001: to=<x@example.org>, relay=box[10.0.0.2]:24, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 <x@example.org> Xk3vAqRUAmtVFwAAN4yQoA Saved)
    10:00:02 mx2 postfix/qmgr[3]: A000000001: removed
    """
    assert told(trace(IN + _lmtp("x@example.org", discard) + delivery + named)) == [
        "a@example.net x@example.org = Delivered/Delivered",
        "b@example.net x@example.org = Failed/Discarded",
    ]


def test_two_messages_for_one_user() -> None:
    first = _mda("x@example.org", "x@example.org", "d6bbc64f").replace("user=u", "user=x")
    second = (CONNECT + MESSAGE + ENVELOPE + first).replace(M, "0badcafe").replace("a@example.net", "b@example.net")
    second = second.replace("10:00:02", "10:00:05")
    kept = _lmtp("x@example.org", "stored mail into mailbox 'INBOX'")
    junk = _lmtp(
        "x@example.org", "fileinto action: stored mail into mailbox 'Junk'", "Yk3vAqRUAmtVFwAAN4yQoA", "10:00:05"
    )
    assert told(trace(IN + first + second + kept + junk)) == [
        "a@example.net x@example.org = Delivered/Delivered",
        "b@example.net x@example.org = Delivered/Junk",
    ]


def test_what_is_out_of_turn_is_no_refusal_of_its_own() -> None:
    """A client that goes on after its greeting or sender was refused."""
    session = "10:00:00 mx smtpd[430]: f6443c6957fbe447 smtp "
    rows = trace(
        session + "connected address=192.0.2.1 host=out.example.net\n"
        + session + 'failed-command command="mail FROM:<a@example.net>" result="550 not you"\n'
        + session + 'failed-command command="rcpt TO:<x@example.org>" result="503 5.5.1 Invalid command: Command not allowed at this point."\n'
        + session + "disconnected reason=quit\n"
    )  # fmt: skip
    assert told(rows) == ["a@example.net ? = Failed/Rejected"]
