"""Hand-made facts and an in-memory backend for the tests of stories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mailwake.events.fact import Fact, Origin
from mailwake.store.query import NEWEST, Cursor, Node, Order
from mailwake.store.rows import Row
from mailwake.trace.match import predicate
from mailwake.trace.workset import Workset

ORIGIN = Origin("mail.log")
BEGIN = 1_790_000_000_000_000
SENDER, ALICE, BOB = "sender@example.net", "alice@example.com", "bob@example.com"
CLIENT = {"client_name": "mail.example.net", "client_ip": "203.0.113.5"}
LMTP = {"relay_host": "imap1", "relay_ip": "192.0.2.9", "agent": "lmtp"}


def fact(when: float, host: str, program: str, kind: str, key: str = "", *, pid: int = 100, **fields: Any) -> Fact:
    """A fact `when` seconds after the beginning; its raw text is unique to what it says."""
    ts = BEGIN + round(when * 1_000_000)
    raw = f"{when} {host} {program}[{pid}]: {key} {kind} {sorted(fields.items())}"
    return Fact(ts, host, program, pid, kind, key, fields, raw, ORIGIN)


def arrival(when: float, host: str, key: str, nrcpt: int = 1, **fields: Any) -> list[Fact]:
    """A message comes in by SMTP and is queued."""
    return [
        fact(when, host, "postfix/smtpd", "arrive", key, pid=10, **(CLIENT | fields)),
        fact(when + 0.1, host, "postfix/cleanup", "message_id", key, message_id="<1@example.net>"),
        fact(when + 0.2, host, "postfix/qmgr", "active", key, sender=SENDER, size=1200, nrcpt=nrcpt),
    ]


def delivery(when: float, host: str, key: str, recipient: str, status: str = "sent", **fields: Any) -> Fact:
    """One attempt."""
    base = {"recipient": recipient, "status": status, "relay_host": "mx.example.org", "relay_ip": "198.51.100.7"}
    dsn = {"sent": "2.0.0", "deferred": "4.0.0", "bounced": "5.0.0"}[status]
    more = {"disposition": "relay"} if status == "sent" else {}
    pid = fields.pop("pid", 30)
    return fact(
        when, host, "postfix/smtp", "deliver", key, pid=pid, **(base | {"dsn": dsn, "reply": ""} | more | fields)
    )


def removed(when: float, host: str, key: str) -> Fact:
    """The queue manager is done with it."""
    return fact(when, host, "postfix/qmgr", "remove", key, by="queue")


def two_hosts(ahead: float = 0.0, mailbox_ahead: float = 0.0) -> list[Fact]:
    """In at mx1, over imap1's Postfix, into alice's mailbox; ahead: how far the clock of imap1's Postfix is ahead."""
    token = "abcDEF123"
    return [
        *arrival(0, "mx1", "A1A1A1A1"),
        *arrival(1 + ahead, "hub", "B2B2B2B2", client_ip="192.0.2.1", client_name="mx1"),
        delivery(1.5, "mx1", "A1A1A1A1", ALICE, next_id="B2B2B2B2", reply="250 2.0.0 Ok: queued as B2B2B2B2"),
        removed(1.6, "mx1", "A1A1A1A1"),
        fact(
            2 + ahead + mailbox_ahead,
            "imap1",
            "dovecot",
            "mailbox",
            token,
            action="stored",
            service="lmtp",
            user=ALICE,
            session=token,
            folder="INBOX",
        ),
        delivery(
            2.2 + ahead,
            "hub",
            "B2B2B2B2",
            ALICE,
            token=token,
            disposition="mailbox",
            reply=f"250 {token} Saved",
            **LMTP,
        ),
        removed(2.3 + ahead, "hub", "B2B2B2B2"),
    ]


def refusal(when: float, ip: str = "203.0.113.5", **fields: Any) -> Fact:
    words: dict[str, Any] = {
        "stage": "RCPT",
        "code": 450,
        "dsn": "4.2.0",
        "temporary": True,
        "text": f"<{ALICE}>: Greylisted",
    } | fields
    who = CLIENT | {"client_ip": ip}
    return fact(
        when, "mx1", "postfix/smtpd", "reject", pid=10, sender=SENDER, recipient=ALICE, helo="mail", **who, **words
    )


class FakeBackend:
    """Answers from facts in memory, and counts the questions."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.all = sorted(facts, key=lambda fact: fact.ts)
        workset = Workset()
        self.keys = workset.add(self.all)
        self.rows = [row for _, rows in workset.flush() for row in rows]
        self.rows.sort(key=lambda row: (row.received, row.trace_id, row.leaf), reverse=True)
        self.asked = 0

    def search(
        self,
        node: Node,
        limit: int,
        cursor: Cursor | None = None,
        *,
        since: int | None = None,
        order: Order = NEWEST,
    ) -> list[Row]:
        self.asked += 1
        test = predicate(node)
        found = [row for row in self.rows if test(row)]
        if cursor is not None:
            place = (cursor.received, cursor.trace_id, cursor.leaf)
            found = [row for row in found if (row.received, row.trace_id, row.leaf) < place]
        return found[:limit]

    def facts(self, keys: Iterable[str], low: int | None = None, high: int | None = None) -> list[Fact]:
        self.asked += 1
        wanted = set(keys)
        return [fact for fact, key in zip(self.all, self.keys, strict=True) if key and key in wanted]

    def beside(self, spans: Sequence[tuple[Fact, int, int]], door: object) -> list[Fact]:
        self.asked += 1
        asked = [(_process(one), low, high) for one, low, high in spans]
        return [f for f in self.all if any(_process(f) == one and low <= f.ts <= high for one, low, high in asked)]

    def gaps(self, low: int | None, high: int | None, hosts: object = None) -> list[str]:
        return []

    def close(self) -> None:
        pass


def _process(fact: Fact) -> tuple[str, str, int]:
    return fact.host, fact.program, fact.pid
