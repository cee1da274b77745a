"""journald: records are read on from the last one that was kept."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mailwake.ingest.journal import Journal
from tests.live.conftest import Server, mail, until

FAKE = """#!{python}
import sys, time, pathlib
place = pathlib.Path({folder!r})
words = dict(one[2:].split("=", 1) for one in sys.argv[1:] if one.startswith("--") and "=" in one)
with (place / "calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + chr(10))
after, at = words.get("after-cursor", ""), 0
while True:
    lines = (place / "journal").read_text().splitlines()
    if not at and after:
        at = 1 + next(n for n, line in enumerate(lines) if f'"{{after}}"' in line)
    for line in lines[at:]:
        print(line, flush=True)
    at = len(lines)
    if (place / "die").exists():
        (place / "die").unlink()
        sys.exit("the journal was rotated away")
    time.sleep(0.05)
"""


def records(first: int, count: int) -> list[str]:
    """Lines as `journalctl -o json` prints them: five records a message."""
    found = []
    for number in range(first, first + count):
        for place, text in enumerate(mail(number)):
            host, tag, message = text.split(" ", 2)
            program, _, pid = tag.rstrip(":").rstrip("]").partition("[")
            record = {
                "__CURSOR": f"s=aa;i={number * 5 + place:x}",
                "__REALTIME_TIMESTAMP": str((1_700_000_000 + number) * 1_000_000 + place),
                "_HOSTNAME": host,
                "SYSLOG_IDENTIFIER": program,
                "SYSLOG_PID": pid,
                "MESSAGE": message if place else list(message.encode()),
            }
            found.append(json.dumps(record))
    return found


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal, and a journalctl on PATH that reads it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "journalctl"
    program.write_text(FAKE.format(python=sys.executable, folder=str(folder)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    (folder / "journal").touch()
    return folder / "journal"


def _append(journal: Path, first: int, count: int) -> None:
    with journal.open("a") as file:
        file.writelines(f"{line}\n" for line in records(first, count))


def _read(one: Journal, count: int) -> list[bytes]:
    found: list[bytes] = []
    until(lambda: found.extend(one.read()) or len(found) >= count, 10)  # type: ignore[func-returns-value]
    return found


def test_reading_goes_on_behind_the_cursor(journal: Path) -> None:
    _append(journal, 0, 2)
    first = Journal(match=["_SYSTEMD_UNIT=postfix.service"])
    assert len(_read(first, 10)) == 10
    first.close()
    assert first.cursor == "s=aa;i=9"
    _append(journal, 2, 1)
    second = Journal(cursor=first.cursor)
    assert [json.loads(line)["__CURSOR"][7:] for line in _read(second, 5)] == ["a", "b", "c", "d", "e"]
    second.close()
    calls = (journal.parent / "calls").read_text().splitlines()
    assert calls[0].endswith(" _SYSTEMD_UNIT=postfix.service")
    assert "--after-cursor=s=aa;i=9" in calls[1]


def test_journalctl_that_ends_is_started_again(journal: Path) -> None:
    _append(journal, 0, 1)
    one = Journal()
    assert len(_read(one, 5)) == 5
    (journal.parent / "die").touch()
    until(lambda: not one.read() and bool(one.error), 10)
    assert one.error == "journalctl ended with 1: the journal was rotated away"
    _append(journal, 1, 1)
    assert len(_read(one, 5)) == 5
    assert one.error == ""
    one.close()


def test_without_journalctl_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    one = Journal()
    assert one.read() == []
    assert one.error == "journalctl cannot be run: No such file or directory"


@pytest.mark.slow
def test_a_server_that_is_killed_reads_each_record_once(server: Server, journal: Path) -> None:
    server.environment = {**server.environment, "PATH": os.environ["PATH"]}
    server.configuration = '[[source]]\ntype = "journald"\n'
    _append(journal, 0, 20)
    server.start()
    server.wait_for(100)
    server.kill()
    _append(journal, 20, 20)
    server.start()
    server.wait_for(100)
    (one,) = server.told()
    assert (one["type"], one["records"], one["unknown"]) == ("journald", 100, 0)
    server.stop()
    assert server.facts() == 200
    assert server.recipients() == sorted(f"bob{number}@example.net" for number in range(40))


def test_a_real_journalctl_takes_the_command(tmp_path: Path) -> None:
    """On journal files that a real journald, or systemd-journal-remote, wrote."""
    remote = shutil.which("systemd-journal-remote", path="/usr/lib/systemd:/lib/systemd")
    if shutil.which("journalctl") is None or remote is None:
        pytest.skip("needs journalctl and systemd-journal-remote")
    export = "\n\n".join(
        "\n".join(f"{name}={value}" for name, value in json.loads(line).items() if isinstance(value, str))
        for line in records(0, 2)
        if '"MESSAGE": "' in line
    )
    files = tmp_path / "journal"
    files.mkdir()
    line = [remote, f"--output={files / 'remote.journal'}", "-"]
    subprocess.run(line, input=f"{export}\n\n".encode(), check=True, capture_output=True)
    one = Journal(directory=files)
    found = [json.loads(text) for text in _read(one, 8)]
    one.close()
    assert found[0]["MESSAGE"].endswith("message-id=<0@example.org>")
    assert found[0]["SYSLOG_IDENTIFIER"] == "postfix/cleanup"
    again = Journal(directory=files, cursor=found[5]["__CURSOR"])
    assert len(_read(again, 2)) == 2
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        assert again.read() == []
    again.close()
