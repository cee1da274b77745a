"""Who asks, with what they may do: accounts that signed in, and programs with a token."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mailwake.directory.keys import is_address
from mailwake.directory.roles import MY_OWN
from mailwake.operations.contract import Assignment, Caller, CallerScope

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory
    from mailwake.directory.records import ScopeRecord

_NOTHING = CallerScope(everything=False)


def caller_of(
    directory: Directory,
    account: str,
    *,
    provider_groups: Iterable[str] = (),
    only: Iterable[str] = (),
    origin: str = "",
    face: str = "",
) -> Caller:
    """The caller of an account: its role groups, also through groups of the identity provider, and what these give.

    only: a token's role groups, which narrow what the account has; empty for all of it.
    """
    wanted = set(only)
    groups = [
        group
        for group in directory.people.role_groups_of(account, provider_groups)
        if not wanted or group.name in wanted
    ]
    assignments = tuple(
        Assignment(role, group.name, own_scope(directory, account) if role == MY_OWN else scope_of(group.scope))
        for group in groups
        for role in group.roles
    )
    return Caller(
        name=account,
        role_groups=frozenset(group.name for group in groups),
        roles=frozenset(one.role for one in assignments),
        scope=_NOTHING,
        assignments=assignments,
        origin=origin,
        face=face,
    )


def scope_of(record: ScopeRecord | None) -> CallerScope:
    """A management scope as callers have it; None is the whole organization."""
    if record is None:
        return CallerScope()
    return CallerScope(everything=False, domains=record.domains, mailboxes=record.mailboxes)


def own_scope(directory: Directory, account: str) -> CallerScope:
    """The mailbox that belongs to an account, under all its addresses; without one, the address that the account is."""
    addresses = directory.mailboxes.addresses_of_login(account)
    if not addresses and is_address(account):
        addresses = (account.strip().lower(),)
    return CallerScope(everything=False, mailboxes=addresses)
