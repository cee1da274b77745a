"""Faults of disk, network and clocks: counted, what was written is there once, and what was lost is admitted.

Those that mount or make networks need root, and are left out elsewhere.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live.agents import Agent, push
from tests.live.conftest import TOKEN, Server, free_port, stamped, until

pytestmark = pytest.mark.slow


def _tried(*words: str) -> bool:
    """Whether a command of the administrator's works here."""
    return shutil.which(words[0]) is not None and not subprocess.run(words, capture_output=True, check=False).returncode


@contextmanager
def _mounted(folder: Path, *how: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    if os.geteuid() or not _tried("mount", *how, str(folder)):
        pytest.skip("needs root, and leave to mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def agent(server: Server) -> Iterator[Agent]:
    found = Agent(server.folder, "mx1", "http://127.0.0.1:9")
    yield found
    found.end(signal.SIGKILL)


def _expected(count: int) -> list[str]:
    return sorted(f"bob{number}@example.net" for number in range(count))


def _rows(server: Server, count: int) -> None:
    """Everything is read: the server is stopped, and its rows and facts are counted."""
    until(lambda: bool(server.told()) and not any(one["backlog"] for one in server.told()), 60)
    server.stop()
    assert server.facts() - _admissions(server) == count * 5
    assert server.recipients() == _expected(count)


def _admissions(server: Server) -> int:
    from mailwake.store.database import Database

    with Database(server.data_dir) as database:
        return int(database.client().query("SELECT count() FROM facts WHERE kind = 'loss'").result_rows[0][0])


def test_a_disk_that_is_full_and_freed(server: Server, agent: Agent) -> None:
    """The server's disk: it answers that it cannot take more, the agent keeps what it has."""
    server.configuration = push("mx1")
    with _mounted(server.data_dir, "-t", "tmpfs", "-o", "size=48m", "tmpfs"):
        server.start()
        agent.point(server.url)
        agent.start()
        agent.write(0, 20)
        server.wait_for(100)
        filler = server.data_dir / "mailwake-tmp" / "filler"
        with filler.open("wb") as file:
            while True:
                try:
                    file.write(b"\0" * (1 << 16))
                    file.flush()
                except OSError:
                    break
        agent.write(20, 20)
        until(lambda: "answered 503" in (agent.folder / "said").read_text(), 30)
        assert not agent.is_empty
        agent.write(40, 20)
        filler.unlink()
        until(lambda: agent.is_empty, 90)
        until(lambda: sum(one["records"] for one in server.told()) >= 300, 90)
        _rows(server, 60)


def test_a_store_that_cannot_be_written_for_a_while(server: Server) -> None:
    """What comes meanwhile lies in the spool, and is written when it can be."""
    server.configuration = push("mx1")
    server.start()
    _post(server, range(20))
    server.wait_for(100)
    store = server.data_dir / "store"
    with _mounted(store, "--bind", str(store)):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(store)], check=True)
        _post(server, range(20, 40))
        log = server.folder / "serve.log"
        until(lambda: "live reading stopped" in log.read_text(), 30)
        _post(server, range(40, 60))
    until(lambda: _readable(server) and sum(one["records"] for one in server.told()) >= 300, 60)
    _rows(server, 60)


def test_a_network_that_is_cut_and_healed(server: Server, agent: Agent) -> None:
    name = f"mw{os.getpid()}"
    if os.geteuid() or not _tried("ip", "netns", "add", name):
        pytest.skip("needs root, and leave to make network namespaces")
    try:
        for line in (
            f"link add {name}a type veth peer name {name}b netns {name}",
            f"addr add 198.51.100.1/30 dev {name}a",
            f"link set {name}a up",
            f"-n {name} addr add 198.51.100.2/30 dev {name}b",
            f"-n {name} link set {name}b up",
        ):
            if not _tried("ip", *line.split()):
                pytest.skip("needs leave to make network devices")
        server.address, server.options = "198.51.100.1", ("--insecure", "--host", "198.51.100.1")
        server.configuration = push("mx1")
        server.start()
        agent.before = ["ip", "netns", "exec", name]
        agent.point(server.url)
        agent.config.write_text(agent.config.read_text().replace("[spool]", "insecure = true\n[spool]"))
        agent.write(0, 20)
        agent.start()
        server.wait_for(100)
        for turn in range(1, 4):
            subprocess.run(["ip", "link", "set", f"{name}a", "down"], check=True)
            agent.write(turn * 20, 20)
            until(lambda: not agent.is_empty, 20)
            subprocess.run(["ip", "link", "set", f"{name}a", "up"], check=True)
            server.wait_for(100 + turn * 100, 120)
        _rows(server, 80)
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)


def test_records_that_come_several_times_by_several_ways(server: Server) -> None:
    port = free_port()
    path = server.folder / "mail.log"
    server.configuration = (
        push("mx1")
        + f'[[source]]\ntype = "syslog"\nlisten = "tcp://127.0.0.1:{port}"\n'
        + f'[[source]]\ntype = "file"\npath = "{path}"\n'
    )
    server.start()
    lines = [text for number in range(20) for text in stamped(number)]
    for _ in range(2):
        _post(server, range(20))
        with socket.create_connection(("127.0.0.1", port)) as stream:
            stream.sendall("".join(f"<22>{text}\n" for text in lines).encode())
        with path.open("a") as file:
            file.writelines(f"{text}\n" for text in lines)
    server.wait_for(600)
    _rows(server, 20)


