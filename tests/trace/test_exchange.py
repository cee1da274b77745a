"""Journeys through Exchange servers: submission, hops, groups, redirects, failures, shadow copies, notifications."""

from __future__ import annotations

import json

from logs import folder, messages, rows_of, told
from tracking import FIELDS_2010, Mail, accepted, hop, log, postfix, rows_told

from mailwake.operations.opening import FileBackend
from mailwake.operations.show import show

ONE = Mail(1)
IN = {"directionality": "Incoming"}


def submission(mail: Mail, to: list[str], server: str = "EX01", number: int = 100) -> list[dict[str, str]]:
    """What a mailbox server writes when Outlook sends: a record that names nothing, the submission, shadow copies."""
    here = hop(f"{server}.corp.example", server)
    return [
        mail.row(
            "10:00:00.100",
            "STOREDRIVER NOTIFYMAPI",
            client_hostname=server,
            message_id="",
            network_message_id="",
            total_bytes="",
            message_subject="",
        ),
        mail.row("10:00:00.200", "STOREDRIVER RECEIVE", to, **here, original_client_ip="192.0.2.7"),
        mail.row("10:00:00.300", "STOREDRIVER SUBMIT", to, **hop(server, server)),
        mail.row("10:00:00.350", "HAREDIRECT", to, **hop(server, "EX09")),
        mail.row("10:00:00.400", "RECEIVE", to, **hop(f"{server}.corp.example", server, number)),
        mail.row("10:00:00.450", "AGENT AGENTINFO", to, server_hostname=server, custom_data="S:CompCost=|ETR=0"),
    ]


def test_within_one_server() -> None:
    to = ["bob@example.com"]
    rows = rows_told(
        [
            submission(ONE, to),
            [
                ONE.row("10:00:00.600", "SEND", to, **hop("EX01", "EX01.corp.example", 100)),
                ONE.row("10:00:00.550", "STOREDRIVER DELIVER", to, **hop("EX01.corp.example", "EX01.corp.example")),
            ],
        ]
    )
    assert told(rows) == ["ann@example.com bob@example.com = Delivered/Delivered"]
    (row,) = rows
    assert (row.from_ip, row.direction, row.subject, row.size) == ("192.0.2.7", "Internal", "Mail, number 1", 5000)
    assert (row.hosts, row.queue_ids) == (("EX01",), (ONE.network_id,))
    assert row.trace_id == ONE.network_id.replace("-", "")


def test_two_servers_each_recipient_by_itself() -> None:
    to = ["bob@example.com", "eve@example.com", "out@example.net"]
    far = {**hop("EX02.corp.example", "EX02.corp.example"), "source_context": "08DA"}
    rows = rows_told(
        [
            [
                *submission(ONE, to),
                ONE.row("10:00:01.000", "SEND", to[:2], **hop("EX01", "EX02.corp.example", 100)),
                ONE.row(
                    "10:00:02.000",
                    "SEND",
                    to[2:],
                    **hop("EX01", "mx.example.net", 101),
                    server_ip="198.51.100.9",
                    recipient_status="250 2.0.0 Ok: queued as 4XYZAB1234",
                ),
            ],
            [
                ONE.row(
                    "10:00:00.900", "RECEIVE", to[:2], **hop("EX01.corp.example", "EX02", 77), client_ip="10.0.0.1"
                ),
                ONE.row("10:00:01.100", "SEND", to[:1], **hop("EX02", "EX02.corp.example", 77)),
                ONE.row("10:00:01.050", "STOREDRIVER DELIVER", to[:1], **far),
                ONE.row(
                    "10:00:01.200",
                    "STOREDRIVER FAIL",
                    to[1:2],
                    server_hostname="EX02",
                    recipient_status="[{LED=554 5.2.2 mailbox full; quota};{MSG=};{FQDN=};{IP=};{LRT=}]",
                ),
            ],
        ]
    )
    assert told(rows) == [
        "ann@example.com bob@example.com = Delivered/Delivered",
        "ann@example.com eve@example.com = Failed/Bounced",
        "ann@example.com out@example.net = Delivered/Relayed",
    ]
    assert [(row.direction, row.hosts, row.grade) for row in rows] == [
        ("Internal", ("EX01", "EX02"), "proven"),
        ("Outbound", ("EX01", "EX02"), "proven"),
        ("Outbound", ("EX01",), "proven"),
    ]
    assert (rows[1].reason, rows[1].dsn) == ("554 5.2.2 mailbox full; quota", "5.2.2")
    assert messages(rows) == 1


