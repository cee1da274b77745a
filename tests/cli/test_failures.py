"""Whatever goes wrong is one line, a hint and the right exit code; never a stack trace."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from mailwake import __version__
from mailwake.cli.main import run
from mailwake.ingest.files import InputError
from mailwake.operations import opening
from mailwake.store.errors import StoreError

CASES: list[tuple[BaseException, int, list[str]]] = [
    (StoreError("x: in use", "stop it"), 3, ["mailwake: x: in use", "hint: stop it"]),
    (StoreError("broken"), 3, ["mailwake: broken"]),
    (InputError("not a log", "a.bin", "Give a log."), 3, ["mailwake: a.bin: not a log", "hint: Give a log."]),
    (KeyboardInterrupt(), 130, ["mailwake: interrupted; nothing is lost", "hint: run the same command again to go on"]),
    (BrokenPipeError(), 0, []),
    (MemoryError(), 3,
     ["mailwake: out of memory", "hint: import the logs into a store instead of reading them with --in"]),
    (PermissionError(errno.EACCES, "Permission denied", "/srv/x"), 3,
     ["mailwake: /srv/x: Permission denied", "hint: run it as a user who may read and write there"]),
    (RuntimeError("odd \x1b[2J"), 3,
     [r"mailwake: internal error: RuntimeError: odd \x1b[2J",
      "hint: this is a bug; MAILWAKE_DEBUG=1 shows where, please report it"]),
]  # fmt: skip


@pytest.mark.parametrize(("error", "code", "said"), CASES, ids=[type(case[0]).__name__ for case in CASES])
def test_failures(
    error: BaseException,
    code: int,
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(opening, "open_backend", fail)
    assert run(["trace"]) == code
    captured = capsys.readouterr()
    assert captured.err.splitlines() == said
    assert captured.out == ""


@pytest.mark.parametrize(
    ("what", "hint"),
    [
        ("Code: 243. DB::Exception: Cannot reserve 1 MiB, not enough space. (NOT_ENOUGH_SPACE)", "make room"),
        ("Code: 159. DB::Exception: Timeout exceeded. (TIMEOUT_EXCEEDED)", "--since"),
        ("Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)", "memory"),
        ("Code: 60. DB::Exception: Table x does not exist. (UNKNOWN_TABLE)", ""),
    ],
)
def test_the_engine_fails(
    what: str, hint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise DatabaseError(f"\n{what}\nStack trace: ...")

    monkeypatch.setattr(opening, "open_backend", fail)
    assert run(["trace"]) == 3
    first, *others = capsys.readouterr().err.splitlines()
    assert first == f"mailwake: the store failed: {what}"
    assert (len(others) == 1 and hint in others[0]) if hint else not others


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(opening, "open_backend", fail)
    assert run(["trace"]) == 3
    assert "free some space" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code"),
    [([], 2), (["--help"], 0), (["--version"], 0), (["nonsense"], 2), (["trace", "-h"], 0), (["import"], 2)],
)
def test_around_the_commands(words: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == code
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    if words == ["--version"]:
        assert captured.out == f"mailwake {__version__}\n"
    if words == ["--help"]:
        assert "mailwake import" in captured.out and "rebuild" in captured.out


@pytest.mark.parametrize("command", ["trace", "show", "stats", "import", "unknown", "doctor", "rebuild", "demo"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: mailwake {command}")


@pytest.fixture
def log(tmp_path: Path) -> Callable[[int], Path]:
    def write(messages: int) -> Path:
        path = tmp_path / "mail.log"
        line = "2026-11-22T10:00:00.000000+00:00 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.{}]: 554 5.7.1 <b{}@example.net>: Relay access denied; from=<a@example.org> to=<b{}@example.net> proto=ESMTP helo=<x>\n"  # noqa: E501
        path.write_text("".join(line.format(number % 250, number, number) for number in range(messages)))
        return path

    return write


def test_head_closes_the_pipe(log: Callable[[int], Path]) -> None:
    path = log(3000)
    script = f"{sys.executable} -m mailwake trace --jsonl --limit 3000 --in {path} | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[1] == "0"
    assert "Traceback" not in done.stderr and "Broken" not in done.stderr


@pytest.mark.parametrize("form", ["--json", "--wide"])
def test_output_for_programs_is_utf_8_in_any_locale(form: str, log: Callable[[int], Path]) -> None:
    path = log(1)
    path.write_text(path.read_text().replace("<a@", "<grün@"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mailwake", "trace", form, "--in", str(path)],
        env={"PYTHONIOENCODING": "ascii", "TZ": "UTC"}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "grün@example.org" in done.stdout.decode()


def test_a_quick_start_imports_nothing_heavy(log: Callable[[int], Path]) -> None:
    code = (
        "import sys; from mailwake.cli.main import run; run(sys.argv[1:]);"
        "print(sorted({'rich', 'pyarrow', 'clickhouse_connect', 'chdb', 'numpy', 'pandas'} & set(sys.modules)))"
    )
    words = [sys.executable, "-c", code, "trace", "--in", str(log(1))]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
