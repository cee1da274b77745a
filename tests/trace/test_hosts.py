"""One message over several hosts: reply ids, clocks that differ, Message-IDs that prove nothing by themselves."""

from __future__ import annotations

import pytest
from logs import messages, told, trace


def hop(
    host: str,
    queue_id: str,
    client: str,
    delivery: str,
    *,
    at: str = "10:00",
    message_id: str = "1@example.net",
    to: str = "x@example.org",
) -> str:
    """One message through one host, within ten seconds; the delivery is what follows `to=<...>, `."""
    return f"""
    {at}:00 {host} postfix/smtpd[1]: {queue_id}: client={client}
    {at}:00 {host} postfix/cleanup[2]: {queue_id}: message-id=<{message_id}>
    {at}:00 {host} postfix/qmgr[3]: {queue_id}: from=<a@example.net>, size=100, nrcpt=1 (queue active)
    {at}:02 {host} postfix/smtp[4]: {queue_id}: to=<{to}>, {delivery}
    {at}:02 {host} postfix/qmgr[3]: {queue_id}: removed
    """


def sent(relay: str, reply: str = "250 2.0.0 Ok") -> str:
    return f"relay={relay}:25, delay=2, delays=0/0/1/1, dsn=2.0.0, status=sent ({reply})"


OUTSIDE, EDGE = "out.example.net[192.0.2.1]", "edge.example.org[10.0.0.1]"
INNER = "inner.example.org[10.0.0.2]"
STORED = "relay=virtual, delay=2, delays=0/0/1/1, dsn=2.0.0, status=sent (delivered to maildir)"
ONE = ["a@example.net x@example.org = Delivered/Delivered"]


@pytest.mark.pitfall("Q16", "D33", "D36")
def test_next_hop_by_its_reply() -> None:
    rows = trace(
        hop("edge", "A000000001", OUTSIDE, sent(INNER, "250 2.0.0 Ok: queued as B000000001"))
        + hop("inner", "B000000001", EDGE, STORED)
    )
    assert told(rows) == ONE
    row = rows[0]
    assert (row.hosts, row.queue_ids, row.grade) == (("edge", "inner"), ("A000000001", "B000000001"), "proven")
    assert (row.from_ip, row.direction) == ("192.0.2.1", "Inbound")


@pytest.mark.pitfall("T22")
@pytest.mark.parametrize("at", ["09:57", "09:30", "10:03", "10:08"])
def test_clocks_differ(at: str) -> None:
    """Hop two is earlier than hop one, or much later: the id joins, no delay is negative."""
    rows = trace(
        hop("edge", "A000000001", OUTSIDE, sent(INNER, "250 2.0.0 Ok: queued as B000000001"))
        + hop("inner", "B000000001", EDGE, STORED, at=at)
    )
    assert told(rows) == ONE
    assert rows[0].last >= rows[0].received


@pytest.mark.pitfall("T22", "Q01")
def test_reply_id_of_another_day_is_another_message() -> None:
    """The id in the reply is reused on the next hop days later: that is not this message."""
    rows = trace(
        hop("edge", "A000000001", OUTSIDE, sent(INNER, "250 2.0.0 Ok: queued as B000000001"))
        + hop("inner", "B000000001", "other.example.com[198.51.100.3]", STORED, message_id="2@example.com").replace(
            "    10:", "    11-25 10:"
        )
    )
    assert messages(rows) == 2


@pytest.mark.pitfall("Q16")
@pytest.mark.parametrize("host", ["mx.example.com[198.51.100.7]"])
def test_remote_id_that_equals_one_of_ours(host: str) -> None:
    """A stranger's queue ID may be the same as one of ours at the time: another Message-ID tells them apart."""
    rows = trace(
        hop("edge", "A000000001", OUTSIDE, sent(host, "250 2.0.0 Ok: queued as B000000001"))
        + hop(
            "inner",
            "B000000001",
            "other.example.com[198.51.100.3]",
            STORED,
            message_id="2@example.com",
            to="z@example.org",
        )
    )
    assert messages(rows) == 2


@pytest.mark.pitfall("Q14", "D29")
def test_message_id_repeated_by_many_does_not_join() -> None:
    """A list, a cron job or a client that tries again: each copy is a message."""
    blocks = [
        hop(
            "edge",
            f"A00000000{n}",
            f"out{n}.example.net[192.0.2.{n}]",
            sent("mx.example.com[198.51.100.7]"),
            at=f"10:0{n}",
        )
        for n in range(1, 6)
    ]
    rows = trace("".join(blocks))
    assert messages(rows) == len(rows) == 5
    assert {row.grade for row in rows} == {"proven"}


@pytest.mark.pitfall("Q14", "Q10")
def test_messages_without_an_id_do_not_join() -> None:
    inside = "app.example.org[10.0.0.9]"
    blocks = [
        hop("edge", f"A00000000{n}", inside, sent("mx.example.com[198.51.100.7]"), at=f"10:0{n}").replace(
            "<1@example.net>", "<>"
        )
        for n in range(1, 4)
    ]
    assert messages(trace("".join(blocks))) == 3


