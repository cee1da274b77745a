"""One store, one directory, people of every role group with and without a scope, and the three faces to ask by.

All in this process: the REST face and the pages through Django's test client, the shell over the same operations. What
each answer cost is told by the statements that the store and the directory were asked.
"""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from mailwake.audit.unified_retention import RetentionPolicy
from mailwake.store.database import Database

INSIDE, OUTSIDE = "example.org", "example.com"
"""Domains of the estate: in the scope of those who have one, and out of it."""
NOBODY = "nobody"
OUTSIDER, SERVICE = "carol@example.com", "backup-service"
"""Accounts that are not audited: one with a mailbox out of scope, one without any."""


@dataclass(frozen=True)
class Names:
    """What somebody is called."""

    name: str
    alias: str = ""
    address: str = ""
    within: str = ""
    """A further address, in the domain of the scope."""
    upn: str = ""
    login: str = ""
    guid: str = ""


OLGA = Names("Olga Outer", "olgaouter", "outer1@example.com", "outer2@example.org", "outer3@example.com", "outer-login",
             "99999999-2222-3333-4444-555555555555")  # fmt: skip
NILS = Names("Nils Nihil", "nilsnihil", "nihil1@example.com", "nihil2@example.org", "nihil3@example.com", "nihil-login",
             "11111111-2222-3333-4444-555555555555")  # fmt: skip
"""Somebody out of scope, and somebody who is not there."""
OWNER = "frank@example.org"
"""Somebody who may see their own mail alone."""
ONE, ONE_MAILBOX = "One mailbox", "one-mailbox@example.net"
"""A role group with every role over one mailbox of the domain, and its member."""
LOGIN, NO_LOGIN = Names("zorayo", within="zorayo@example.org"), Names("nobuko", within="nobuko@example.org")
"""A login name in logs of a server that has no domains, and one that is not; addresses of that spelling in scope."""
SCOPED = f" of {INSIDE}"
"""What a role group with the scope is called after its pattern."""


@dataclass(frozen=True)
class Seen:
    """An answer by HTTP: all that the one who asks gets."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """In order, cookies among them."""
    body: str

    @classmethod
    def of(cls, answer: Any) -> Seen:
        """What Django's test client got. A length that is right says no more than the body."""
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        headers = dict(answer.headers.items())
        if headers.get("Content-Length") == str(len(body)):
            headers["Content-Length"] = "right"
        cookies = [("Set-Cookie", one.OutputString()) for one in answer.cookies.values()]
        return cls(answer.status_code, tuple(sorted([*headers.items(), *cookies])), body.decode("utf-8", "replace"))


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

    @contextmanager
    def thrown_away(self) -> Iterator[None]:
        """What the block changes in the directory is not kept, as if it had been of a directory of its own."""
        from django.db import connections

        connection = connections[self.directory.alias]
        connection.ensure_connection()
        copy = sqlite3.connect(":memory:")
        connection.connection.backup(copy)
        try:
            yield
        finally:
            connection.ensure_connection()
            copy.backup(connection.connection)
            copy.close()
            self.directory._settings, self.directory._deciding = None, False  # they are of what is no more

    def answer(self, account: str, name: str, given: dict[str, Any], *, for_real: bool = False) -> Seen:
        """Ask the REST face. Orders are asked what they would do, unless they are meant."""
        from django.test import Client

        from mailwake.operations.contract import all_operations

        query = "?what_if=true" if all_operations()[name].changes and not for_real else ""
        headers = {"Authorization": f"Bearer {self.tokens[account]}"}
        client = Client(HTTP_HOST="localhost")
        body = json.dumps(given)
        return Seen.of(client.post(f"/api/v1/{name}{query}", body, content_type="application/json", headers=headers))

    def api(self, account: str, name: str, given: dict[str, Any], *, for_real: bool = False) -> tuple[int, str]:
        """The same: the status and the body."""
        seen = self.answer(account, name, given, for_real=for_real)
        return seen.status, seen.body

    def look(
        self,
        account: str,
        address: str,
        sent: dict[str, Any] | None = None,
        *,
        part: bool = False,
        language: str = "en",
    ) -> Seen:
        """Look at a page, or send a form. part: as htmx asks for a part of one."""
        from django.test import Client
        from django.utils.translation import override

        from mailwake.directory.models import Account

        client = Client(HTTP_HOST="localhost", raise_request_exception=False)
        client.force_login(
            Account.objects.using(self.directory.alias).get(name=account),
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        headers = {"Accept-Language": language} | ({"HX-Request": "true"} if part else {})
        with override(language):  # what the middleware activates ends with this
            return Seen.of(client.get(address, headers=headers) if sent is None
                           else client.post(address, sent, headers=headers))  # fmt: skip

    def page(
        self, account: str, address: str, *, posted: dict[str, Any] | None = None, language: str = "en"
    ) -> tuple[int, str]:
        """A page, or the answer to its form: the status and what it shows."""
        seen = self.look(account, address, posted, language=language)
        return seen.status, seen.body

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
    whole = ROLE_GROUPS["Organization Management"][1]
    people.create_role_group(ONE, whole, scope=ScopeRecord(ONE, (), ("grace@example.org",)))
    for group in (*ROLE_GROUPS, NOBODY):
        for scoped in (False, True):
            account = account_of(group, scoped=scoped)
            accounts.create(account, 1)
            if group != NOBODY:
                people.add_member(group + SCOPED if scoped else group, account)
            stage.tokens[account] = accounts.create_token(account, "test", 1)[1]
    for group, account in (("My Messages", OWNER), (ONE, ONE_MAILBOX)):
        accounts.create(account, 1)
        people.add_member(group, account)
        stage.tokens[account] = accounts.create_token(account, "test", 1)[1]


def _outsiders(stage: Stage) -> None:
    """Somebody out of the scope with every kind of name, one of them an address within it; and names that logs have."""
    from mailwake.directory.models import Mailbox
    from mailwake.directory.records import MailboxDraft

    draft = MailboxDraft(
        name=OLGA.name,
        alias=OLGA.alias,
        primary_address=OLGA.address,
        addresses=(OLGA.within,),
        upn=OLGA.upn,
        logins=(OLGA.login,),
        guid=OLGA.guid,
    )
    stage.directory.mailboxes.create(draft, 1)
    stage.directory.discover([LOGIN.name], 1)
    Mailbox.objects.using(stage.directory.alias).update(age_limit=20_000 * 86_400)  # retention is meant, and finds none
    kept = RetentionPolicy("Kept", 5, "TwelveMonths", operations=("Move",))
    stage.directory.organization.change(1, unified_retention=(kept,))
    stage.directory.bypasses.set(OUTSIDER, True, 1)
    stage.directory.bypasses.set(SERVICE, True, 1, unknown=True)


@contextmanager
def staged(folder: Path, *logs: str) -> Iterator[Stage]:
    """Set all up, with these logs beside the product's own.

    Django can be set up once in a process: skips where it is otherwise.
    """
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
    importing.run(data, [str(path) for path in sample.paths()], zone="UTC")
    for number, log in enumerate(logs):
        lines = folder / f"{number}.log"
        lines.write_text(log)
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
            _outsiders(stage)
            yield stage
        finally:
            serving.use(None)
