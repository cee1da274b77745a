"""Every criterion: what it finds among a handful of rows, and how it refuses what cannot be meant."""

from __future__ import annotations

from typing import Any

import pytest

from mailwake.operations.criteria import Criteria, CriteriaError, parse_size, split_addresses, to_node
from mailwake.store.query import And
from mailwake.store.rows import Row
from mailwake.trace.match import predicate


def row(received: int, trace_id: str, **known: Any) -> Row:
    blank: dict[str, Any] = dict.fromkeys(Row._fields, "")
    blank |= {"sender": None, "recipient": None, "original_recipient": None, "subject": None, "size": 0}
    blank |= {"status": "GettingStatus", "detail": "Unknown", "outcome": "received", "direction": "Inbound"}
    return Row(
        **(blank | {"received": received, "last": received, "trace_id": trace_id, "hosts": (), "queue_ids": ()} | known)
    )


ROWS = {
    "a": row(
        1000,
        "0f6b2c1e5a7d4f399c3e2b8a1d4e6f70",
        sender="Alice@Example.org",
        recipient="bob@mail.example.net",
        original_recipient="info@example.net",
        subject="Invoice 7 for May",
        status="Delivered",
        detail="Relayed",
        outcome="delivered",
        direction="Outbound",
        from_ip="192.0.2.7",
        to_ip="198.51.100.25",
        to_host="mx.Example.net",
        size=10240,
        message_id="<a1@example.org>",
        sasl_user="alice",
        hosts=("mx1", "mx2"),
        queue_ids=("4F3A2B1C0D", "3vXy1z2Bq7z9K"),
    ),
    "b": row(
        2000,
        "b" * 32,
        sender="",
        recipient="alice@example.org",
        original_recipient="alice@example.org",
        subject="Undelivered Mail",
        from_ip="2001:db8:0::7",
        to_ip="2001:db8::25",
        message_id="b2@example.org",
        hosts=("mx2",),
        queue_ids=("1rABCD-0000xy-2B",),
    ),
    "c": row(
        3000,
        "c" * 32,
        sender="root",
        recipient="news@xn--bcher-kva.example",
        original_recipient="news@xn--bcher-kva.example",
        subject="Re: invoice",
        status="Failed",
        detail="Rejected",
        outcome="rejected",
        from_ip="10.1.2.3",
        size=5_000_000,
    ),
    "d": row(4000, "d" * 32, recipient="bob@example.net", direction="Internal"),
}


def found(**criteria: Any) -> str:
    test = predicate(to_node(Criteria(**criteria)))
    return "".join(name for name, row in ROWS.items() if test(row))


TABLE: list[tuple[dict[str, Any], str]] = [
    ({}, "abcd"),
    ({"senders": ("alice@example.ORG",)}, "a"),
    ({"senders": ("<>",)}, "b"),
    ({"senders": ("<>", "root")}, "bc"),
    ({"senders": ("alice",)}, "a"),
    ({"senders": ("example.org",)}, "a"),
    ({"senders": ("@example.org",)}, "a"),
    ({"senders": ("*@example.org",)}, "a"),
    ({"senders": ("a?ice@*.org",)}, "a"),
    ({"senders": ("<alice@example.org>; <>\n root",)}, "abc"),
    ({"senders": ("*",)}, "abcd"),
    ({"senders": ("example.com",)}, ""),
    ({"recipients": ("info@example.net",)}, "a"),
    ({"recipients": ("bob@mail.example.net",)}, "a"),
    ({"recipients": ("bob@*",)}, "ad"),
    ({"recipients": ("example.net",)}, "ad"),
    ({"recipients": ("alice@example.org, bob@example.net",)}, "bd"),
    ({"recipients": ("bücher.example",)}, "c"),
    ({"recipients": ("news@bücher.example",)}, "c"),
    ({"recipients": ("xn--bcher-kva.example",)}, "c"),
    ({"correspondents": ("alice@example.org",)}, "ab"),
    ({"correspondents": ("<>",)}, "b"),
    ({"message_ids": ("a1@example.org",)}, "a"),
    ({"message_ids": ("<a1@example.org>",)}, "a"),
    ({"message_ids": ("<b2@example.org>",)}, "b"),
    ({"message_ids": ("A1@example.org",)}, ""),
    ({"message_ids": ("1@example.org",)}, ""),
    ({"queue_ids": ("4F3A2B1C0D",)}, "a"),
    ({"queue_ids": ("4f3a2b1c0d:",)}, "a"),
    ({"queue_ids": ("3vXy1z2Bq7z9K",)}, "a"),
    ({"queue_ids": ("3VXY1Z2BQ7Z9K",)}, ""),
    ({"queue_ids": ("1rABCD-0000xy-2B",)}, "b"),
    ({"trace_ids": ("0F6B2C1E-5A7D-4F39-9C3E-2B8A1D4E6F70",)}, "a"),
    ({"trace_ids": ("{0f6b2c1e-5a7d-4f39-9c3e-2b8a1d4e6f70}", "b" * 32)}, "ab"),
    ({"subject": "INVOICE"}, "ac"),
    ({"subject": "invoice", "subject_how": "starts"}, "a"),
    ({"subject": "invoice", "subject_how": "ends"}, "c"),
    ({"subject_words": ("may", "invoice")}, "a"),
    ({"statuses": ("delivered",)}, "a"),
    ({"statuses": ("getting status", "FAILED")}, "bcd"),
    ({"details": ("relayed", "Rejected")}, "ac"),
    ({"outcomes": ("Rejected",)}, "c"),
    ({"directions": ("outbound", "internal")}, "ad"),
    ({"client_ips": ("192.0.2.7",)}, "a"),
    ({"client_ips": ("192.0.2.0/24", "10.0.0.0/8")}, "ac"),
    ({"client_ips": ("2001:DB8::7",)}, "b"),
    ({"client_ips": ("2001:db8::/32",)}, "b"),
    ({"sasl_users": ("ALICE",)}, "a"),
    ({"sasl_users": ("al*",)}, "a"),
    ({"sasl_users": ("*",)}, "a"),
    ({"next_hops": ("mx.example.net",)}, "a"),
    ({"next_hops": ("*.example.net",)}, "a"),
    ({"next_hops": ("mx.example.net[198.51.100.25]:25",)}, "a"),
    ({"next_hops": ("[mx.example.net]:587",)}, "a"),
    ({"next_hops": ("mx.example.net:25",)}, "a"),
    ({"next_hops": ("198.51.100.25",)}, "a"),
    ({"next_hops": ("198.51.100.*",)}, "a"),
    ({"next_hops": ("2001:db8::/64",)}, "b"),
    ({"next_hops": ("[198.51.100.25]:25",)}, "a"),
    ({"hosts": ("mx1",)}, "a"),
    ({"hosts": ("MX2",)}, "ab"),
    ({"hosts": ("MX*",)}, "ab"),
    ({"hosts": ("?x1",)}, "a"),
    ({"size_min": 10240}, "ac"),
    ({"size_max": 10240}, "a"),  # b and d have no known size
    ({"size_min": 0}, "abcd"),
    ({"size_min": 10241, "size_max": 5_000_000}, "c"),
    ({"since": 2000}, "bcd"),
    ({"since": 1000, "until": 3000}, "ab"),
    ({"until": 1000}, ""),
    ({"senders": ("example.org",), "recipients": ("bob@*",), "statuses": ("Delivered",)}, "a"),
    ({"senders": ("example.org",), "recipients": ("alice@example.org",)}, ""),
]