def test_servers_of_which_nothing_says_who_handed_over() -> None:
    rows = rows_told(
        [
            [ONE.row("10:00:00", "RECEIVE", ["bob@example.com"], **hop("out.example.net", "EX01"), **IN)],
            [ONE.row("10:00:02", "STOREDRIVER DELIVER", ["bob@example.com"], **hop("EX02", "EX02"))],
        ]
    )
    assert told(rows) == ["ann@example.com bob@example.com = Delivered/Delivered"]
    assert (rows[0].hosts, rows[0].direction) == (("EX01", "EX02"), "Inbound")


def test_a_message_id_that_the_server_gives_it() -> None:
    rows = rows_told(
        [
            [
                ONE.row(
                    "10:00:00.100", "STOREDRIVER RECEIVE", ["bob@example.com"], **hop("EX01", "EX01"), message_id=""
                ),
                ONE.row(
                    "10:00:00.200", "STOREDRIVER SUBMIT", ["bob@example.com"], **hop("EX01", "EX01"), message_id=""
                ),
                ONE.row("10:00:01", "STOREDRIVER DELIVER", ["bob@example.com"], **hop("EX01", "EX01")),
            ]
        ]
    )
    assert told(rows) == ["ann@example.com bob@example.com = Delivered/Delivered"]
    assert rows[0].message_id == ONE.row("10:00:01", "STOREDRIVER DELIVER")["message-id"]


def test_group_with_one_member_that_fails() -> None:
    members = ["bob@example.com", "eve@example.com", "dan@example.com"]
    rows = rows_told(
        [
            [
                ONE.row("10:00:00", "RECEIVE", ["all@example.com"], **hop("out.example.net", "EX01", 5), **IN),
                ONE.row(
                    "10:00:01",
                    "ROUTING EXPAND",
                    members,
                    server_hostname="EX01",
                    related_recipient_address="all@example.com",
                ),
                ONE.row("10:00:02", "SEND", members[:1], **hop("EX01", "EX02", 5)),
                ONE.row(
                    "10:00:02",
                    "ROUTING FAIL",
                    members[1:2],
                    server_hostname="EX01",
                    recipient_status="550 5.1.10 RESOLVER.ADR.RecipientNotFound; no such user",
                ),
            ],
            [ONE.row("10:00:01.900", "STOREDRIVER DELIVER", members[:1], **hop("EX02", "EX02"))],
        ]
    )
    assert told(rows) == [
        "ann@example.com all@example.com = Expanded/Expanded",
        "ann@example.com all@example.com bob@example.com Delivered/Delivered",
        "ann@example.com all@example.com dan@example.com GettingStatus/Unknown",
        "ann@example.com all@example.com eve@example.com Failed/Bounced",
    ]


def test_groups_within_groups_expanded_on_another_server() -> None:
    rows = rows_told(
        [
            [
                ONE.row("10:00:00", "RECEIVE", ["all@example.com"], **hop("out.example.net", "EX01", 5), **IN),
                ONE.row("10:00:01", "SEND", ["all@example.com"], **hop("EX01", "EX02.corp.example", 5)),
            ],
            [
                ONE.row("10:00:01", "RECEIVE", ["all@example.com"], **hop("EX01", "EX02", 6), **IN),
                ONE.row(
                    "10:00:02",
                    "ROUTING EXPAND",
                    ["inner@example.com", "bob@example.com"],
                    server_hostname="EX02",
                    related_recipient_address="all@example.com",
                ),
                ONE.row(
                    "10:00:02",
                    "ROUTING EXPAND",
                    ["bob@example.com", "all@example.com"],
                    server_hostname="EX02",
                    related_recipient_address="inner@example.com",
                ),
                ONE.row(
                    "10:00:03",
                    "STOREDRIVER DELIVER",
                    ["bob@example.com"],
                    **hop("EX02", "EX02"),
                    internal_message_id="9",
                ),
            ],
        ]
    )
    assert told(rows) == [
        "ann@example.com all@example.com = Expanded/Expanded",
        "ann@example.com all@example.com bob@example.com Delivered/Delivered",
        "ann@example.com all@example.com inner@example.com Expanded/Expanded",
    ]


