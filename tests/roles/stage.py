"""One store, one directory, people of every role group with and without a scope, and the three faces to ask by.

All in this process: the REST face and the pages through Django's test client, the shell over the same operations. What
each answer cost is told by the statements that the store and the directory were asked.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from mailwake.store.database import Database

INSIDE, OUTSIDE = "example.org", "example.com"
"""Domains of the estate: in the scope of those who have one, and out of it."""
NOBODY = "nobody"
SCOPED = f" of {INSIDE}"
"""What a role group with the scope is called after its pattern."""


class _Recorded:
    """A client whose statements are kept."""

    def __init__(self, client: Any, kept: list[str]) -> None:
        self._client = client
        self._kept = kept

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(found) or not name.startswith(("query", "command", "raw")):
            return found

        def asked(*words: Any, **more: Any) -> Any:
            self._kept.append(f"store: {words[0] if words else more.get('query', '')}")
            return found(*words, **more)

        return asked


class WatchedDatabase(Database):
    """A store that tells what it was asked."""

    kept: list[str]

    def client(self) -> Any:
        """The connection of the thread."""
        return _Recorded(super().client(), self.kept)


@dataclass
class Stage:
    """The serving process, so far as it is needed."""

    data: Path
    database: WatchedDatabase
    directory: Any
    statements: list[str] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    """By account."""

    @contextmanager
    def watched(self) -> Iterator[list[str]]:
        """The statements of store and directory while the block runs."""
        from django.db import connections

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            self.statements.append(f"directory: {sql}")
            return execute(sql, params, many, context)

        self.statements.clear()
        with connections[self.directory.alias].execute_wrapper(note):
            yield self.statements

    def caller(self, account: str, face: str) -> Any:
        """Who asks by a face."""
        from mailwake.operations.callers import caller_of

        return caller_of(self.directory, account, face=face)

    def api(self, account: str, name: str, given: dict[str, Any]) -> tuple[int, str]:
        """Ask the REST face: the status and the body. Orders are asked what they would do."""
        from django.test import Client

        from mailwake.operations.contract import all_operations

        query = "?what_if=true" if all_operations()[name].changes else ""
        answer = Client(HTTP_HOST="localhost").post(
            f"/api/v1/{name}{query}",
            json.dumps(given),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.tokens[account]}"},
        )
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        return answer.status_code, body.decode()

    def page(
        self, account: str, address: str, *, posted: dict[str, Any] | None = None, language: str = "en"
    ) -> tuple[int, str]:
        """Look at a page, or post its form: the status and what it shows."""
        from django.test import Client
        from django.utils.translation import override

        from mailwake.directory.models import Account

        client = Client(HTTP_HOST="localhost")
        client.force_login(
            Account.objects.using(self.directory.alias).get(name=account),
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        with override(language):  # what the middleware activates ends with this
            words = {"Accept-Language": language}
            answer = (
                client.get(address, headers=words) if posted is None else client.post(address, posted, headers=words)
            )
        return answer.status_code, answer.content.decode()

    def shell(self, account: str, line: str) -> str:
        """What a line of the shell writes."""
        from mailwake.shell import Interpreter
        from mailwake.shell.exchange import exchange_registry
        from mailwake.shell.exchange.services import LocalOperations, Services

        operations = LocalOperations(self.data, self.caller(account, "shell"))
        operations._database, operations._directory = self.database, self.directory  # theirs would be a second opener
        out = io.StringIO()
        interpreter = Interpreter(exchange_registry(), out=out, zone=UTC, services=Services(operations))
        interpreter.run(line)
        return out.getvalue()


def account_of(group: str, *, scoped: bool) -> str:
    """The account of a member of a role group."""
    return f"{group.lower().replace(' ', '-')}{'.part' if scoped else ''}@example.net"


def _people(stage: Stage) -> None:
    from mailwake.directory.records import ScopeRecord
    from mailwake.directory.roles import ROLE_GROUPS

    people, accounts = stage.directory.people, stage.directory.accounts
    scope = ScopeRecord(f"Only {INSIDE}", (INSIDE,), ())
    for group, (_, roles) in ROLE_GROUPS.items():
        people.create_role_group(group + SCOPED, roles, scope=scope)
    for group in (*ROLE_GROUPS, NOBODY):
        for scoped in (False, True):
            account = account_of(group, scoped=scoped)
            accounts.create(account, 1)
            if group != NOBODY:
                people.add_member(group + SCOPED if scoped else group, account)
            stage.tokens[account] = accounts.create_token(account, "test", 1)[1]


@contextmanager
def staged(folder: Path, log: str) -> Iterator[Stage]:
    """Set all up; `log` is of a mailbox server. Django can be set up once in a process: skips where it is otherwise."""
    from django.conf import settings as django

    if django.configured:
        pytest.skip("Django is set up for something else in this process: run tests/roles alone, as ./test does")
    from mailwake import sample
    from mailwake.app.server import _compile_catalogues, _migrate
    from mailwake.app.settings import APPLICATIONS, ServerOptions, settings
    from mailwake.directory.configuration import configure, database_of
    from mailwake.directory.opening import open_directory
    from mailwake.operations import importing, serving
    from mailwake.operations.serving import Runtime

    data = folder / "data"
    Database(data).close()  # the folder is a data directory before anything else lies in it
    configure(database_of(data), APPLICATIONS, **settings(data, ServerOptions()))
    lines = folder / "mailbox.log"
    lines.write_text(log)
    importing.run(data, [str(path) for path in sample.paths()], zone="UTC")
    importing.run(data, [str(lines)], zone="UTC", year=2026)
    statements: list[str] = []
    WatchedDatabase.kept = statements
    with WatchedDatabase(data) as database, open_directory(data) as directory:
        _migrate()
        _compile_catalogues(data)
        stage = Stage(data, database, directory, statements)
        serving.use(Runtime(data, database, directory))
        try:
            _people(stage)
            yield stage
        finally:
            serving.use(None)
