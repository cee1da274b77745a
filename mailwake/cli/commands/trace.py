"""`mailwake trace`: where is my mail?"""

from __future__ import annotations

import sys
from datetime import tzinfo
from typing import Any

import click

from mailwake.cli.criteria_options import criteria_of, criteria_options
from mailwake.cli.failures import FOUND, NOTHING
from mailwake.cli.pages import Pages, first_that_finds
from mailwake.cli.sections import SectionedCommand, option
from mailwake.cli.session import Session, opened, session_of
from mailwake.cli.shared_options import check_input_options, input_options, input_words, span, time_options
from mailwake.operations import guess, pasted
from mailwake.operations.backend import Backend
from mailwake.operations.criteria import Criteria, to_node
from mailwake.operations.cursors import cursor, token
from mailwake.store.query import Cursor
from mailwake.store.rows import Row

_OUTPUT = "Output"

HELP = """Find messages: who sent what to whom, and what became of it. Newest first, one row for each recipient.

QUERY is guessed: an address or domain (sender or recipient), a Message-ID, a queue ID, a MessageTraceId, a client's IP,
or else words of the subject. Options narrow the search; several values of one option widen it.

\b
mailwake trace bob@example.org                     all of Bob's mail
mailwake trace -r bob@example.org --since 2d       what he should have got lately
mailwake trace --status Failed --since today       what went wrong today
mailwake trace -s '*@example.com' --outcome rejected
mailwake trace -s '<>' -r example.org              bounces to a domain
mailwake trace --in /var/log/mail.log 4F3A2B1C0D   straight from a file
zcat mail.log.*.gz | mailwake trace --in - invoice
mailwake trace --since monday --csv --limit 100000 > week.csv
mailwake trace --bounce ndr.eml                    the message that a bounce is about; - takes what is pasted

Exit code: 0 found, 1 nothing found, 2 wrong usage, 3 failed.
"""


class _CursorType(click.ParamType[Cursor]):
    name = "token"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Cursor:
        try:
            return value if isinstance(value, Cursor) else cursor(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command("trace", cls=SectionedCommand, help=HELP, short_help="Find messages.")
@click.argument("query", required=False)
@criteria_options
@time_options
@option(_OUTPUT, "--limit", type=click.IntRange(1), default=100, show_default=True, help="Rows at most.")
@option(_OUTPUT, "--cursor", type=_CursorType(), metavar="TOKEN", help="Go on where a page ended.")
@option(_OUTPUT, "--json", "form", flag_value="json", help="A JSON array.")
@option(_OUTPUT, "--jsonl", "form", flag_value="jsonl", help="A JSON object per line.")
@option(_OUTPUT, "--csv", "form", flag_value="csv", help="CSV with a heading.")
@option(_OUTPUT, "--wide", is_flag=True, help="Cut nothing off in the table.")
@option(
    "Which message",
    "--bounce",
    type=click.File("rb"),
    metavar="FILE",
    help="The message that a bounce, pasted headers or a log line speaks of; - is standard input.",
)
@input_options
@click.pass_context
def COMMAND(ctx: click.Context, /, query: str | None, **values: Any) -> int:
    """Ask and show."""
    session = session_of(ctx)
    zone: tzinfo = values["zone"]
    check_input_options(values["in_files"], values["assume_zone"], values["assume_year"])
    criteria = criteria_of(values, *span(values["since"], values["until"], zone))
    ways = _ways(query, values, criteria)
    for way in ways:
        to_node(way.criteria)  # what cannot be meant so is told before anything is read
    source = (values["in_files"], values["assume_zone"], values["assume_year"])
    with opened(session, *source) as backend:
        found, rows = first_that_finds([Pages(backend, way, values["limit"], values["cursor"]) for way in ways])
        if values["form"]:
            from mailwake.cli.writing import write_rows

            count = write_rows(values["form"], rows)
        else:
            shown = list(rows)
            count = len(shown)
            _table(shown, zone, values["wide"])
            _hint_at_story(shown, session, input_words(*source))
        _say_what_lacks(backend, criteria, found)
    sys.stdout.flush()
    _say_how_many(session, found, count, values["in_files"], quiet=bool(values["form"]))
    return FOUND if count else NOTHING


def _ways(query: str | None, values: dict[str, Any], criteria: Criteria) -> list[guess.Reading]:
    """How the question can be read, the likeliest way first. Raises CriteriaError, click.UsageError."""
    if values["bounce"] is None:
        return [guess.Reading("", criteria)] if query is None else guess.readings(query, criteria)
    if query is not None:
        raise click.UsageError("give a QUERY or --bounce, not both")
    if "-" in values["in_files"] and values["bounce"].name == "<stdin>":
        raise click.UsageError("--bounce and --in cannot both read standard input")
    return pasted.readings(values["bounce"].read(pasted.LARGEST), criteria)


def _table(rows: list[Row], zone: tzinfo, wide: bool) -> None:
    from mailwake.cli.render_rows import table
    from mailwake.cli.terminal import columns

    for line in table(rows, zone, None if wide else columns()) if rows else ():
        click.echo(line)


def _hint_at_story(rows: list[Row], session: Session, source: tuple[str, ...]) -> None:
    """Someone who looks at a table wants to know more of a row of it."""
    from mailwake.cli.render_rows import identity

    if rows and sys.stderr.isatty():
        command = session.command("show", *source, identity(rows[0]))
        click.echo(f"\nThe whole story of one: {command}", err=True)


def _say_what_lacks(backend: Backend, criteria: Criteria, found: Pages) -> None:
    """Silences and losses of the logs that touch the time asked for, or that of the rows."""
    from mailwake.operations.gaps import around

    low, high = criteria.since, criteria.until
    if low is None and high is None:
        low, high = around(found.first, found.last)
    for text in backend.gaps(low, high):
        click.echo(f"note: {text}", err=True)


def _hint_at_visits(session: Session, found: Pages, in_files: tuple[str, ...]) -> None:
    """A client that brought no message may have come all the same."""
    for ip in found.client_ips:
        if "/" not in ip and "-" not in in_files:
            command = session.command("show", *(word for name in in_files for word in ("--in", name)), ip)
            click.echo(f"Whether {ip} came at all, and what it did: {command}", err=True)
            return


def _say_how_many(session: Session, found: Pages, count: int, in_files: tuple[str, ...], *, quiet: bool) -> None:
    """To standard error; with output for programs only what they would miss, unless someone looks on."""
    meant = f", reading the query as {found.what}" if found.what else ""
    if not count:
        click.echo(f"Nothing found{meant}.", err=True)
        _hint_at_visits(session, found, in_files)
        return
    rows = "1 row" if count == 1 else f"{count} rows"
    if found.next_cursor is None:
        if not quiet or sys.stderr.isatty():
            click.echo(f"{rows}{meant}.", err=True)
        return
    if "-" in in_files:
        click.echo(f"{rows}{meant}; there are more, take a higher --limit.", err=True)
        return
    click.echo(f"{rows}{meant}; there are more:\n{session.again('--cursor', token(found.next_cursor))}", err=True)
