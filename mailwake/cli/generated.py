"""Commands that nobody writes: each operation of the catalog with `command` words is one."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from mailwake.cli.failures import FOUND, NOTHING
from mailwake.cli.session import session_of
from mailwake.cli.shared_options import Zone

if TYPE_CHECKING:
    from mailwake.operations.contract import Operation
    from mailwake.operations.models import Answer

_WHOLE = "text"
"""The only field of items that are pieces of a document."""
_GROUPS = {
    "audit": "What was done in mailboxes, and who asked for it.",
    "bypass": "Who is not audited.",
    "directory": "Fill the directory.",
    "domain": "The organization's domains.",
    "jobs": "Work that was asked for and is done later.",
    "mailbox": "Mailboxes, and what is audited in them.",
    "organization": "The organization's settings.",
    "permission": "Who has which right on a mailbox.",
    "query": "Queries of the message trace that can be run again.",
    "report": "Reports on messages, made in the background.",
    "role": "Management roles.",
    "role-group": "Who may do what.",
    "send-as": "Who may send as whom.",
    "user": "Accounts that sign in, and their tokens.",
}
"""Help of the groups, by the words before the last."""


def names() -> set[str]:
    """First words of all commands that are made here."""
    return {path[0] for path in _paths()}


def load(name: str) -> click.Command | None:
    """The command or group of a first word; None if no operation has it."""
    return _node((name,)) if name in names() else None


def extend(group: click.Group, name: str) -> None:
    """Add what operations have under a group that somebody wrote."""
    made = load(name)
    if isinstance(made, click.Group):
        for word, command in made.commands.items():
            if word not in group.commands:
                group.add_command(command, word)


@cache
def _paths() -> dict[tuple[str, ...], Operation[Any]]:
    from mailwake.operations.contract import all_operations

    found = {}
    for operation in all_operations().values():
        for path in (operation.command, *operation.also):
            if path:
                found[path] = operation
    return found


def _node(path: tuple[str, ...]) -> click.Command:
    operation = _paths().get(path)
    if operation is not None:
        return command_of(operation, path[-1])
    depth = len(path)
    words = sorted({other[depth] for other in _paths() if other[:depth] == path and len(other) > depth})
    group = click.Group(path[-1], help=_GROUPS.get(" ".join(path), ""))
    for word in words:
        group.add_command(_node((*path, word)), word)
    return group


def command_of(operation: Operation[Any], word: str) -> click.Command:
    """The command of an operation."""
    from mailwake.cli.model_options import argument_help, parameters

    texts = [operation.summary, *argument_help(operation.input), operation.details]
    given = parameters(operation.input)

    @click.pass_context
    def run(ctx: click.Context, /, **values: Any) -> int:
        return _run(ctx, operation, values)

    return click.Command(
        word,
        params=[*given, *_common(operation)],
        callback=run,
        help="\n\n".join(text for text in texts if text),
        short_help=operation.summary,
        epilog="Exit codes: 0 found or done, 1 nothing found, 2 wrong usage, 3 failed.",
    )


def _common(operation: Operation[Any]) -> list[click.Parameter]:
    found: list[click.Parameter] = [
        click.Option(["--json", "form"], flag_value="json", help="A JSON array."),
        click.Option(["--jsonl", "form"], flag_value="jsonl", help="A JSON object per line."),
        click.Option(["--csv", "form"], flag_value="csv", help="CSV with a heading."),
        click.Option(["--wide"], is_flag=True, help="Cut nothing off in the table."),
        click.Option(
            ["--zone"],
            type=Zone(),
            default="local",
            metavar="ZONE",
            show_default="this machine's",
            help="Zone of the times you give and see: Europe/Berlin, UTC, +02:00.",
        ),
    ]
    if operation.changes:
        found.append(click.Option(["--what-if"], is_flag=True, help="Show what would come of it, and keep nothing."))
    return found


def _run(ctx: click.Context, operation: Operation[Any], values: dict[str, Any]) -> int:
    """Ask or order, and show the answer."""
    from mailwake.cli.model_options import values_of
    from mailwake.operations.local import open_context
    from mailwake.operations.parameters import build_input
    from mailwake.operations.perform import perform

    zone: tzinfo = values.pop("zone")
    given = build_input(operation, values_of(operation.input, values, zone, datetime.now(UTC)))
    session = session_of(ctx)
    opened = open_context(session.data_dir, store=operation.store, zone=zone, create=operation.changes)
    with opened as context:
        context.what_if = bool(values.get("what_if"))
        answer = perform(operation, context, given)
        count = _show(answer, operation, values["form"], zone, wide=values["wide"])
    for text in answer.warnings:
        click.echo(f"note: {text}", err=True)
    if operation.changes:
        if context.what_if:
            click.echo("What if: nothing was changed.", err=True)
        elif not count:
            click.echo("Nothing had to be changed.", err=True)
        return FOUND
    if not count:
        click.echo("Nothing found.", err=True)
    return FOUND if count else NOTHING


def _print(answer: Answer) -> int:
    """Pieces of a document: text on a terminal, its very bytes into a file or a pipe."""
    from mailwake.operations.models import Piece

    count = 0
    into = None if sys.stdout.isatty() else getattr(sys.stdout, "buffer", None)
    for item in answer:
        if into is not None and isinstance(item, Piece):
            into.write(item.raw)
        else:
            sys.stdout.write(str(getattr(item, _WHOLE)))
        count += 1
    return count


def _show(answer: Answer, operation: Operation[Any], form: str | None, zone: tzinfo, *, wide: bool) -> int:
    from mailwake.operations.parameters import outside_name

    if form:
        from mailwake.cli.writing import RECORD_FORMS

        titles = [outside_name(operation.output, name) for name in operation.output.model_fields]
        records = (item.model_dump(mode="json", by_alias=True) for item in answer)
        return RECORD_FORMS[form](records, titles)
    if list(operation.output.model_fields) == [_WHOLE]:
        return _print(answer)
    from mailwake.cli.render_items import lines_of
    from mailwake.cli.terminal import columns

    items = list(answer)
    for line in lines_of(items, operation.output, zone, None if wide else columns()) if items else ():
        click.echo(line)
    return len(items)