@pytest.mark.parametrize(("criteria", "expected"), TABLE, ids=[str(row[0]) for row in TABLE])
def test_finds(criteria: dict[str, Any], expected: str) -> None:
    assert found(**criteria) == expected


ERRORS: list[tuple[dict[str, Any], str, str]] = [
    ({"senders": ("",)}, "empty", "<>"),
    ({"senders": ("alice@",)}, "no domain", "local@domain"),
    ({"recipients": ("<>",)}, "null sender", "sender"),
    ({"message_ids": ("<>",)}, "no Message-ID", "@"),
    ({"trace_ids": ("4F3A2B1C0D",)}, "no MessageTraceId", "32 hex"),
    ({"statuses": ("sent",)}, "'sent' is no status", "Delivered, Failed, Pending"),
    ({"details": ("x",)}, "no status detail", "Greylisted"),
    ({"outcomes": ("x",)}, "no outcome", "received, rejected, deferred, delivered"),
    ({"directions": ("in",)}, "no direction", "Inbound, Outbound, Internal"),
    ({"client_ips": ("300.1.1.1",)}, "no IP address or network", "192.0.2.0/24"),
    ({"subject": "x", "subject_how": "is"}, "no way", "contains, starts, ends"),
    ({"size_min": 5, "size_max": 4}, "no size", "Swap"),
    ({"since": 5, "until": 5}, "ends before", "later"),
]


@pytest.mark.parametrize(("criteria", "what", "hint"), ERRORS, ids=[str(row[0]) for row in ERRORS])
def test_refuses(criteria: dict[str, Any], what: str, hint: str) -> None:
    with pytest.raises(CriteriaError) as caught:
        to_node(Criteria(**criteria))
    assert what in caught.value.what
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("2000", 2000), ("10k", 10240), ("10 KB", 10240), ("1.5M", 1572864), ("2GiB", 2 << 30), ("7 bytes", 7)],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "k", "-1", "1.", "10 apples", "1e3"])
def test_no_size(text: str) -> None:
    with pytest.raises(CriteriaError, match="as a size"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a@x.example;b@x.example, c@x.example d@x.example\r\ne@x.example",
            ["a@x.example", "b@x.example", "c@x.example", "d@x.example", "e@x.example"],
        ),
        ('Alice Doe <a@x.example>; "Doe, Bob" <b@x.example>', ["a@x.example", "b@x.example"]),
        ('"john doe"@x.example "a;b"@x.example', ['"john doe"@x.example', '"a;b"@x.example']),
        ("<> <a@x.example>", ["<>", "a@x.example"]),
        ('un"closed', ['un"closed']),
        (" ;, ", []),
    ],
)
def test_lists_of_addresses(text: str, expected: list[str]) -> None:
    assert split_addresses(text) == expected


def test_no_criteria_is_an_empty_and() -> None:
    assert to_node(Criteria()) == And(())
