"""An estate of real servers (see `hosts`): two thousand messages of all fates, each traced from end to end as those who
sent it wrote down, while logs are rotated and the server that reads them is killed and started again ten times.

rsyslog sends every record over TLS, by the recipe of docs/live.md, and writes it to a file of its host, which is
followed as well: TCP does not tell a sender what was taken, so a record that is on its way when the server is killed
comes by the file alone, and all others come twice.
"""

from __future__ import annotations

import os
import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from estate_packages import obstacle
from hosts import Estate
from logs import folder
from mails import End, Post

from mailwake.operations.opening import StoreBackend
from mailwake.store.database import Database
from mailwake.store.query import And
from mailwake.store.rows import Row
from tests.live.conftest import Server, certificate, free_port, recipe

pytestmark = pytest.mark.slow
MESSAGES = int(os.environ.get("MAILWAKE_TEST_MESSAGES", "2000"))
KILLS = 10
SEED = int(os.environ.get("MAILWAKE_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
NAME = "mailwake.example.org"
_SENDERS = 12
_STILL = 5.0
"""Seconds without a change after which everything is thought to be read."""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short name, as a socket's has at most 107 bytes (unix(7))."""
    if reason := obstacle():
        pytest.skip(reason)
    with folder() as found:
        yield found


def _server(place: Path) -> tuple[Server, str]:
    """The server, and what rsyslog is told about it."""
    server = Server(place / "mailwake")
    server.folder.mkdir()
    server.port, port = free_port(), free_port()
    certificate(server.folder, NAME)
    files = "".join(
        f'[[source]]\ntype = "file"\npath = "{place}/estate/log/{name}"\nzone = "UTC"\nhost = "{host}"\n'
        for name, host in (("*.log", ""), ("old/mainlog", "old1"))
    ).replace('host = ""\n', "")
    server.configuration = (
        f'[[source]]\ntype = "syslog"\nlisten = "tls://127.0.0.1:{port}"\n'
        f'certificate = "{NAME}.pem"\nkey = "{NAME}.key"\n{files}'
    )
    action = (
        recipe("rsyslog").replace('port="6514"', f'port="{port}"').replace(f'target="{NAME}"', 'target="127.0.0.1"')
    )
    return server, action.replace('action.resumeInterval="5"', 'action.resumeInterval="1"')


def test_every_message_is_traced_as_its_sender_knows(place: Path) -> None:
    print(f"MAILWAKE_TEST_SEED={SEED} repeats it")
    server, action = _server(place)
    ended = threading.Event()
    server.start()
    try:
        with Estate(place / "estate", server.folder / f"{NAME}.pem", action) as estate:
            post = Post(estate)
            with ThreadPoolExecutor(1) as beside:
                disturbed = beside.submit(_disturb, server, estate, ended, random.Random(-SEED))
                try:
                    _send_all(post)
                    _await_empty_queues(post)
                finally:
                    ended.set()
            disturbed.result()
            _settle(server)
            server.stop()
    finally:
        if server.process is not None:
            server.kill()
    if keep := os.environ.get("MAILWAKE_TEST_KEEP"):
        shutil.copytree(place / "estate" / "log", Path(keep, "log"))
        shutil.copy(place / "estate" / "all.log", keep)
        shutil.copytree(server.folder, Path(keep, "mailwake"), symlinks=True)
    found = _rows(server.data_dir)
    print(
        f"{sum(post.sent.values())} messages, {sum(post.ledger.values())} ends, {estate.turns} rotations: {post.sent}"
    )
    wrong, missing = _lines(found - post.ledger), _lines(post.ledger - found)
    print("\n".join(["wrong:", *wrong, "missing:", *missing]))
    assert wrong == missing == []


def _send_all(post: Post) -> None:
    def one(number: int) -> None:
        post.send(number, random.Random(SEED * 100_000 + number))

    with ThreadPoolExecutor(_SENDERS) as senders:
        for done in [senders.submit(one, number) for number in range(MESSAGES)]:
            done.result()
            post.decide()


def _await_empty_queues(post: Post) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        post.decide()
        if not post.estate.queued():
            return
        time.sleep(0.5)
    raise AssertionError(f"still queued: {post.estate.queued()[:10]}")


def _disturb(server: Server, estate: Estate, ended: threading.Event, chance: random.Random) -> None:
    """Kill the server ten times, at any moment, also while it starts; rotate a log again and again."""
    killed = 0
    while not ended.wait(chance.uniform(0.5, 2.5)):
        estate.rotate(chance)
        if killed < KILLS:
            server.kill()
            killed += 1
            ended.wait(chance.uniform(0, 1.0))
            server.launch()
    while killed < KILLS:
        server.kill()
        killed += 1
        server.launch()
        time.sleep(chance.uniform(0.5, 3.0))


def _settle(server: Server) -> None:
    """Wait until nothing is on its way any more."""
    still, last, end = time.monotonic(), (-1, -1), time.monotonic() + 180
    while time.monotonic() - still < _STILL:
        told = server.told()
        now = sum(one["records"] for one in told), sum(one["backlog"] for one in told)
        if now != last or now[1] or not told:
            last, still = now, time.monotonic()
        assert time.monotonic() < end, (told, (server.folder / "serve.log").read_text()[-2000:])
        time.sleep(0.2)


def _rows(data_dir: Path) -> Counter[End]:
    """What the trace says, in the words of the ledger."""
    with Database(data_dir) as database:
        rows = list(StoreBackend(database).search(And(()), 1_000_000))
    return Counter(End(*(part or "" for part in _ended(row))) for row in rows)


def _ended(row: Row) -> tuple[str | None, ...]:
    original = row.original_recipient or row.recipient
    return row.sender, original, row.recipient, row.status, row.detail or row.status


def _lines(ends: Counter[End]) -> list[str]:
    return sorted(f"{count} x {' | '.join(end)}" for end, count in ends.items())
