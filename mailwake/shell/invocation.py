"""One call of a cmdlet, as its handler sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mailwake.shell.errors import ErrorRecord, Extent, ShellError, Source
from mailwake.shell.objects import PSObject, Value
from mailwake.shell.registry import Cmdlet, Services
from mailwake.shell.values.convert import Settings

if TYPE_CHECKING:
    from mailwake.shell.session import Session


@dataclass(slots=True)
class Common:
    """The common parameters of a call, and what the preference variables say where they do not."""

    error_action: str = "continue"
    warning_action: str = "continue"
    verbose: bool = False
    what_if: bool = False
    confirm: bool | None = None
    error_variable: str = ""
    warning_variable: str = ""
    out_variable: str = ""


@dataclass(slots=True)
class Invocation:
    """One call of a cmdlet: bound values, the pipeline's objects, and the ways to speak to the user."""

    cmdlet: Cmdlet
    bound: Mapping[str, Value]
    """Values by parameter name in lower case; see `get`."""
    input: Iterator[Value]
    """For a cmdlet that takes the stream: the pipeline's objects. Empty for others."""
    session: Session
    common: Common = field(default_factory=Common)
    extent: Extent | None = None
    source: Source | None = None
    piped: bool = False
    """Whether something stands before it in the pipeline."""
    set: str = ""
    """The parameter set in force."""

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter's value, or the default if it was not given."""
        return self.bound.get(name.lower(), default)

    def given(self, name: str) -> bool:
        """Whether a parameter was given."""
        return name.lower() in self.bound

    @property
    def settings(self) -> Settings:
        """Culture, zone and clock of the session."""
        return self.session.settings

    @property
    def services(self) -> Services:
        """What the integrator gave the session: operations, who asks."""
        return self.session.services

    def now(self) -> datetime:
        """The present time in the session's zone."""
        return self.settings.now().astimezone(self.settings.zone)

    def step(self) -> None:
        """Count a step and end here if the run is cancelled: to be called in long loops."""
        self.session.budget.step()

    def warning(self, text: str) -> None:
        """Write a warning, as -WarningAction has it."""
        if self.common.warning_variable:
            self.session.append_variable(self.common.warning_variable, text)
        if self.common.warning_action == "stop":
            stop = ShellError(text, "ActionPreferenceStop", category="OperationStopped")
            stop.stops = True
            raise stop
        if self.common.warning_action in ("continue", "inquire"):
            self.session.host.warning(text)

    def verbose(self, text: str) -> None:
        """Write a line that only -Verbose shows."""
        if self.common.verbose:
            self.session.host.verbose(text)

    def error(
        self, message: str, error_id: str = "CmdletError", category: str = "NotSpecified", target: str = ""
    ) -> None:
        """Write a non-terminating error, as -ErrorAction has it; raises `ShellError` if that is Stop."""
        self.record(ErrorRecord(message, error_id, category, target))

    def record(self, record: ErrorRecord) -> None:
        """The same with a record; what it lacks of place and cmdlet is filled in."""
        failure = ShellError.of(record).at(self.extent, self.source, self.cmdlet.name)
        if self.common.error_variable:
            self.session.append_variable(self.common.error_variable, error_object(failure.record))
        if self.common.error_action == "stop":
            failure.stops = True
            raise failure
        self.session.note_error(failure.record, show=self.common.error_action in ("continue", "inquire"))

    def should_process(self, target: str, action: str = "") -> bool:
        """Whether to go on with a change: no under -WhatIf, which says what would be done, or if the user says no."""
        action = action or self.cmdlet.name
        if self.common.what_if:
            self.session.host.line(f'What if: Performing the operation "{action}" on target "{target}".')
            return False
        asks = self.common.confirm if self.common.confirm is not None else self.cmdlet.asks
        if not asks:
            return True
        return self.session.host.confirm(f'Performing the operation "{action}" on target "{target}".')


def error_object(record: ErrorRecord) -> PSObject:
    """An error as scripts see it: `$_.Exception.Message`, `$_.FullyQualifiedErrorId`."""
    exception = PSObject({"Message": record.message}, f"System.{record.reason}", text=record.message)
    reason = PSObject(
        {"Category": record.category, "Reason": record.reason, "TargetName": record.target}, text=record.category
    )
    place = record.source.pointer(record.extent) if record.source and record.extent else []
    where = PSObject({"PositionMessage": "\n".join(place), "MyCommand": record.command}, text="\n".join(place))
    return PSObject(
        {
            "Exception": exception,
            "TargetObject": record.target,
            "CategoryInfo": reason,
            "FullyQualifiedErrorId": record.error_id,
            "InvocationInfo": where,
        },
        "System.Management.Automation.ErrorRecord",
        text=record.message,
    )
