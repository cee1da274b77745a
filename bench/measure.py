"""Whole processes, timed one at a time, with the memory and processor time of each."""

from __future__ import annotations

import contextlib
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
    pss_kib: int = 0
    """Memory of the process and all below it at their peak, shared pages counted once; 0 when not asked for."""


class Peer(NamedTuple):
    """A program under measurement: `command` makes its argument list for a file and a fresh folder."""

    name: str
    does: str
    command: Callable[[Path, Path], list[str]]
    rfc3339: bool = False
    ok: tuple[int, ...] = (0,)


def run(command: Sequence[str], sample: float = 0) -> Run:
    """Run to the end, output into a file that is dropped (into /dev/null, grep would stop at the first match).

    sample: seconds between looks at the memory of all processes; 0 for none (they cost a percent or two).

    wait4 tells the memory of this child alone; but Linux hands a parent's own high-water mark down at exec, so the
    measuring process has to stay small (it generates in a process of its own).
    """
    began = time.perf_counter()
    with (
        tempfile.TemporaryFile() as output,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL) as process,
    ):
        peak = _peak(process.pid, sample) if sample else 0
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, process.returncode, 0, peak)


def _peak(pid: int, pause: float) -> int:
    """KiB of a process and all below it at their peak (proportional set sizes), seen until it ends."""
    peak = 0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        peak = max(peak, sum(map(_pss, _family(pid))))
        time.sleep(pause)
    return peak


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:  # which grows meanwhile
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found.extend(map(int, children.read_text().split()))
    return found


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it has ended
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def run_fresh(peer: Peer, file: Path, folder: Path, sample: float = 0) -> Run:
    """Run with an empty data folder, made in `folder`, and tell how much was left in it.

    What is left is for the caller to delete when all is measured: for minutes after many files were deleted, ext4
    looks long for a place for each new one.
    """
    data = Path(tempfile.mkdtemp(dir=folder)) / "data"
    done = run(peer.command(file, data), sample)
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
