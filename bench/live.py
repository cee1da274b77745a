"""Freshness: from a line being written to a followed log to its row being found, at a steady rate.

    python bench/live.py [--rate 1000] [--seconds 30]

A server is started on a new data directory; a probe message is written every half second among the others, and asked
for by its Message-ID until it is found. Printed: p50, p95 and the largest of the delays and of the questions' times, in
seconds; lines written and records read, which are to be equal; the server's resident memory (MB) at four times.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

_ROUND = 0.05


def lines(number: int) -> list[str]:
    """A message in five lines."""
    queue_id = f"{0x4A0000000 + number:X}"
    now = time.time()
    stamp = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now % 1 * 1e6):06}+00:00"
    texts = (
        f"smtpd[70]: {queue_id}: client=unknown[192.0.2.7]",
        f"cleanup[71]: {queue_id}: message-id=<{number}@example.org>",
        f"qmgr[72]: {queue_id}: from=<ann@example.org>, size=900, nrcpt=1 (queue active)",
        f"smtp[73]: {queue_id}: to=<bob{number}@example.net>, relay=mx.example.net[198.51.100.5]:25, delay=0.5,"
        " delays=0.1/0/0.2/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
        f"qmgr[72]: {queue_id}: removed",
    )
    return [f"{stamp} mx postfix/{text}\n" for text in texts]


def _run(data_dir: Path, *words: str) -> str:
    command = [sys.executable, "-m", "mailwake", "--data-dir", str(data_dir), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=data_dir.parent).stdout


def _find(url: str, token: str, number: int) -> bool:
    asked = urllib.request.Request(
        f"{url}/api/v1/message-trace",
        json.dumps({"MessageId": [f"{number}@example.org"]}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return f"bob{number}@" in answer.read().decode()


class Measured(NamedTuple):
    """What came of a run."""

    delays: list[float]
    """Of the probes, seconds, sorted."""
    asked: list[float]
    """How long each question took, seconds, sorted."""
    lines: int
    memory: list[int]
    """MB, at a quarter, a half, three quarters and the end."""


def _memory(process: int) -> int:
    text = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) // 1024 for line in text.splitlines() if line.startswith("VmRSS"))


def _records(data_dir: Path) -> int:
    try:
        told = json.loads((data_dir / "live" / "status.json").read_bytes())
    except OSError:
        return 0
    return sum(one["records"] for one in told["sources"])


def _at(values: list[float]) -> dict[str, float]:
    parts = (("p50", 0.5), ("p95", 0.95), ("max", 1.0))
    return {name: round(values[min(len(values) - 1, int(len(values) * part))], 2) for name, part in parts if values}


def measure(url: str, token: str, log: Path, rate: int, seconds: float, process: int) -> Measured:
    """Write and ask."""
    delays: list[float] = []
    asked: list[float] = []
    memory: list[int] = []
    probes: list[tuple[int, float]] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set() or probes:
            if not probes:
                time.sleep(0.02)
            else:
                begun = time.monotonic()
                found = _find(url, token, probes[0][0])
                asked.append(time.monotonic() - begun)
                if found:
                    delays.append(time.monotonic() - probes.pop(0)[1])

    asker = threading.Thread(target=ask, daemon=True)
    asker.start()
    number, start, next_probe = 0, time.monotonic(), 0.0
    with log.open("a", buffering=1 << 20) as file:
        while (passed := time.monotonic() - start) < seconds:
            while number * 5 < passed * rate:
                file.writelines(lines(number))
                number += 1
            file.flush()
            if number and passed >= next_probe:
                probes.append((number - 1, time.monotonic()))
                next_probe = passed + 0.5
            if passed >= seconds * (len(memory) + 1) / 4:
                memory.append(_memory(process))
            time.sleep(_ROUND)
    ended.set()
    asker.join(60)
    memory.append(_memory(process))
    return Measured(sorted(delays), sorted(asked), number * 5, memory)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=1000, help="lines a second")
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data_dir, log = folder / "data", folder / "mail.log"
        log.touch()
        (folder / "mailwake.toml").write_text(f'[[source]]\ntype = "file"\npath = "{log}"\n')
        _run(data_dir, "user", "add", "bench", "--password", "correct horse battery", "--role-groups",
             "Organization Management")  # fmt: skip
        token = json.loads(_run(data_dir, "user", "token", "bench", "bench", "--json"))[0]["Secret"]
        words = ["serve", "--listen", "127.0.0.1:8199", "--config", str(folder / "mailwake.toml")]
        command = [sys.executable, "-m", "mailwake", "--data-dir", str(data_dir), *words]
        # not here: the sources in the working directory would be taken, and not what is installed and compiled
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=folder)
        try:
            assert server.stderr is not None
            found = None
            while found is None:
                found = re.search(r"Mailwake serves (\S+)/$", server.stderr.readline())
            made = measure(found[1], token, log, given.rate, given.seconds, server.pid)
            end = time.monotonic() + 120
            while _records(data_dir) < made.lines and time.monotonic() < end:
                time.sleep(0.5)
            records = _records(data_dir)
        finally:
            server.terminate()
            server.wait(60)
    told = {"rate": given.rate, "probes": len(made.delays), "found": _at(made.delays), "asked": _at(made.asked)}
    print(json.dumps({**told, "lines": made.lines, "records": records, "memory": made.memory}))


if __name__ == "__main__":
    main()
