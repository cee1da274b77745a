"""Commands made of operations: options of every type, forms of output, exit codes, one line for what is wrong."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from mailwake.cli import commands, generated
from mailwake.cli.main import run
from mailwake.operations.contract import all_operations


class Done(NamedTuple):
    """What a command line came to."""

    code: int
    out: str
    err: str


Runner = Callable[..., Done]


@pytest.fixture
def program(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    """Runs `mailwake WORDS...` over a data directory."""
    monkeypatch.delenv("MAILWAKE_DATABASE_URL", raising=False)

    def runner(*words: str) -> Done:
        capsys.readouterr()
        code = run(["--data-dir", str(tmp_path / "data"), *words])
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return runner


def test_settings_from_first_to_last(program: Runner) -> None:
    assert program("mailbox", "list").code == 1
    assert program("organization", "set", "--audit-disabled").code == 0
    assert "AuditDisabled       : True" in program("organization", "show").out
    assert program("organization", "set", "--no-audit-disabled", "--add-trash-folders", "Bin,Muell").code == 0
    shown = json.loads(program("organization", "show", "--json").out)[0]
    assert shown["AuditDisabled"] is False and shown["TrashFolders"][-2:] == ["Bin", "Muell"]
    assert program("mailbox", "add", "Rosa Ek", "--primary-smtp-address", "rosa@one.test").code == 0
    assert (
        program("mailbox", "set", "rosa", "--audit-admin", "HardDelete,SoftDelete", "--audit-log-age-limit", "7").code
        == 0
    )
    assert program("mailbox", "set", "rosa", "--add-audit-owner", "Move", "--remove-audit-owner", "Update").code == 0
    rosa = json.loads(program("mailbox", "show", "Rosa Ek", "--jsonl").out)
    assert rosa["AuditAdmin"] == ["SoftDelete", "HardDelete"] and rosa["AuditLogAgeLimit"] == "7.00:00:00"
    assert "Move" in rosa["AuditOwner"] and "Update" not in rosa["AuditOwner"]
    assert program("mailbox", "set", "rosa", "--default-audit-set", "admin,owner").code == 0
    assert program("bypass", "set", "rosa", "--audit-bypass-enabled").code == 0
    assert "rosa@one.test" in program("bypass", "list", "--bypassed-only").out
    assert program("permission", "add", "rosa", "--user", "kim", "--access-rights", "fullaccess").code == 0
    assert "Nothing had to be changed" in program("permission", "add", "rosa", "--user", "kim").err
    assert program("role-group", "add-member", "Help Desk", "--member", "kim").code == 0
    assert "kim" in program("role-group", "members", "help desk").out
    rows = list(csv.DictReader(io.StringIO(program("mailbox", "list", "--csv").out)))
    assert [row["Name"] for row in rows] == ["Rosa Ek"]
    assert program("mailbox", "remove", "rosa").code == 0
    assert program("mailbox", "show", "rosa").code == 1


def test_who_asked_what_is_there(program: Runner) -> None:
    program("mailbox", "add", "rosa@one.test")
    program("mailbox", "set", "rosa", "--audit-owner", "Copy")
    shown = json.loads(program("audit", "admin-log", "--json", "--start-date", "1h").out)
    assert [(one["CmdletName"], one["Succeeded"]) for one in shown] == [("Set-Mailbox", False), ("New-Mailbox", True)]
    assert shown[0]["CmdletParameters"] == ["Identity:rosa", "AuditOwner:Copy"] and shown[0]["Face"] == "cli"
    assert program("audit", "admin-log", "--end-date", "2020-01-01").code == 1


def test_what_if_keeps_nothing(program: Runner) -> None:
    program("mailbox", "add", "rosa@one.test")
    done = program("mailbox", "remove", "rosa", "--what-if")
    assert done.code == 0 and "nothing was changed" in done.err
    assert program("mailbox", "show", "rosa").code == 0


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("mailbox", "set"), 2, "Missing argument 'IDENTITY'"),
        (("mailbox", "set", "rosa"), 2, "no setting is given"),
        (("mailbox", "set", "rosa", "--audit-owner", "Copy"), 2, "AuditOwner does not take Copy"),
        (("mailbox", "set", "rosa", "--audit-log-age-limit", "soon"), 2, "cannot read 'soon'"),
        (("mailbox", "set", "rosa", "--type", "boat"), 2, "'boat' is not one of"),
        (("mailbox", "set", "nobody", "--geo-location", "X"), 1, "there is no mailbox 'nobody'"),
        (("mailbox", "list", "--filter", "Name -is 'x'"), 2, "cannot read"),
        (("mailbox", "list", "--result-size", "0"), 2, "ResultSize"),
        (("mailbox", "add", "rosa@one.test"), 3, "already"),
        (("audit", "admin-log", "--start-date", "someday"), 2, "cannot read 'someday' as a time"),
        (("directory", "import", "/does/not/exist"), 2, "No such file"),
        (("role-group", "add-member", "Kings", "--member", "kim"), 1, "there is no role group 'Kings'"),
        (("mailbox", "nonsense"), 2, "No such command"),
    ],
)
def test_what_is_wrong_and_what_to_do(program: Runner, words: tuple[str, ...], code: int, told: str) -> None:
    program("mailbox", "add", "rosa@one.test")
    done = program(*words)
    assert done.code == code and told in done.err
    assert done.err.splitlines()[-1].startswith("hint: ") and "Traceback" not in done.err
    assert done.out == ""


def test_import_of_a_list(program: Runner, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Name,PrimarySmtpAddress\nRosa,rosa@one.test\nBad,x\n")
    done = program("directory", "import", str(tmp_path / "list.csv"))
    assert done.code == 0 and "Made        : 1" in done.out and "line 3 was refused: 'x' is no address" in done.err
    assert json.loads(program("mailbox", "list", "--json").out)[0]["Name"] == "Rosa"


def _leaves(command: click.Command) -> list[click.Command]:
    if isinstance(command, click.Group):
        return [leaf for child in command.commands.values() for leaf in _leaves(child)]
    return [command]


@pytest.mark.parametrize("name", sorted(generated.names()))
def test_every_command_has_help(name: str) -> None:
    command = commands.load(name)
    assert command is not None and command.help
    for leaf in _leaves(command):
        assert leaf.help and leaf.short_help
        assert all(option.help for option in leaf.params if isinstance(option, click.Option))


def test_every_operation_with_words_is_a_command() -> None:
    for operation in all_operations().values():
        for path in (operation.command, *operation.also):
            command = commands.load(path[0]) if path else None
            for word in path[1:]:
                assert isinstance(command, click.Group)
                command = command.commands[word]
            assert not path or command is not None
