"""A data directory with the demo organization, one with the sample estate, and a server over a copy."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailwake import sample
from mailwake.operations import demo_organization, importing
from mailwake.operations.contract import Caller
from mailwake.shell import Interpreter
from mailwake.shell.exchange import exchange_registry
from mailwake.shell.exchange.services import LocalOperations, Operations, Services
from mailwake.shell.remote import connect
from tests.web.visiting import MAILBOX_LOG

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
"""A day after the newest record of the sample."""


@dataclass
class Shell:
    """An interpreter whose output is kept."""

    interpreter: Interpreter
    out: io.StringIO
    err: io.StringIO
    warn: io.StringIO

    def run(self, text: str) -> int:
        """Run a text; the exit code."""
        return int(self.interpreter.run(text))

    def said(self, text: str) -> str:
        """Run a text that must not fail; what it prints."""
        before = len(self.out.getvalue())
        assert self.run(text) == 0, self.err.getvalue()
        return self.out.getvalue()[before:]

    def failed(self, text: str) -> str:
        """Run a text that must fail; the error as it is printed."""
        before = len(self.err.getvalue())
        assert self.run(text) != 0
        return self.err.getvalue()[before:]


def make(operations: Operations) -> Shell:
    """A shell that asks these."""
    out, err, warn = io.StringIO(), io.StringIO(), io.StringIO()
    services = Services(operations, connect)
    interpreter = Interpreter(
        exchange_registry(), out=out, err=err, warn=warn, zone=UTC, now=lambda: NOW, services=services
    )
    return Shell(interpreter, out, err, warn)


@pytest.fixture
def contoso(tmp_path: Path) -> Path:
    """The demo organization."""
    data = tmp_path / "data"
    demo_organization.make(data)
    return data


@pytest.fixture(scope="session")
def estate_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample estate, not to be changed."""
    data = tmp_path_factory.mktemp("estate") / "data"
    importing.run(data, [str(path) for path in sample.paths()], zone="UTC")
    return data


@pytest.fixture
def shell_of() -> Iterator[Callable[..., Shell]]:
    """Makes shells over data directories; closed at the end."""
    made: list[LocalOperations] = []

    def shell(data: Path, caller: Caller | None = None) -> Shell:
        made.append(LocalOperations(data, caller))
        return make(made[-1])

    yield shell
    for one in made:
        one.close()


@pytest.fixture
def estate(estate_made: Path) -> Iterator[Shell]:
    """A shell over the sample estate."""
    operations = LocalOperations(estate_made)
    yield make(operations)
    operations.close()


def make_estate(folder: Path) -> Path:
    """The sample's mail, what was done in a mailbox, and the demo organization."""
    data, log = folder / "data", folder / "mailbox.log"
    log.write_text(MAILBOX_LOG)
    demo_organization.make(data)
    importing.run(data, [str(path) for path in sample.paths()], zone="UTC")
    importing.run(data, [str(log)], zone="UTC", year=2026)
    return data


@pytest.fixture(scope="session")
def admin_estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The estate, not to be changed: take a copy."""
    return make_estate(tmp_path_factory.mktemp("idioms"))
