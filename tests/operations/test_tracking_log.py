"""Events of many messages come with few questions to the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from mailwake.events.fact import Fact
from mailwake.operations import show_many
from mailwake.operations.backend import Backend
from mailwake.operations.catalog.get_message_tracking_log import Question, handle
from mailwake.operations.catalog.message_story import story
from mailwake.operations.context import Context
from mailwake.operations.contract import Caller, CallerScope
from mailwake.operations.opening import FileBackend

MESSAGES = 60
_LINES = """\
{stamp}.000100+00:00 mx postfix/smtpd[70]: {queue_id}: client=mail.example.org[192.0.2.7]
{stamp}.000200+00:00 mx postfix/cleanup[71]: {queue_id}: message-id=<{number}@example.org>
{stamp}.000300+00:00 mx postfix/qmgr[72]: {queue_id}: from=<ann@example.org>, size=900, nrcpt=1 (queue active)
{stamp}.000400+00:00 mx postfix/smtp[7]: {queue_id}: to=<bob{number}@example.net>, relay=mx.example.net[192.0.2.5]:25,\
 delay=0.5, delays=0.1/0/0.2/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok)
{stamp}.000500+00:00 mx postfix/qmgr[72]: {queue_id}: removed
"""


class Counting(FileBackend):
    """Counts what it is asked."""

    asked: Counter[str]

    def facts(self, keys: Iterable[str], low: int | None = None, high: int | None = None) -> list[Fact]:
        self.asked["facts"] += 1
        return super().facts(keys, low, high)

    def filed(self, keys: Iterable[str], low: int, high: int) -> list[tuple[str, Fact]]:
        self.asked["filed"] += 1
        return super().filed(keys, low, high)


@pytest.fixture
def backend(tmp_path: Path) -> Counting:
    log = tmp_path / "mail.log"
    with log.open("w") as file:
        for number in range(MESSAGES):
            stamp = f"2026-11-20T10:{number:02}:00"
            file.write(_LINES.format(stamp=stamp, number=number, queue_id=f"{0x4A0000000 + number:X}"))
    made = Counting((str(log),))
    made.asked = Counter()
    return made


class OverFiles(Context):
    """Asks log files."""

    files: Backend

    def backend(self) -> Backend:
        return self.files


def over(backend: Backend, scope: CallerScope) -> OverFiles:
    made = OverFiles(Caller("tester", scope=scope), None)
    made.files = backend
    return made


def test_many_messages_in_few_questions(backend: Counting) -> None:
    context = over(backend, CallerScope(True))
    events = list(handle(context, Question()))
    assert backend.asked["facts"] == 0 and backend.asked["filed"] <= 4
    assert Counter(one.event_id for one in events) == {"RECEIVE": MESSAGES, "SEND": MESSAGES}
    assert [one.recipients[0] for one in events[:2]] == ["bob59@example.net"] * 2
    told = story(context, events[0].network_message_id)
    assert [step.event.upper() for step in told.timeline] == [one.event_id for one in events[:2]]


def test_a_scope_shows_its_own(backend: Counting) -> None:
    context = over(backend, CallerScope(False, (), ("bob7@example.net",)))
    assert {one.recipients for one in handle(context, Question())} == {("bob7@example.net",)}


def test_a_message_to_very_many_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is asked for with a limit of rows, which one mailing may use up."""
    monkeypatch.setattr(show_many, "MATCHES", 2)
    first = _LINES.format(stamp="2026-11-20T10:00:00", number=1, queue_id="4A0000001")
    head, delivery, end = "\n".join(first.splitlines()[:3]), first.splitlines()[3], first.splitlines()[4]
    second = "\n".join([head, *(delivery.replace("bob1@", f"r{number}@") for number in range(20)), end, ""])
    log = tmp_path / "mail.log"
    log.write_text(first + second.replace("4A0000001", "4A0000002").replace("T10:", "T11:").replace("<1@", "<2@"))
    made = Counting((str(log),))
    made.asked = Counter()
    found = {one.message_id for one in handle(over(made, CallerScope(True)), Question())}
    assert found == {"<1@example.org>", "<2@example.org>"}
