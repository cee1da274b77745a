"""Program tag -> the parser that reads its messages.

Every tag gets a callable, so that the fast loops need not ask: programs of no source get `foreign`, the log daemons
one that knows their loss notices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mailwake.events.fact import LineParser, Parsed
from mailwake.ingest.notices import is_log_daemon, loss, repeated_last
from mailwake.ingest.shapes import loadable
from mailwake.ingest.stamps import MONTHS
from mailwake.sources import api
from mailwake.sources.api import ElementSource, Identifying, Source, TableSource

FOREIGN: Parsed = ("foreign", "", {})
_STARTS = frozenset(MONTHS) | {"199", "200", "201", "202", "203", '{"_', '{"@', '{"t', '{"m', '{"l'}
_LIMIT = 10_000


class Registry:
    """The sources in use."""

    def __init__(
        self, sources: Sequence[Source] | None = None, parser_for: Callable[[str], LineParser | None] | None = None
    ) -> None:
        """All sources of the house unless others are given (by tests)."""
        self.sources: tuple[Source, ...] = tuple(api.all_sources() if sources is None else sources)
        self._parser_for = parser_for or (api.parser_for if sources is None else self._first)
        self._parsers: dict[str, LineParser] = {}
        self._shapes: dict[int, tuple[Any, ...]] = {}
        self._identifying: tuple[Identifying, ...] = tuple(
            [one for one in self.sources if isinstance(one, Identifying)]
        )

    def parser(self, program: str) -> LineParser:
        """The parser of a program tag."""
        found = self._parsers.get(program)
        if found is None:
            found = self._parser_for(program) or (_log_daemon if is_log_daemon(program) else foreign)
            if len(self._parsers) >= _LIMIT:
                self._parsers.clear()
            self._parsers[program] = found
        return found

    def shapes(self, program: str) -> tuple[Any, ...]:
        """The shapes of a program's lines, as the native part takes them: the same object for the same shapes."""
        found = api.shapes_for(program)
        made = self._shapes.get(id(found))
        if made is None:
            made = self._shapes[id(found)] = loadable(found)
        return made

    def writes_id(self, program: str) -> bool:
        """Whether the brackets of this program's tag hold an id of a message, and no process id."""
        return any(source.writes_id(program) for source in self._identifying)

    def knows(self, program: str) -> bool:
        """Whether a program is part of a mail system or of the log system."""
        return self.parser(program) is not foreign

    def knows_table(self, columns: tuple[str, ...]) -> bool:
        """Whether a source reads tables with these columns."""
        return any(isinstance(source, TableSource) and source.table(columns) for source in self.sources)

    def knows_element(self, name: str, attributes: tuple[str, ...]) -> bool:
        """Whether a source reads elements of XML documents of this name and with these attributes."""
        return any(isinstance(source, ElementSource) and source.element(name, attributes) for source in self.sources)

    def _first(self, program: str) -> LineParser | None:
        return next((parser for source in self.sources if (parser := source.parser(program))), None)


def foreign(message: str) -> Parsed | None:
    """For programs of no source; None for a message that may hold a whole log line of another program (T11)."""
    if message[:3] in _STARTS:
        return None
    parser = api.adopter(message)
    return FOREIGN if parser is None else parser(message)


def _log_daemon(message: str) -> Parsed | None:
    return loss(message) or repeated_last(message) or foreign(message)
