"""`mailwake agent` as a process beside a real server: counted, what was written is there once."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.live.agents import Agent, push
from tests.live.conftest import Server, certificate, until


def _expected(*ranges: range) -> list[str]:
    return sorted(f"bob{number}@example.net" for one in ranges for number in one)


@pytest.fixture
def ends() -> list[Agent]:
    return []


@pytest.fixture(autouse=True)
def _ended(ends: list[Agent]) -> object:
    yield
    for agent in ends:
        agent.end(signal.SIGKILL)


@pytest.mark.slow
def test_what_an_agent_ships_is_there_once(server: Server, ends: list[Agent]) -> None:
    server.configuration = push("mx1")
    server.start()
    agent = Agent(server.folder, "mx1", server.url)
    ends.append(agent)
    agent.write(0, 30)
    agent.start()
    server.wait_for(150)
    assert agent.memory < 80 << 20
    server.stop()
    agent.write(30, 30)  # the server is away
    until(lambda: not agent.is_empty, 20)
    agent.log.rename(agent.log.with_name("mail.log.1"))
    agent.write(60, 30)
    agent.end(signal.SIGKILL)
    agent.write(90, 30)  # the agent as well
    agent.log.rename(agent.log.with_name("mail.log-20261124"))
    agent.write(120, 30)
    server.start()
    agent.point(server.url)
    agent.start()
    server.wait_for(600)
    (one,) = server.told()
    assert (one["records"], one["losses"], one["unknown"]) == (600, 0, 0)
    assert one["heard"]
    server.stop()
    agent.end()
    assert server.facts() == 750
    assert server.recipients() == _expected(range(150))


@pytest.mark.slow
def test_killed_at_random_while_logs_rotate(server: Server, ends: list[Agent]) -> None:
    """Two agents and the server are killed again and again; lines in and facts out are counted."""
    server.configuration = push("mx1", "mx2")
    server.start()
    agents = [Agent(server.folder, name, server.url) for name in ("mx1", "mx2")]
    ends.extend(agents)
    ended = threading.Event()
    written = [0, 0]

    def write() -> None:
        while not ended.is_set():
            for which, agent in enumerate(agents):
                agent.write(which * 100_000 + written[which], 10)
                written[which] += 10
                if written[which] % 400 == 0:
                    agent.log.rename(agent.log.with_name(f"mail.log-{20260101 + written[which] // 400}"))
            time.sleep(0.03)

    writer = threading.Thread(target=write)
    writer.start()
    chance = random.Random(6)
    try:
        for agent in agents:
            agent.start()
        for turn in range(8):
            time.sleep(chance.uniform(0.2, 1.5))
            victim = chance.choice(agents)
            victim.end(signal.SIGKILL)
            if turn % 3 == 2:
                server.kill()
                server.start()
                for agent in agents:
                    agent.point(server.url)
                    agent.end(signal.SIGKILL)
                    agent.start()
            else:
                victim.start()
    finally:
        ended.set()
        writer.join()
    quiet, last = time.monotonic(), -1
    while time.monotonic() - quiet < 5 or not all(agent.is_empty for agent in agents):
        now = sum(one["records"] for one in server.told())
        if now != last:
            last, quiet = now, time.monotonic()
        assert time.monotonic() - quiet < 60
        time.sleep(0.2)
    server.stop()
    assert server.facts() == sum(written) * 5
    assert server.recipients() == _expected(range(written[0]), range(100_000, 100_000 + written[1]))


@pytest.mark.slow
def test_a_full_spool_stops_the_reading(tmp_path: Path, ends: list[Agent]) -> None:
    """Nobody listens: the spool grows up to its limit, and the memory does not."""
    agent = Agent(tmp_path, "mx1", "http://127.0.0.1:9", more="limit_mb = 1\n")
    ends.append(agent)
    with agent.log.open("wb") as file:
        for _ in range(40):
            file.writelines(os.urandom(64).hex().encode() + b"\n" for _ in range(8000))  # compresses badly
    agent.start()
    until(lambda: sum(one.stat().st_size for one in agent.spool.glob("*.batch")) >= 1 << 20, 30)
    time.sleep(1)
    assert sum(one.stat().st_size for one in agent.spool.glob("*.batch")) < 3 << 20
    assert agent.memory < 80 << 20
    said = (agent.folder / "said").read_text()
    assert "the logs are not read on" in said
    assert "cannot be reached" in said


@pytest.mark.slow
def test_errors_say_what_is_wrong(server: Server, ends: list[Agent]) -> None:
    server.configuration = push("mx1")
    server.start()
    agent = Agent(server.folder, "mx1", server.url)
    assert agent.check() == (0, f"{server.url}/ingest/mx1 takes what is sent.\n")
    wrong = Agent(server.folder, "mx2", server.url, token="not-the-token-at-all")
    code, said = wrong.check()
    assert code == 3
    assert "answered 401: the token is not that of a push source at /ingest/mx2" in said
    wrong.point(server.url.replace("http:", "https:"))
    assert "TLS failed" in wrong.check()[1]
    wrong.point("http://mailwake.invalid")
    assert "use https://" in wrong.check()[1]
    wrong.point("https://mailwake.invalid")
    assert "no such name in DNS" in wrong.check()[1]
    wrong.point("http://127.0.0.1:9")
    assert "cannot be reached: " in wrong.check()[1]
    server.stop()
    certificate(server.folder, "server")
    certificate(server.folder, "other")
    server.configuration = '[serve]\ncertificate = "server.pem"\nkey = "server.key"\n' + push("mx1")
    server.start()
    agent.point(server.url)
    assert "its certificate is not trusted: self-signed certificate: give the certificate of its" in agent.check()[1]
    agent.trust(server.folder / "other.pem")
    assert "its certificate is not trusted" in agent.check()[1]
    agent.trust(server.folder / "server.pem")
    assert agent.check()[0] == 0
    agent.trust(server.folder / "nothing.pem")
    assert "nothing.pem: there is no such file" in agent.check()[1]
    wrong.config.write_text(wrong.config.read_text() + "colour = 7\n")
    assert "source.0.file.colour: Extra inputs are not permitted" in wrong.check()[1]
