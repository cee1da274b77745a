"""Hostile input at length: damaged lines of all products through imports, damaged frames at a serving process.

    python bench/hostile.py [--lines 10000000] [--frames 100000] [--piece 500000] [--pieces 2] [--seed 1]

Lines: the golden cases of all sources, damaged as `tests/live/mutations.py` does it, are imported piece by piece, each
by a process of its own, and so many pieces into one store before the next one is begun. All pieces tell of the same
hours and, in one of ten lines, of the same few messages: a second piece makes all of these anew. Printed for each:
lines written and read, records by what became of
them, the rate, the memory of the process, and the longest time that 200 lines took. An import that fails, reads another
number of lines than were written, or says that a parser failed ends the run with status 1.

Frames: as many damaged HTTP requests (with and without a token, plain, gzip and zstd), syslog messages by TCP and
datagrams to a server, a hundred of its connections slow ones; in the end it must answer, take what is right and not
have grown. Printed: what was sent, answers by status, what the server counted as refused, its memory before and after.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))  # last: what is installed may be compiled

from tests.live.mutations import mutated, seeds  # noqa: E402

_GROWN = 300 << 20
"""Bytes by which the serving process may have grown: its queues and windows are full then."""
_TOKEN = "0123456789abcdef0123456789abcdef"
_ID = re.compile(rb"(?<![0-9A-Za-z])[0-9A-F]{8,16}(?![0-9A-Za-z])")
_RENAMED = 0.9
"""So many lines get other queue IDs: millions of records of a few messages are no log, however damaged."""
_STAMPED = "2026-11-24T10:00:00+00:00 mx postfix/qmgr[7]: 4A{:07X}: removed\n"


def piece(path: Path, chance: random.Random, known: list[bytes], count: int) -> int:
    """Write a file of damaged lines; give the number of lines that are not blank."""
    written = 0
    with path.open("wb") as file:
        file.write(_STAMPED.format(chance.randrange(1 << 24)).encode())  # a file that begins with NULs is no text
        while written < count:
            line = chance.choice(known)
            if chance.random() < _RENAMED:
                line = _ID.sub(lambda found: b"%0*X" % (len(found[0]), chance.getrandbits(4 * len(found[0]))), line)
            data = mutated(chance, line) + b"\n"
            file.write(data)
            written += data.count(b"\n")
    return written + 1


def read(path: Path, data_dir: Path) -> dict[str, object]:
    """Import a file in this process; give what was counted."""
    from mailwake.ingest.growing import GrowingReader
    from mailwake.operations import importing

    began = time.perf_counter()
    account = importing.run(data_dir, [str(path)])
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    longest, reader = 0.0, None
    with path.open("rb") as file:
        start = path.with_suffix(".start")
        start.write_bytes(file.readline())
        reader = GrowingReader(start)
        for _ in range(100):
            lines = b"".join(file.readline() for _ in range(200))
            began = time.perf_counter()
            reader.take(lines)
            longest = max(longest, time.perf_counter() - began)
    records = {"recognised": account.recognised, "noise": account.noise, "unknown": account.unknown_count}
    records["foreign"] = sum(account.foreign.values())
    failed = [note for note in account.notes if "Error" in note]
    told = {"lines": account.lines, "blank": account.blank, "records": records, "repeats": account.repeats}
    return told | {"seconds": seconds, "MiB": memory, "longest_ms": round(longest * 1000), "failed": failed}


def lines(total: int, size: int, together: int, seed: int, folder: Path) -> bool:
    """All pieces; whether each was read as a whole."""
    chance, known, fine, sums = random.Random(seed), seeds(), True, Counter[str]()
    path, data_dir, pieces = folder / "mail.log", folder / "data", 0
    while sums["written"] < total:
        if pieces % together == 0:
            shutil.rmtree(data_dir, ignore_errors=True)
        pieces += 1
        written = piece(path, chance, known, min(size, total - sums["written"]))
        path = path.rename(folder / f"mail{sums['written']}.log")
        command = [sys.executable, __file__, "--read", str(path), "--data-dir", str(data_dir)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr)
            return False
        told = json.loads(done.stdout)
        fine = fine and told["lines"] == written and not told["failed"]
        sums["written"] += written
        sums.update(told["records"])
        sums["read"] += told["lines"]
        seconds = told.pop("seconds")
        print(f"{sums['written']:>10,} written {written:,}; {told}; {written / seconds:,.0f} lines/s", flush=True)
        path.unlink()
        path = folder / "mail.log"
    print(f"lines: {dict(sums)}; as many read as written: {'yes' if fine else 'NO'}")
    done = subprocess.run(
        [sys.executable, "-m", "mailwake", "--data-dir", str(data_dir), "trace", "--limit", "3", "--jsonl"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    print(f"a question afterwards: {len(done.stdout.splitlines())} rows, exit status {done.returncode}")
    return fine and done.returncode == 0


class Frames:
    """A server and those who send to it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.chance, self.answers = folder, random.Random(seed), Counter[str]()
        self.ports = dict(zip(("web", "tcp", "udp"), _ports(3), strict=True))
        listens = "".join(
            f'[[source]]\ntype = "syslog"\nlisten = "{kind}://127.0.0.1:{self.ports[kind]}"\n'
            for kind in ("tcp", "udp")
        )
        push = f'[[source]]\ntype = "push"\nname = "mx1"\ntoken = "{_TOKEN}"\n'
        (folder / "mailwake.toml").write_text(push + listens)
        command = [sys.executable, "-m", "mailwake", "--data-dir", str(folder / "served"), "serve"]
        command += ["--config", str(folder / "mailwake.toml"), "--listen", f"127.0.0.1:{self.ports['web']}"]
        with (folder / "serve.log").open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)
        _until(lambda: self.status("GET", "/healthz") != 0)

    def status(self, method: str, path: str, body: bytes = b"", token: str = "", packed: str = "") -> int:
        """The status of one whole request; 0 without an answer."""
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
        head += f"Authorization: Bearer {token}\r\n" if token else ""
        head += f"Content-Encoding: {packed}\r\n" if packed else ""
        return self._send("web", head.encode() + b"\r\n" + body, wait=10)

    def _send(self, name: str, data: bytes, wait: float) -> int:
        try:
            with socket.create_connection(("127.0.0.1", self.ports[name]), timeout=wait) as one:
                one.sendall(data)
                answer = one.recv(64) if name == "web" else b""
                return int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else 0
        except (OSError, ValueError, IndexError):
            return 0

    def one(self, number: int, known: list[bytes]) -> None:
        """Send one damaged frame."""
        chance = self.chance
        line = mutated(chance, chance.choice(known))
        match number % 4:
            case 0:
                token = chance.choice((_TOKEN, _TOKEN, "", "wrong"))
                packed = chance.choice(("", "", "gzip", "zstd", "nonsense"))
                body = mutated(chance, gzip.compress(line)) if packed == "gzip" else line
                self.answers[f"push {self.status('POST', '/ingest/mx1', body, token, packed)}"] += 1
            case 1:
                whole = b"POST /ingest/mx1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%s"
                self.answers[f"http {self._send('web', mutated(chance, whole % (len(line), line)), wait=0.05)}"] += 1
            case 2:
                frame = b"<22>1 2026-11-24T10:00:00+00:00 mx postfix/qmgr 7 - - " + line
                frame = b"%d %s" % (len(frame) + chance.choice((0, 1, -1, 9999)), frame)
                self._send("tcp", mutated(chance, frame), wait=2)
                self.answers["tcp"] += 1
            case _:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
                    one.sendto(
                        mutated(chance, b"<22>Nov 24 10:00:00 mx " + line)[:60_000], ("127.0.0.1", self.ports["udp"])
                    )
                self.answers["udp"] += 1

    def memory(self) -> int:
        """Resident bytes of the server."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) << 10 for line in text.splitlines() if line.startswith("VmRSS"))


def frames(total: int, seed: int, folder: Path) -> bool:
    """All frames; whether the server stood them."""
    served, known = Frames(folder, seed), seeds()
    slow = []
    for _ in range(100):
        one = socket.create_connection(("127.0.0.1", served.ports["web"]))
        one.sendall(b"POST /ingest/mx1 HTTP/1.1\r\nHost: 127")  # and then nothing
        slow.append(one)
    before = served.memory()
    began = time.perf_counter()
    for number in range(total):
        served.one(number, known)
        if number and number % (total // 10 or 1) == 0:
            print(f"{number:>10,} frames, {served.memory() >> 20} MiB", flush=True)
    seconds = time.perf_counter() - began
    right = served.status("POST", "/ingest/mx1", _STAMPED.format(1).encode(), _TOKEN)
    refused = served.status("POST", "/ingest/mx1", _STAMPED.format(1).encode())
    lives = served.process.poll() is None
    after = served.memory() if lives else 0
    for one in slow:
        one.close()
    served.process.terminate()
    code = served.process.wait(60)
    told = subprocess.run(
        [sys.executable, "-m", "mailwake", "--data-dir", str(folder / "served"), "status"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    ).stdout
    traces = (folder / "serve.log").read_bytes().count(b"Traceback")
    print(f"{total:,} frames in {seconds:.0f} s; {dict(served.answers)}")
    print(f"memory {before >> 20} -> {after >> 20} MiB; a right push {right}, one without a token {refused}")
    print(f"stopped with {code}; tracebacks in its log: {traces}\n{told}")
    return lives and right == 204 and refused == 401 and not traces and after - before < _GROWN


def _ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    found = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return found


def _until(done: object, seconds: float = 60) -> None:
    assert callable(done)
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            sys.exit("the server does not answer")
        time.sleep(0.1)


def main() -> None:
    """Run as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--piece", type=int, default=500_000)
    parser.add_argument("--pieces", type=int, default=2, help="so many into one store")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--data-dir", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read:
        print(json.dumps(read(asked.read, asked.data_dir)))
        return
    folder = Path(tempfile.mkdtemp(prefix="mailwake-hostile-"))
    os.environ["TMPDIR"] = str(folder)
    try:
        fine = not asked.lines or lines(asked.lines, asked.piece, asked.pieces, asked.seed, folder)
        fine = (not asked.frames or frames(asked.frames, asked.seed, folder)) and fine
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
