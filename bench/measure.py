"""Whole processes, timed one at a time, with the memory and processor time of each."""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from generate import Order, generate

HERE = Path(__file__).parent
CACHE = Path(tempfile.gettempdir()) / "mailwake-bench"


class Run(NamedTuple):
    """One process, done."""

    seconds: float
    cpu: float
    rss_kib: int
    code: int
    written: int = 0


class Peer(NamedTuple):
    """A program under measurement: `command` makes its argument list for a file and a fresh folder."""

    name: str
    does: str
    command: Callable[[Path, Path], list[str]]
    rfc3339: bool = False
    ok: tuple[int, ...] = (0,)


def run(command: Sequence[str]) -> Run:
    """Run to the end, output into a file that is dropped (into /dev/null, grep would stop at the first match).

    wait4 tells the memory of this child alone; but Linux hands a parent's own high-water mark down at exec, so the
    measuring process has to stay small (it generates in a process of its own).
    """
    began = time.perf_counter()
    with (
        tempfile.TemporaryFile() as output,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL) as process,
    ):
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, process.returncode)


def run_fresh(peer: Peer, file: Path) -> Run:
    """Run with an empty data folder and tell how much was left in it."""
    with tempfile.TemporaryDirectory(prefix="mailwake-bench-") as folder:
        data = Path(folder) / "data"
        done = run(peer.command(file, data))
        return done._replace(written=tree_bytes(data))


def tree_bytes(folder: Path) -> int:
    """Bytes of all files below a folder; 0 when it does not exist."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def median(values: Sequence[float]) -> float:
    """The median, 0 of nothing."""
    return statistics.median(values) if values else 0.0


def estate(lines: int, seed: int, rfc3339: bool = False) -> Path:
    """The generated log, from the cache when this version of the generator already wrote it."""
    sources = sorted([HERE / "generate.py", *(HERE / "estate").glob("*.py")])
    version = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:10]
    stamp = "rfc3339" if rfc3339 else "rfc3164"
    file = CACHE / f"estate-{lines}-{seed}-{stamp}-{version}.log"
    if not file.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        print(f"generating {lines:,} lines ({stamp}) ...", file=sys.stderr)
        part = file.with_suffix(".part")
        command = [sys.executable, str(HERE / "generate.py"), "--lines", str(lines), "--seed", str(seed)]
        command += ["--stamp", stamp, "--single", str(part), "--ledger", str(file.with_suffix(".ledger.jsonl"))]
        subprocess.run(command, check=True)
        part.rename(file)
    return file


def small_estate(folder: Path, lines: int, seed: int) -> tuple[Path, Path]:
    """A small log and its ledger, in this process: for tests."""
    log, ledger = folder / "mail.log", folder / "ledger.jsonl"
    generate(Order(lines, seed, log, None, ledger))
    return log, ledger


def count_lines(file: Path) -> int:
    """Lines of a file; reading it also warms the page cache, so that the first peer has no handicap."""
    with file.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))


def gzip_bytes(file: Path) -> int:
    """Size of the file under gzip -6, kept beside it because it takes longer than a measurement."""
    note = file.with_suffix(".gzip-size")
    if not note.exists():
        packer = zlib.compressobj(6, zlib.DEFLATED, 31)
        with file.open("rb") as stream:
            size = sum(len(packer.compress(block)) for block in iter(lambda: stream.read(1 << 20), b""))
        note.write_text(str(size + len(packer.flush())))
    return int(note.read_text())


def find(name: str, folders: Sequence[Path]) -> str | None:
    """Where a program is: in the given folders, or on the PATH."""
    return shutil.which(name, path=os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")]))
