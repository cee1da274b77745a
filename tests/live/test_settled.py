"""A process that dies again and again before it reads anything takes nothing for read."""

from __future__ import annotations

import json

import pytest

from mailwake.operations.live import status
from tests.live.conftest import Server, stamped


@pytest.mark.slow
def test_what_nobody_read_is_no_archive(server: Server) -> None:
    """Rotated while nobody looked, and a process that was killed at once has told of itself since."""
    log = server.folder / "mail.log"
    server.configuration = '[[source]]\ntype = "file"\npath = "*.log"\nzone = "UTC"\n'
    log.write_text("".join(f"{text}\n" for text in stamped(1)))
    server.start()
    server.wait_for(5)
    server.stop()
    with log.open("a") as file:
        file.writelines(f"{text}\n" for text in stamped(2))
    log.rename(server.folder / "mail.log-20261124")
    log.write_text("".join(f"{text}\n" for text in stamped(3)))
    log.rename(server.folder / "mail.log-20261125")
    log.write_text("".join(f"{text}\n" for text in stamped(4)))
    told = server.data_dir / "live" / "status.json"
    known = json.loads(told.read_text())
    known["written"] += 3_600_000_000
    told.write_text(json.dumps(known))
    server.start()
    server.wait_for(15)
    server.stop()
    assert server.recipients() == [f"bob{number}@example.net" for number in (1, 2, 3, 4)]
    assert set(status.settled(server.data_dir)) == {one["name"] for one in known["sources"]}
