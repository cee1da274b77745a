"""The contract between a log source and the rest of the house.

A source is a package `mailwake/sources/<name>/` whose `__init__.py` defines `SOURCE`, an object that meets `Source`.
It brings its golden cases in `cases/*.json` (see `sources.golden` for their shape). Installed packages bring more by
entry points of the group `mailwake.sources`, each naming such an object.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from typing import NamedTuple, Protocol, runtime_checkable

from mailwake.events.fact import LineParser
from mailwake.events.pairs import product_of
from mailwake.events.shape import Shape

GROUP = "mailwake.sources"
"""Group of the entry points by which packages bring sources."""


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
        """Split a line of the product's own log file; None when the line has another shape or there is no such file.

        A record of a table or of a JSON document comes as one line of JSON (`ingest.tables`, `ingest.documents`).
        """

    def continues(self, line: str) -> bool:
        """Whether a line without a stamp belongs to the record before it in the product's own log file."""


@runtime_checkable
class TableSource(Protocol):
    """A source that also reads tables. Their rows come to `split_bare` as lines of JSON: `ingest.tables`."""

    def table(self, columns: tuple[str, ...]) -> bool:
        """Whether a table with columns of these names, as they are written, is one of ours."""


class Found(NamedTuple):
    """A source in use, and who brought it."""

    source: Source
    package: str
    """Name and version of the installed package that brought it; "" for those of this folder."""


@runtime_checkable
class ElementSource(Protocol):
    """A source that also reads XML documents. Its elements come to `split_bare` as lines of JSON: `ingest.elements`."""

    def element(self, name: str, attributes: tuple[str, ...]) -> bool:
        """Whether an element of this name with these attributes is one of our records."""


@runtime_checkable
class Shaped(Protocol):
    """A source that also says its commonest lines as shapes, which makes reading them several times as fast."""

    def shapes(self, program: str) -> tuple[Shape, ...]:
        """Shapes of a program that it has a parser for, the commonest first."""


@runtime_checkable
class Adopting(Protocol):
    """A source whose programs may log under any tag that the administrator chose."""

    def adopts(self, message: str) -> LineParser | None:
        """Give the parser of a message under a tag that no source claims, if its own words leave no doubt."""


@runtime_checkable
class Identifying(Protocol):
    """A source whose programs write the id of a message where others write their process id: `dma[2a4f3]: new mail`;
    or which has no other id than that of the process."""

    def writes_id(self, program: str) -> bool:
        """Whether this program does so. Its parser is given the id in brackets in front of the message: `[2a4f3] new
        mail`."""


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH = "|".join(_MONTHS)
"""Pattern of a month as ctime(3) writes it."""


def stamp_of(match: re.Match[str]) -> str:
    """The stamp of a `Bare` line whose time is in the groups year, month (see `MONTH`), day and time."""
    month = _MONTHS.index(match["month"]) + 1
    return f"{match['year']}-{month:02d}-{int(match['day']):02d} {match['time']}"


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
def found() -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """Every source in use, in the order in which they are asked, and a sentence for each that cannot be used.

    First those that other packages bring (entry points of the group `GROUP`), so that one may know a product better
    than this folder does; then those of this folder; each in the order of their names.
    """
    own = _of_this_folder()
    others, faults = _of_packages({source.name for source in own})
    return (*others, *(Found(source, "") for source in own)), faults


def _of_this_folder() -> list[Source]:
    import mailwake.sources as room

    sources: list[Source] = []
    for info in sorted(pkgutil.iter_modules(room.__path__), key=lambda item: item.name):
        if not info.ispkg:
            continue
        source = getattr(importlib.import_module(f"{room.__name__}.{info.name}"), "SOURCE", None)
        if not isinstance(source, Source):
            raise TypeError(
                f"mailwake/sources/{info.name}/__init__.py must define SOURCE that meets sources.api.Source"
            )
        sources.append(source)
    return sources


def _of_packages(taken: set[str]) -> tuple[list[Found], tuple[str, ...]]:
    from importlib.metadata import entry_points

    sources: list[Found] = []
    faults: list[str] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        package = f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else entry.value
        told = f"log source {entry.name} of package {package} cannot be used"
        try:
            loaded = entry.load()
        except Exception as error:  # whatever goes wrong in there must not stop the rest
            faults.append(f"{told}: {type(error).__name__}: {error}")
            continue
        source = getattr(loaded, "SOURCE", loaded)
        if isinstance(source, type) or not isinstance(source, Source):
            faults.append(f"{told}: {entry.value} is no source (mailwake.sources.api.Source)")
        elif source.name in taken:
            faults.append(f"{told}: there is a source named {source.name} already")
        else:
            taken.add(source.name)
            sources.append(Found(source, package))
    return sources, tuple(faults)


@cache
def all_sources() -> tuple[Source, ...]:
    """Every source in use, in the order in which they are asked."""
    return tuple(one.source for one in found()[0])


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
def shapes_for(program: str) -> tuple[Shape, ...]:
    """The shapes of the source whose parser a program has."""
    for source in all_sources():
        if source.parser(program) is not None:
            return source.shapes(program) if isinstance(source, Shaped) else ()
    return ()


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
