"""Google Workspace: messages by the export of Gmail's log events, the Reports API and Email Log Search."""

# ruff: noqa: E501
from __future__ import annotations

import json
from typing import Any

import pytest
from logs import folder, lines, messages, rows_of, told, trace

from mailwake.operations.opening import FileBackend
from mailwake.store.query import And
from mailwake.store.rows import Row

MID = "<CAB+2026@mail.example.com>"
BOB, CAROL = ("gmail-ui", "bob@example.org"), ("gmail-ui", "carol@example.org")
DAN = ("smtp-outbound", "dan@example.net")
SEARCH = (
    "Message ID,Start date,End date,Sender,Message size,Subject,Direction,Attachments,Recipient address,Event target,Event date,"
    "Event status,Event target IP address,Has encryption,Event SMTP reply code,Event description,Client Type,Device User Session ID"
)


def row(
    action: int,
    *to: tuple[str, str],
    second: int = 0,
    success: bool = True,
    link: dict[str, Any] | None = None,
    **more: Any,
) -> str:
    """A row of the export as JSON; second: after 10:00."""
    made = {
        "event_info": {"timestamp_usec": str((1795255200 + second) * 1_000_000), "success": success},
        "message_info": {
            "action_type": action, "rfc2822_message_id": MID, "subject": "Offer", "payload_size": 4100,
            "source": {"address": "ann@example.com", "service": "smtp-inbound"},
            "destination": [{"address": address, "service": service} for service, address in to],
            "connection_info": {"client_ip": "192.0.2.10", "smtp_reply_code": 0, **(link or {})}, "is_spam": False,
            **more,
        },
    }  # fmt: skip
    return json.dumps(made)


def rows(*records: str) -> list[Row]:
    return trace("\n".join(records))


def test_received_for_two() -> None:
    found = rows(
        row(1, BOB, CAROL), row(2, BOB, CAROL, second=1), row(3, BOB, second=2), row(3, CAROL, second=3, is_spam=True)
    )
    assert told(found) == [
        "ann@example.com bob@example.org = Delivered/Delivered",
        "ann@example.com carol@example.org = Delivered/Junk",
    ]
    assert messages(found) == 1
    one = found[0]
    assert (one.from_ip, one.subject, one.message_id, one.size) == ("192.0.2.10", "Offer", MID, 4100)


def test_sent_at_the_second_try() -> None:
    away = {"smtp_out_connect_ip": "203.0.113.5", "smtp_out_remote_host": "mx.example.net", "smtp_reply_code": 250}
    own = {"address": "ann@example.com", "service": "gmail-ui"}
    taken = row(2, DAN, source=own), row(3, DAN, second=1, source=own)
    later = row(14, DAN, second=2, success=False, description="421 4.7.0 Try again later", source=own)
    assert told(rows(*taken, later)) == ["ann@example.com dan@example.net = Pending/Deferred"]
    found = rows(*taken, later, row(10, DAN, second=900, link=away, source=own))
    assert told(found) == ["ann@example.com dan@example.net = Delivered/Relayed"]
    assert (found[0].to_ip, found[0].to_host) == ("203.0.113.5", "mx.example.net")


@pytest.mark.parametrize(
    ("records", "end"),
    [
        ([row(1, BOB), row(2, BOB, success=False, link={"smtp_reply_code": 550}, description="Rejected by policy")], "Failed/Rejected"),
        ([row(2, BOB), row(18, BOB, success=False, description="Address not found")], "Failed/Bounced"),
        ([row(2, BOB), row(19, BOB, description="Dropped by a routing rule")], "Failed/Discarded"),
        ([row(2, BOB), row(19, BOB, description="Admin quarantine")], "Quarantined/Quarantined"),
        ([row(2, BOB), row(19, BOB, description="Admin quarantine"), row(3, BOB, second=600)], "Delivered/Delivered"),
        ([row(2, BOB)], "GettingStatus/Unknown"),
        ([row(3, BOB)], "Delivered/Delivered"),
    ],
)  # fmt: skip
def test_ends(records: list[str], end: str) -> None:
    assert told(rows(*records)) == [f"ann@example.com bob@example.org = {end}"]


