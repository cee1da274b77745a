"""Reading facts from many partitions comes to an end, however often."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "properties"))
from stores import load, write

TOP = Path(__file__).parents[2]
MONTHS = 20
TIMES = 300
PROGRAM = """
import os, sys
from pathlib import Path
from mailwake.store import facts
from mailwake.store.database import Database

with Database(Path(sys.argv[1])) as database:
    for _ in range(int(sys.argv[2])):
        found = list(facts.by_keys(database, sys.argv[3:]))
    print(len(found), sum(map(len, facts.everything(database))), flush=True)
os._exit(0)
"""


@pytest.mark.slow
def test_many_partitions_many_times(tmp_path: Path) -> None:
    lines = []
    for month in range(MONTHS):
        stamp = f"{2020 + month // 12}-{month % 12 + 1:02}-05T10:00:00+00:00 mx postfix"
        for number in range(4):
            queue_id = f"4A{month:02}{number:03}A"
            lines += [
                f"{stamp}/smtpd[70]: {queue_id}: client=mail.example.org[192.0.2.7]",
                f"{stamp}/cleanup[71]: {queue_id}: message-id=<{month}.{number}@example.org>",
                f"{stamp}/qmgr[72]: {queue_id}: from=<ann@example.org>, size=900, nrcpt=1 (queue active)",
                f"{stamp}/qmgr[72]: {queue_id}: removed",
            ]
    load(tmp_path / "data", [write(tmp_path / "mail.log", lines)], window=17)
    keys = [f"4A{month:02}{number:03}A" for month in range(MONTHS) for number in (0, 3)]
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "data"), str(TIMES), *keys]
    environment = {**os.environ, "PYTHONPATH": str(TOP)}
    done = subprocess.run(command, cwd=TOP, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.split() == [str(4 * len(keys)), str(len(lines))], done.stderr
