"""The one way to run an operation: may the caller, over what, and the record of who asked what.

Questions are recorded before the first item is handed out; orders together with what they change, in one transaction;
refusals and failures, too. What lies outside a caller's scope is answered exactly as what does not exist.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from mailwake.directory.errors import DirectoryError, of_database
from mailwake.directory.records import AuditEntry
from mailwake.directory.roles import ROLE_GROUPS
from mailwake.events.told import either, tell
from mailwake.operations.context import Change, Context
from mailwake.operations.contract import Caller, CallerScope, Operation, OperationError, Refused, Scope, roles_of
from mailwake.operations.models import Answer
from mailwake.operations.parameters import parameters_of, text_of
from mailwake.store.errors import StoreError

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

Input = TypeVar("Input", bound=BaseModel)
_MOST_PROPERTIES = 1000
_LONGEST = 1000


class _Undo(Exception):
    """What was done is not to be kept."""


def perform(operation: Operation[Input], context: Context, given: Input) -> Answer:
    """Run an operation for `context.caller`; the items of the answer, with its warnings and where it goes on.

    Raises OperationError (Refused among them) at once or, where an answer is long, while it is read. What the handler
    changed is in `context.changes` when this returns; an order is carried out when this returns, read or not.
    """
    try:
        caller = _narrowed(operation, context.caller, context.directory)
        call = replace(context, caller=caller, changes=[], warnings=[])
        if operation.scope is Scope.MAILBOX:
            _check_identity(call, given)
        answer = _ordered(operation, call, given) if operation.changes else _asked(operation, call, given)
        context.changes[:] = call.changes
        context.warnings[:] = answer.warnings
        return answer
    except Exception as error:
        told = told_as(error)
        if told is None:
            _note(operation, context, given, error=f"internal error: {type(error).__name__}")
            raise
        _note(operation, context, given, error=told.message)
        raise told from error


def told_as(error: Exception) -> OperationError | None:
    """The same as what operations raise; None for what is a mistake of ours."""
    if isinstance(error, OperationError):
        return error
    found = error if isinstance(error, DirectoryError) else of_database(error)
    if found is not None:
        return OperationError(found.code, found.message, found.advice, status=found.status)
    if isinstance(error, StoreError):
        return OperationError("store", error.what, error.hint, status=503)
    return None


def allowed(operation: Operation[Any], caller: Caller) -> bool:
    """Whether a caller has a role that suffices: what pages and menus show."""
    return not operation.roles or bool(set(operation.roles) & roles_of(caller))


def check(operation: Operation[Any], context: Context) -> None:
    """Raise Refused, and record it, where `perform` would: for what is shown before anything is asked."""
    try:
        _narrowed(operation, context.caller, context.directory)
    except Refused as error:
        _note(operation, context, operation.input.model_construct(), error=error.message)
        raise


def role_groups_for(operation: Operation[Any], directory: Directory | None) -> list[str]:
    """Names of the role groups whose members may run an operation.

    Those over a part of the organization are left out: whose part that is concerns nobody else.
    """
    if directory is None:
        return sorted(name for name, (_, roles) in ROLE_GROUPS.items() if set(roles) & set(operation.roles))
    groups = directory.people.role_groups()
    return [group.name for group in groups if group.scope is None and set(group.roles) & set(operation.roles)]


def _narrowed(operation: Operation[Any], caller: Caller, directory: Directory | None) -> Caller:
    """The caller with the scope of the roles that suffice. Raises Refused."""
    if not operation.roles:
        return caller
    if not allowed(operation, caller):
        groups = role_groups_for(operation, directory)
        raise Refused(
            tell(
                "{name} needs the management role {roles}",
                name=operation.cmdlet or operation.name,
                roles=either(operation.roles),
            ),
            tell("these role groups give it: {groups}", groups=", ".join(groups))
            if groups
            else tell("no role group gives it"),
        )
    if caller.assignments:
        fitting = [one.scope for one in caller.assignments if one.role in operation.roles]
        caller = replace(caller, scope=_union(fitting) if fitting else caller.scope)
    if operation.scope is Scope.ORGANIZATION and not caller.scope.everything:
        raise Refused(
            tell(
                "{name} concerns the whole organization, your scope only a part of it",
                name=operation.cmdlet or operation.name,
            ),
            tell("ask somebody whose role group has no scope"),
        )
    return caller


def _union(scopes: Iterable[CallerScope]) -> CallerScope:
    found = list(scopes)
    if any(scope.everything for scope in found):
        return CallerScope()
    return CallerScope(
        everything=False,
        domains=tuple(sorted({domain.lower() for scope in found for domain in scope.domains})),
        mailboxes=tuple(sorted({address.lower() for scope in found for address in scope.mailboxes})),
    )


def _check_identity(context: Context, given: BaseModel) -> None:
    """For a caller of limited scope, the mailbox must be found in it; the handler finds it in the same way."""
    identity = getattr(given, "identity", None)
    if identity and not context.caller.scope.everything:
        context.mailbox(str(identity))


def _asked(operation: Operation[Input], context: Context, given: Input) -> Answer:
    """A question: the first item is made before it is recorded as answered."""
    inner = operation.handler(context, given)
    items = iter(inner)
    first = list(islice(items, 1))
    _note(operation, context, given)
    said = inner.warnings if isinstance(inner, Answer) else []
    answer = Answer((), warnings=[*said, *context.warnings])
    answer.items = _rest(operation, context, given, chain(first, items), (inner, answer))
    if not first and isinstance(inner, Answer):
        answer.next_cursor = inner.next_cursor
    return answer


def _rest(
    operation: Operation[Input],
    context: Context,
    given: Input,
    items: Iterator[BaseModel],
    answers: tuple[Iterable[BaseModel], Answer],
) -> Iterator[BaseModel]:
    try:
        yield from items
    except Exception as error:
        told = told_as(error)
        _note(operation, context, given, error=told.message if told else f"internal error: {type(error).__name__}")
        if told is None:
            raise
        raise told from error
    inner, answer = answers
    if isinstance(inner, Answer):
        answer.next_cursor = inner.next_cursor
        answer.warnings[:] = list(dict.fromkeys([*answer.warnings, *inner.warnings]))


def _ordered(operation: Operation[Input], context: Context, given: Input) -> Answer:
    """An order: done and recorded together, or neither."""
    if context.directory is None:
        return _whole(operation, context, given)
    answer = Answer(())
    try:
        with context.directory.writing():
            answer = _whole(operation, context, given)
            if context.what_if:
                raise _Undo
            _note(operation, context, given)
    except _Undo:
        _note(operation, context, given, error="what if: nothing was changed")
    return answer


def _whole(operation: Operation[Input], context: Context, given: Input) -> Answer:
    inner = operation.handler(context, given)
    items = list(inner)
    said, cursor = (inner.warnings, inner.next_cursor) if isinstance(inner, Answer) else ([], None)
    return Answer(items, cursor, [*said, *context.warnings])


def _note(operation: Operation[Any], context: Context, given: BaseModel, *, error: str = "") -> None:
    """Add to the admin audit log."""
    if context.directory is None:
        return
    caller = context.caller
    context.directory.log.append(
        AuditEntry(
            run_date=context.micros,
            caller=caller.name,
            operation=operation.name,
            origin=caller.origin,
            face=caller.face,
            cmdlet=operation.cmdlet,
            parameters=parameters_of(given),
            object_modified=_object(context.changes, given),
            changes=operation.changes,
            succeeded=not error,
            error=error[:_LONGEST],
            modified_properties=tuple(_properties(context.changes))[:_MOST_PROPERTIES],
            server=_server(),
        )
    )


@cache
def _server() -> str:
    return socket.gethostname()


def _object(changes: list[Change], given: BaseModel) -> str:
    named = list(dict.fromkeys(change.object for change in changes))
    if len(named) > 1:
        return f"{named[0]} and {len(named) - 1} more"
    return named[0] if named else text_of(getattr(given, "identity", ""))


def _properties(changes: list[Change]) -> Iterator[tuple[str, str, str]]:
    several = len({change.object for change in changes}) > 1
    for change in changes:
        for name in dict.fromkeys([*change.before, *change.after]):
            old, new = text_of(change.before.get(name)), text_of(change.after.get(name))
            if old != new:
                yield (f"{change.object}: {name}" if several else name), old, new
