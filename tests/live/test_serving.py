"""A serving process reads logs as they are written, and loses and doubles nothing when it is killed."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.live.conftest import TOP, Server, stamped, until


def _append(path: Path, first: int, count: int) -> None:
    with path.open("a") as file:
        for number in range(first, first + count):
            file.writelines(f"{text}\n" for text in stamped(number))


def _expected(count: int) -> list[str]:
    return sorted(f"bob{number}@example.net" for number in range(count))


def _source(path: Path) -> str:
    return f'[[source]]\ntype = "file"\npath = "{path}"\n'


def test_lines_are_found_while_they_are_written(server: Server) -> None:
    path = server.folder / "mail.log"
    server.configuration = _source(path)
    _append(path, 0, 20)
    server.start()
    server.wait_for(100)
    _append(path, 20, 20)
    server.wait_for(200)
    (one,) = server.status()
    assert (one["Records"], one["Losses"], one["Unknown"]) == (200, 0, 0)
    server.stop()
    assert server.recipients() == _expected(40)
    before = server.facts()
    assert before == 200
    server.run("import", str(path))
    assert server.facts() == before
    assert server.recipients() == _expected(40)


@pytest.mark.slow
def test_killed_again_and_again_while_files_rotate(server: Server) -> None:
    """Counted: what was written is there once, whatever moment the process was killed at."""
    path = server.folder / "mail.log"
    server.configuration = _source(path)
    _append(path, 0, 10)
    server.start()
    server.wait_for(50)
    chance = random.Random(7)
    written = 10
    ended = threading.Event()

    def write() -> None:
        nonlocal written
        while not ended.is_set() and written < 6000:
            _append(path, written, 10)
            written += 10
            if written % 500 == 0:
                path.rename(path.with_name(f"mail.log-202601{written // 500:02}"))
                path.touch()
            time.sleep(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(4):
            time.sleep(chance.uniform(0.3, 2.0))
            server.kill()
            server.start()
    finally:
        ended.set()
        writer.join()
    end = time.monotonic() + 60
    quiet = time.monotonic()
    last = -1
    while time.monotonic() < end and time.monotonic() - quiet < 4:
        now = sum(one["records"] + one["backlog"] for one in server.told())
        if now != last:
            last, quiet = now, time.monotonic()
        time.sleep(0.2)
    server.stop()
    assert server.facts() == written * 5
    assert server.recipients() == _expected(written)


@pytest.mark.slow
def test_copytruncate_while_it_runs(server: Server) -> None:
    path = server.folder / "mail.log"
    server.configuration = _source(path)
    _append(path, 0, 10)
    server.start()
    server.wait_for(50)
    shutil.copy2(path, path.with_name("mail.log.1"))
    path.write_text("")
    _append(path, 10, 10)
    server.wait_for(100)
    server.stop()
    assert server.recipients() == _expected(20)


@pytest.mark.slow
def test_a_loss_is_told_with_answers_about_that_time(server: Server) -> None:
    path = server.folder / "mail.log"
    server.configuration = _source(path)
    _append(path, 0, 10)
    server.start()
    server.wait_for(50)
    path.write_text("")  # truncated, and no copy of it anywhere
    _append(path, 10, 10)
    server.wait_for(100)
    until(lambda: server.told()[0]["losses"] == 1, 20)
    server.stop()
    line = [sys.executable, "-m", "mailwake", "--data-dir", str(server.data_dir), "trace", "--since", "1h"]
    done = subprocess.run(line, cwd=TOP, capture_output=True, text=True, check=False, timeout=60)
    assert "its log lost records about " in done.stderr
    assert "was truncated or replaced at " in done.stderr
    done = subprocess.run([*line[:-2], "bob3@example.net"], cwd=TOP, capture_output=True, text=True, timeout=60)
    assert "lost records" not in done.stderr  # another time
    assert server.facts() == 101


@pytest.mark.slow
def test_an_import_meanwhile_says_that_the_directory_is_in_use(server: Server) -> None:
    path = server.folder / "mail.log"
    server.configuration = _source(path)
    _append(path, 0, 1)
    server.start()
    line = [sys.executable, "-m", "mailwake", "--data-dir", str(server.data_dir), "import", str(path)]
    done = subprocess.run(line, cwd=TOP, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 3
    assert "in use by another process" in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[source]]\ntype = "file"\npath = "a"\n\n[[source]]\ntype = "file"\n', ":5: source.1.path: Field required"),
        ('[[source]]\ntype = "syslog"\nlisten = "udp:514"\n', ":1: source.0: Value error, 'udp:514' is no address"),
        ('[[source]]\ntype = "file"\npath = "a"\nzone = "Mars/X"\n', ":4: source.0.zone: "),
        ('[[source]]\ntype = "push"\nname = "x"\ntoken = "short"\n', ":1: source.0: Value error, a token has at least"),
        ('[[source]]\ntype = "fax"\n', ":1: source.0"),
        ('[[source]]\ntype = "file"\npath = "a"\n[[source]]\ntype = "file"\npath = "a"\n', "is there twice"),
    ],
)
def test_configuration_errors_name_the_line(tmp_path: Path, text: str, told: str) -> None:
    from mailwake.app.configuration import ConfigurationError, load

    path = tmp_path / "mailwake.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    assert told in str(caught.value)
