"""What can go wrong in a script, worded and laid out as PowerShell does it, and the ways out of a running one.

A `ShellError` is terminating: it ends the statement, or what a `try` holds. A cmdlet's non-terminating errors are
`ErrorRecord`s that go to the error stream while the pipeline runs on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What a run ends with."""

    OK = 0
    """Everything ran without an error."""
    ERRORS = 1
    """An error was written, or one ended the run."""
    SYNTAX = 2
    """The text could not be parsed; nothing of it ran."""
    CANCELLED = 130
    """Somebody interrupted the run."""


@dataclass(frozen=True, slots=True)
class Extent:
    """A piece of a source text: offsets, the end excluded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """A text that is run: typed at a prompt, given on the command line, or a file."""

    text: str
    name: str = ""
    """Name of the file; empty for a typed line."""

    def place(self, extent: Extent) -> tuple[int, int, str]:
        """Line and character (both from 1) of an extent, and that line."""
        start = min(extent.start, len(self.text))
        before = self.text[:start]
        number = before.count("\n") + 1
        begin = before.rfind("\n") + 1
        end = self.text.find("\n", begin)
        return number, start - begin + 1, self.text[begin : end if end >= 0 else len(self.text)].rstrip("\r")

    def pointer(self, extent: Extent) -> list[str]:
        """The lines with which PowerShell shows a place: `At line:1 char:6`, the line, and what is meant underlined."""
        number, char, line = self.place(extent)
        where = f"At {self.name}:{number}" if self.name else f"At line:{number}"
        width = max(1, min(extent.end, len(self.text)) - extent.start)
        first = char - 1
        last = min(first + width, max(len(line), first + 1))
        shown, first, last = _window(line, first, last)
        return [f"{where} char:{char}", f"+ {shown}", f"+ {' ' * first}{'~' * max(1, last - first)}"]


_ROOM = 100
_CONTEXT = 30


def _window(line: str, first: int, last: int) -> tuple[str, int, int]:
    """The part of a long line around a place, ends marked by `...` as PowerShell does."""
    line = "".join(char if char.isprintable() else " " for char in line)
    begin = max(0, first - _CONTEXT) if len(line) > _ROOM else 0
    end = min(len(line), begin + _ROOM)
    head = "... " if begin else ""
    tail = " ..." if end < len(line) else ""
    shift = len(head) - begin
    return head + line[begin:end] + tail, first + shift, min(last, end) + shift


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """One error, as `$Error[0]`, `-ErrorVariable` and the error stream have it."""

    message: str
    error_id: str = "RuntimeException"
    """PowerShell's FullyQualifiedErrorId, such as `CommandNotFoundException`."""
    category: str = "OperationStopped"
    target: str = ""
    """What the error speaks of: a name or a value."""
    reason: str = "RuntimeException"
    """Name of the exception's class."""
    command: str = ""
    """The cmdlet that wrote it."""
    extent: Extent | None = None
    source: Source | None = None
    syntax: bool = False
    """Whether the text could not be parsed."""

    def lines(self) -> list[str]:
        """The error as it is printed."""
        place = self.source.pointer(self.extent) if self.source is not None and self.extent is not None else []
        about = f"({self.target})" if self.target else "(:)"
        details = [
            f"    + CategoryInfo          : {self.category}: {about} [{self.command}], {self.reason}",
            f"    + FullyQualifiedErrorId : {self.error_id}" + (f",{self.command}" if self.command else ""),
        ]
        if self.syntax:
            return [*place, *self.message.splitlines(), *details]
        called = self.command or (self.target.rpartition(":")[0] if self.error_id == "CommandNotFoundException" else "")
        head = f"{called} : {self.message}" if called else self.message
        return [*(head.splitlines() or [""]), *place, *details]


class ShellError(Exception):
    """A terminating error."""

    def __init__(
        self,
        message: str,
        error_id: str = "RuntimeException",
        *,
        category: str = "InvalidOperation",
        target: str = "",
        reason: str = "RuntimeException",
        extent: Extent | None = None,
    ) -> None:
        super().__init__(message)
        self.record = ErrorRecord(message, error_id, category, target, reason, extent=extent)
        self.stops = False
        """Whether it ends the whole run, not only its statement: `throw`, `-ErrorAction Stop`."""

    @classmethod
    def of(cls, record: ErrorRecord) -> ShellError:
        """The terminating error with this record, as it is."""
        made = cls(record.message)
        made.record = record
        return made

    def at(self, extent: Extent | None, source: Source | None = None, command: str = "") -> ShellError:
        """Fill in where it happened, where that is not known more exactly already."""
        record = self.record
        self.record = replace(
            record,
            extent=record.extent or extent,
            source=record.source or source,
            command=record.command or command,
        )
        return self


class ParseError(ShellError):
    """The text is no sentence of the language."""

    def __init__(
        self, message: str, error_id: str, extent: Extent, source: Source | None = None, *, incomplete: bool = False
    ) -> None:
        super().__init__(message, error_id, category="ParserError", reason="ParentContainsErrorRecordException")
        self.record = replace(self.record, extent=extent, source=source, syntax=True)
        self.incomplete = incomplete
        """Whether more text could make it whole: an open bracket or string, a pipe at the end."""


class LimitError(ShellError):
    """A bound of the shell was reached; `catch` does not hold it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "LimitExceeded", category="LimitsExceeded", reason="LimitException")
        self.stops = True


class Cancelled(Exception):
    """Somebody interrupted the run."""


class LoopExit(Exception):
    """`break` or `continue`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Return(Exception):
    """`return` with its values, already in the output."""

    def __init__(self, values: list[Any]) -> None:
        super().__init__("return")
        self.values = values


class Exit(Exception):
    """`exit` with its code."""

    def __init__(self, code: int) -> None:
        super().__init__("exit")
        self.code = code
