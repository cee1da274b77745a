"""The command lines of the vendor's documents, run against the demo organization; in process and on a server."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mailwake.cli.main import cli
from mailwake.operations import demo_organization
from mailwake.operations.demo_organization import DOMAIN
from tests.shell.exchange.conftest import Shell, make
from tests.web.visiting import command, serve

HERE = Path(__file__).parent
SCRIPT = (HERE / "seed.ps1").read_text()
LINES = SCRIPT.splitlines()
PRINTED = (HERE / "seed.out").read_text()
PLACEHOLDERS = (
    '"Gabriela Laureano"',
    '"Marketing Group"',
    f"laura@{DOMAIN}",
    f"mark@{DOMAIN}",
)
STATE = """
$boxes = @(Get-Mailbox) + @(Get-Mailbox -GroupMailbox)
$boxes | Select-Object Name,AuditEnabled,AuditAdmin,AuditDelegate,AuditOwner,DefaultAuditSet | ConvertTo-Json
"""
ADMIN = [
    *("Update", "MoveToDeletedItems", "SoftDelete", "HardDelete", "SendAs", "SendOnBehalf", "Create"),
    *("UpdateFolderPermissions", "UpdateInboxRules", "UpdateCalendarDelegation", "ApplyRecord", "MailItemsAccessed"),
    "Send",
]
DELEGATE = [one for one in ADMIN if one not in ("UpdateCalendarDelegation", "Send")]
OWNER = [one for one in ADMIN if one not in ("SendAs", "SendOnBehalf", "Create")]


def state(shell: Shell) -> dict[str, Any]:
    """Mailboxes by name, as the shell shows them."""
    return {box["Name"]: box for box in json.loads(shell.said(STATE))}


def sets(box: dict[str, Any]) -> tuple[list[str], list[str], list[str], list[str]]:
    """What is audited in a mailbox: admin, delegate, owner; and the sets that are default."""
    return box["AuditAdmin"], box["AuditDelegate"], box["AuditOwner"], box["DefaultAuditSet"]


def test_A39_every_line_is_as_printed() -> None:
    """The script has the lines of the documents with their placeholders filled, and nothing else."""
    originals = (HERE.parent / "corpus" / "seed.ps1").read_text().splitlines()
    assert len(LINES) == len(originals) == 18
    for line, original in zip(LINES, originals, strict=True):
        for placeholder in ("<MailboxIdentity>", "<GroupIdentity>"):
            before, found, after = original.partition(placeholder)
            if found:
                assert line.startswith(before)
                rest = line.removeprefix(before)
                value = next(one for one in PLACEHOLDERS if rest.startswith(one))
                ends = {after, after.replace("DefaultAuditSet Admin", "DefaultAuditSet Owner")}
                assert rest.removeprefix(value) in ends
                break
        else:
            assert line == original


def test_before(contoso: Path, shell_of: Callable[..., Shell]) -> None:
    found = state(shell_of(contoso))
    assert sets(found["Laura"]) == (ADMIN, DELEGATE, OWNER, ["Admin", "Delegate", "Owner"])
    assert sets(found["Marketing Group"])[3] == ["Admin", "Delegate", "Owner"]
    for name in ("Mark", "Chris"):
        custom = (["HardDelete"], ["SendAs", "SendOnBehalf"], ["SoftDelete", "HardDelete"], [])
        assert sets(found[name]) == custom


def test_A39_script_prints_and_leaves_what_it_should(contoso: Path, shell_of: Callable[..., Shell]) -> None:
    shell = shell_of(contoso)
    assert shell.said(SCRIPT) == PRINTED
    found = state(shell)
    default = ["Admin", "Delegate", "Owner"]
    assert sets(found["Gabriela Laureano"]) == (["SoftDelete", "HardDelete"], DELEGATE, OWNER, ["Delegate", "Owner"])
    owner = [*OWNER[:4], "MailboxLogin", *OWNER[4:]]
    assert sets(found["Laura"]) == (ADMIN, DELEGATE, owner, ["Admin", "Delegate"])
    delegate = [one for one in DELEGATE if one != "MoveToDeletedItems"]
    assert sets(found["Team Discussion"]) == (ADMIN, delegate, OWNER, ["Admin", "Owner"])
    assert sets(found["Mark"]) == (ADMIN, DELEGATE, OWNER, default)
    assert sets(found["Chris"]) == (ADMIN, ["SendAs", "SendOnBehalf"], ["SoftDelete", "HardDelete"], ["Admin"])
    assert sets(found["Backup"]) == (ADMIN, DELEGATE, OWNER, default)
    assert all(box["AuditEnabled"] for box in found.values())
    bypassed = shell.said("Get-MailboxAuditBypassAssociation -BypassedOnly | Select-Object -ExpandProperty Name")
    assert bypassed.splitlines() == ["Backup", "Mark"]
    assert shell.said("(Get-OrganizationConfig).AuditDisabled") == "False\n"


def test_demo_command(tmp_path: Path) -> None:
    words = ["--data-dir", str(tmp_path / "data"), "demo", "--organization"]
    made = CliRunner().invoke(cli, [*words, "contoso"])
    assert (made.exit_code, "Gabriela Laureano" in made.output) == (0, True)
    assert "lines of its mail servers" in made.output
    again = CliRunner().invoke(cli, [*words, "Contoso"]).output
    assert "There are logs already" in again and "were there already" in again
    assert CliRunner().invoke(cli, [*words, "fabrikam"]).exit_code != 0


@pytest.fixture
def lived(contoso: Path) -> Path:
    """The demo organization after three days: Tuesday is the 24th."""
    assert demo_organization.fill(contoso, today=date(2026, 11, 26)) is not None
    return contoso


def test_script_prints_the_same_after_three_days(lived: Path, shell_of: Callable[..., Shell]) -> None:
    """But for the folder of the audit records, which is not empty."""
    said = shell_of(lived).said(SCRIPT)
    changed = [pair for pair in zip(said.splitlines(), PRINTED.splitlines(), strict=True) if pair[0] != pair[1]]
    assert [after.partition(":")[0].strip() for after, _ in changed] == ["FolderSize", "ItemsInFolder"]
    assert changed[1][0].endswith(": 2")


def test_there_is_something_to_be_found(lived: Path) -> None:
    """Who read and removed a mailbox's mail at night, who sent as whom, what was left out, and what no log shows."""
    named = [f"{name}@{DOMAIN}" for name in ("gabriela", "teamdiscussion", "mark")]
    found = {name.partition("@")[0]: _asked(lived, "audit", "search", name, "--show-details") for name in named}
    acts = {
        name: [(one["LogonType"], one["Operation"], one["LogonUserDisplayName"].partition("@")[0]) for one in records]
        for name, records in found.items()
    }
    assert ("Admin", "HardDelete", "it-admin") in acts["gabriela"] and ("Delegate", "SendOnBehalf", "Laura") in acts[
        "gabriela"
    ]
    assert ("Delegate", "SendAs", "Chris") in acts["teamdiscussion"]
    assert [act[1] for act in acts["mark"]] == ["HardDelete"], "Mark's set is one that somebody chose"
    assert not [act for one in acts.values() for act in one if act[2] == "Backup"], "a bypassed account"
    assert {one["LastAccessed"][:10] for one in found["gabriela"]} == {"2026-11-23", "2026-11-24"}
    at_night = next(one for one in found["gabriela"] if one["Operation"] == "HardDelete")
    assert at_night["LastAccessed"][11:13] == "22" and at_night["SourceItemSubjectsList"] == "Minutes of Monday"
    left_out = {one["Account"] for one in _asked(lived, "audit", "holes") if one["Rule"] == "bypass"}
    assert left_out == {f"backup@{DOMAIN}"}
    (covered,) = _asked(lived, "audit", "coverage", "--mailboxes", f"gabriela@{DOMAIN}")
    assert {"MailItemsAccessed", "HardDelete", "Send"} <= {*covered["Seen"]} and covered["Hosts"] == ["imap1", "submit"]
    statuses = {one["Status"] for one in _asked(lived, "trace", "--since", "2026-11-01")}
    assert statuses == {"Delivered", "Failed"}
    unknown = CliRunner().invoke(cli, ["--data-dir", str(lived), "unknown"])
    assert "Nothing unknown" in unknown.output
    assert len(_asked(lived, "mailbox", "list")) == 6, "nobody else appeared"


