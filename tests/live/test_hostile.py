"""Hostile input: damaged frames, bodies and lines. Nothing crashes or grows without bound; refusals have reasons."""

from __future__ import annotations

import gzip
import http.client
import json
import random
import resource
import socket
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zstandard

from mailwake.ingest.growing import GrowingReader
from mailwake.ingest.registry import Registry
from mailwake.operations.live.frames import Frames, line_of
from mailwake.operations.live.push import LIMIT, PushError, lines_of, unpacked
from mailwake.operations.live.sequence import Sequences
from tests.live.conftest import TOKEN, Server, free_port, stamped, until
from tests.live.mutations import mutated, seeds

MOST = 4096
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
COUNTS = [2_000, pytest.param(100_000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("count", COUNTS)
def test_frames_of_syslog(count: int) -> None:
    chance = random.Random(11)
    lines = [
        b'<22>1 2026-11-24T10:00:00+00:00 mx postfix 7 - [meta sequenceId="4"] text',
        b"<22>Nov 24 10:00:00 mx x[7]: y",
    ]
    sequences = Sequences()
    frames = Frames(MOST)
    for number in range(count):
        line = mutated(chance, lines[number % 2])
        counted = b"%d %s" % (len(line) + chance.choice((0, 0, 0, 1, -1, 500)), line)
        stream = counted if chance.random() < 0.5 else line + b"\n"
        for start in range(0, len(stream), 1500):
            for message in frames.feed(stream[start : start + 1500]):
                assert len(message) <= MOST
                sequences.see(message)
                assert not {*line_of(message, "192.0.2.1", NOW)} & {0, 10, 13}
            assert len(frames._data) <= MOST + 1500 + 16
        if frames.broken or number % 50 == 0:
            frames.end()
            frames = Frames(MOST)
    assert len(sequences._counters) <= 10_000


@pytest.mark.parametrize("count", COUNTS)
def test_bodies_of_push(count: int) -> None:
    chance = random.Random(12)
    document = json.dumps([{"event": "smtp", "n": number} for number in range(5)], indent=1).encode()
    texts = [document, b"\n".join(text.encode() for text in stamped(3)), b'{"a": 1}\n{"b": 2}\n']
    packers = {"": bytes, "gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstandard.compress}
    packed = [(name, packer(text)) for text in texts for name, packer in packers.items()]
    taken = refused = 0
    for number in range(count):
        name, body = packed[number % len(packed)]
        try:
            kind = chance.choice(("application/json", "text/plain", ""))
            found = lines_of(unpacked(mutated(chance, body), name), kind)
        except PushError as error:
            assert error.status in (400, 413, 415)
            refused += 1
        else:
            assert not any(b"\n" in line for line in found)
            taken += 1
    assert taken
    assert refused


@pytest.mark.parametrize("name", ["gzip", "zstd", "deflate"])
def test_a_small_body_that_becomes_a_large_one(name: str) -> None:
    packer = {"gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstandard.compress}[name]
    bomb = packer(b"\0" * (4 * LIMIT))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PushError) as caught:
        unpacked(bomb, name)
    assert caught.value.status == 413
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < (3 * LIMIT) >> 10


@pytest.mark.parametrize("count", COUNTS)
def test_lines_of_all_products(count: int, tmp_path: Path) -> None:
    """Each damaged line is a record or none, as one of them says; none is an error of the program's."""
    chance = random.Random(13)
    path = tmp_path / "mail.log"
    path.write_bytes(b"2026-11-24T10:00:00+00:00 mx postfix/qmgr[7]: 4A0000001: removed\n")
    known = seeds()
    reader = GrowingReader(path)
    facts = 0
    for _ in range(count // 200):
        lines = [mutated(chance, chance.choice(known)) for _ in range(200)]
        facts += len(reader.take(b"\n".join(lines) + b"\n"))
    facts += len(reader.settle())
    assert facts
    assert not [note for note in reader.account.notes if "Error" in note]


_LONG = 30_000
_BOUND = 3.0
"""Seconds of processor time; where it grows with the square of the length, the texts below take ten times as long."""


@pytest.mark.parametrize(
    ("program", "start", "unit", "end"),
    [
        ("haraka", "[INFO] [-] [core] load: 0, connections: 7", "\t", "x"),
        ("policyd-spf", "prepend Receiv", " ", "ed-SPF: x"),
        ("cbpolicyd", "[2026/11/22-02:33:19 - 4711] [CBPOLICYD] INFO: module=Access", "[192.0.2.1] ", "x"),
        ("cbpolicyd", "", "[192.0.2.1] ", "x"),
        ("sm-mta", "39QEjFLv030359: rejecting commands from [", "\t", "192.0.2.1]: x"),
        ("dovecot", "imap(alice@example.com)[192.0.2.1]<9566>", "[", ": Info: x"),
    ],
)
def test_long_runs_cost_what_they_are_long(program: str, start: str, unit: str, end: str) -> None:
    parser = Registry().parser(program)
    parser("x")
    began = time.process_time()
    parser(start + unit * (_LONG // len(unit)) + end)
    assert time.process_time() - began < _BOUND


def test_prefixes_in_doubt_are_given_up_at_once() -> None:
    """A site's own prefix of names and values may be read in as many ways as there are commas."""
    dovecot = next(source for source in Registry().sources if source.name == "dovecot")
    assert dovecot.split_bare("2026-11-22T02:29:47.123456Z master" + ", a=" * 2000) is None


def test_numbers_without_end() -> None:
    for program, text in (
        ("milter-greylist", f"(unknown id): addr 2001:db8::5 from <> to <a@example.net> delayed for {'1' * 400}:00:00"),
        ("sm-mta", f"uAL90x1Q012345: to=<bob@example.org>, delay={'1' * 400}:00:00, stat=Sent"),
        ("exim", f"1vMkaB-00012c-3D SA: Action: tossed: score=22{'.1' * 40} required=5 x"),
    ):
        Registry().parser(program)(text)


@pytest.mark.slow
def test_a_server_among_strangers(server: Server) -> None:
    """Damaged requests and frames at a real server: it answers, stays of one size, and takes what is right."""
    port = free_port()
    server.configuration = (
        f'[[source]]\ntype = "push"\nname = "mx1"\ntoken = "{TOKEN}"\n'
        f'[[source]]\ntype = "syslog"\nlisten = "tcp://127.0.0.1:{port}"\n'
    )
    server.start()
    chance = random.Random(14)
    place = urlsplit(server.url)
    address = (place.hostname or "", place.port or 0)
    body = "".join(f"{text}\n" for text in stamped(1)).encode()
    whole = b"POST /ingest/mx1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    before = _memory(server)
    slow = [socket.create_connection(address) for _ in range(20)]
    for one in slow:
        one.sendall(whole[:40])  # and then nothing
    for number in range(300):
        target, data = (address, whole) if number % 2 else (("127.0.0.1", port), body)
        with socket.create_connection(target, timeout=10) as one:
            one.settimeout(0.02)
            try:
                one.sendall(mutated(chance, data))
                one.recv(200)
            except OSError:
                pass
    for header in (b"\tHost: a", b" X: y", b": ", b"Host", b"\x00: a", b"Content-Length: -1"):
        with socket.create_connection(address, timeout=10) as one:
            one.sendall(b"POST /ingest/mx1 HTTP/1.1\r\n" + header + b"\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            assert one.recv(100).split()[1][:2] == b"40", header
    for token in ("", "Bearer", "Bearer wrong", f"Basic {TOKEN}", "Bearer \xe9"):
        connection = http.client.HTTPConnection(*address, timeout=30)
        connection.request("POST", "/ingest/mx1", body, {"Authorization": token.encode("latin-1")})
        assert connection.getresponse().status == 401
        connection.close()
    connection = http.client.HTTPConnection(*address, timeout=30)
    connection.request("POST", "/ingest/mx1", body, {"Authorization": f"Bearer {TOKEN}"})
    assert connection.getresponse().status == 204
    connection.close()
    for one in slow:
        one.close()
    until(lambda: bool(server.told()) and server.told()[0]["refused"] >= 5, 30)
    assert _memory(server) - before < 200 << 20
    server.stop()
    assert "Traceback" not in (server.folder / "serve.log").read_text()
    assert "bob1@example.net" in server.recipients()


def _memory(server: Server) -> int:
    assert server.process is not None
    text = Path(f"/proc/{server.process.pid}/status").read_text()
    return next(int(line.split()[1]) << 10 for line in text.splitlines() if line.startswith("VmRSS"))
