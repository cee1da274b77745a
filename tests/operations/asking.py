"""Asking operations in tests: as an administrator, or as somebody with some role groups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from directories import NOW, Directory

from mailwake.audit.model import LogonType, Observation
from mailwake.audit.policy.decide import decide
from mailwake.directory.roles import ROLE_GROUPS
from mailwake.operations.context import Context
from mailwake.operations.contract import Assignment, Caller, CallerScope, all_operations
from mailwake.operations.local import local_caller
from mailwake.operations.parameters import build_input
from mailwake.operations.perform import perform

EVERYTHING = CallerScope()


def member_of(*groups: str, scope: CallerScope = EVERYTHING, name: str = "kim") -> Caller:
    """Somebody in built-in role groups."""
    pairs = [(role, group) for group in groups for role in ROLE_GROUPS[group][1]]
    return Caller(
        name=name,
        role_groups=frozenset(groups),
        roles=frozenset(role for role, _ in pairs),
        scope=CallerScope(everything=False),
        assignments=tuple(Assignment(role, group, scope) for role, group in pairs),
        origin="192.0.2.7",
        face="api",
    )


class Desk:
    """Runs operations on a directory. The clock stands still until `wait` moves it."""

    def __init__(self, directory: Directory, caller: Caller | None = None) -> None:
        self.directory = directory
        self.caller = caller or local_caller()
        self.micros = NOW
        self.warnings: list[str] = []

    def wait(self, micros: int = 1_000_000) -> int:
        """Let time pass; the new time."""
        self.micros += micros
        return self.micros

    def context(self, caller: Caller | None = None) -> Context:
        """The context of one call."""
        now: Callable[[], datetime] = lambda: datetime.fromtimestamp(self.micros / 1e6, UTC)  # noqa: E731
        return Context(caller or self.caller, None, self.directory, UTC, now)

    def __call__(self, name: str, caller: Caller | None = None, /, **values: Any) -> list[dict[str, Any]]:
        """The records of an answer; name: of an operation or cmdlet."""
        operations = all_operations()
        operation = operations.get(name) or next(one for one in operations.values() if one.cmdlet == name)
        answer = perform(operation, self.context(caller), build_input(operation, values))
        found = [item.model_dump(mode="json", by_alias=True) for item in answer]
        self.warnings = answer.warnings
        return found

    def one(self, name: str, caller: Caller | None = None, /, **values: Any) -> dict[str, Any]:
        """The only record of an answer."""
        (found,) = self(name, caller, **values)
        return found

    def records(self, action: str, actor: str, mailbox: str, kind: LogonType, ts: int | None = None) -> bool:
        """Whether the policy, under the directory's settings, records an act (now, or at ts)."""
        act = Observation("0" * 32, self.micros if ts is None else ts, action, actor, mailbox, kind)
        return decide(act, self.directory.settings()).recorded