def _asked(data: Path, *words: str) -> list[dict[str, Any]]:
    done = CliRunner().invoke(cli, ["--data-dir", str(data), *words, "--jsonl"])
    assert done.exit_code in (0, 1), done.output
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.mark.slow
def test_A39_the_same_on_a_server(contoso: Path) -> None:
    """The same script, connected, gives the same output, warnings and state; and an error the same words."""
    command(contoso, "user", "add", "admin", "--role-groups", "Organization Management")
    secret = command(contoso, "user", "token", "admin", "shell", "--jsonl")
    token = str(json.loads(secret.stdout)["Secret"])
    site = serve(contoso)
    try:
        shell = make(_Nowhere())
        error = shell.failed(f"Connect-ExchangeOnline -Uri {site.url} -Token wrong")
        assert "no valid token was given" in error.lower()
        shell.said(f"Connect-ExchangeOnline -ConnectionUri {site.url} -AccessToken {token} -ShowBanner:$false")
        assert shell.said(SCRIPT) == PRINTED
        assert "From now on nothing is audited" in shell.warn.getvalue()
        assert sets(state(shell)["Gabriela Laureano"])[3] == ["Delegate", "Owner"]
        failed = shell.failed("Set-Mailbox Laura -AuditOwner Copy")
        assert "AuditOwner does not take Copy" in failed
        assert 'operation "Remove-Mailbox" on target "Laura"' in shell.said("Remove-Mailbox Laura -WhatIf")
        assert "Laura" in state(shell)
        assert "couldn't be found" in shell.failed("Remove-Mailbox Nobody -WhatIf")
        shell.said("Disconnect-ExchangeOnline -Confirm:$false")
        assert "Not here." in shell.failed("Get-OrganizationConfig")
    finally:
        site.stop()


