"""The command lines of the vendor's documents run as printed, with their placeholders filled."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell_fakes import CONTOSO, shell

from mailwake.shell import ExitCode

LINES = (Path(__file__).parent / "corpus" / "seed.ps1").read_text().splitlines()
FILLED = {"<MailboxIdentity>": "anna@example.com", "<GroupIdentity>": '"Marketing Group"'}


def _filled(line: str) -> str:
    for placeholder, value in FILLED.items():
        line = line.replace(placeholder, value)
    return line


def test_there_are_eighteen() -> None:
    assert len(LINES) == 18


@pytest.mark.parametrize("line", LINES)
def test_runs(line: str) -> None:
    session, out = shell()
    assert session.run(_filled(line)) == ExitCode.OK, out.getvalue()


def test_all_in_one_script_leave_what_they_should() -> None:
    session, out = shell()
    assert session.run("\n".join(map(_filled, LINES))) == ExitCode.OK, out.getvalue()

    def of(name: str) -> tuple[list[str], list[str], list[str], list[str]]:
        box = session.session.services.find(name)
        return tuple(box.get(key) for key in ("AuditAdmin", "AuditDelegate", "AuditOwner", "DefaultAuditSet"))

    default = ["Update", "MoveToDeletedItems", "SoftDelete", "HardDelete", "SendAs", "Create"]
    assert of("Gabriela Laureano")[0] == ["HardDelete", "SoftDelete"]
    assert of("Gabriela Laureano")[3] == ["Delegate", "Owner"]
    assert of(f"laura@{CONTOSO}")[2] == [*default[:4], "MailboxLogin"]
    assert of(f"laura@{CONTOSO}")[3] == ["Admin", "Delegate"]
    assert "MoveToDeletedItems" not in of("Team Discussion")[1]
    assert of(f"mark@{CONTOSO}")[3] == ["Admin", "Delegate", "Owner"]
    assert session.session.services.audit_disabled is False


def test_output() -> None:
    session, out = shell()
    session.run("\n".join(map(_filled, LINES[:4] + LINES[-1:])))
    assert out.getvalue() == (
        "\nAuditDisabled : False\n\n"
        "\nDefaultAuditSet : {Admin, Delegate, Owner}\n\n"
        "\nDefaultAuditSet : {Admin, Delegate, Owner}\n\n"
        "Update\nMoveToDeletedItems\nSoftDelete\nHardDelete\n"
        "\nFolderPath    : /Audits\nFolderSize    : 12.3 KB (12,600 bytes)\nItemsInFolder : 4\n\n"
    )
