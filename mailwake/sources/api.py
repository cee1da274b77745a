"""The contract between a log source and the rest of the house.

A source is a package `mailwake/sources/<name>/` whose `__init__.py` defines `SOURCE`, an object that meets `Source`.
It brings its golden cases in `cases/*.json` (see `tests/test_source_cases.py` for their shape).
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import NamedTuple, Protocol, runtime_checkable

from mailwake.events.fact import LineParser
from mailwake.events.pairs import product_of


class Bare(NamedTuple):
    """What a product's own log file (no syslog header) says at the start of a line."""

    stamp: str
    """Time as written, one of the shapes that `ingest.stamps` reads: `2026-11-22 02:36:25.823 +0100`, `Nov 22
    02:29:47`."""
    host: str
    program: str
    pid: int
    message: str


@runtime_checkable
class Source(Protocol):
    """One product's log grammar. Pure: no I/O, no state that outlives a call."""

    name: str

    def parser(self, program: str) -> LineParser | None:
        """Give the parser for records of this program tag (`postfix/submission/smtpd`), or None if it is not ours.

        Called once per distinct tag; the result is kept.
        """

    def split_bare(self, line: str) -> Bare | None:
        """Split a line of the product's own log file; None when the line has another shape or there is no such file."""

    def continues(self, line: str) -> bool:
        """Whether a line without a stamp belongs to the record before it in the product's own log file."""


@runtime_checkable
class Adopting(Protocol):
    """A source whose programs may log under any tag that the administrator chose."""

    def adopts(self, message: str) -> LineParser | None:
        """Give the parser of a message under a tag that no source claims, if its own words leave no doubt."""


class SimpleSource:
    """A source whose programs log through syslog: it is known by their tags alone. Meets `Source`.

    A product that also has a log file of its own overrides `split_bare`.
    """

    def __init__(self, name: str, parsers: dict[str, LineParser]) -> None:
        """parsers: by the name of the product in its tag; see `events.pairs.product_of`."""
        self.name = name
        self._parsers = parsers

    def parser(self, program: str) -> LineParser | None:
        """Give the parser of the product that the tag names."""
        return product_of(program, self._parsers)

    def split_bare(self, line: str) -> Bare | None:
        """Give None: there is no log file without a syslog header."""
        return None

    def continues(self, line: str) -> bool:
        """Give False: one line a record."""
        return False


@cache
def all_sources() -> tuple[Source, ...]:
    """Every source in this folder, in the order of their names."""
    import mailwake.sources as room

    found: list[Source] = []
    for info in sorted(pkgutil.iter_modules(room.__path__), key=lambda item: item.name):
        if not info.ispkg:
            continue
        source = getattr(importlib.import_module(f"{room.__name__}.{info.name}"), "SOURCE", None)
        if not isinstance(source, Source):
            raise TypeError(
                f"mailwake/sources/{info.name}/__init__.py must define SOURCE that meets sources.api.Source"
            )
        found.append(source)
    return tuple(found)


@cache
def parser_for(program: str) -> LineParser | None:
    """The parser of the first source that claims this program tag; None for programs that are no part of a mail
    system."""
    for source in all_sources():
        parser = source.parser(program)
        if parser is not None:
            return parser
    return None


@cache
def _adopting() -> tuple[Adopting, ...]:
    return tuple(source for source in all_sources() if isinstance(source, Adopting))


def adopter(message: str) -> LineParser | None:
    """The parser of the first source that knows a message under a tag that no source claims."""
    for source in _adopting():
        parser = source.adopts(message)
        if parser is not None:
            return parser
    return None
