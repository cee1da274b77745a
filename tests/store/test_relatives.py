"""What a later import recalls is whole: parents and children of a message are not cut off."""

from __future__ import annotations

import sys
from itertools import permutations
from pathlib import Path

import pytest
from amounts import few
from logs import plain, rows_of

sys.path.append(str(Path(__file__).parents[1] / "properties"))
from stores import load, stored, write


def bounced(number: int, at: str) -> list[str]:
    """A message that bounces; a server in the world takes the notification under an ID that it uses again."""
    name, child, stamp = f"A00000000{number}", f"B00000000{number}", f"2026-11-{at}+00:00 mx postfix"
    out = "relay=r.example.com[198.51.100.1]:25, delay=1, delays=0/0/0/1"
    return [
        f"{stamp}/smtpd[1]: {name}: client=out.example.net[192.0.2.1]",
        f"{stamp}/cleanup[2]: {name}: message-id=<{number}@example.net>",
        f"{stamp}/qmgr[3]: {name}: from=<s{number}@example.net>, size=100, nrcpt=1 (queue active)",
        f"{stamp}/smtp[4]: {name}: to=<x@example.com>, {out}, dsn=5.1.1, status=bounced (host r said: 550 no)",
        f"{stamp}/cleanup[2]: {child}: message-id=<n{number}@example.org>",
        f"{stamp}/bounce[5]: {name}: sender non-delivery notification: {child}",
        f"{stamp}/qmgr[3]: {child}: from=<>, size=200, nrcpt=1 (queue active)",
        f"{stamp}/qmgr[3]: {name}: removed",
        f"{stamp}/smtp[4]: {child}: to=<s{number}@example.net>, {out}, dsn=2.0.0, status=sent"
        " (250 Ok: queued as C0000001)",
        f"{stamp}/qmgr[3]: {child}: removed",
    ]


def passed_on(at: str) -> list[str]:
    """An ID on another host of ours, the same as that of the server in the world."""
    stamp = f"2026-11-{at}+00:00 inner postfix"
    return [
        f"{stamp}/smtpd[1]: C0000001: client=mx.example.org[10.0.0.1]",
        f"{stamp}/cleanup[2]: C0000001: message-id=<n2@example.org>",
        f"{stamp}/qmgr[3]: C0000001: from=<>, size=200, nrcpt=1 (queue active)",
        f"{stamp}/virtual[4]: C0000001: to=<s2@example.net>, relay=virtual, delay=0, status=sent (ok)",
        f"{stamp}/qmgr[3]: C0000001: removed",
    ]


@pytest.mark.pitfall("D13", "R07")
@pytest.mark.parametrize("order", few(permutations(range(3)), 1))
def test_notifications_that_share_a_remote_id(order: tuple[int, ...], tmp_path: Path) -> None:
    logs = [bounced(1, "21T10:00:00"), bounced(2, "21T12:00:00"), passed_on("21T12:00:00")]
    expected = plain(rows_of(logs))
    assert sum(bool(row.parent_id) for row in expected) == 2
    for number in order:
        load(tmp_path / "data", [write(tmp_path / f"{number}.log", logs[number])])
    assert stored(tmp_path / "data")[0] == expected
