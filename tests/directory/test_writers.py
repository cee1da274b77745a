"""Two writers at once lose no update; a process that is killed leaves whole changes, each with its entry in the log."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from directories import NOW, Directory

from mailwake.audit.model import LogonType
from mailwake.directory.opening import open_directory
from mailwake.directory.records import MailboxDraft

WRITER = Path(__file__).parent / "writer.py"
KILLED = Path(__file__).parent / "killed_writer.py"
TOP = Path(__file__).parents[2]


def start(data_dir: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(WRITER), str(data_dir), name, str(count)]
    return subprocess.Popen(
        command, cwd=TOP, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(TOP)}


@pytest.mark.slow
def test_two_writers_at_once_lose_nothing(data_dir: Path, directory: Directory) -> None:
    directory.mailboxes.create(MailboxDraft(name="Rosa", primary_address="rosa@corp.test"), NOW)
    directory.deciding(NOW)
    processes = [start(data_dir, name, 8) for name in ("one", "two")]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    prefixes = directory.organization.current().settings.shared_prefixes
    assert {f"{name}-{number}/" for name in ("one", "two") for number in range(8)} <= set(prefixes)
    rosa = directory.mailboxes.find("rosa")
    assert {"Move", "RecordDelete", "MailboxLogin", "SearchQueryInitiated", "SoftDelete"} <= rosa.custom[
        LogonType.OWNER
    ]
    assert directory.settings().organization(2 * NOW).shared_prefixes == prefixes
    entries = list(directory.log.search(cmdlets=["Set-OrganizationConfig"]))
    assert len(entries) == 16 and all(entry.succeeded for entry in entries)


@pytest.mark.slow
def test_two_that_open_it_first_at_once(bare_data_dir: Path) -> None:
    code = (
        "import sys, pathlib; from mailwake.directory.opening import open_directory;"
        " open_directory(pathlib.Path(sys.argv[1])).revision()"
    )
    command = [sys.executable, "-c", code, str(bare_data_dir)]
    processes = [subprocess.Popen(command, cwd=TOP, env=_environment(), stderr=subprocess.PIPE) for _ in range(3)]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
    with open_directory(bare_data_dir) as directory:
        assert directory.revision() == 0


@pytest.mark.slow
def test_killed_at_any_time(data_dir: Path, directory: Directory) -> None:
    directory.mailboxes.create(MailboxDraft(name="Rosa", primary_address="rosa@corp.test"), NOW)
    chance = random.Random(3)
    done: set[str] = set()
    for attempt in range(4):
        process = start(data_dir, f"run{attempt}", 500)
        assert process.stdout is not None
        done.add(process.stdout.readline().strip())
        time.sleep(chance.uniform(0, 0.5))
        process.kill()
        rest, _ = process.communicate(timeout=60)
        done |= {line for line in rest.split("\n") if line.endswith("/")}
        prefixes = set(directory.organization.current().settings.shared_prefixes)
        assert done <= prefixes, "what was confirmed is there"
        told = {
            value.removeprefix("+")
            for entry in directory.log.search(cmdlets=["Set-OrganizationConfig"])
            for name, value in entry.parameters
            if name == "SharedPrefixes"
        }
        assert told == {prefix for prefix in prefixes if prefix.startswith("run")}, "change and entry: both or neither"
    directory.organization.change(NOW, lazy_expunge=True)
    assert directory.organization.current().settings.lazy_expunge


@pytest.mark.slow
def test_killed_at_every_statement(data_dir: Path, directory: Directory) -> None:
    """Before and after each statement of two orders, commits among them: whole changes, each with its entry."""
    directory.mailboxes.create(MailboxDraft(name="Rosa", primary_address="rosa@corp.test"), NOW)
    directory.deciding(NOW)
    command = [sys.executable, str(KILLED), str(data_dir), "1", "400"]
    ran = subprocess.run(command, cwd=TOP, env=_environment(), capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    fates = dict(line.split(" ", 1) for line in ran.stdout.splitlines())
    assert list(fates.values())[-1] == "ended 0" and len(fates) > 20, "the last one was told to die too late"
    prefixes = {one for one in directory.organization.current().settings.shared_prefixes if one.startswith("at-")}
    told: dict[str, set[str]] = {"Set-OrganizationConfig": set(), "Set-Mailbox": set()}
    for entry in directory.log.search(cmdlets=list(told)):
        assert entry.succeeded
        given = dict(entry.parameters)
        told[entry.cmdlet].add(given.get("SharedPrefixes", given.get("DisplayName", "")).removeprefix("+"))
    assert told["Set-OrganizationConfig"] == prefixes, "change and entry: both or neither"
    assert told["Set-Mailbox"] <= prefixes, "the second order came after the first"
    last = list(fates)[-1]
    assert last in told["Set-Mailbox"] and directory.mailboxes.find("rosa").display_name == last
    assert 0 < len(prefixes) < len(fates), "some died before, some after"
