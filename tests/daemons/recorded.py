"""What a search of the audit log finds, and what a ledger says it should find: acts that can be compared."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from people import Act

from mailwake.cli.main import run

Mailwake = Callable[..., list[dict[str, Any]]]
"""Runs `mailwake WORDS... --jsonl` on a data directory."""

MATRIX = {
    "Copy": "P--",
    "Create": "DDP",
    "FolderBind": "PP-",
    "HardDelete": "DDD",
    "MailItemsAccessed": "DDD",
    "MailboxLogin": "--P",
    "Move": "PPP",
    "MoveToDeletedItems": "DDD",
    "SearchQueryInitiated": "--P",
    "Send": "D-D",
    "SendAs": "DD-",
    "SendOnBehalf": "DD-",
    "SoftDelete": "DDD",
    "Update": "DDD",
    "UpdateFolderPermissions": "DDD",
    "UpdateInboxRules": "DDD",
}
"""Admin, Delegate, Owner, as the documents of 2023 to 2025 have it; D: by default, P: can be chosen."""
_PLACE = {"Admin": 0, "Delegate": 1, "Owner": 2}


def chosen(kind: str) -> list[str]:
    """Everything that can be chosen for a logon type."""
    return [action for action, cells in MATRIX.items() if cells[_PLACE[kind]] != "-"]


def expected(acts: Iterable[Act], cells: str) -> Counter[Act]:
    """The acts that have to be found. cells: "D" for the default set, "DP" when all is chosen that can be.

    A delegate's access to a folder counts once in 24 hours, the same message once in a visit.
    """
    found: Counter[Act] = Counter()
    seen: set[object] = set()
    for act in acts:
        if MATRIX.get(act.action, "---")[_PLACE[act.logon_type]] not in cells:
            continue
        once: object = None
        if act.action == "MailItemsAccessed":
            once = act, act.visit, act.what
        elif act.action == "FolderBind" and act.logon_type == "Delegate":
            once = replace(act, client_ip="")
        if once is None or once not in seen:
            seen.add(once)
            found[act] += 1
    return found


def found(mailwake: Mailwake, mailboxes: Iterable[str]) -> Counter[Act]:
    """All records of some mailboxes as acts."""
    return Counter(
        act
        for mailbox in mailboxes
        for record in mailwake("audit", "search", mailbox, "--show-details", "--result-size", "5000")
        for act in _acts(record)
    )


def _acts(record: dict[str, Any]) -> list[Act]:
    one = Act(
        record["MailboxOwnerUPN"],
        record["Operation"],
        record["LogonType"],
        record["LogonUserDisplayName"],
        _folder(record["FolderPathName"]),
        _folder(record["DestFolderPathName"]),
        "",
        record["DestMailboxOwnerUPN"] or "",
        record["OperationResult"],
        record["ClientIPAddress"] or "",
    )
    if record["Operation"] != "MailItemsAccessed":
        names = record["ItemInternetMessageId"] or record["SourceItemInternetMessageIdsList"] or ""
        assert len(record["SourceItems"] or ()) <= 1
        return [replace(one, message_id=_local(names))]
    count = record["AuditOperationsCountInAggregatedRecord"] or 1
    names = (record["SourceItemInternetMessageIdsList"] or "").split(",")
    folders = [
        _folder(part.rpartition(": ")[0])
        for part in (record["AggregatedRecordFoldersData"] or "").split(", ")
        for _ in range(int(part.rpartition(": ")[2] or 0))
    ] or [one.folder] * count
    names = names if len(names) == len(folders) else [""] * len(folders)
    return [replace(one, folder=folder, message_id=_local(name)) for folder, name in zip(folders, names, strict=True)]


def _local(name: str) -> str:
    return name.strip("<> ").partition("@")[0]


def _folder(path: str | None) -> str:
    """As the client names it: the audit log shows `\\Inbox` and `\\Trash\\Old`."""
    name = (path or "").removeprefix("\\").replace("\\", "/")
    return {"Inbox": "INBOX"}.get(name, name).replace("På", "P&AOU-")


def difference(there: Counter[Act], wanted: Counter[Act]) -> str:
    """What is missing and what is invented, for people; "" when there is none."""
    lines = [f"missing  {act}" for act in sorted((wanted - there).elements())]
    lines += [f"invented {act}" for act in sorted((there - wanted).elements())]
    return "\n".join(lines)


def runner(data: Path, capsys: pytest.CaptureFixture[str]) -> Mailwake:
    """The program on a data directory."""

    def mailwake(*words: str) -> list[dict[str, Any]]:
        capsys.readouterr()
        code = run(("--data-dir", str(data), *words, *(() if words[0] == "import" else ("--jsonl",))))
        captured = capsys.readouterr()
        assert code in (0, 1), captured.err
        return [json.loads(line) for line in captured.out.splitlines() if line.startswith("{")]

    return mailwake
