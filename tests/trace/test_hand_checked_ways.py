"""Messages that cross products, checked by hand: each recipient has one row with the right end, whatever the order."""

from __future__ import annotations

import json

from logs import lines, messages, plain, rows_of, told
from test_google import BOB as GMAIL_BOB
from test_google import MID as GMAIL_ID
from test_google import row as gmail
from tracking import Mail, hop, log

from mailwake.store.rows import Row

MID = "<offer.7@example.net>"
FROM, BOB, EVE = "ann@example.net", "bob@example.org", "eve@example.org"


def rows(*files: list[str]) -> list[Row]:
    """Rows of the logs of several hosts, the same in any order of files and lines."""
    found = rows_of(files)
    assert plain(rows_of(files[::-1])) == plain(found), "the order of files matters"
    backwards = [file if "#" in file[0][:1] else file[::-1] for file in files]
    assert plain(rows_of(backwards)) == plain(found), "the order of lines matters"
    return found


def postfix_in(host: str, key: str, client: str, time: str = "10:00:01", size: int = 1842, count: int = 1) -> str:
    """A message comes into Postfix."""
    return f"""
        {time} {host} postfix/smtpd[1]: {key}: client={client}
        {time} {host} postfix/cleanup[2]: {key}: message-id={MID}
        {time} {host} postfix/qmgr[3]: {key}: from=<{FROM}>, size={size}, nrcpt={count} (queue active)
    """


def postfix_out(
    host: str, key: str, relay: str, reply: str, *to: str, time: str = "10:00:02", agent: str = "smtp"
) -> str:
    """It is handed on to one server, and leaves."""
    status, dsn = ("sent", "2.0.0") if reply.startswith("250") else ("bounced", "5.1.1")
    sent = [
        f"{time} {host} postfix/{agent}[4]: {key}: to=<{one}>, relay={relay}, delay=1, delays=0.1/0/0.4/0.5, dsn={dsn},"
        f" status={status} ({reply})"
        for one in to or (BOB,)
    ]
    return "\n".join([*sent, f"{time} {host} postfix/qmgr[3]: {key}: removed"])


def dovecot(
    host: str, user: str, token: str, words: str = "stored mail into mailbox 'INBOX'", time: str = "10:00:04"
) -> str:
    """What Dovecot says of a delivery over LMTP."""
    return f"{time} {host} dovecot: lmtp({user})<4711><{token}>: sieve: msgid={MID}: {words}"


def exchange(*to: str, end: str = "STOREDRIVER DELIVER", number: int = 4711, **cells: str) -> list[str]:
    """An Exchange server takes it in and delivers it."""
    mail = Mail(7, FROM)
    way = {"message_id": MID, "directionality": "Incoming"}
    return log(
        [
            mail.row("10:00:03", "RECEIVE", to, **hop("relay.example.org", "EX01", number), **way),
            mail.row("10:00:04", end, to, **hop("EX01", "EX01"), **{**way, **cells}),
        ]
    )


QUEUED = "250 2.6.0 {} [InternalId=4711, Hostname=EX01.example.org] Queued mail for delivery"


def test_exim_edge_amavis_in_postfix_exchange() -> None:
    edge = lines(f"""
        10:00:00 edge exim[1]: 1vMAbC-0000000001X-0abc <= {FROM} H=out.example.net [192.0.2.1] P=esmtps S=1842 id={MID[1:-1]} for {BOB}
        10:00:01 edge exim[1]: 1vMAbC-0000000001X-0abc => {BOB} R=inside T=remote_smtp H=filter.example.org [10.0.0.2] C="250 2.0.0 Ok: queued as 4ABC1"
        10:00:01 edge exim[1]: 1vMAbC-0000000001X-0abc Completed
    """)  # noqa: E501
    clean = f"10:00:02 filter amavis[9]: (09-01) Passed CLEAN {{RelayedInbound}}, [10.0.0.1] <{FROM}> -> <{BOB}>, Queue-ID: 4ABC1, Message-ID: {MID}, mail_id: abcDEF123456, Hits: 0.1, size: 1842, queued_as: 4ABC2, 900 ms".replace(  # noqa: E501
        "(09-01)", "(12309-01)"
    )
    middle = lines(
        postfix_in("filter", "4ABC1", "edge.example.org[10.0.0.1]")
        + postfix_out(
            "filter",
            "4ABC1",
            "127.0.0.1[127.0.0.1]:10024",
            "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4ABC2",
        )
        + f"\n{clean}\n"
        + postfix_in("filter", "4ABC2", "localhost[127.0.0.1]", "10:00:02")
        + postfix_out("filter", "4ABC2", "ex01.example.org[10.0.0.3]:25", QUEUED.format(MID), time="10:00:03")
    )
    found = rows(edge, middle, exchange(BOB))
    assert told(found) == [f"{FROM} {BOB} = Delivered/Delivered"]
    assert (found[0].from_ip, found[0].grade, messages(found)) == ("192.0.2.1", "proven", 1)
    assert found[0].hosts[0] == "edge" and found[0].hosts[-1] == "EX01"


