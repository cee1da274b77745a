"""Imports by one process, by several forked or spawned ones: the same rows, facts and acts."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mailwake.operations import parallel

SAMPLE = Path(__file__).parents[2] / "mailwake" / "sample" / "estate"
_CODE = """
import sys
from pathlib import Path
from mailwake.operations import importing, parallel, plan
from mailwake.store.database import Database

if __name__ == "__main__":
    way, folder, *paths = sys.argv[1:]
    importing.PARALLEL_FROM, importing.PROCESSES = 0, 1 if way == "alone" else 2
    plan.PIECE, plan.WINDOW = 16 << 10, 48 << 10
    ways = []
    if way == "spawn":
        parallel._can_fork = lambda: False
    context = parallel.get_context
    parallel.get_context = lambda how: ways.append(how) or context(how)
    importing.run(Path(folder), paths, zone="UTC")
    print(*ways)
    with Database(Path(folder)) as database:
        for table in ("rows", "facts", "acts", "audit"):
            number, now = ("seq", "") if table == "facts" else ("version", "FINAL WHERE deleted = 0")
            hashes = f"SELECT count(), sum(cityHash64(* EXCEPT ({number}))) FROM {table} {now}"
            print(table, *database.client().query(hashes).result_rows[0])
"""


def _told(way: str, folder: Path) -> list[str]:
    script = folder / "import_it.py"
    script.write_text(_CODE)
    logs = sorted(map(str, SAMPLE.rglob("*.log*")))
    words = [sys.executable, str(script), way, str(folder / way), *logs]
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=300).stdout.splitlines()


@pytest.mark.slow
def test_all_ways_give_the_same(tmp_path: Path) -> None:
    spawned = _told("spawn", tmp_path)
    forked = _told("fork", tmp_path)
    assert spawned[0] == "spawn"
    assert forked[0] == ("fork" if sys.platform == "linux" else "spawn")
    assert spawned[1:] == forked[1:]
    assert int(spawned[1].split()[1]) > 50
    assert _told("alone", tmp_path)[1:] == spawned[1:]


def test_no_fork_beside_a_thread() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert not parallel._can_fork()
    finally:
        done.set()
        thread.join()


_WAITING = """
import sys, time
from mailwake.operations.parallel import Harvesters

if __name__ == "__main__":
    pool = Harvesters(2).start()
    print(*pool._processes, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for processes in /proc")
def test_no_process_is_left_when_the_one_that_writes_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "wait.py"
    script.write_text(_WAITING)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        readers = [Path("/proc", number) for number in process.stdout.readline().split()]
        process.kill()
    assert len(readers) == 2
    end = time.monotonic() + 20
    while any(map(_runs, readers)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(_runs, readers))


def _runs(process: Path) -> bool:
    try:
        return (process / "stat").read_text().rpartition(") ")[2][
            0
        ] != "Z"  # nobody may be there to take note of its end
    except FileNotFoundError:
        return False
