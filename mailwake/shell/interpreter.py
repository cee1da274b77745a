"""The interpreter: text in, output, errors and warnings out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from mailwake.shell.builtin import builtin_registry
from mailwake.shell.dates import CULTURES
from mailwake.shell.errors import (
    Cancelled,
    Exit,
    ExitCode,
    LimitError,
    LoopExit,
    ParseError,
    Return,
    ShellError,
    Source,
)
from mailwake.shell.formatting.screenout import ScreenWriter
from mailwake.shell.limits import Budget, Limits
from mailwake.shell.objects import Value
from mailwake.shell.registry import Registry, Services
from mailwake.shell.session import ExportPolicy, Host, Session
from mailwake.shell.statements import Statements
from mailwake.shell.syntax.parser import parse
from mailwake.shell.values.convert import Settings


class Interpreter(Statements):
    """Runs texts one after the other; variables and functions last from one to the next."""

    def __init__(
        self,
        registry: Registry | None = None,
        *,
        out: TextIO | None = None,
        err: TextIO | None = None,
        warn: TextIO | None = None,
        width: int = 120,
        culture: str = "en-US",
        zone: tzinfo = UTC,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        services: Services = None,
        limits: Limits | None = None,
        export: ExportPolicy | None = None,
        ask: Callable[[str], bool] | None = None,
    ) -> None:
        """`registry` holds the integrator's cmdlets; those of the language are added.

        `now` gives a time with a zone; `width` is in columns; `ask` confirms, None where nobody can be asked; the
        streams are kept in memory where none are given. Raises ValueError for a culture that is not known.
        """
        known = builtin_registry()
        if registry is not None:
            known.cmdlets.update(registry.cmdlets)
            known.aliases.update(registry.aliases)
            known.types.update(registry.types)
        if culture.lower() not in CULTURES:
            names = ", ".join(one.name for one in CULTURES.values())
            raise ValueError(f"The culture {culture} is not known. Use one of: {names}.")
        settings = Settings(CULTURES[culture.lower()], zone, now)
        out = out if out is not None else io.StringIO()
        host = Host(out, err if err is not None else out, warn if warn is not None else out, max(width, 20), ask)
        session = Session(known, host, settings, services, export or ExportPolicy())
        session.budget = Budget(limits or Limits())
        host.count = lambda size: session.budget.wrote(size)
        super().__init__(session)
        self.exited = False
        """Whether the last run ended with `exit`."""
        self.writer = ScreenWriter(session)
        host.flush = self.writer.flush

    def run(self, text: str, name: str = "") -> ExitCode | int:
        """Run a text; `name` is that of its file, for messages. Gives what `exit` said, else an `ExitCode`."""
        session = self.session
        session.budget = Budget(session.budget.limits)
        session.failed = 0
        self.exited = False
        try:
            tree = parse(text, name)
        except ParseError as error:
            session.note_error(error.record, show=True)
            return ExitCode.SYNTAX
        self.source = Source(text, name)
        return self._finish(lambda: self._write_all(self.program(tree)))

    def _write_all(self, values: Iterator[Value]) -> None:
        for value in values:
            self.writer.write(value)
        self.writer.flush()

    def _finish(self, work: Callable[[], None]) -> ExitCode | int:
        """Run, and make an exit code of whatever ends it."""
        session = self.session
        scope, source = session.scope, self.source
        self._trying = self.depth = 0
        code: ExitCode | int | None = None
        try:
            code = self._ended(work)
        except RecursionError:
            error = LimitError("The script was stopped: it is nested too deeply.")
            session.note_error(error.at(None, source).record, show=True)
        finally:
            session.scope, self.source = scope.root(), source
        try:
            self.writer.flush()
        except LimitError as error:
            self.writer.clear()
            session.note_error(error.record, show=True)
        if code is not None:
            return code
        return ExitCode.ERRORS if session.failed else ExitCode.OK

    def _ended(self, work: Callable[[], None]) -> ExitCode | int | None:
        try:
            work()
        except Exit as way:
            self.exited = True
            return way.code
        except Return as way:
            self._write_all(iter(way.values))
        except LoopExit:
            return None
        except (Cancelled, KeyboardInterrupt):
            self.writer.clear()
            return ExitCode.CANCELLED
        except ShellError as error:
            self.writer.flush()
            self.session.note_error(error.at(None, self.source).record, show=True)
        except RecursionError:
            raise
        except Exception as error:
            self.writer.clear()
            self.session.note_error(_internal(error).at(None, self.source).record, show=True)
        return None

    def cancel(self) -> None:
        """End what is running, from another thread or a signal."""
        self.session.budget.stopped = True

    @property
    def cancelled(self) -> bool:
        """Whether the run is to end."""
        return self.session.budget.stopped

    def values(self, text: str) -> list[Value]:
        """The objects that a text gives, not laid out; raises `ShellError` where one ends the run."""
        self.session.budget = Budget(self.session.budget.limits)
        tree = parse(text)
        self.source = Source(text)
        return list(self.program(tree))

    def run_file(self, path: Path) -> ExitCode | int:
        """Run a script file (UTF-8, or UTF-16 with a mark); raises OSError if it cannot be read."""
        data = path.read_bytes()
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        return self.run(data.decode(encoding, errors="replace"), str(path))


def _internal(error: Exception) -> ShellError:
    """The message for a mistake of ours: users get no traceback."""
    text = f"The shell made a mistake ({type(error).__name__}: {str(error)[:200]}). Please report it with the command."
    return ShellError(text, "InternalError", category="NotSpecified", reason=type(error).__name__)


def zone_of(name: str) -> tzinfo:
    """The time zone with a name; raises ValueError."""
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"The time zone {name} is not known. Use a name like Europe/Stockholm, or UTC.") from None
