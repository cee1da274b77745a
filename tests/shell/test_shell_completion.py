"""What may come next while a line is typed."""

from __future__ import annotations

import pytest
from shell_fakes import shell

from mailwake.shell.completion import complete


def _texts(line: str, before: str = "") -> list[str]:
    session, _ = shell()
    session.run(before)
    return [candidate.text for candidate in complete(line, session.session)]


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("Get-Mailbox", "Get-Mailbox"),
        ("get-messagetraced", "Get-MessageTraceDetailV2"),
        ("Get-Mailbox | Sel", "Select-Object"),
        ("$x = Get-Org", "Get-OrganizationConfig"),
        ("if ($true) { Get-Org", "Get-OrganizationConfig"),
        ("Get-Mailbox -Res", "-ResultSize"),
        ("Get-Mailbox anna -Gr", "-GroupMailbox"),
        ("Set-Mailbox x -Wh", "-WhatIf"),
        ("Get-MessageTraceV2 -Status F", "Failed"),
        ("Get-MessageTraceV2 -Status Failed,Pe", "Pending"),
        ("Get-MessageTraceV2 -SubjectFilterType End", "EndsWith"),
        ("Set-OrganizationConfig -AuditDisabled ", "$true"),
        ("Set-Mailbox x -AuditOwner Har", "HardDelete"),
        ("Get-Mailbox -ErrorAction Sil", "SilentlyContinue"),
        ("Get-Mailbox | ? { $_.AuditE", "$_.AuditEnabled"),
        ("Get-Mailbox | Where-Object AuditE", "AuditEnabled"),
        ("Get-Mailbox | fl Name,AuditO", "AuditOwner"),
        ("Get-MessageTraceV2 | sort Rec", "Received"),
        ("Get-MessageTraceV2 | ? Status -eq Failed | select -ExpandProperty Sub", "Subject"),
        ("Get-Help Set-Mail", "Set-Mailbox"),
        ("$tr", "$true"),
        ("1 -notli", "-notlike"),
    ],
)
def test_first_candidate(line: str, first: str) -> None:
    assert _texts(line)[0] == first


def test_variables_and_their_members() -> None:
    assert "$boxes" in _texts("$bo", "$boxes = Get-Mailbox")
    assert "$boxes.AuditOwner" in _texts("$boxes.AuditO", "$boxes = Get-Mailbox")


def test_used_parameters_are_left_out() -> None:
    assert "-Identity" not in _texts("Get-Mailbox -Identity x -")
    assert "-ResultSize" in _texts("Get-Mailbox -Identity x -")


def test_start_is_where_the_word_begins() -> None:
    session, _ = shell()
    (candidate,) = complete("Get-Mailbox -Filt", session.session)
    assert (candidate.text, candidate.start) == ("-Filter", -5)


@pytest.mark.parametrize(
    "line", ["", "'open", '"$(', "Get-Nothing -", "@{", "$x.y.z.", "((((", "Get-Mailbox -Foo ", "| "]
)
def test_odd_lines_give_no_error(line: str) -> None:
    _texts(line)
