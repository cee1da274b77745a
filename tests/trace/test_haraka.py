"""Haraka: transactions of a session, recipients that outbound's records do not name, messages passed straight on."""

# ruff: noqa: E501
from __future__ import annotations

import pytest
from logs import fates, messages, told, trace

U = "3E6A027F-8307-4DA4-B105-2A39EC4B58D4"
CONNECT = f"10:00:00 mx haraka[70]: [NOTICE] [{U}] [core] connect ip=192.0.2.1 port=21957 local_ip=198.51.100.9 local_port=25\n"
SENDER = f'10:00:00 mx haraka[70]: [NOTICE] [{U}.1] [core] sender <a@example.net> code=CONT msg=""\n'
LEAVE = f'10:00:09 mx haraka[70]: [NOTICE] [{U}.1] [core] disconnect ip=192.0.2.1 rdns="out.example.net" helo="out.example.net" relay=N early=N esmtp=Y tls=Y pipe=N errors=0 txns=1 rcpts=1/0/0 msgs=1/0/0 bytes=1842 lr="" time=9\n'
QUEUED = f'10:00:02 mx haraka[70]: [NOTICE] [{U}.1] [core] queue code=OK msg="Message Queued ({U}.1)"\n'


def _to(*names: str, code: str = "OK", text: str = "") -> str:
    line = f'10:00:00 mx haraka[70]: [NOTICE] [{U}.1] [core] recipient <{{}}> code={code} msg="{text}" sender="a@example.net"\n'
    return "".join(line.format(name) for name in names)


def _message(count: int, code: str = "CONT", text: str = "") -> str:
    return f'10:00:01 mx haraka[70]: [NOTICE] [{U}.1] [core] message mid="<1@example.net>" size=1842 rcpts={count}/0/0 delay=1 code={code} msg="{text}"\n'


def _delivered(part: int, domain: str, count: int, reply: str = "250 ok", time: str = "10:00:05") -> str:
    return f'{time} mx haraka[70]: [NOTICE] [{U}.1.{part}] [outbound] delivered file=F domain={domain} host=mx.{domain} ip=198.51.100.7 port=25 mode=SMTP tls=Y auth=N response="{reply}" delay=3 fails=0 rcpts={count}/0/0\n'


def test_passed_straight_on() -> None:
    block = CONNECT + SENDER + _to("x@example.org") + _message(1)
    block += f"10:00:02 mx haraka[70]: [INFO] [{U}.1] [queue/smtp_forward] forwarding to 198.51.100.7:25\n"
    block += (
        f'10:00:02 mx haraka[70]: [NOTICE] [{U}.1] [core] queue code=OK msg="2.0.0 Ok: queued as ABCDEF1234 ({U}.1)"\n'
    )
    rows = trace(block + LEAVE)
    assert told(rows) == ["a@example.net x@example.org = Delivered/Relayed"]
    row = rows[0]
    assert (row.from_ip, row.from_host, row.to_ip, row.message_id, row.size) == (
        "192.0.2.1", "out.example.net", "198.51.100.7", "<1@example.net>", 1842,
    )  # fmt: skip
    assert not row.remark


def test_outbound_by_domain() -> None:
    taken = _to("x@example.org", "y@example.org", "z@example.com")
    block = CONNECT + SENDER + taken + _message(3) + QUEUED + LEAVE
    assert {row.status for row in trace(block)} == {"GettingStatus"}
    rows = trace(block + _delivered(1, "example.org", 2) + _delivered(2, "example.com", 1))
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.org = Delivered/Relayed",
        "a@example.net z@example.com = Delivered/Relayed",
    ]
    assert {(row.recipient, row.to_host) for row in rows} == {
        ("x@example.org", "mx.example.org"), ("y@example.org", "mx.example.org"), ("z@example.com", "mx.example.com"),
    }  # fmt: skip
    assert messages(rows) == 1


def test_outbound_by_recipient() -> None:
    """With always_split there is a part for each recipient."""
    taken = _to("x@example.org") + _to("y@example.org").replace("10:00:00", "10:00:01")
    block = CONNECT + SENDER + taken + _message(2) + QUEUED
    refused = f"10:00:05 mx haraka[70]: [INFO] [{U}.1.2] [outbound] bouncing mail: 550 5.1.1 unknown\n"
    assert fates(block + _delivered(1, "example.org", 1) + refused) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.org = Failed/Bounced",
    ]
    # Taken within one second, in an order that the log does not tell: nothing is claimed.
    unsure = CONNECT + SENDER + _to("x@example.org", "y@example.org") + _message(2) + QUEUED
    assert {row.status for row in trace(unsure + _delivered(1, "example.org", 1) + refused)} == {"GettingStatus"}
    assert {
        row.status for row in trace(unsure + _delivered(1, "example.org", 1) + _delivered(2, "example.org", 1))
    } == {"Delivered"}


