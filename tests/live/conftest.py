"""A real `mailwake serve` with sources of a test's own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

TOP = Path(__file__).resolve().parents[2]
TOKEN = "a-token-of-the-test-alone"


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """A port that nobody listens on now."""
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def mail(number: int) -> list[str]:
    """The lines of a message of its own, without their stamps: a delivery in two lines and its end."""
    queue_id = f"{0x4A0000000 + number:X}"
    return [
        f"mx postfix/smtpd[70]: {queue_id}: client=unknown[192.0.2.7]",
        f"mx postfix/cleanup[71]: {queue_id}: message-id=<{number}@example.org>",
        f"mx postfix/qmgr[72]: {queue_id}: from=<ann@example.org>, size=900, nrcpt=1 (queue active)",
        f"mx postfix/smtp[73]: {queue_id}: to=<bob{number}@example.net>, relay=mx.example.net[198.51.100.5]:25,"
        " delay=0.5, delays=0.1/0/0.2/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
        f"mx postfix/qmgr[72]: {queue_id}: removed",
    ]


def stamped(number: int) -> list[str]:
    """The same as rsyslog writes them, in a second of their own."""
    base = 1_700_000_000 + number
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(base))
    return [f"{stamp}.{place:06}+00:00 {text}" for place, text in enumerate(mail(number))]


def recipe(title: str) -> str:
    """The text of the recipe of docs/live.md under a paragraph that begins with a title."""
    found = re.search(
        rf"^{re.escape(title)}[^\n]*:\n\n```\n(.*?)^```", (TOP / "docs/live.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert found is not None
    return found[1]


@contextmanager
def running(*words: str) -> Iterator[None]:
    """A daemon in the foreground while the block runs."""
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as process:
        try:
            yield
        finally:
            process.terminate()


def certificate(folder: Path, name: str, signer: str = "") -> None:
    """A key and a certificate, by itself or signed."""
    key, made = str(folder / f"{name}.key"), str(folder / f"{name}.pem")
    line = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    more = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", made]
    if signer:
        more += ["-CA", str(folder / f"{signer}.pem"), "-CAkey", str(folder / f"{signer}.key")]
        more += ["-addext", "basicConstraints=critical,CA:false"]
    subprocess.run([*line, *more], check=True, capture_output=True)


@dataclass
class Server:
    """A data directory, and the process that serves it while it runs."""

    folder: Path
    configuration: str = ""
    process: subprocess.Popen[bytes] | None = None
    url: str = ""
    address: str = "127.0.0.1"
    port: int = 0
    """Where it is to listen; 0: on another port at each start."""
    options: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=lambda: {**os.environ, "TZ": "UTC"})

    @property
    def data_dir(self) -> Path:
        """Its data directory."""
        return self.folder / "data"

    def start(self) -> None:
        """Start it, and wait until it serves."""
        self.launch()
        log = self.folder / "serve.log"
        until(lambda: "Mailwake serves" in log.read_text() or self.process.poll() is not None, 60)  # type: ignore[union-attr]
        found = re.search(r"Mailwake serves (\S+)/\n", log.read_text())
        assert found is not None, log.read_text()
        self.url = found[1]

    def launch(self) -> None:
        """Start it."""
        self.data_dir.mkdir(exist_ok=True)
        (self.folder / "mailwake.toml").write_text(self.configuration)
        words = ["serve", "--listen", f"{self.address}:{self.port or free_port()}", *self.options, "--config"]
        words.append(str(self.folder / "mailwake.toml"))
        line = [sys.executable, "-m", "mailwake", "--data-dir", str(self.data_dir), *words]
        log = self.folder / "serve.log"
        log.write_text("")
        with log.open("w") as file:
            self.process = subprocess.Popen(line, cwd=TOP, stderr=file, stdout=file, env=self.environment)

    def kill(self) -> None:
        """As a power cut would end it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)
        self.process = None

    def stop(self) -> None:
        """In order."""
        if self.process is not None:
            self.process.terminate()
            assert self.process.wait(60) == 0
            self.process = None

    def run(self, *words: str) -> str:
        """What a command says."""
        line = [sys.executable, "-m", "mailwake", "--data-dir", str(self.data_dir), *words]
        done = subprocess.run(
            line, cwd=TOP, capture_output=True, text=True, check=False, timeout=120, env=self.environment
        )
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    def status(self) -> list[dict[str, Any]]:
        """The state of the sources, as `mailwake status` tells it."""
        text = self.run("status", "--json")
        return json.loads(text) if text.strip() else []  # type: ignore[no-any-return]

    def told(self) -> list[dict[str, Any]]:
        """The same from the file that the server leaves: quick. Nothing while only an earlier one's is there."""
        path = self.data_dir / "live" / "status.json"
        found = json.loads(path.read_text()) if path.exists() else {"sources": [], "pid": 0}
        is_old = self.process is not None and found["pid"] != self.process.pid
        return [] if is_old else found["sources"]  # type: ignore[no-any-return]

    def wait_for(self, records: int, within: float = 60) -> None:
        """Wait until so many records were read and nothing is left."""
        until(lambda: sum(one["records"] for one in self.told()) >= records, within)

    def recipients(self) -> list[str]:
        """Of all rows in the store, when the server does not run; sorted."""
        from mailwake.store.database import Database

        with Database(self.data_dir) as database:
            query = "SELECT recipient FROM rows FINAL WHERE deleted = 0 ORDER BY recipient"
            return [row[0] for row in database.client().query(query).result_rows]

    def facts(self) -> int:
        """How many facts are in the store, when the server does not run."""
        from mailwake.store.database import Database

        with Database(self.data_dir) as database:
            return int(database.client().query("SELECT count() FROM facts").result_rows[0][0])


def until(holds: Callable[[], bool], within: float) -> None:
    """Wait until something holds; fails when it does not in time (seconds)."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come in time")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    found = Server(tmp_path)
    yield found
    if found.process is not None:
        found.kill()