def test_udp_messages_that_are_lost_are_counted(server: Server) -> None:
    """In = kept + admitted, though the server was too slow to take all."""
    port = free_port(socket.SOCK_DGRAM)
    server.configuration = f'[[source]]\ntype = "syslog"\nlisten = "udp://127.0.0.1:{port}"\n'
    server.start()
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    sent = 30_000
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number in range(sent):
            text = f"<22>2026-11-24T10:00:00.{number:06}+00:00 mx postfix/qmgr[7]: {number:08X}: removed"
            sender.sendto(text.encode(), ("127.0.0.1", port))
        server.process.send_signal(signal.SIGCONT)
        server.wait_for(1)
        last = b"<22>2026-11-24T10:00:01.000000+00:00 mx postfix/qmgr[7]: 0A0A0A0A: removed"
        sender.sendto(last, ("127.0.0.1", port))
    until(lambda: sum(one["records"] + one["lost"] for one in server.told()) >= sent + 1, 60)
    (one,) = server.told()
    assert one["records"] + one["lost"] == sent + 1
    server.stop()
    found = server.facts() - _admissions(server)
    assert found == one["records"]
    if one["lost"]:
        assert _admissions(server) >= 1
        told = server.run("doctor")
        assert "the receive buffer overflowed" in told


def test_two_hosts_whose_clocks_differ(server: Server) -> None:
    """Each message crosses two hosts, whose agents ship whenever they like; the second host's clock is 95 s behind."""
    server.configuration = push("edge", "store")
    server.start()
    agents = [Agent(server.folder, name, server.url) for name in ("edge", "store")]
    try:
        for number in range(10):
            base = 1_700_000_000 + number * 60
            near, far = f"{0x4A0000000 + number:X}", f"{0x5B0000000 + number:X}"
            _lines(agents[0], base, [
                f"edge postfix/smtpd[70]: {near}: client=unknown[192.0.2.7]",
                f"edge postfix/cleanup[71]: {near}: message-id=<{number}@example.org>",
                f"edge postfix/qmgr[72]: {near}: from=<ann@example.org>, size=900, nrcpt=1 (queue active)",
                f"edge postfix/smtp[73]: {near}: to=<bob{number}@example.net>, relay=store.example.net[192.0.2.25]:25,"
                f" delay=2, delays=0.1/0/0.2/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {far})",
                f"edge postfix/qmgr[72]: {near}: removed",
            ])  # fmt: skip
            _lines(agents[1], base - 95, [
                f"store postfix/smtpd[80]: {far}: client=edge.example.org[192.0.2.24]",
                f"store postfix/cleanup[81]: {far}: message-id=<{number}@example.org>",
                f"store postfix/qmgr[82]: {far}: from=<ann@example.org>, size=990, nrcpt=1 (queue active)",
                f"store postfix/lmtp[83]: {far}: to=<bob{number}@example.net>, relay=store[private/dovecot-lmtp],"
                " delay=2, delays=0.1/0/0.2/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
                f"store postfix/qmgr[82]: {far}: removed",
            ])  # fmt: skip
        agents[1].start()
        server.wait_for(50)
        agents[0].start()
        server.wait_for(100)
        until(lambda: any(one["skew"] for one in server.told()), 60)
        found = {one["name"]: (one["skewed"], one["skewed_than"], one["skew"] // 10) for one in server.told()}
        assert found == {"push:edge": ("", "", 0), "push:store": ("store", "edge", -10)}
        told = next(one for one in server.status() if one["Source"] == "push:store")
        assert (told["ClockSkewHost"], told["ClockSkewThan"], told["Lost"]) == ("store", "edge", 0)
    finally:
        for agent in agents:
            agent.end(signal.SIGKILL)
    _rows_of_two(server)


def _rows_of_two(server: Server) -> None:
    server.stop()
    assert server.facts() == 100
    assert server.recipients() == _expected(10)
    told = server.run("show", "4A0000003")
    assert "behind that of edge" in told
    clock = r"the clock of store is about 1 min 3\d s behind that of edge \(10 messages\)"
    assert re.search(clock, server.run("doctor"))
    assert "Delivered" in server.run("trace", "-r", "bob3@example.net")


def _lines(agent: Agent, base: int, texts: list[str]) -> None:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(base))
    with agent.log.open("a") as file:
        file.writelines(f"{stamp}.{place:06}+00:00 {text}\n" for place, text in enumerate(texts))


def _post(server: Server, numbers: range) -> None:
    import urllib.request

    body = "".join(f"{text}\n" for number in numbers for text in stamped(number)).encode()
    asked = urllib.request.Request(f"{server.url}/ingest/mx1", body, {"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert answer.status == 204


def _readable(server: Server) -> bool:
    return bool(server.told())