def test_postfix_hands_out_by_kumomta() -> None:
    relay = lines(
        postfix_in("relay", "4ABC1", "app.example.org[10.0.0.5]", count=2)
        + postfix_out(
            "relay", "4ABC1", "kumo.example.org[10.0.0.6]:25", "250 OK ids=8a5475ccbbc611eda12250ebf67f93bd", BOB
        )
    )
    base = {"id": "8a5475ccbbc611eda12250ebf67f93bd", "sender": FROM, "recipient": BOB, "queue": "example.org", "size": 1842,  # noqa: E501
            "site": "", "timestamp": 1795255202, "created": 1795255202, "num_attempts": 0, "bounce_classification": "Uncategorized",  # noqa: E501
            "egress_pool": "p", "egress_source": "s", "feedback_report": None, "meta": {}, "headers": {"Message-ID": MID}, "nodeid": "n"}  # fmt: skip  # noqa: E501
    there = {"name": "mx.example.org.", "addr": "198.51.100.7"}
    took = {"code": 250, "enhanced_code": {"class": 2, "subject": 0, "detail": 0}, "content": "Ok", "command": None}
    no = {
        "code": 550,
        "enhanced_code": {"class": 5, "subject": 1, "detail": 1},
        "content": "no such user",
        "command": "RCPT",
    }
    received = {
        **base,
        "type": "Reception",
        "peer_address": {"name": "relay", "addr": "10.0.0.4"},
        "response": took,
        "reception_protocol": "ESMTP",
    }
    for kind, reply, end in (("Delivery", took, "Delivered/Relayed"), ("Bounce", no, "Failed/Bounced")):
        last = {
            **base,
            "type": kind,
            "timestamp": 1795255204,
            "peer_address": there,
            "response": reply,
            "delivery_protocol": "ESMTP",
        }
        found = rows(relay, [json.dumps(received), json.dumps(last)])
        assert told(found) == [f"{FROM} {BOB} = {end}"]
        assert found[0].queue_ids == ("4ABC1", base["id"])


def test_haraka_passes_on_to_dovecot() -> None:
    uuid = "3E6A027F-8307-4DA4-B105-2A39EC4B58D4"
    edge = lines(f"""
        10:00:00 edge haraka[70]: [NOTICE] [{uuid}] [core] connect ip=192.0.2.1 port=21957 local_ip=198.51.100.9 local_port=25
        10:00:00 edge haraka[70]: [NOTICE] [{uuid}.1] [core] sender <{FROM}> code=CONT msg=""
        10:00:00 edge haraka[70]: [NOTICE] [{uuid}.1] [core] recipient <{BOB}> code=OK msg="" sender="{FROM}"
        10:00:01 edge haraka[70]: [NOTICE] [{uuid}.1] [core] message mid="{MID}" size=1842 rcpts=1/0/0 delay=1 code=CONT msg=""
        10:00:02 edge haraka[70]: [NOTICE] [{uuid}.1] [core] queue code=OK msg="250 2.0.0 <{BOB}> mXpLBvZ1aGcpBAAAqDwgVw Saved ({uuid}.1)"
        10:00:02 edge haraka[70]: [NOTICE] [{uuid}] [core] disconnect ip=192.0.2.1 rdns=out.example.net helo=out.example.net relay=N early=N esmtp=Y tls=N pipe=N errors=0 txns=1 rcpts=1/0/0 msgs=1/0/0 bytes=1842 lr="" time=2
    """)  # noqa: E501
    for words, end in (
        ("stored mail into mailbox 'INBOX'", "Delivered/Delivered"),
        ("fileinto action: stored mail into mailbox 'Offers'", "Delivered/Delivered"),
        ("stored mail into mailbox 'Junk'", "Delivered/Junk"),
    ):
        found = rows(edge, lines(dovecot("mb", BOB, "mXpLBvZ1aGcpBAAAqDwgVw", words, "10:00:02")))
        assert told(found) == [f"{FROM} {BOB} = {end}"], words


