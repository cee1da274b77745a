"""Acts and settings to ask the policy about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mailwake.audit.model import LogonType, Observation
from mailwake.audit.settings import ActorSettings, MailboxSettings, OrganizationSettings

START = 1_792_000_000_000_000
MAILBOX, ACTOR = "rosa@example.org", "ola@example.org"


@dataclass
class Fixed:
    """Settings that do not change."""

    org: OrganizationSettings = field(default_factory=OrganizationSettings)
    box: MailboxSettings = field(default_factory=lambda: MailboxSettings(MAILBOX))
    who: ActorSettings = field(default_factory=lambda: ActorSettings(ACTOR))

    def organization(self, ts: int) -> OrganizationSettings:
        return self.org

    def mailbox(self, name: str, ts: int) -> MailboxSettings:
        return self.box

    def actor(self, name: str, ts: int) -> ActorSettings:
        return self.who

    def same_account(self, one: str, other: str) -> bool:
        return one.casefold() == other.casefold()


def act(action: str, kind: LogonType = LogonType.OWNER, /, at: int = 0, **more: Any) -> Observation:
    """One act, `at` µs after START."""
    more.setdefault("id", f"{at:032x}")
    more.setdefault("actor", ACTOR)
    more.setdefault("mailbox", MAILBOX)
    return Observation(ts=START + at, action=action, logon_type=kind, **more)
