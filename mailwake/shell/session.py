"""What lasts from one line to the next: variables, functions, errors, settings; and the way to the user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from mailwake.shell.errors import ErrorRecord, ShellError
from mailwake.shell.limits import Budget
from mailwake.shell.objects import NOTHING, ArrayList, Value
from mailwake.shell.registry import Registry, Services
from mailwake.shell.screen import safe
from mailwake.shell.scripts import ScriptBlock
from mailwake.shell.values.convert import Settings


@dataclass(slots=True)
class Host:
    """The user's side: three streams, a width, and somebody to ask."""

    out: TextIO
    err: TextIO
    warn: TextIO
    width: int
    """Columns of a line."""
    ask: Callable[[str], bool] | None = None
    """Asks for confirmation; None where nobody can be asked."""
    flush: Callable[[], None] = lambda: None
    """Writes what is held back for layout, so that streams keep their order."""
    count: Callable[[int], None] = lambda size: None

    def line(self, text: str = "", end: str = "\n") -> None:
        """Write to the user, past the pipeline (Write-Host)."""
        self.flush()
        self.write(text, end)

    def write(self, text: str, end: str = "\n") -> None:
        """Write a laid-out line of output."""
        made = safe(text)
        self.count(len(made) + 1)
        self.out.write(made + end)

    def warning(self, text: str) -> None:
        """Write a warning."""
        self._aside(f"WARNING: {text}", self.warn)

    def verbose(self, text: str) -> None:
        """Write a verbose line."""
        self._aside(f"VERBOSE: {text}", self.warn)

    def error(self, record: ErrorRecord) -> None:
        """Write an error."""
        self._aside("\n".join(record.lines()), self.err)

    def _aside(self, text: str, stream: TextIO) -> None:
        self.flush()
        self.out.flush()
        stream.write(safe(text) + "\n")

    def confirm(self, what: str) -> bool:
        """Ask whether to go on; raises `ShellError` where nobody can be asked."""
        if self.ask is None:
            text = f"{what} Nobody can be asked to confirm it here. Add -Confirm:$false to go on without."
            raise ShellError(text, "ConfirmationNeeded", category="OperationStopped")
        self.flush()
        return self.ask(what)


@dataclass(frozen=True, slots=True)
class ExportPolicy:
    """Where Export-Csv may write."""

    enabled: bool = True
    folder: Path | None = None
    """The folder that relative paths start from, and that nothing may leave; None: the working folder, and any."""


@dataclass(slots=True)
class Scope:
    """Variables and functions of a script block, found in the scopes around it too."""

    parent: Scope | None = None
    variables: dict[str, Value] = field(default_factory=dict)
    functions: dict[str, ScriptBlock] = field(default_factory=dict)

    def find(self, name: str) -> Scope | None:
        """The innermost scope with a variable."""
        scope: Scope | None = self
        while scope is not None and name not in scope.variables:
            scope = scope.parent
        return scope

    def function(self, name: str) -> ScriptBlock | None:
        """A function."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.functions:
                return scope.functions[name]
            scope = scope.parent
        return None

    def root(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


_READ_ONLY = frozenset({"true", "false", "null"})
_KEPT_ERRORS = 256


@dataclass(slots=True)
class Session:
    """All that a running script touches."""

    registry: Registry
    host: Host
    settings: Settings
    services: Services = None
    export: ExportPolicy = field(default_factory=ExportPolicy)
    budget: Budget = field(default_factory=Budget)
    scope: Scope = field(default_factory=Scope)
    errors: list[Any] = field(default_factory=ArrayList)
    """`$Error`, newest first."""
    failed: int = 0
    """Errors since the run began."""
    succeeded: bool = True
    """Whether the present statement has had no error yet."""
    last_succeeded: bool = True
    """`$?`: the same of the statement before."""

    def variable(self, name: str, scope: str = "") -> Value:
        """A variable's value, $null if it was never set."""
        lowered = name.lower()
        if lowered in _READ_ONLY:
            return {"true": True, "false": False, "null": None}[lowered]
        if lowered == "?":
            return self.last_succeeded
        if lowered == "error":
            return self.errors
        if scope == "env":
            raise ShellError("Environment variables are not part of this shell's language.", "NotSupported")
        start = self.scope.root() if scope in ("global", "script") else self.scope
        found = start.find(lowered)
        value = found.variables[lowered] if found is not None else None
        return None if value is NOTHING else value

    def holds_nothing(self, name: str, scope: str = "") -> bool:
        """Whether a variable was given the output of a command without any (see `objects.NOTHING`)."""
        start = self.scope.root() if scope in ("global", "script") else self.scope
        found = start.find(name.lower())
        return found is not None and found.variables[name.lower()] is NOTHING

    def known(self, name: str) -> bool:
        """Whether a variable was set."""
        return name.lower() in (*_READ_ONLY, "?", "error") or self.scope.find(name.lower()) is not None

    def assign(self, name: str, value: Value, scope: str = "") -> None:
        """Set a variable in the present scope, or the one named."""
        lowered = name.lower()
        if lowered in (*_READ_ONLY, "?", "error") or scope == "env":
            text = f"Cannot overwrite variable {name} because it is read-only or constant."
            raise ShellError(text, "VariableNotWritable", category="WriteError", target=name)
        target = self.scope.root() if scope in ("global", "script") else self.scope
        target.variables[lowered] = value

    def append_variable(self, name: str, value: Value) -> None:
        """Add to the list that -ErrorVariable and the like fill; `+name` and `name` are the same once it is begun."""
        name = name.lstrip("+")
        present = self.variable(name)
        if isinstance(present, ArrayList):
            present.append(value)
        else:
            self.assign(name, ArrayList([value]))

    def note_error(self, record: ErrorRecord, *, show: bool) -> None:
        """Keep an error in `$Error`, and write it."""
        from mailwake.shell.invocation import error_object

        self.errors.insert(0, error_object(record))
        del self.errors[_KEPT_ERRORS:]
        self.succeeded = False
        if show:
            self.failed += 1
            self.host.error(record)

    def preference(self, name: str, default: str) -> str:
        """A preference variable such as `$ErrorActionPreference`, in lower case."""
        value = self.variable(name)
        return value.lower() if isinstance(value, str) else default