@pytest.mark.pitfall("Q14")
def test_message_id_joins_when_one_of_ours_handed_it_over() -> None:
    """Exchange, say, between two of our hosts gives no id: same Message-ID, right then, same recipient: inferred."""
    rows = trace(
        hop("edge", "A000000001", OUTSIDE, sent(INNER, "250 2.6.0 Queued mail for delivery"))
        + hop("inner", "B000000001", EDGE, STORED, at="10:01")
    )
    assert told(rows) == ONE
    assert (rows[0].grade, rows[0].hosts) == ("inferred", ("edge", "inner"))


@pytest.mark.pitfall("Q14", "D36")
def test_message_id_joins_all_recipients() -> None:
    """What was handed over by Message-ID alone is followed for each recipient, not for one of them."""
    two = "to=<y@example.org>, "
    edge = hop("edge", "A000000001", OUTSIDE, sent(INNER, "250 2.6.0 Queued mail for delivery")).replace(
        "nrcpt=1", "nrcpt=2"
    )
    edge += f"10:00:02 edge postfix/smtp[4]: A000000001: {two}{sent(INNER, '250 2.6.0 Queued mail for delivery')}\n"
    inner = hop("inner", "B000000001", EDGE, STORED, at="10:01").replace("nrcpt=1", "nrcpt=2")
    full = "relay=virtual, delay=2, delays=0/0/1/1, dsn=5.2.2, status=bounced (maildir delivery failed: disk quota)"
    inner += f"10:01:02 inner postfix/smtp[4]: B000000001: {two}{full}\n"
    rows = trace(edge + inner)
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Delivered",
        "a@example.net y@example.org = Failed/Bounced",
    ]


@pytest.mark.pitfall("Q14")
@pytest.mark.parametrize(
    ("client", "at", "to"),
    [
        ("strange.example.com[198.51.100.50]", "10:01", "x@example.org"),
        (EDGE, "10:40", "x@example.org"),
        (EDGE, "10:01", "other@example.org"),
        (EDGE + ", sasl_method=PLAIN, sasl_username=bob@example.org", "10:01", "x@example.org"),
    ],
    ids=["from outside", "much later", "another recipient", "by a login"],
)
def test_message_id_does_not_join_otherwise(client: str, at: str, to: str) -> None:
    rows = trace(
        hop("edge", "A000000001", OUTSIDE, sent(INNER, "250 2.6.0 Queued mail for delivery"))
        + hop("inner", "B000000001", client, STORED, at=at, to=to)
    )
    assert messages(rows) == 2


@pytest.mark.pitfall("Q16")
def test_three_hops_and_a_failure_at_the_end() -> None:
    failed = "relay=virtual, delay=2, delays=0/0/1/1, dsn=5.2.2, status=bounced (maildir delivery failed: disk quota)"
    rows = trace(
        hop("edge", "A000000001", OUTSIDE, sent(INNER, "250 2.0.0 Ok: queued as B000000001"))
        + hop("filter", "B000000001", EDGE, sent(INNER, "250 2.0.0 Ok: queued as 4cKx1S1xYzz9s"))
        + hop("store", "4cKx1S1xYzz9s", "filter.example.org[10.0.0.3]", failed)
    )
    assert told(rows) == ["a@example.net x@example.org = Failed/Bounced"]
    assert rows[0].queue_ids == ("A000000001", "B000000001", "4cKx1S1xYzz9s")


@pytest.mark.pitfall("Q16", "Q07")
def test_from_postfix_to_exim() -> None:
    exim = """
    10:00:01 store exim[7]: 2026-11-21 10:00:01 1rXyZa-0001Ab-Cd <= a@example.net H=edge.example.org [10.0.0.1] P=esmtp S=200 id=1@example.net for x@example.org
    10:00:02 store exim[7]: 2026-11-21 10:00:02 1rXyZa-0001Ab-Cd => x <x@example.org> R=local_user T=local_delivery
    10:00:02 store exim[7]: 2026-11-21 10:00:02 1rXyZa-0001Ab-Cd Completed
    """  # noqa: E501
    rows = trace(hop("edge", "A000000001", OUTSIDE, sent(INNER, "250 OK id=1rXyZa-0001Ab-Cd")) + exim)
    assert told(rows) == ONE
    assert rows[0].hosts == ("edge", "store")


@pytest.mark.pitfall("D32", "D15")
def test_loop_of_ids_is_no_loop() -> None:
    """Two hosts hand a message to and fro, and one id comes again: every row ends."""
    rows = trace(
        hop("edge", "A000000001", OUTSIDE, sent(INNER, "250 2.0.0 Ok: queued as B000000001"))
        + hop("inner", "B000000001", EDGE, sent("edge.example.org[10.0.0.1]", "250 2.0.0 Ok: queued as A000000001"))
    )
    assert messages(rows) == 1
