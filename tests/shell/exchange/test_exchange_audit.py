"""The cmdlets of mailbox auditing on a mailbox's log."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mailwake.operations import importing
from tests.shell.exchange.conftest import Shell
from tests.web.visiting import MAILBOX_LOG

DATES = "-StartDate 2026-11-01 -EndDate 2026-11-30"
BOX = "carol@example.com"


@pytest.fixture
def shell(tmp_path: Path, shell_of: Callable[..., Shell]) -> Shell:
    log = tmp_path / "mailbox.log"
    log.write_text(MAILBOX_LOG)
    importing.run(tmp_path / "data", [str(log)], zone="UTC", year=2026)
    return shell_of(tmp_path / "data")


def test_searches(shell: Shell) -> None:
    told = shell.said(
        f"Search-MailboxAuditLog {BOX} -ShowDetails"
        " | Format-Table LastAccessed,Operation,LogonType,LogonUserDisplayName"
    )
    assert [line.split() for line in told.splitlines() if line.strip()][2:] == [
        ["11/20/2026", "9:01:05", "AM", "HardDelete", "Admin", "root@example.com"],
        ["11/20/2026", "9:00:05", "AM", "MoveToDeletedItems", "Owner", BOX],
    ]
    last = shell.said(f"(Search-MailboxAuditLog -Mailboxes {BOX}).LastAccessed.ToString('s')")
    assert last == "2026-11-20T09:01:05\n"
    found = json.loads(shell.said(f"(Search-UnifiedAuditLog {DATES} -Operations HardDelete).AuditData"))
    assert (found["Operation"], found["UserId"]) == ("HardDelete", "root@example.com")


def test_size_of_the_folder_audits(shell: Shell) -> None:
    line = f"Get-MailboxFolderStatistics -Identity {BOX} -FolderScope RecoverableItems"
    told = shell.said(
        f"{line} | Where-Object {{$_.Name -eq 'Audits'}} | Format-List FolderPath,FolderSize,ItemsInFolder"
    )
    path, size, items = told.split("\n")[1:4]
    assert path == "FolderPath    : /Audits"
    assert items == "ItemsInFolder : 2"
    assert size.startswith("FolderSize    : ") and size.endswith(" bytes)")
    assert shell.said(f"({line})[1].FolderSize.ToBytes() -gt 100") == "True\n"


def test_a_search_in_the_background(shell: Shell) -> None:
    shell.said(f'New-MailboxAuditLogSearch "Case 1" {DATES} -ExternalAccess $false -LogonTypes Admin,Delegate')
    assert shell.said("Get-AuditLogSearch | Select-Object -ExpandProperty Name") == "Case 1\n"


def test_what_if_removes_no_record(shell: Shell) -> None:
    """Records of the store are no part of what a directory takes back."""
    shell.said(f"Set-Mailbox {BOX} -AuditLogAgeLimit 00:00:00")
    assert "What if" in shell.said(f"Start-ManagedFolderAssistant {BOX} -WhatIf")
    count = f"@(Search-MailboxAuditLog {BOX} -ShowDetails).Count"
    assert shell.said(count) == "2\n"
    shell.said(f"Start-ManagedFolderAssistant {BOX}")
    assert shell.said(count) == "0\n"


def test_mailboxes_in_the_order_of_a_property(contoso: Path, shell_of: Callable[..., Shell]) -> None:
    shell = shell_of(contoso)
    shell.said("Set-Mailbox Chris -AuditLogAgeLimit 5; Set-Mailbox Laura -AuditLogAgeLimit 400")
    told = shell.said("Get-Mailbox -SortBy auditlogagelimit | % Name").split("\n")
    assert told[0] == "Chris" and told[-2] == "Laura"
    assert shell.said("Get-Mailbox -SortBy Alias -ResultSize 1 -WarningAction SilentlyContinue | % Name") == "Backup\n"
    assert "no property 'Shape'" in shell.failed("Get-Mailbox -SortBy Shape")


def test_parameters_that_scripts_give_are_taken(shell: Shell) -> None:
    told = shell.said(f"(Search-UnifiedAuditLog {DATES} -LongerRetentionEnabled $true -LegacyFlow).Count")
    assert told == shell.said(f"(Search-UnifiedAuditLog {DATES}).Count")
