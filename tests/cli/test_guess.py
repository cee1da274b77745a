"""What a bare word is taken for, the likeliest reading first."""

from __future__ import annotations

import pytest

from mailwake.operations.criteria import Criteria, CriteriaError
from mailwake.operations.guess import readings

CASES = [
    ("bob@example.org", "address, Message-ID"),
    ("*@example.org", "address"),
    ("@example.org", "domain, subject"),
    ("example.org", "domain, subject"),
    ("*.example.org", "domain, subject"),
    ("<bob@example.org>", "Message-ID, address"),
    ("<20261122.1234$x@mail.example.org>", "Message-ID, address"),
    ("20261122103000.4F3A2B1C0D@mail.example.org", "Message-ID, address"),
    ("CAJ4vTQ+Xy7zWq0b1c2d3e4f5g6h7@mail.example.com", "Message-ID, address"),
    ("192.0.2.7", "client IP, next hop"),
    ("192.0.2.0/24", "client IP, next hop"),
    ("2001:db8::7", "client IP, next hop"),
    ("[192.0.2.7]", "client IP, next hop"),
    ("4F3A2B1C0D", "queue ID, subject"),
    ("4f3a2b1c0d:", "queue ID, subject"),
    ("3vXy1z2Bq7z9K", "queue ID, subject"),
    ("1rABCD-0000xy-2B", "queue ID, subject"),
    ("1rABCD-0000000xyzA-2BcD", "queue ID, subject"),
    ("4AM8V1Cx012345", "queue ID, subject"),
    ("0f6b2c1e5a7d4f399c3e2b8a1d4e6f70", "MessageTraceId"),
    ("0F6B2C1E-5A7D-4F39-9C3E-2B8A1D4E6F70", "MessageTraceId"),
    ("invoice", "subject, address"),
    ("2026", "subject, address"),
    ("invoice for May", "subject"),
    ("Re: bob@example.org", "subject"),
]


@pytest.mark.parametrize(("query", "expected"), CASES, ids=[case[0] for case in CASES])
def test_readings(query: str, expected: str) -> None:
    assert ", ".join(reading.what for reading in readings(query, Criteria())) == expected


def test_the_other_criteria_stay() -> None:
    criteria = Criteria(senders=("a@example.org",), queue_ids=("X",))
    for reading in readings("4F3A2B1C0D", criteria):
        assert reading.criteria.senders == ("a@example.org",)
    assert readings("4F3A2B1C0D", criteria)[0].criteria.queue_ids == ("X", "4F3A2B1C0D")


def test_an_empty_query_is_refused() -> None:
    with pytest.raises(CriteriaError):
        readings(" ", Criteria())
