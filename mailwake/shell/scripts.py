"""Script blocks as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mailwake.shell.errors import Source
from mailwake.shell.objects import MISSING, Value
from mailwake.shell.syntax import tree as t


class Runner(Protocol):
    """Who runs script blocks: the interpreter."""

    def run_script(self, script: ScriptBlock, item: Value, arguments: list[Value], *, own_scope: bool) -> list[Value]:
        """Run a block; `item` is `$_`, unless MISSING."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ScriptBlock:
    """`{ ... }` as a value."""

    script: t.Script
    source: Source
    runner: Runner

    type_name = "System.Management.Automation.ScriptBlock"

    def run(
        self, item: Value = MISSING, arguments: list[Value] | None = None, *, own_scope: bool = False
    ) -> list[Value]:
        """What the block gives, `$_` being the item."""
        return self.runner.run_script(self, item, arguments or [], own_scope=own_scope)

    def __str__(self) -> str:
        return self.script.text

    def __repr__(self) -> str:
        return f"ScriptBlock({self.script.text!r})"
