"""Messages for several recipients are told without facts as they are told of facts: random ones, most of them plain or
nearly so (see `test_sketched.both`)."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trace.test_sketched import both

NAMES = ("ann", "Ann", "bob", "carol", "dave", "erin")
DOMAINS = ("example.com", "example.org")


class _Message:
    """Lines of one message, each with its second; chance decides what is odd about it."""

    def __init__(self, number: int, chance: random.Random) -> None:
        self.lines: list[tuple[int, str]] = []
        self.number, self.chance = number, chance
        self.odd = chance.randrange(3) == 0
        self.alias = f", orig_to=<{chance.choice(NAMES)}@example.com>" if chance.randrange(5) == 0 else ""
        self.start = 60 + number * 7
        self.host = chance.choice(("mx1", "mx2"))
        self.id = f"<m{number}@mail.example.net>"

    def say(self, second: int, program: str, text: str, host: str = "") -> None:
        self.lines.append((self.start + second, f"{host or self.host} {program}[{self.number % 900 + 100}]: {text}"))

    def at_times(self, one_in: int) -> bool:
        return self.chance.randrange(one_in) == 0

    def rarely(self, one_in: int) -> bool:
        return self.odd and self.at_times(one_in)

    def born(self, key: str, second: int, people: list[str], client: str, origin: str = "") -> None:
        if self.rarely(40):
            client = "mx9.example.com[10.0.0.9]"
        self.say(second, "postfix/smtpd", f"{key}: client={client}{origin}")
        mid = self.id if not self.rarely(40) else "<other@mail.example.net>"
        self.say(second, "postfix/cleanup", f"{key}: message-id={mid}")
        if self.at_times(3):
            self.say(
                second, "postfix/cleanup", f"{key}: warning: header Subject: To all of you from a.example[192.0.2.5]"
            )
        count = len(people) + (self.chance.choice((-1, 1)) if self.rarely(25) else 0)
        self.say(
            second, "postfix/qmgr", f"{key}: from=<x@sender.example>, size=4{second}0, nrcpt={count} (queue active)"
        )

    def sent(self, key: str, second: int, person: str, reply: str, agent: str = "smtp", to: str = "") -> None:
        alias = f", orig_to=<{self.chance.choice(NAMES)}@example.com>" if self.rarely(20) else self.alias
        status = "status=sent" if not self.rarely(60) else "status=deferred"
        relay = to or "in.example.com[192.0.2.9]:25"
        self.say(
            second,
            f"postfix/{agent}",
            f"{key}: to=<{person}>{alias}, relay={relay}, delay=1.2, delays=0.1/0/0.1/1, dsn=2.0.0, {status} ({reply})",
        )

    def kept(self, key: str, second: int, people: list[str]) -> None:
        """Deliveries to a mailbox server: in one session with numbers, in one without, or each in its own."""
        how = self.chance.randrange(4)
        for number, person in enumerate(people, 1):
            session = f"S{self.number:05}{'' if how < 2 else number}/oA"
            token = f"{session}:{number}" if how == 0 else session
            self.sent(key, second, person, f"250 2.0.0 <{person}> {token} Saved", "lmtp", "imap1[192.0.2.30]:24")
            if self.rarely(25):
                continue
            folder = self.chance.choice(("INBOX", "INBOX", "Junk", "Work"))
            told = token if not self.rarely(40) else session
            user = person.lower()
            text = f"lmtp({user})<9><{told}>: msgid={self.id}: saved mail to {folder}"
            self.say(second, "dovecot", text, self.chance.choice(("imap1", "imap1", self.host)))
            if self.rarely(60):
                self.say(second, "dovecot", text.replace(folder, "Copy"), "imap1")

    def gone(self, key: str, second: int) -> None:
        if not self.rarely(50):
            self.say(second, "postfix/qmgr", f"{key}: removed")


def _message(number: int, chance: random.Random) -> list[tuple[int, str]]:
    made = _Message(number, chance)
    key = f"A{number:04X}28C00A"
    people = [
        f"{chance.choice(NAMES)}{place}{chance.randrange(3)}@{chance.choice(DOMAINS)}"
        for place in range(chance.choice((1, 2, 3, 5, 16)) + made.rarely(20))
    ]
    if made.rarely(8):
        people.append(chance.choice((people[0], people[0].upper())))
    login = ", sasl_method=PLAIN, sasl_username=x" if made.at_times(5) else ""
    made.born(key, 0, people, "a.example[192.0.2.5]" + login)
    kind = chance.randrange(4)
    if kind == 0:
        for place, person in enumerate(people):
            made.sent(key, 2, person, f"250 2.0.0 Ok: queued as F{number:05}{place % chance.choice((1, 20)):X}A0001")
    elif kind == 1:
        made.kept(key, 2, people)
    else:
        _onward(made, key, people, into_mailboxes=kind == 2)
    made.gone(key, chance.choice((2, 3, 4)))
    if made.rarely(15):
        del made.lines[chance.randrange(len(made.lines))]
    if made.rarely(15):
        made.lines.append(chance.choice(made.lines))
    return made.lines


def _onward(made: _Message, key: str, people: list[str], *, into_mailboxes: bool) -> None:
    """To some or all it goes on through a filter, as another message of the queue."""
    chance, number = made.chance, made.number
    child = f"B{number:04X}28C00B"
    stay = people[: chance.randrange(len(people))] if made.at_times(4) else []
    goes = people[len(stay) :]
    origin = f", orig_queue_id={key}, orig_client=a.example[192.0.2.5]" if made.at_times(2) else ""
    told = [person if not made.rarely(30) else person.upper() for person in goes]
    if made.rarely(40):
        told = told[1:] or told
    made.born(child, 1, told, "localhost[127.0.0.1]", origin)
    for person in stay:
        made.sent(key, 2, person, "250 2.0.0 Ok: queued as F1234567A")
    for person in goes:
        made.sent(key, 2, person, f"250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as {child}")
    if made.at_times(2):
        names = ",".join(f"<{person}>" for person in people)
        text = (
            f"(1-2) Passed CLEAN {{RelayedInbound}}, [192.0.2.5]:99 [192.0.2.5] <x@sender.example> -> {names},"
            f" Queue-ID: {key}, Message-ID: {made.id}, mail_id: q{number}, Hits: 2.2, size: 4, queued_as: {child}, 9 ms"
        )
        made.say(2, "amavis", text)
    if into_mailboxes:
        made.kept(child, 3, told)
    else:
        for person in told:
            made.sent(child, 3, person, f"250 2.0.0 Ok: queued as C{number:06}A00")
    made.gone(child, 3)


def _log(seed: int, messages: int) -> str:
    chance = random.Random(seed)
    lines = [line for number in range(messages) for line in _message(number, chance)]
    lines.sort(key=lambda line: line[0])
    return "".join(f"Oct  5 {ts // 3600:02}:{ts // 60 % 60:02}:{ts % 60:02} {text}\n" for ts, text in lines)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(min_value=0))
def test_several_recipients(native: Any, tmp_path_factory: Any, seed: int) -> None:
    path: Path = tmp_path_factory.mktemp("several") / "mail.log"
    path.write_text(_log(seed, 60))
    both(path, native)


def test_most_are_told_without_facts(native: Any, tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text(_log(1, 400))
    told, few, facts = both(path, native)
    assert told > 300, "few rows are told"
    assert few * 10 < facts * 8, "many facts are made"