def test_sendmail_to_exchange_online() -> None:
    key = "uAL90x1Q012345"
    gateway = lines(f"""
        10:00:00 gw sm-mta[7]: {key}: from=<{FROM}>, size=1842, class=0, nrcpts=2, msgid={MID}, proto=ESMTPS, daemon=MTA, relay=out.example.net [192.0.2.1]
        10:00:02 gw sm-mta[7]: {key}: to=<{BOB}>,<{EVE}>, delay=00:00:02, xdelay=00:00:01, mailer=esmtp, pri=121842, relay=example-org.mail.protection.outlook.com. [203.0.113.36], dsn=2.0.0, stat=Sent ({MID} [InternalId=98765, Hostname=AM0PR01MB0001.eurprd01.prod.exchangelabs.com] 9000 bytes in 0.2, 40 KB/sec Queued mail for delivery)
        10:00:02 gw sm-mta[7]: {key}: done; delay=00:00:02, ntries=1
    """)  # noqa: E501
    tenant = [
        json.dumps({"Organization": "example.onmicrosoft.com", "MessageId": MID, "Received": "2026-11-21T10:00:03.1234567", "SenderAddress": FROM, "RecipientAddress": to, "Subject": "Offer", "Status": status, "ToIP": None, "FromIP": "192.0.2.20", "Size": 9000, "MessageTraceId": "6a638d20-1e63-493a-80a2-08da9a4f0007", "StartDate": "2026-11-20T00:00:00", "EndDate": "2026-11-22T00:00:00", "Index": number})  # noqa: E501
        for number, (to, status) in enumerate(((BOB, "Delivered"), (EVE, "Quarantined")))
    ]  # fmt: skip
    found = rows(gateway, tenant)
    assert told(found) == [f"{FROM} {BOB} = Delivered/Delivered", f"{FROM} {EVE} = Quarantined/Quarantined"]
    assert messages(found) == 1 and {one.from_ip for one in found} == {"192.0.2.1"}


def test_opensmtpd_rspamd_dovecot() -> None:
    session, out, msgid = "5df87c903d709659", "5df87c9ffd0e785d", "c405e39a"
    edge = lines(f"""
        10:00:00 edge smtpd[70]: {session} smtp connected address=192.0.2.1 host=out.example.net
        10:00:01 edge smtpd[70]: {session} smtp message msgid={msgid} size=1842 nrcpt=1 proto=ESMTP
        10:00:01 edge smtpd[70]: {session} smtp envelope evpid={msgid}d6bbc64f from=<{FROM}> to=<{BOB}>
        10:00:02 edge smtpd[70]: {session} smtp disconnected reason=quit
        10:00:01 edge rspamd[9]: <f3a9c1>; task; rspamd_task_write_log: id: {MID}, qid: <{msgid}>, ip: 192.0.2.1, from: <{FROM}>, (default: F (no action): [1.00/15.00] [A(1.00){{}}]), len: 1842, time: 120.5ms, dns req: 1, digest: <ab>, rcpts: <{BOB}>, mime_rcpts: <{BOB}>
        10:00:03 edge smtpd[70]: {out} mta delivery evpid={msgid}d6bbc64f from=<{FROM}> to=<{BOB}> rcpt=<-> source="10.0.0.1" relay="10.0.0.9 (mb.example.org)" delay=2s result="Ok" stat="250 2.0.0 <{BOB}> mXpLBvZ1aGcpBAAAqDwgVw Saved"
    """)  # noqa: E501
    found = rows(edge, lines(dovecot("mb", BOB, "mXpLBvZ1aGcpBAAAqDwgVw", time="10:00:03")))
    assert told(found) == [f"{FROM} {BOB} = Delivered/Delivered"]
    assert (found[0].from_ip, messages(found), found[0].hosts) == ("192.0.2.1", 1, ("edge", "mb"))