def test_page_of_the_reports_api() -> None:
    """Pretty-printed, as curl and gam give it; `events` is a list within the records."""
    activity = {
        "kind": "admin#reports#activity",
        "id": {"time": "2026-11-21T10:00:02.123Z", "applicationName": "gmail"},
        "actor": {"email": "bob@example.org"},
        "events": [{"type": "delivery_type", "name": "delivery", "parameters": [
            {"name": "event_info", "messageValue": {"parameter": [{"name": "mail_event_type", "intValue": "2"}]}},
            {"name": "message_info", "messageValue": {"parameter": [
                {"name": "rfc2822_message_id", "value": MID}, {"name": "subject", "value": "Offer"},
                {"name": "source", "messageValue": {"parameter": [{"name": "address", "value": "ann@example.com"}]}},
            ]}},
        ]}],
    }  # fmt: skip
    other = {**activity, "actor": {"email": "carol@example.org"}}
    wanted = ["ann@example.com bob@example.org = Delivered/Delivered"]
    page = json.dumps({"kind": "admin#reports#activities", "items": [activity, other]}, indent=1)
    assert told(of_file(page)) == [*wanted, "ann@example.com carol@example.org = Delivered/Delivered"]
    assert told(of_file(json.dumps(activity, indent=2))) == wanted
    assert told(of_file(json.dumps(activity))) == wanted


def test_log_search() -> None:
    def step(
        recipient: str, target: str, second: int, status: str, ip: str = "", code: str = "", said: str = ""
    ) -> str:
        day = "2026/11/21 10:00"
        return (
            f'{MID},{day}:00 UTC,{day}:09 UTC,ann@example.com,4100,"Offer, again",Received,0,{recipient},{target},'
            f"{day}:{second:02d} UTC,{status},{ip},Encrypted,{code},{said},,"
        )

    found = of_file("\n".join((
        SEARCH,
        step("bob@example.org", "SMTP_INBOUND", 0, "Received from an SMTP server", "192.0.2.10"),
        step("bob@example.org", "GMAIL", 2, "Delivered to Gmail inbox"),
        step("carol@example.org", "SMTP_INBOUND", 0, "Received from an SMTP server", "192.0.2.10"),
        step("carol@example.org", "GMAIL", 3, "Marked spam"),
        step("dan@example.net", "SMTP_OUTBOUND", 3, "BOUNCED", "", "550", "Bad recipient"),
        step("erin@example.net", "SMTP_OUTBOUND", 3, "DELIVERED", "203.0.113.5", "250"),
    )))  # fmt: skip
    assert told(found) == [
        "ann@example.com bob@example.org = Delivered/Delivered",
        "ann@example.com carol@example.org = Delivered/Junk",
        "ann@example.com dan@example.net = Failed/Bounced",
        "ann@example.com erin@example.net = Delivered/Relayed",
    ]
    assert messages(found) == 1
    assert {one.subject for one in found} == {"Offer, again"}


def test_own_server_to_gmail() -> None:
    """A gateway of one's own before Gmail: joined by Message-ID, recipient and time, as the reply has no id of Gmail's."""
    gateway = lines(f"""
        10:00:00 mx postfix/smtpd[1]: 4ABC1: client=out.example.com[192.0.2.10]
        10:00:00 mx postfix/cleanup[2]: 4ABC1: message-id={MID}
        10:00:00 mx postfix/qmgr[3]: 4ABC1: from=<ann@example.com>, size=4000, nrcpt=1 (queue active)
        10:00:01 mx postfix/smtp[4]: 4ABC1: to=<bob@example.org>, relay=aspmx.l.google.com[203.0.113.27]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 OK  1795255201 a1-20020a05 - gsmtp)
        10:00:01 mx postfix/qmgr[3]: 4ABC1: removed
    """)
    found = rows_of([gateway, [row(1, BOB, second=1), row(3, BOB, second=2, is_spam=True)]])
    assert told(found) == ["ann@example.com bob@example.org = Delivered/Junk"]
    assert found[0].queue_ids == ("4ABC1", MID)


def of_file(text: str) -> list[Row]:
    """Rows of one file."""
    with folder() as place:
        path = place / "export"
        path.write_text(text + "\n", encoding="utf-8")
        return FileBackend((str(path),), zone="UTC").search(And(()), 100)