TRACE = """
Get-MessageTraceV2 -StartDate 2026-11-10 -EndDate 2026-11-25 -ResultSize 5
Get-MessageTraceV2 -StartDate 2026-11-10 -EndDate 2026-11-25 -Status Failed | Select-Object * | ConvertTo-Json
$row = Get-MessageTraceV2 -StartDate 2026-11-10 -EndDate 2026-11-25 -Status Pending | Select-Object -First 1
$row | Get-MessageTraceDetailV2 | Format-List *
Get-MessageTrackingLog -Recipients bob@example.com -ResultSize 20 | Sort-Object Timestamp | Format-List *
Get-Mailbox | Measure-Object | Select-Object -ExpandProperty Count
Get-MessageTraceDetailV2 -MessageTraceId 11111111-1111-1111-1111-111111111111 -RecipientAddress a@example.com
"""


@pytest.mark.slow
def test_same_traces_on_a_server(estate_made: Path, shell_of: Callable[..., Shell]) -> None:
    here = shell_of(estate_made)
    assert here.run(TRACE) == 1
    here.interpreter.session.services.close()
    command(estate_made, "user", "add", "admin", "--role-groups", "Organization Management")
    secret = command(estate_made, "user", "token", "admin", "shell", "--jsonl")
    site = serve(estate_made)
    try:
        there = make(_Nowhere())
        there.said(f"Connect-ExchangeOnline -Uri {site.url} -Token {json.loads(secret.stdout)['Secret']}")
        assert there.run(TRACE) == 1
    finally:
        site.stop()
    assert there.out.getvalue() == here.out.getvalue()
    assert len(here.out.getvalue()) > 5000
    assert there.warn.getvalue() == here.warn.getvalue() != ""
    assert there.err.getvalue() == here.err.getvalue()


class _Nowhere:
    """Operations that cannot be asked: what is answered came from the server."""

    def perform(self, operation: Any, values: Any, *, what_if: bool = False) -> Any:
        """Refuse."""
        from mailwake.operations.contract import OperationError

        raise OperationError("nowhere", "not here")

    def release(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""