def test_gateway_of_proxmox_before_exchange() -> None:
    gate = "40AA15EBBD7588C164"
    edge = lines(
        postfix_in("pmg", "4ABC1", "out.example.net[192.0.2.1]")
        + f"10:00:01 pmg pmg-smtp-filter[9]: {gate}: new mail message-id={MID}#012\n"
        + f"10:00:02 pmg pmg-smtp-filter[9]: {gate}: SA score=1/5 time=0.8 bayes=0.00 autolearn=ham hits=A(1)\n"
        + postfix_in("pmg", "4ABC2", "localhost.localdomain[127.0.0.1]", "10:00:02")
        + f"10:00:02 pmg pmg-smtp-filter[9]: {gate}: accept mail to <{BOB}> (4ABC2) (rule: default-accept)\n"
        + f"10:00:02 pmg pmg-smtp-filter[9]: {gate}: processing time: 1.2 seconds (0.8, 0.1, 0)\n"
        + postfix_out("pmg", "4ABC1", "127.0.0.1[127.0.0.1]:10024", f"250 2.5.0 OK ({gate})", agent="lmtp")
        + "\n"
        + postfix_out("pmg", "4ABC2", "ex01.example.org[10.0.0.3]:25", QUEUED.format(MID), time="10:00:03")
    )
    found = rows(edge, exchange(BOB))
    assert told(found) == [f"{FROM} {BOB} = Delivered/Delivered"]
    assert (found[0].from_ip, messages(found), found[0].hosts) == ("192.0.2.1", 1, ("pmg", "EX01"))
    over = exchange(
        BOB, end="STOREDRIVER FAIL", recipient_status="554 5.2.2 mailbox full; STOREDRV.Deliver; quota exceeded"
    )
    assert told(rows(edge, over)) == [f"{FROM} {BOB} = Failed/Bounced"]


def test_dovecot_forwards_by_exim() -> None:
    """A Sieve script forwards: the mailbox server hands a copy to a relay, under the same Message-ID."""
    edge = lines(
        postfix_in("mx", "4ABC1", "out.example.net[192.0.2.1]")
        + postfix_out(
            "mx",
            "4ABC1",
            "mb.example.org[10.0.0.9]:24",
            f"250 2.0.0 <{BOB}> mXpLBvZ1aGcpBAAAqDwgVw Saved",
            agent="lmtp",
        )
    )
    mailbox = lines(dovecot("mb", BOB, "mXpLBvZ1aGcpBAAAqDwgVw", "forwarded to <bob@example.com>", "10:00:02"))
    relay = lines(f"""
        10:00:03 relay exim[1]: 1vMAbC-0000000001X-0abc <= {FROM} H=mb.example.org [10.0.0.9] P=esmtp S=1900 id={MID[1:-1]} for bob@example.com
        10:00:04 relay exim[1]: 1vMAbC-0000000001X-0abc => bob@example.com R=dnslookup T=remote_smtp H=mx.example.com [198.51.100.7] C="250 ok"
        10:00:04 relay exim[1]: 1vMAbC-0000000001X-0abc Completed
    """)  # noqa: E501
    found = rows(edge, mailbox, relay)
    assert told(found) == [
        f"{FROM} {BOB} bob@example.com Delivered/Relayed",
        f"{FROM} {BOB} bob@example.com Expanded/Redirected",
    ]
    assert messages(found) == 1


def test_own_gateway_of_exim_before_gmail() -> None:
    gateway = lines(f"""
        10:00:00 gw exim[1]: 1vMAbC-0000000001X-0abc <= ann@example.com H=out.example.com [192.0.2.10] P=esmtps S=4000 id={GMAIL_ID[1:-1]} for {GMAIL_BOB[1]}
        10:00:01 gw exim[1]: 1vMAbC-0000000001X-0abc => {GMAIL_BOB[1]} R=dnslookup T=remote_smtp H=aspmx.l.google.com [203.0.113.27] C="250 2.0.0 OK  1795255201 a1-20020a05 - gsmtp"
        10:00:01 gw exim[1]: 1vMAbC-0000000001X-0abc Completed
    """)  # noqa: E501
    found = rows(gateway, [gmail(1, GMAIL_BOB, second=1), gmail(3, GMAIL_BOB, second=2)])
    assert told(found) == [f"ann@example.com {GMAIL_BOB[1]} = Delivered/Delivered"]
    assert found[0].queue_ids == ("1vMAbC-0000000001X-0abc", GMAIL_ID)


