"""One Message-ID many times, many hops, many recipients: rows stay right, and the work stays small."""

from __future__ import annotations

import time
from typing import Any

import pytest
from amounts import few
from logs import messages, rows_of, told, trace

from mailwake.trace import journeys
from mailwake.trace.model import Leg
from mailwake.trace.walk import Walker

OUT = "relay=r.example.com[198.51.100.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)"


def stamp(at: int) -> str:
    return f"2026-11-21T{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}+00:00 mx "


def mail(at: int, queue_id: str, born: str, delivery: str = OUT, message_id: str = "cron@example.org") -> list[str]:
    return [
        f"{stamp(at)}postfix/{born.replace('ID', queue_id)}",
        f"{stamp(at)}postfix/cleanup[2]: {queue_id}: message-id=<{message_id}>",
        f"{stamp(at)}postfix/qmgr[3]: {queue_id}: from=<root@example.org>, size=100, nrcpt=1 (queue active)",
        f"{stamp(at + 1)}postfix/smtp[4]: {queue_id}: to=<r@example.com>, {delivery}",
        f"{stamp(at + 1)}postfix/qmgr[3]: {queue_id}: removed",
    ]


@pytest.mark.pitfall("Q14", "D29")
@pytest.mark.parametrize("born", ["pickup[1]: ID: uid=0 from=<root>", "smtpd[1]: ID: client=localhost[127.0.0.1]"])
def test_cron_mails_that_share_a_message_id(born: str) -> None:
    """What went to a server in the world did not come back by sendmail, nor from the machine itself."""
    rows = trace("\n".join(line for n in range(3) for line in mail(n * 60, f"A00000000{n}", born)))
    assert messages(rows) == len(rows) == 3
    assert {row.grade for row in rows} == {"proven"}


@pytest.mark.pitfall("Q14")
@pytest.mark.parametrize("relay", few(["127.0.0.1[127.0.0.1]:10025", "r.example.com[198.51.100.1]:25"], 1))
def test_thousands_of_one_message_id(relay: str) -> None:
    born = "smtpd[1]: ID: client=localhost[127.0.0.1]"
    delivery = OUT.replace("r.example.com[198.51.100.1]:25", relay)
    written = [line for n in range(4000) for line in mail(n, f"A{n:09}", born, delivery)]
    began = time.process_time()
    rows = rows_of([written])
    assert time.process_time() - began < 10
    assert rows
    assert "127" in relay or len(rows) == 4000


@pytest.mark.pitfall("D36")
def test_hops_without_end() -> None:
    """`postsuper -r ALL` by cron: each run gives a message that cannot be delivered another queue ID."""
    written = mail(0, "A000000000", "smtpd[1]: ID: client=out.example.net[192.0.2.1]")[:3]
    for n in range(1, 300):
        again = mail(n * 60, f"A{n:09}", f"pickup[1]: ID: uid=0 from=<root> orig_id=A{n - 1:09}")[:3]
        late = f"postfix/smtp[4]: A{n - 1:09}: to=<r@example.com>, relay=none, delay=1, dsn=4.4.1, status=deferred (no)"
        written += [f"{stamp(n * 60 - 30)}{late}", *again]
    rows = rows_of([written])
    assert told(rows) == ["root@example.org r@example.com = GettingStatus/Unknown"]
    assert "hops" in rows[0].remark


@pytest.mark.pitfall("D36")
def test_a_journey_that_cannot_be_worked_out_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = journeys.Walker.leg

    def leg(self: Walker, leg: Leg, *rest: Any) -> None:
        if leg.key == "A000000001":
            raise ValueError("what is this?")
        found(self, leg, *rest)

    monkeypatch.setattr(journeys.Walker, "leg", leg)
    born = "smtpd[1]: ID: client=out.example.net[192.0.2.1]"
    rows = rows_of([[line for n in range(3) for line in mail(n, f"A00000000{n}", born, message_id=f"{n}@x")]])
    assert [(row.detail, row.remark) for row in rows] == [
        ("Relayed", ""),
        ("Unknown", "could not be worked out: ValueError: what is this?"),
        ("Relayed", ""),
    ]


@pytest.mark.pitfall("D36")
def test_thousands_of_recipients_through_a_filter() -> None:
    """Reading aside: the walk looks each of them up."""

    def leg(queue_id: str, client: str, delivery: str) -> list[str]:
        whole = mail(0, queue_id, f"smtpd[1]: ID: client={client}", delivery)
        return [*whole[:3], *(whole[3].replace("<r@", f"<r{n}@") for n in range(4000)), whole[4]]

    handed = "relay=127.0.0.1[127.0.0.1]:10024, delay=1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as B000000001)"
    began = time.process_time()
    rows = rows_of([leg("A000000001", "out[192.0.2.1]", handed) + leg("B000000001", "localhost[127.0.0.1]", OUT)])
    assert time.process_time() - began < 3
    assert len(rows) == 4000
    assert messages(rows) == 1
