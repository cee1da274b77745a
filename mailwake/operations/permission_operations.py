"""Permissions shown, given and taken away: what the operations of both kinds of right share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from pydantic import Field

from mailwake.directory.records import MAILBOX_RIGHTS, RECIPIENT_RIGHTS
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import position
from mailwake.operations.models import Input
from mailwake.operations.permission_models import MailboxPermission, RecipientPermission, report


@dataclass(frozen=True)
class Family:
    """One kind of right."""

    name: str
    """As names of operations have it."""
    cmdlet: str
    """As cmdlets have it."""
    command: str
    trustee: str
    """The input that says who has the right."""
    output: type[MailboxPermission | RecipientPermission]
    rights: tuple[str, ...]


MAILBOX = Family(
    "mailbox-permission", "MailboxPermission", "permission", "user", MailboxPermission, tuple(MAILBOX_RIGHTS)
)
RECIPIENT = Family(
    "recipient-permission", "RecipientPermission", "send-as", "trustee", RecipientPermission, tuple(RECIPIENT_RIGHTS)
)
MailboxRight = Literal[
    "FullAccess", "SendOnBehalf", "ReadPermission", "ChangePermission", "ChangeOwner", "DeleteItem", "ExternalAccount"
]


class MailboxRights(Input):
    """The mailbox, the account and the rights."""

    identity: str = Field(min_length=1, description="The mailbox.", json_schema_extra=position(1))
    user: str = Field(min_length=1, description="The account; one without a mailbox will do.")
    access_rights: tuple[MailboxRight, ...] = Field(("FullAccess",), min_length=1, description="The rights.")


class RecipientRights(Input):
    """The mailbox, the account and the rights."""

    identity: str = Field(min_length=1, description="The mailbox.", json_schema_extra=position(1))
    trustee: str = Field(min_length=1, description="The account; one without a mailbox will do.")
    access_rights: tuple[Literal["SendAs"], ...] = Field(("SendAs",), min_length=1, description="The rights.")


def listing(family: Family, question: type[Input], summary: str) -> Operation[Any]:
    """The operation that shows who has which right: on one mailbox or all, of one trustee or all."""

    def handle(context: Context, given: Any) -> Iterator[MailboxPermission | RecipientPermission]:
        number = context.mailbox(given.identity).id if given.identity else None
        trustee = getattr(given, family.trustee)
        found = context.settings.permissions.all(number, family.rights, trustee=trustee, reach=context.caller.scope)
        return map(family.output.of, islice(found, given.result_size))

    return Operation(
        name=f"get-{family.name}",
        summary=summary,
        input=question,
        output=family.output,
        handler=handle,
        roles=("View-Only Recipients", "Mail Recipients", "View-Only Configuration"),
        scope=Scope.FILTERED,
        command=(family.command, "list"),
        cmdlet=f"Get-{family.cmdlet}",
        store=False,
    )


def changing(word: Literal["add", "remove"], family: Family, order: type[Input], summary: str) -> Operation[Any]:
    """The operation that gives rights, or takes them away; those that are given or taken are its answer."""

    def handle(context: Context, given: Any) -> Iterator[MailboxPermission | RecipientPermission]:
        box = context.mailbox(given.identity)
        permissions = context.settings.permissions
        act = permissions.add if word == "add" else permissions.remove
        deny = getattr(given, "deny", False)
        trustee = getattr(given, family.trustee)
        touched = act(box.id, trustee, given.access_rights, deny=deny, reach=context.caller.scope)
        report(context, box.identity, *(((), touched) if word == "add" else (touched, ())))
        return map(family.output.of, touched)

    return Operation(
        name=f"{word}-{family.name}",
        summary=summary,
        input=order,
        output=family.output,
        handler=handle,
        roles=("Mail Recipients",),
        scope=Scope.MAILBOX,
        changes=True,
        command=(family.command, word),
        cmdlet=f"{word.capitalize()}-{family.cmdlet}",
        store=False,
    )
