"""The shell at a terminal, typed into by a pipe."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from shell_fakes import shell

from mailwake.shell import ExitCode, Limits
from mailwake.shell.interactive import InteractiveShell, needs_more


def _typed(keys: str, history: Path | None = None) -> tuple[str, int]:
    session, out = shell()
    with create_pipe_input() as pipe:
        pipe.send_text(keys)
        code = InteractiveShell(session, history=history, input=pipe, output=DummyOutput()).run()
    return out.getvalue(), int(code)


def test_lines_run_until_exit() -> None:
    said, code = _typed("$x = 5\r$x + 1\rexit 7\r'never'\r")
    assert (said, code) == ("6\n", 7)


def test_end_of_input_leaves() -> None:
    assert _typed("'a'\r\x04") == ("a\n", 0)


def test_a_line_that_is_not_whole_goes_on() -> None:
    assert _typed("foreach ($i in 1,2) {\r$i * 2\r}\r'x' |\r% ToUpper\rexit\r")[0] == "2\n4\nX\n"


def test_an_error_does_not_end_it() -> None:
    said, code = _typed("Get-Foo\r'still here'\rexit\r")
    assert "is not recognized" in said
    assert said.endswith("still here\n")
    assert code == 0


def test_two_empty_lines_show_the_error() -> None:
    assert "Missing closing ')'" in _typed("(1 +\r\r\r\rexit\r")[0]


def test_control_c_gives_the_line_up() -> None:
    assert _typed("'lost\x03'kept'\rexit\r")[0] == "kept\n"


def test_tab_completes() -> None:
    session, out = shell()
    with create_pipe_input() as pipe:
        pipe.send_text("(Get-OrganizationC\t")
        later = threading.Timer(1.0, lambda: pipe.send_text(").Name\rexit\r"))  # candidates come by and by
        later.start()
        InteractiveShell(session, input=pipe, output=DummyOutput()).run()
    assert out.getvalue() == "contoso\n"


def test_history_is_kept(tmp_path: Path) -> None:
    history = tmp_path / "state" / "history"
    _typed("'one'\rexit\r", history)
    assert "+'one'" in history.read_text()
    assert history.stat().st_mode & 0o077 == 0
    assert _typed("\x1b[A\x1b[A\rexit\r", history)[0] == "one\n"


def test_lines_with_secrets_are_not_kept(tmp_path: Path) -> None:
    history = tmp_path / "history"
    _typed("Connect-Fake -AccessToken abc\r'kept'\rexit\r", history)
    assert "abc" not in history.read_text()
    assert "kept" in history.read_text()


@pytest.mark.parametrize(("answer", "there"), [("n", "Bo Lind\n"), ("y", ""), ("", ""), ("\x03", "Bo Lind\n")])
def test_confirmation(answer: str, there: str) -> None:
    end = "" if answer == "\x03" else "\r"
    keys = f"Remove-Mailbox bo@example.com\r{answer}{end}"
    said, code = _typed(keys + "Get-Mailbox bo@example.com -ErrorAction SilentlyContinue | % Name\rexit\r")
    assert (said, code) == (there, 0)


@pytest.mark.parametrize(
    ("text", "more"),
    [("1 + 1", False), ("1 +", True), ("(1", True), ("'a", True), ("{ 1", True), ("Get-Mailbox |", True), (")", False)],
)
def test_needs_more(text: str, more: bool) -> None:
    assert needs_more(text) is more


def test_control_c_ends_what_runs() -> None:
    session, out = shell(limits=Limits(steps=10**9, turns=10**9))
    with create_pipe_input() as pipe:
        interactive = InteractiveShell(session, input=pipe, output=DummyOutput())
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        started = time.monotonic()
        assert interactive.run_line("while ($true) { $i++ }; 'never'") == ExitCode.CANCELLED
    assert time.monotonic() - started < 10
    assert out.getvalue() == "^C\n"
    assert session.run("'again'") == ExitCode.OK
