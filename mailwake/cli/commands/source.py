"""`mailwake source`: the log sources in use, and the beginning of another."""

from __future__ import annotations

from pathlib import Path

import click

from mailwake.cli.failures import FOUND
from mailwake.cli.printable import plain

HELP = """The products whose logs are understood, and the beginning of one more."""

NEW_HELP = """Write the beginning of a source for another product's logs: grammar and golden cases, ready to be tested.

In a checkout of Mailwake it becomes a folder there; anywhere else, or with --package, a package of its own, which needs
nothing but to be installed beside Mailwake.

\b
mailwake source new mymta
mailwake source new acme_mail --program acme-smtpd --package
"""

LIST_HELP = """Names of all sources in use, with the package that brought them if they are not Mailwake's own."""


@click.group("source", help=HELP, short_help="Show log sources, begin another.")
def COMMAND() -> None:
    """The group of these commands."""


@COMMAND.command("list", help=LIST_HELP, short_help="Show the sources in use.")
def list_() -> int:
    """Names, and what cannot be used."""
    from mailwake.sources.api import found

    sources, faults = found()
    for one in sorted(sources, key=lambda one: one.source.name):
        click.echo(f"{one.source.name:<16} {plain(one.package)}".rstrip())
    for fault in faults:
        click.echo(plain(fault), err=True)
    return FOUND


@COMMAND.command("new", help=NEW_HELP, short_help="Begin a source.")
@click.argument("name")
@click.option("--program", default="", metavar="TAG", help="The name under which it logs, if another than NAME.")
@click.option("--package", "as_package", is_flag=True, help="A package of its own, even in a checkout.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    show_default="the current one",
    help="The checkout, or where the package shall lie.",
)
def new(name: str, program: str, as_package: bool, folder: Path) -> int:
    """Write the files and say how to go on."""
    from mailwake.operations import source_new

    made = source_new.make(name, program=program, parent=folder, as_package=as_package)
    for path in made.files:
        click.echo(plain(str(path)))
    click.echo("", err=True)
    for hint in _PACKAGE_HINTS if made.is_package else _FOLDER_HINTS:
        click.echo(plain(hint.format(folder=made.folder, name=name)), err=True)
    return FOUND


_FOLDER_HINTS = (
    "Its tests pass as it is: ./test tests/test_source_cases.py -k {name}",
    "Now put real lines into {folder}/cases/messages.json, and what they mean into {folder}/lines.py.",
    "CONTRIBUTING.md says how.",
)
_PACKAGE_HINTS = (
    "Install it beside Mailwake: pip install -e {folder}",
    "Its tests pass as it is: pytest {folder}",
    "Now put real lines into its cases/messages.json, and what they mean into its lines.py.",
)