def test_one_of_a_part_put_off() -> None:
    block = CONNECT + SENDER + _to("x@example.org", "y@example.org") + _message(2) + QUEUED
    later = f"10:00:05 mx haraka[70]: [NOTICE] [{U}.1.1] [outbound] recipient <y@example.org> deferred: 451 4.7.1 Greylisted\n"
    wait = f"10:00:05 mx haraka[70]: [INFO] [{U}.1.1] [outbound] Temp failing F for 64 seconds: Some recipients temp failed: <y@example.org>\n"
    first = block + _delivered(1, "example.org", 1) + later
    assert fates(first + wait) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.org = Pending/Greylisted",
    ]
    assert fates(first + wait + _delivered(1, "example.org", 1, time="10:02:05")) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.org = Delivered/Relayed",
    ]
    up = f"10-05 10:00:05 mx haraka[70]: [INFO] [{U}.1.1] [outbound] bouncing mail: Too many failures (451 4.7.1)\n"
    assert fates(first + wait + up.replace("10-05", "11-25"))[-1] == "a@example.net y@example.org = Failed/Expired"


@pytest.mark.parametrize(
    ("lines", "fate"),
    [
        (SENDER.replace("CONT", "DENY"), "a@example.net ? = Failed/Rejected"),
        (SENDER + _to("x@example.org", code="DENY", text="No such user"), "a@example.net x@example.org = Failed/Rejected"),
        (SENDER + _to("x@example.org", code="DENYSOFT", text="greylisted"), "a@example.net x@example.org = Pending/Greylisted"),
        (SENDER + _to("x@example.org") + _message(1, "DENY", "550 virus"), "a@example.net x@example.org = Failed/Rejected"),
        (f'10:00:00 mx haraka[70]: [INFO] [{U}] [core] hook=connect plugin=dnsbl function=f params="" retval=DENY msg="listed"\n', "? ? = Failed/Rejected"),
    ],
)  # fmt: skip
def test_refused(lines: str, fate: str) -> None:
    rows = trace(CONNECT + lines + LEAVE)
    assert told(rows) == [fate]
    assert (rows[0].from_ip, rows[0].from_host) == ("192.0.2.1", "out.example.net")


def test_no_mail() -> None:
    assert not fates(CONNECT + LEAVE)
    assert not fates(CONNECT + SENDER + LEAVE)


def test_thrown_away() -> None:
    gone = f'10:00:02 mx haraka[70]: [INFO] [{U}.1] [core] hook=queue plugin=queue/discard function=discard params="" retval=OK msg=""\n'
    assert fates(CONNECT + SENDER + _to("x@example.org") + _message(1) + gone) == [
        "a@example.net x@example.org = Failed/Discarded"
    ]


def test_two_transactions_of_one_session() -> None:
    first = SENDER + _to("x@example.org") + _message(1)
    second = first.replace(f"{U}.1", f"{U}.2").replace("a@example.net", "b@example.net").replace("<1@", "<2@")
    rows = trace(CONNECT + first + second + LEAVE)
    assert [row.sender for row in sorted(rows, key=lambda row: row.sender or "")] == ["a@example.net", "b@example.net"]
    assert {row.from_ip for row in rows} == {"192.0.2.1"}


def test_json_and_logfmt() -> None:
    rows = trace(f"""
    2026-11-21T10:00:00.000Z {{"level":"NOTICE","uuid":"{U}","origin":"core","message":"connect","ip":"192.0.2.1","port":21957,"local_ip":"::","local_port":25}}
    2026-11-21T10:00:00.100Z level=NOTICE uuid={U}.1 origin=core message="recipient <x@example.org>" code=OK msg= sender=a@example.net
    2026-11-21T10:00:01.000Z {{"level":"NOTICE","uuid":"{U}.1","origin":"core","message":"message ","mid":"<1@example.net>","size":1842,"rcpts":"1/0/0","delay":1,"code":"CONT","msg":""}}
    2026-11-21T10:00:02.000Z {{"level":"NOTICE","uuid":"{U}.1","origin":"core","message":"queue ","code":"OK","msg":"queued as a: b ({U}.1)"}}
    """)
    assert told(rows) == ["a@example.net x@example.org = Delivered/Relayed"]
    assert (rows[0].from_ip, rows[0].message_id) == ("192.0.2.1", "<1@example.net>")
