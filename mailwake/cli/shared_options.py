"""Options that several commands have, and the kinds of values that they take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any, TypeVar

import click

from mailwake.cli.sections import option

_F = TypeVar("_F", bound=Callable[..., Any])
_INPUT, _TIME = "Straight from files", "Time"


class Zone(click.ParamType[tzinfo]):
    """A time zone by name or offset."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tzinfo:
        """The zone."""
        from mailwake.operations.when import zone_named

        if isinstance(value, tzinfo):
            return value
        try:
            return zone_named(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class AssumedZone(click.ParamType[str]):
    """The same, kept as the word that was typed: the reader of logs takes words."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word, when there is such a zone."""
        Zone().convert(value, param, ctx)
        return str(value)


class Size(click.ParamType[int]):
    """A size with a unit."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Bytes."""
        from mailwake.operations.criteria import CriteriaError, parse_size

        if isinstance(value, int):
            return value
        try:
            return parse_size(value)
        except CriteriaError as error:
            self.fail(str(error), param, ctx)


def time_options(command: _F) -> _F:
    """--since, --until, --zone."""
    command = option(
        _TIME, "--zone", type=Zone(), default="local", metavar="ZONE", show_default="this machine's",
        help="Zone of the times you give and see: Europe/Berlin, UTC, +02:00.",
    )(command)  # fmt: skip
    command = option(
        _TIME, "--until", metavar="TIME", help="Received before this; a day counts whole, so 'yesterday' means its end."
    )(command)
    return option(
        _TIME, "--since", metavar="TIME",
        help="Received then or later: 2d, 36h, today, yesterday, monday, 2026-11-22, '2026-11-22 14:30', 14:30.",
    )(command)  # fmt: skip


def input_options(command: _F) -> _F:
    """--in, --assume-zone, --assume-year."""
    command = option(
        _INPUT, "--assume-year", type=click.IntRange(1970, 2200), metavar="YEAR",
        help="Year of the first stamp of each file whose stamps have none.",
    )(command)  # fmt: skip
    command = option(
        _INPUT, "--assume-zone", type=AssumedZone(), metavar="ZONE", help="Zone of stamps that name none."
    )(command)
    return option(
        _INPUT, "--in", "in_files", multiple=True, metavar="FILE",
        help="Read this log (or folder, or - for standard input) instead of the store. Repeatable.",
    )(command)  # fmt: skip


def span(since: str | None, until: str | None, zone: tzinfo) -> tuple[int | None, int | None]:
    """Microseconds of --since and --until. Raises click.UsageError."""
    from mailwake.operations import when

    now = datetime.now(UTC)
    try:
        return (
            when.parse(since, now=now, zone=zone) if since else None,
            when.parse(until, now=now, zone=zone, end=True) if until else None,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def check_input_options(in_files: tuple[str, ...], assume_zone: str | None, assume_year: int | None) -> None:
    """--assume-* belong to --in: what the store holds was read already."""
    if (assume_zone or assume_year) and not in_files:
        raise click.UsageError(
            "--assume-zone and --assume-year go with --in; for the store, give import --zone and --year"
        )


def input_words(in_files: tuple[str, ...], assume_zone: str | None, assume_year: int | None) -> tuple[str, ...]:
    """The same options as words for a further command; standard input cannot be read again and is left out."""
    words = [word for path in in_files if path != "-" for word in ("--in", path)]
    words += ["--assume-zone", assume_zone] if words and assume_zone else []
    words += ["--assume-year", str(assume_year)] if words and assume_year else []
    return tuple(words)