def test_exchange_sends_out_by_sendmail() -> None:
    mail = Mail(7, FROM)
    key = "uAL90x1Q012345"
    way = {"message_id": MID, "directionality": "Originating"}
    inside = log(
        [
            mail.row("10:00:00", "STOREDRIVER RECEIVE", [BOB, EVE], **hop("EX01", "EX01"), **way),
            mail.row("10:00:01", "SEND", [BOB, EVE], **hop("EX01", "gw.example.net"), recipient_status=f"250 2.0.0 {key} Message accepted for delivery;250 2.0.0 {key} Message accepted for delivery", **way),  # noqa: E501
        ]
    )  # fmt: skip
    gateway = lines(f"""
        10:00:01 gw sm-mta[7]: {key}: from=<{FROM}>, size=1842, class=0, nrcpts=2, msgid={MID}, proto=ESMTPS, daemon=MTA, relay=ex01.example.net [10.0.0.3]
        10:00:02 gw sm-mta[7]: {key}: to=<{BOB}>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=121842, relay=mx.example.org. [198.51.100.7], dsn=2.0.0, stat=Sent (Ok: queued as 4F3A2B1C0D)
        10:00:02 gw sm-mta[7]: {key}: to=<{EVE}>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=121842, relay=mx.example.org. [198.51.100.7], dsn=5.1.1, stat=User unknown
        10:00:02 gw sm-mta[7]: {key}: done; delay=00:00:01, ntries=1
    """)  # noqa: E501
    found = rows(inside, gateway)
    assert told(found) == [f"{FROM} {BOB} = Delivered/Relayed", f"{FROM} {EVE} = Failed/Bounced"]
    assert messages(found) == 1 and {one.direction for one in found} == {"Outbound"}


def test_stalwart_sends_out_by_postfix() -> None:
    number = "284999972309434901"
    server = [
        f'2026-11-21T10:00:00Z INFO Queued message submission for delivery (queue.queue-message-authenticated) listenerId = "submissions", localPort = 465, remoteIp = 192.0.2.7, remotePort = 40000, accountName = "ann", queueId = {number}, from = "{FROM}", to = ["{BOB}"], size = 1842, messageId = "{MID}"',  # noqa: E501
        f'2026-11-21T10:00:01Z INFO Message delivered (delivery.delivered) queueId = {number}, queueName = "remote", from = "{FROM}", to = ["{BOB}"], size = 1842, total = 1, hostname = "relay.example.net", to = "{BOB}", code = 250, details = "2.0.0 Ok: queued as 4ABC1"',  # noqa: E501
        f'2026-11-21T10:00:01Z INFO Delivery completed (delivery.completed) queueId = {number}, queueName = "remote", from = "{FROM}", to = ["{BOB}"], size = 1842, total = 1, elapsed = 512ms',  # noqa: E501
    ]
    relay = lines(
        postfix_in("relay", "4ABC1", "mail.example.net[10.0.0.8]")
        + postfix_out("relay", "4ABC1", "mx.example.org[198.51.100.7]:25", "550 5.1.1 no such user")
    )
    found = rows(server, relay)
    assert told(found) == [f"{FROM} {BOB} = Failed/Bounced"]
    assert (found[0].queue_ids, found[0].sasl_user) == ((number, "4ABC1"), "ann")


def test_postfix_mx_and_exchange_behind_with_a_group() -> None:
    edge = lines(
        postfix_in("mx", "4ABC1", "out.example.net[192.0.2.1]")
        + postfix_out(
            "mx", "4ABC1", "ex01.example.org[10.0.0.3]:25", QUEUED.format(MID), "team@example.org", time="10:00:03"
        )
    )
    mail = Mail(7, FROM)
    way = {"message_id": MID, "directionality": "Incoming"}
    inside = log(
        [
            mail.row("10:00:03", "RECEIVE", ["team@example.org"], **hop("mx.example.org", "EX01", 4711), **way),
            mail.row("10:00:04", "ROUTING EXPAND", [BOB, EVE], **hop("EX01", "EX01"), related_recipient_address="team@example.org", **way),  # noqa: E501
            mail.row("10:00:05", "STOREDRIVER DELIVER", [BOB], **hop("EX01", "EX01"), **way),
            mail.row("10:00:05", "STOREDRIVER FAIL", [EVE], **hop("EX01", "EX01"), recipient_status="554 5.2.2 mailbox full", **way),  # noqa: E501
        ]
    )  # fmt: skip
    found = rows(edge, inside)
    assert told(found) == [
        f"{FROM} team@example.org = Expanded/Expanded",
        f"{FROM} team@example.org {BOB} Delivered/Delivered",
        f"{FROM} team@example.org {EVE} Failed/Bounced",
    ]
    assert messages(found) == 1
