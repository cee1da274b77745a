"""Server and agents are killed (SIGKILL) fifty times at random moments, also while they start; meanwhile logs are
written and rotated. Lines in and facts out are counted, and every answer is that of an undisturbed import of the same
files.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from logs import ALL, plain

from mailwake.operations.opening import StoreBackend
from mailwake.store.database import Database
from mailwake.store.query import And
from mailwake.store.rows import Row
from tests.live.agents import Agent, push
from tests.live.conftest import Server, free_port
from tests.properties.random_estate import ENDS, KINDS, Spec, build

pytestmark = pytest.mark.slow
KILLS = 50
MESSAGES = 2000
SEED = int(os.environ.get("MAILWAKE_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
_TURNS = 400
"""Pieces in which the logs are written."""
_STILL = 4.0
"""Seconds without a change after which everything is thought to be read."""


class Estate:
    """Logs of three hosts: two have agents, the third one's log is followed by the server itself."""

    def __init__(self, server: Server, chance: random.Random) -> None:
        self.server = server
        self.agents = {name: Agent(server.folder, name, server.url) for name in ("edge", "store")}
        (server.folder / "old").mkdir()
        self.logs = {"old": server.folder / "old" / "mail.log"}
        self.logs |= {name: one.log for name, one in self.agents.items()}
        specs = [_spec(chance) for _ in range(MESSAGES)]
        self._lines = build(specs, micros=True)
        self._chance = chance
        self.rotated = 0
        self.written = 0

    def write(self, ended: threading.Event) -> None:
        """All lines, in the order of their times, with rotations; ends early when told to, with a whole piece."""
        every = sorted((line, host) for host, lines in self._lines.items() for line in lines)
        size = len(every) // _TURNS + 1
        for turn, start in enumerate(range(0, len(every), size)):
            for line, host in every[start : start + size]:
                with self.logs[host].open("a") as file:
                    file.write(f"{line}\n")
                self.written += 1
            if turn % 20 == 19:
                self._rotate(self._chance.choice(sorted(self.logs)))
            if ended.wait(self._chance.uniform(0, 0.5)):
                return

    def _rotate(self, host: str) -> None:
        path = self.logs[host]
        if not path.exists():
            return
        self.rotated += 1
        aside = path.with_name(f"mail.log-{20260101 + self.rotated}")
        if host == "old":
            shutil.copy2(path, aside)
            os.truncate(path, 0)
        else:
            path.rename(aside)

    def files(self) -> list[str]:
        """Every file, rotated ones too."""
        return sorted(str(path) for one in self.logs.values() for path in one.parent.glob("mail.log*"))


def _spec(chance: random.Random) -> Spec:
    ends = tuple(chance.randrange(len(ENDS)) for _ in range(chance.randint(1, 3)))
    return Spec(chance.choice(sorted(KINDS)), chance.choice([0, 1, 2, 30]), ends, chance.random() < 0.5)


@pytest.fixture
def estate(server: Server) -> Iterator[Estate]:
    server.port = free_port()
    server.url = f"http://127.0.0.1:{server.port}"
    server.configuration = push("edge", "store") + '[[source]]\ntype = "file"\npath = "old/mail.log"\n'
    found = Estate(server, random.Random(SEED))
    yield found
    for agent in found.agents.values():
        agent.end(signal.SIGKILL)


def test_fifty_kills_change_nothing(estate: Estate, tmp_path: Path) -> None:
    print(f"MAILWAKE_TEST_SEED={SEED} repeats it")
    server, ended = estate.server, threading.Event()
    writer = threading.Thread(target=estate.write, args=(ended,))
    server.start()  # what was rotated before a log was ever followed is an archive
    writer.start()
    try:
        _kill_again_and_again(estate, random.Random(-SEED))
    finally:
        ended.set()
        writer.join()
    _settle(estate)
    server.stop()
    for agent in estate.agents.values():
        agent.end()
    undisturbed = Server(tmp_path / "undisturbed")
    undisturbed.folder.mkdir()
    undisturbed.run("import", "--zone", "UTC", *estate.files())
    facts, rows = _stored(server.data_dir)
    wanted_facts, wanted_rows = _stored(undisturbed.data_dir)
    print(f"{estate.written} lines, {len(rows)} rows, {estate.rotated} rotations")
    print(f"facts: {facts}, of an import: {wanted_facts}")
    assert sum(facts.values()) == estate.written
    assert facts == wanted_facts
    assert [one for one in rows if one not in wanted_rows] == [one for one in wanted_rows if one not in rows] == []
    assert rows == wanted_rows


def _kill_again_and_again(estate: Estate, chance: random.Random) -> None:
    server, agents = estate.server, list(estate.agents.values())
    for agent in agents:
        agent.start()
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.1, 4.0) if chance.random() < 0.5 else chance.uniform(0, 1.0))
        if chance.random() < 0.5:
            assert server.process is not None
            assert server.process.poll() is None, (server.folder / "serve.log").read_text()
            server.kill()
            time.sleep(chance.uniform(0, 0.5))
            server.launch()
        else:
            victim = chance.choice(agents)
            victim.end(signal.SIGKILL)
            time.sleep(chance.uniform(0, 0.5))
            victim.start()


def _settle(estate: Estate) -> None:
    """Wait until nothing is on its way any more."""
    still, last, end = time.monotonic(), (-1, -1), time.monotonic() + 120
    while time.monotonic() - still < _STILL:
        told = estate.server.told()
        now = sum(one["records"] for one in told), sum(one["backlog"] for one in told)
        if now != last or now[1] or not told or not all(agent.is_empty for agent in estate.agents.values()):
            last, still = now, time.monotonic()
        assert time.monotonic() < end, told
        time.sleep(0.2)


def _stored(data_dir: Path) -> tuple[dict[str, int], list[Row]]:
    """Facts by kind, and all rows."""
    with Database(data_dir) as database:
        counts = database.client().query("SELECT kind, count() FROM facts GROUP BY kind ORDER BY kind").result_rows
        return {str(kind): int(count) for kind, count in counts}, plain(StoreBackend(database).search(And(()), ALL))