def test_resolved_to_another_address() -> None:
    rows = rows_told(
        [
            [
                ONE.row("10:00:00", "RECEIVE", ["Alias@example.com"], **hop("out.example.net", "EX01", 5), **IN),
                ONE.row(
                    "10:00:01",
                    "ROUTING RESOLVE",
                    ["bob@example.com"],
                    server_hostname="EX01",
                    related_recipient_address="alias@example.com",
                ),
                ONE.row("10:00:02", "STOREDRIVER DELIVER", ["bob@example.com"], **hop("EX01", "EX01")),
            ]
        ]
    )
    assert told(rows) == ["ann@example.com Alias@example.com bob@example.com Delivered/Delivered"]


def test_redirected_and_kept_too() -> None:
    redirect = ONE.row(
        "10:00:01",
        "ROUTING REDIRECT",
        ["eve@example.com"],
        server_hostname="EX01",
        related_recipient_address="bob@example.com",
    )
    arrival = ONE.row("10:00:00", "RECEIVE", ["bob@example.com"], **hop("out.example.net", "EX01", 5), **IN)
    far = ONE.row("10:00:02", "STOREDRIVER DELIVER", ["eve@example.com"], **hop("EX01", "EX01"))
    assert told(rows_told([[arrival, redirect, far]])) == [
        "ann@example.com bob@example.com = Expanded/Redirected",
        "ann@example.com bob@example.com eve@example.com Delivered/Delivered",
    ]
    near = ONE.row("10:00:02", "STOREDRIVER DELIVER", ["bob@example.com"], **hop("EX01", "EX01"))
    assert told(rows_told([[arrival, redirect, far, near]])) == [
        "ann@example.com bob@example.com = Delivered/Delivered",
        "ann@example.com bob@example.com eve@example.com Delivered/Delivered",
    ]


def test_moderated() -> None:
    to = ["team@example.com"]
    waiting = [
        ONE.row("10:00:00", "RECEIVE", to, **hop("EX01", "EX01", 5)),
        ONE.row("10:00:01", "APPROVAL INITMESSAGECREATED", to, server_hostname="EX01"),
    ]
    assert told(rows_told([waiting])) == ["ann@example.com team@example.com = Pending/Deferred"]
    rejected = ONE.row("11:00:00", "APPROVAL MODERATORREJECT", to, server_hostname="EX01")
    rows = rows_told([[*waiting, rejected]])
    assert told(rows) == ["ann@example.com team@example.com = Failed/Bounced"]
    assert rows[0].reason == "rejected by a moderator"
    expired = ONE.row("12:00:00", "APPROVAL MODERATIONEXPIRE", to, server_hostname="EX01")
    assert told(rows_told([[*waiting, expired]])) == ["ann@example.com team@example.com = Failed/Expired"]
    approved = [
        ONE.row("11:00:00", "APPROVAL MODERATORAPPROVE", to, server_hostname="EX01"),
        ONE.row("11:00:01", "STOREDRIVER DELIVER", to, **hop("EX01", "EX01")),
    ]
    assert told(rows_told([[*waiting, *approved]])) == ["ann@example.com team@example.com = Delivered/Delivered"]


