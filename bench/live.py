"""Freshness: from a line being written to a followed log to its row being found, at a steady rate.

    python bench/live.py [--rate 1000] [--seconds 30]

A server is started on a new data directory; a probe message is written every half second among the others, and asked
for by its Message-ID until it is found. Printed: p50, p95 and the largest of the delays, in seconds.
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
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _find(url: str, token: str, number: int) -> bool:
    asked = urllib.request.Request(
        f"{url}/api/v1/message-trace",
        json.dumps({"MessageId": [f"{number}@example.org"]}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return f"bob{number}@" in answer.read().decode()


def measure(url: str, token: str, log: Path, rate: int, seconds: float) -> list[float]:
    """The delays of the probes, in seconds."""
    delays: list[float] = []
    probes: list[tuple[int, float]] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set() or probes:
            if not probes:
                time.sleep(0.02)
            elif _find(url, token, probes[0][0]):
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
            time.sleep(_ROUND)
    ended.set()
    asker.join(60)
    return sorted(delays)


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
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            assert server.stderr is not None
            found = None
            while found is None:
                found = re.search(r"Mailwake serves (\S+)/$", server.stderr.readline())
            delays = measure(found[1], token, log, given.rate, given.seconds)
        finally:
            server.terminate()
            server.wait(60)
    at = [round(delays[min(len(delays) - 1, int(len(delays) * part))], 2) for part in (0.5, 0.95, 1)]
    print(json.dumps({"rate": given.rate, "probes": len(delays), "p50": at[0], "p95": at[1], "max": at[2]}))


if __name__ == "__main__":
    main()
