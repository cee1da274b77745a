"""Command lines as Exchange admins write them: a session on an estate with mailboxes, in process and on a server.

`idioms.txt` is a transcript as those of the language's corpus are; run as a program, this module writes it anew.
"""

from __future__ import annotations

import io
import json
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the transcripts of the language, which have no package

from test_shell_corpus import commands

from mailwake.operations import demo_organization
from mailwake.shell import ExportPolicy, Interpreter
from mailwake.shell.exchange import exchange_registry
from mailwake.shell.exchange.services import LocalOperations, Services
from mailwake.shell.remote import connect
from tests.shell.exchange.conftest import NOW, make_estate
from tests.web.visiting import command, serve

FILE = Path(__file__).parent / "idioms.txt"
PLACE = "{DOMAIN}"
"""In the transcript, the demo organization's domain, which is not one that is set aside for examples."""


def session(data: Path, lines: list[str], *first: str) -> list[str]:
    """What each line writes."""
    operations = LocalOperations(data)
    out = io.StringIO()
    shell = Interpreter(
        exchange_registry(),
        out=out,
        zone=NOW.tzinfo,
        now=lambda: NOW,
        services=Services(operations, connect),
        export=ExportPolicy(folder=data.parent),
    )
    said = []
    try:
        for line in (*first, *lines):
            out.seek(0)
            out.truncate()
            shell.run(line)
            said.append(out.getvalue())
    finally:
        shell.session.services.close()
    assert not any(said[: len(first)]), said[: len(first)]
    return said[len(first) :]


@pytest.fixture
def copy(admin_estate: Path, tmp_path: Path) -> Path:
    """A copy of the estate."""
    return Path(shutil.copytree(admin_estate, tmp_path / "data", symlinks=True))


TRANSCRIPT = commands(FILE.read_text().replace(PLACE, demo_organization.DOMAIN))


def test_as_admins_write_them(copy: Path) -> None:
    said = session(copy, [line for line, _ in TRANSCRIPT])
    for (line, expected), told in zip(TRANSCRIPT, said, strict=True):
        assert told == expected, line


def test_there_are_many() -> None:
    assert len({line for line, _ in TRANSCRIPT}) >= 100


@pytest.mark.slow
def test_the_same_on_a_server(copy: Path) -> None:
    command(copy, "user", "add", "admin", "--role-groups", "Organization Management")
    secret = command(copy, "user", "token", "admin", "shell", "--jsonl")
    site = serve(copy)
    try:
        token = json.loads(secret.stdout)["Secret"]
        said = session(
            copy.parent / "nothing",
            [line for line, _ in TRANSCRIPT],
            f"Connect-ExchangeOnline -Uri {site.url} -Token {token}",
        )
    finally:
        site.stop()
    for (line, expected), told in zip(TRANSCRIPT, said, strict=True):
        assert told == expected, line


def _write(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        said = session(make_estate(Path(folder)), lines)
    text = "".join(f"PS> {line}\n{told}" for line, told in zip(lines, said, strict=True))
    FILE.write_text(text.replace(demo_organization.DOMAIN, PLACE))


if __name__ == "__main__":
    _write([line for line, _ in TRANSCRIPT])