def test_shadow_copies_and_safety_net_are_no_mail() -> None:
    to = ["bob@example.com"]
    shadow = [
        ONE.row("10:00:00", "HARECEIVE", to, **hop("EX01", "EX02", 9)),
        ONE.row("10:00:09", "REDUNDANCY HADISCARD", **hop("EX01", "EX02", 9)),
    ]
    assert rows_told([shadow]) == []
    resubmitted = [
        ONE.row("11:00:00", "SAFETYNET RESUBMIT", to, server_hostname="EX02"),
        ONE.row("11:00:02", "SEND", to, **hop("EX02", "EX01", 12)),
    ]
    delivered = [
        ONE.row("10:00:00", "RECEIVE", to, **hop("out.example.net", "EX01", 5), **IN),
        ONE.row("10:00:01", "STOREDRIVER DELIVER", to, **hop("EX01", "EX01")),
        ONE.row("11:00:01", "STOREDRIVER DUPLICATEDELIVER", to, **hop("EX01", "EX01")),
    ]
    assert rows_told([resubmitted[:1]]) == []
    rows = rows_told([delivered, [*shadow, *resubmitted]])
    assert told(rows) == ["ann@example.com bob@example.com = Delivered/Delivered"]


def test_deferred_expired_dropped_and_held() -> None:
    def ends(event: str, **cells: str) -> list[str]:
        to = ["bob@example.com"]
        arrival = ONE.row("10:00:00", "RECEIVE", to, **hop("EX01", "EX01", 5))
        return told(rows_told([[arrival, ONE.row("10:00:01", event, to, server_hostname="EX01", **cells)]]))

    who = "ann@example.com bob@example.com ="
    assert ends("SMTP DEFER", recipient_status="451 4.4.0 DNS query failed") == [f"{who} Pending/Deferred"]
    assert ends("QUEUE FAIL", recipient_status="550 4.4.7 QUEUE.Expired; message expired") == [f"{who} Failed/Expired"]
    assert ends("AGENT DROP") == [f"{who} Failed/Discarded"]
    assert ends("POISONMESSAGE POISONMESSAGE") == [f"{who} Quarantined/Held"]
    assert ends("PICKUP BADMAIL") == [f"{who} Failed/Bounced"]
    assert ends("STOREDRIVER SUBMITFAIL") == [f"{who} Failed/Bounced"]
    assert ends("STOREDRIVER DUPLICATEDELIVER") == [f"{who} Delivered/Duplicate"]


def test_notification_is_a_child() -> None:
    report = Mail(2, sender="")
    rows = rows_told(
        [
            [
                ONE.row("10:00:00", "RECEIVE", ["no@example.com"], **hop("EX01", "EX01", 5)),
                ONE.row(
                    "10:00:01",
                    "ROUTING FAIL",
                    ["no@example.com"],
                    server_hostname="EX01",
                    recipient_status="550 5.1.1 no",
                ),
                report.row(
                    "10:00:02", "DSN DSN", ["ann@example.com"], server_hostname="EX01", reference=ONE.message_id
                ),
                report.row("10:00:03", "STOREDRIVER DELIVER", ["ann@example.com"], **hop("EX01", "EX01")),
            ]
        ]
    )
    assert told(rows) == [
        "<> ann@example.com = Delivered/Delivered",
        "ann@example.com no@example.com = Failed/Bounced",
    ]
    failed, told_of = rows
    assert (told_of.parent_id, told_of.relation) == (failed.trace_id, "failure notification")


def test_notification_told_of_by_its_original() -> None:
    report = Mail(2, sender="")
    rows = rows_told(
        [
            [
                ONE.row("10:00:00", "RECEIVE", ["no@example.com"], **hop("EX01", "EX01", 5)),
                ONE.row("10:00:02", "DSN DSN", ["no@example.com"], server_hostname="EX01", reference=report.message_id),
                report.row("10:00:03", "DSN RECEIVE", ["ann@example.com"], **hop("EX01", "EX01"), reference=""),
                report.row("10:00:04", "STOREDRIVER DELIVER", ["ann@example.com"], **hop("EX01", "EX01")),
            ]
        ]
    )
    child = next(row for row in rows if row.sender == "")
    assert (child.parent_id, child.relation) == (ONE.network_id.replace("-", ""), "failure notification")


def edge_log(ip: str, reply: str) -> list[str]:
    """A Postfix host before the Exchange server at this address."""
    to = ["bob@example.com", "all@example.com"]
    return postfix(ONE, "4F0A1B2C3D", "out.example.net[192.0.2.1]", f"ex01.corp.example[{ip}]", to, reply)


