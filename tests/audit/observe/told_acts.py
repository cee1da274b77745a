"""Logs to observations, and observations as lines of text that a test can show.

MailItemsAccessed Owner alice@corp.example INBOX 2
Move Delegate bob@corp.example in alice@corp.example Projects 4 to bob@corp.example Trash
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from logs import folder

from mailwake.audit.keys import audit_key
from mailwake.audit.model import LogonType, Observation
from mailwake.audit.observe import observe
from mailwake.audit.observe.submission import is_submission, submissions
from mailwake.audit.settings import ActorSettings, MailboxSettings, OrganizationSettings
from mailwake.events.fact import Fact
from mailwake.operations.inputs import Reader, gather
from mailwake.trace.workset import Workset

LAB_WORDS = ("@corp.test", "@corp.example")


@dataclass
class Fixed:
    """Settings that never change."""

    values: OrganizationSettings = field(default_factory=OrganizationSettings)
    same: frozenset[frozenset[str]] = frozenset()
    """Pairs of names of one account."""

    def organization(self, ts: int) -> OrganizationSettings:
        return self.values

    def mailbox(self, name: str, ts: int) -> MailboxSettings:
        return MailboxSettings(name, known=False)

    def actor(self, name: str, ts: int) -> ActorSettings:
        return ActorSettings(name)

    def same_account(self, one: str, other: str) -> bool:
        return one.casefold() == other.casefold() or frozenset((one, other)) in self.same


FIXED = Fixed()


def facts_of(*files: Iterable[str] | Path) -> list[Fact]:
    """Facts of log files, given as paths or as their lines."""
    with folder() as place, ExitStack() as stack:
        paths = []
        for number, content in enumerate(files):
            path = content if isinstance(content, Path) else place / f"{number}.log"
            if not isinstance(content, Path):
                path.write_text("".join(f"{line.rstrip()}\n" for line in content))
            paths.append(str(path))
        inputs, _ = gather(paths, stack)
        return [fact for piece in Reader(inputs, zone="UTC") for fact in piece.batch.facts]


def sessions(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Facts of mailboxes by their key."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        key = audit_key(fact)
        if key:
            found[key].append(fact)
    return found


def acts_of(facts: Sequence[Fact], settings: Fixed = FIXED) -> list[Observation]:
    """All observations: of mailboxes, and of mail handed in."""
    found = [act for key, part in sorted(sessions(facts).items()) for act in observe(key, part, settings)]
    filed: dict[str, list[Fact]] = defaultdict(list)
    for fact, key in zip(facts, Workset().add(facts), strict=True):
        if key:
            filed[key].append(fact)
    for key, part in sorted(filed.items()):
        if any(map(is_submission, part)):
            found.extend(submissions(key, part, settings))
    return sorted(found, key=lambda act: (act.ts, act.action, act.id))


def told(act: Observation) -> str:
    """An observation in a line."""
    words = [act.action, str(act.logon_type), act.actor or "?"]
    if act.mailbox != act.actor or act.logon_type is not LogonType.OWNER:
        words.append(f"in {act.mailbox}")
    words.append(act.folder)
    if act.action != "Copy":  # its lines do not say which message it was of the folder that it came from
        words += [str(item.uid) for item in act.items if item.uid]
    if act.dest_folder:
        words += ["to", act.dest_mailbox, act.dest_folder]
    if act.result != "Succeeded":
        words.append(act.result)
    if act.access == "Sync":
        words.append("Sync")
    return " ".join(word for word in words if word)


def lines_of(acts: Iterable[Observation]) -> list[str]:
    """Observations as lines, in one order whatever the times."""
    return sorted(map(told, acts))


def ids(acts: Iterable[Observation]) -> dict[str, str]:
    """What each id is about."""
    return {act.id: told(act) for act in acts}
