"""The truth table of the policy, all of it the whole way: orders make the state, servers' lines the acts, searches the
answer. Every logon type does every act in a mailbox of every type, set and AuditEnabled, bypassed or not, with auditing
switched on and off."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import pytest
from audited_estate import Estate, at, command, item, purge, select, signed_in
from tables import CURRENT, GROUP_TABLE, read

from mailwake.audit.model import LogonType

TYPES = {
    "user": {},
    "shared": {"Shared": True},
    "group": {"GroupMailbox": True},
    "room": {"Room": True},
    "equipment": {"Equipment": True},
    "public": {},
    "discovery": {},
}
HIDDEN = {"public": "PublicFolderMailbox", "discovery": "DiscoveryMailbox"}
"""Types that no order makes."""
AUDITED = ("user", "shared", "group")
SETS: dict[str, tuple[str, ...] | None] = {
    "managed": None,
    "withit": ("HardDelete", "Move", "FolderBind"),
    "without": ("Update",),
    "none": (),
}
ACTS = ("HardDelete", "Move", "Update", "UpdateFolderPermissions", "FolderBind")
TABLE = read(CURRENT)


class Box(NamedTuple):
    """A mailbox of one state."""

    type: str
    set: str
    enabled: bool
    bypassed: bool
    """Its own account."""

    @property
    def address(self) -> str:
        return f"{self.type}-{self.set}-{self.enabled}-{self.bypassed}@example.org".lower()


def boxes() -> Iterator[Box]:
    """Every state that orders can bring about: sets of groups cannot be changed. Of types that are not audited, those
    sets in which something would be recorded."""
    for kind, name, enabled, bypassed in product(TYPES, SETS, (True, False), (True, False)):
        if name == "managed" or kind in ("user", "shared") or (kind != "group" and name == "withit"):
            yield Box(kind, name, enabled, bypassed)


def actor_of(kind: LogonType, bypassed: bool) -> str:
    """Who acts, but for owners."""
    return f"{str(kind).lower()}-{bypassed}@example.org".lower()


def acts_in(box: Box, kind: LogonType, bypassed: bool, hour: str) -> Iterator[str]:
    """Lines of one session in which everything is done once."""
    user, folder = box.address, "INBOX"
    session = f"{hour}{kind}{box.address}{bypassed}".replace("@", "-").replace(":", "")
    if kind is LogonType.DELEGATE:
        user, folder = actor_of(kind, bypassed), f"shared/{box.address}/INBOX"
    if kind is LogonType.ADMIN:
        yield signed_in(at(f"{hour}:00"), user, session, master_user=actor_of(kind, bypassed))
    yield select(at(f"{hour}:01"), user, session, folder)
    yield purge(at(f"{hour}:02"), user, session, 7, folder)
    yield item(at(f"{hour}:03"), user, session, f"copy from {folder}", folder.replace("INBOX", "Archive"), 8)
    yield item(at(f"{hour}:03"), user, session, "expunge", folder, 8)
    yield item(at(f"{hour}:05"), user, session, "flag_change", folder, 9)
    yield command(at(f"{hour}:06"), user, session, "SETACL", f"{folder} eve@example.org lr")


def wanted(box: Box, kind: LogonType, bypassed: bool) -> set[str]:
    """What the documents say is recorded; AuditEnabled does not count."""
    if bypassed or box.type not in AUDITED:
        return set()
    if box.type == "group":
        return {act for act in ACTS if GROUP_TABLE.get(act, {}).get(kind) == "*"}
    chosen = SETS[box.set]
    if chosen is None:
        return {act for act in ACTS if TABLE[act][kind] == "*"}
    return {act for act in chosen if TABLE[act][kind] != "."}


def _furnish(estate: Estate) -> None:
    for box in boxes():
        estate.mailbox(box.address, **TYPES[box.type])
        if box.type in HIDDEN:
            with estate.context() as context:
                found = context.directory.mailboxes.find(box.address)
                context.directory.mailboxes.change(found.id, context.micros, type=HIDDEN[box.type])
        group = {"GroupMailbox": True} if box.type == "group" else {}
        chosen = SETS[box.set]
        for kind in LogonType if chosen is not None else ():
            possible = [act for act in chosen or () if TABLE[act][kind] != "."]
            group[f"Audit{kind}"] = possible or ["None"]
        estate.run("set-mailbox", Identity=box.address, AuditEnabled=box.enabled, **group)
    for name in (
        *(box.address for box in boxes() if box.bypassed),
        *(actor_of(kind, True) for kind in (LogonType.ADMIN, LogonType.DELEGATE)),
    ):
        if name.startswith(("admin", "delegate")):
            estate.mailbox(name)
        estate.run("set-mailbox-audit-bypass-association", Identity=name, AuditBypassEnabled=True)


def _everything(hour: str) -> Iterator[str]:
    for box in boxes():
        for kind, bypassed in product(LogonType, (False, True)):
            if kind is not LogonType.OWNER or bypassed == box.bypassed:
                yield from acts_in(box, kind, bypassed, hour)


@pytest.mark.slow
def test_A09_A10_A12_A23_A28_A29_the_truth_table_the_whole_way(estate: Estate) -> None:
    estate.now = at("07:00")
    _furnish(estate)
    estate.read(*_everything("08"))
    estate.now = at("11:00")
    estate.run("set-organization-config", AuditDisabled=True)
    estate.read(*_everything("12"))
    estate.now = at("14:00")
    seen = 0
    for box in boxes():
        group = {"GroupMailbox": True} if box.type == "group" else {}
        found = estate.search(box.address, ResultSize=5000, **group)
        assert all(one["LastAccessed"] < "2026-11-20T11" for one in found), "nothing once auditing is off"
        records = sorted((one["LogonType"], one["Operation"]) for one in found)
        seen += len(records)
        expected = [
            (str(kind), act)
            for kind, bypassed in product(LogonType, (False, True))
            if kind is not LogonType.OWNER or bypassed == box.bypassed
            for act in wanted(box, kind, bypassed)
        ]
        assert records == sorted(expected), box
    assert len(estate.unified()) == seen > 150, "the unified search finds the same"