BEHIND = [
    ONE.row(
        "10:00:00.900",
        "RECEIVE",
        ["bob@example.com", "all@example.com"],
        **hop("edge.example.com", "EX01", 4711),
        **IN,
        client_ip="10.0.0.25",
    ),
    ONE.row(
        "10:00:01.100",
        "ROUTING EXPAND",
        ["eve@example.com"],
        server_hostname="EX01",
        related_recipient_address="all@example.com",
    ),
    ONE.row("10:00:02", "STOREDRIVER DELIVER", ["bob@example.com", "eve@example.com"], **hop("EX01", "EX01")),
]
ENDS = [
    "ann@example.com all@example.com = Expanded/Expanded",
    "ann@example.com all@example.com eve@example.com Delivered/Delivered",
    "ann@example.com bob@example.com = Delivered/Delivered",
]


def test_edge_postfix_then_exchange_by_the_number_in_its_reply() -> None:
    edge = edge_log("198.51.100.4", accepted(4711, "ex01.corp.example"))
    behind = [{**row, "client-ip": "198.51.100.25"} for row in BEHIND]
    rows = rows_told([behind], edge)
    assert told(rows) == ENDS
    assert {(row.from_ip, row.hosts, row.grade) for row in rows} == {("192.0.2.1", ("edge", "EX01"), "proven")}
    assert messages(rows) == 1


def test_edge_postfix_then_exchange_by_message_id() -> None:
    rows = rows_told([BEHIND], edge_log("10.0.0.4", "250 2.6.0 Queued mail for delivery"))
    assert told(rows) == ENDS
    assert {(row.hosts, row.grade) for row in rows} == {(("edge", "EX01"), "inferred")}


def test_another_message_of_that_number_is_not_joined() -> None:
    """A server's number is used again after years, and another server has it too."""
    edge = edge_log("198.51.100.4", accepted(4711, "ex02.corp.example"))
    rows = rows_told([[{**row, "client-ip": "198.51.100.25"} for row in BEHIND]], edge)
    assert messages(rows) == 2


def test_exchange_then_postfix_relay() -> None:
    relay = postfix(
        ONE,
        "4CA1A2B3C4",
        "ex01.corp.example[198.51.100.4]",
        "mx.example.net[198.51.100.9]",
        ["out@example.net"],
        "550 5.1.1 unknown",
        host="relay",
        times=("10:00:03", "10:00:04"),
    )
    sent = ONE.row(
        "10:00:03.500",
        "SEND",
        ["out@example.net"],
        **hop("EX01", "relay.example.com", 100),
        recipient_status="250 2.0.0 Ok: queued as 4CA1A2B3C4",
    )
    rows = rows_told([[*submission(ONE, ["out@example.net"]), sent]], relay)
    assert told(rows) == ["ann@example.com out@example.net = Failed/Bounced"]
    assert (rows[0].hosts, rows[0].direction, rows[0].grade) == (("EX01", "relay"), "Outbound", "proven")


def test_exchange_2010_has_no_network_message_id() -> None:
    hub = [
        ONE.row("10:00:00", "STOREDRIVER RECEIVE", ["bob@example.com"], **hop("MBX1", "HUB1", 31)),
        ONE.row(
            "10:00:01",
            "SEND",
            ["bob@example.com"],
            **hop("HUB1", "HUB2.corp.example", 31),
            recipient_status=accepted(44, "HUB2.corp.example"),
        ),
    ]
    far = [
        ONE.row("10:00:00.900", "RECEIVE", ["bob@example.com"], **hop("HUB1", "HUB2", 44)),
        ONE.row("10:00:02", "STOREDRIVER DELIVER", ["bob@example.com"], **hop("HUB2", "MBX2", 44)),
    ]
    rows = rows_told([hub, far], fields=FIELDS_2010)
    assert told(rows) == ["ann@example.com bob@example.com = Delivered/Delivered"]
    assert (rows[0].hosts, rows[0].queue_ids) == (("HUB1", "HUB2"), ("31@HUB1", "44@HUB2"))


