"""The contract of an operation: one question or order, with everything its four faces need.

An operation is one file in `operations/catalog/`, which defines `OPERATION`. From it come the REST route with its
OpenAPI text, the command of the command line, the cmdlet and the reference page; the web pages call it. Whoever calls
goes through `operations.perform.perform`, the one place that checks roles and scope, and records who asked what.

Names: fields of inputs and outputs are snake_case in Python, and outside they have Exchange's names of parameters and
properties as aliases (`audit_log_age_limit`, `AuditLogAgeLimit`): derive the models from `operations.models.Input`
and `Output`, which do that. On the command line a field is an option in kebab case (`--audit-log-age-limit`), and one
with a position (`fields.position(1)`) an argument. `summary` begins with a verb and ends with a full stop.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel

if TYPE_CHECKING:
    from mailwake.operations.context import Context

Input = TypeVar("Input", bound=BaseModel)


class OperationError(Exception):
    """What went wrong, for the one who asked: `message` says what and where, `advice` what to do.

    `code` is a short stable word in kebab case (`mailbox-not-found`, `ambiguous-mailbox`, `value-not-allowed`),
    `status` the HTTP status that the REST face gives.
    """

    def __init__(self, code: str, message: str, advice: str = "", *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice
        self.status = status


class Refused(OperationError):
    """The caller may not do this; the message says which role would be needed."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__("permission-denied", message, advice, status=403)


class Scope(StrEnum):
    """What of its answer a caller with a limited scope may see."""

    ORGANIZATION = "organization"
    """Concerns the whole organization: not for callers whose scope is limited."""
    FILTERED = "filtered"
    """The handler filters by `context.caller.scope` (a trace: rows of the caller's domains)."""
    MAILBOX = "mailbox"
    """The input's `identity` names a mailbox that must lie in the caller's scope."""
    OWN = "own"
    """Everybody, about themselves."""


@dataclass(frozen=True)
class CallerScope:
    """The part of the organization that a caller may ask about; empty tuples with everything=False: nothing."""

    everything: bool = True
    domains: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    """Primary addresses, lower case."""


@dataclass(frozen=True)
class Assignment:
    """A management role that somebody has, through which role group, and over which part of the organization."""

    role: str
    role_group: str
    scope: CallerScope = field(default_factory=CallerScope)


@dataclass(frozen=True)
class Caller:
    """Who asks."""

    name: str
    """Account name; of the command line the name of the operating system's account."""
    role_groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    """Management roles that the groups give (`directory.roles`)."""
    scope: CallerScope = field(default_factory=CallerScope)
    """What a handler may show: `perform` narrows it to the assignments whose roles suffice for the operation."""
    assignments: tuple[Assignment, ...] = ()
    """Which role holds where; empty: every role holds over `scope`."""
    origin: str = ""
    """Client IP, or `local`."""
    face: str = ""
    """web, api, shell or cli."""


def roles_of(caller: Caller) -> set[str]:
    """All management roles that somebody has, wherever they hold."""
    return set(caller.roles) | {assignment.role for assignment in caller.assignments}


@dataclass(frozen=True)
class Operation(Generic[Input]):
    """One question or order."""

    name: str
    """Kebab case, a noun phrase for questions and an order for changes: `mailbox-audit-search`, `set-mailbox`."""
    summary: str
    """One sentence; becomes the help of every face."""
    input: type[Input]
    """A pydantic model; each field has a description. Times are aware datetimes."""
    output: type[BaseModel]
    """Model of one item of the answer."""
    handler: Callable[[Context, Input], Iterable[BaseModel]]
    """Gives the items of the answer, lazily where there can be many. Raises OperationError."""
    roles: tuple[str, ...]
    """Management roles of which one suffices; empty: any caller."""
    scope: Scope
    changes: bool = False
    """Changes something: POST instead of GET, and the change (before and after) goes into the admin audit log."""
    command: tuple[str, ...] = ()
    """Words of the command line, `("audit", "search")`; empty: not there."""
    also: tuple[tuple[str, ...], ...] = ()
    """Further words that mean the same (`("mailbox", "show")` beside `("mailbox", "list")`)."""
    cmdlet: str = ""
    """Its name in the shell and in the admin audit log, `Set-Mailbox`; empty: not in the shell."""
    store: bool = True
    """Whether the handler asks `context.database`; if not, the store need not be opened."""
    details: str = ""
    """More help, plain text, with examples."""


@cache
def all_operations() -> dict[str, Operation[Any]]:
    """Every operation of the catalog by name, in the order of their names."""
    from mailwake.operations import catalog

    found: dict[str, Operation[Any]] = {}
    for info in sorted(pkgutil.iter_modules(catalog.__path__), key=lambda item: item.name):
        operation = getattr(importlib.import_module(f"{catalog.__name__}.{info.name}"), "OPERATION", None)
        if not isinstance(operation, Operation):
            raise TypeError(f"mailwake/operations/catalog/{info.name}.py must define OPERATION")
        found[operation.name] = operation
    return found