def test_story() -> None:
    """What `show` tells: who handed it in and from where, by which connector, what the group became, each hop."""
    arrival = ONE.row(
        "10:00:00",
        "RECEIVE",
        ["all@example.com"],
        **hop("edge.example.com", "EX01", 5),
        **IN,
        client_ip="10.0.0.25",
        original_client_ip="192.0.2.1",
        connector_id="EX01\\Default EX01",
    )
    members = ["bob@example.com", "eve@example.com"]
    expand = ONE.row(
        "10:00:01", "ROUTING EXPAND", members, server_hostname="EX01", related_recipient_address="all@example.com"
    )
    data = "S:SFA=SUM|SFV=NSPM|SCL=1;S:TRA=ETR|ruleId=1|action=SetScl"
    agent = ONE.row("10:00:01", "AGENT AGENTINFO", server_hostname="EX01", custom_data=data)
    deliver = ONE.row("10:00:02", "STOREDRIVER DELIVER", members, **hop("EX01", "EX01"))
    with folder() as place:
        path = place / "MSGTRK.LOG"
        path.write_text("\n".join(log([arrival, expand, agent, deliver])) + "\n")
        story = show(FileBackend((str(path),), zone="UTC"), ONE.network_id)
        assert show(FileBackend((str(path),), zone="UTC"), "5@EX01").trace_id == story.trace_id
    assert [(step.event, step.text) for step in story.timeline] == [
        ("Receive", "EX01 took it from edge.example.com[10.0.0.25]."),
        ("Expand", "EX01 found the members of all@example.com: bob@example.com, eve@example.com."),
        ("Spam Diagnostics", "exchange on EX01 said: not spam, rule: SetScl, score 1."),
        ("Deliver", "Put into the mailbox of bob@example.com, eve@example.com."),
    ]
    assert list(story.timeline[0].details) == ["connector EX01\\Default EX01", "inbound", "first sent from 192.0.2.1"]


def test_quarantined_by_the_filter_and_nothing_more() -> None:
    arrival = ONE.row("10:00:00", "RECEIVE", ["bob@example.com"], **hop("out.example.net", "EX01", 5), **IN)
    agent = ONE.row("10:00:01", "AGENT AGENTINFO", server_hostname="EX01", custom_data="S:SFA=SUM|SFV=SPM|SCL=9|DI=SQ")
    rows = rows_told([[arrival, agent]])
    assert told(rows) == ["ann@example.com bob@example.com = Quarantined/Quarantined"]
    assert rows[0].verdict == "exchange: spam, quarantined 9"


def test_handed_to_a_server_of_the_same_organization() -> None:
    """Its logs are not here: but it stayed within, and did not go out."""
    to = ["bob@example.com"]
    inside = {"connector_id": "Intra-Organization SMTP Send Connector"}
    sent = ONE.row("10:00:01", "SEND", to, **hop("EX01", "EX02.corp.example", 100), **inside)
    rows = rows_told([[*submission(ONE, to), sent]])
    assert told(rows) == ["ann@example.com bob@example.com = Delivered/Relayed"]
    assert rows[0].direction == "Internal"


def test_rows_that_a_shipper_sent_without_their_header() -> None:
    """Alone, behind a syslog header, or in a shipper's JSON: the columns are known by their number."""
    arrival = ONE.row("10:00:00", "RECEIVE", ["bob@example.com"], **hop("out.example.net", "EX01", 5), **IN)
    written = log([arrival, ONE.row("10:00:02", "STOREDRIVER DELIVER", ["bob@example.com"], **hop("EX01", "EX01"))])[
        -2:
    ]
    expected = ["ann@example.com bob@example.com = Delivered/Delivered"]
    assert told(rows_of([written])) == expected
    assert (
        told(rows_of([[json.dumps({"@timestamp": "2026-11-21T10:00:05Z", "message": line}) for line in written]]))
        == expected
    )
    assert told(rows_of([[f"2026-11-21T10:00:05Z EX01 nxlog[1]: {line}" for line in written]])) == expected
