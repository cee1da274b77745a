"""Mailboxes with what is audited in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fnmatch import fnmatchcase
from itertools import islice

from pydantic import Field

from mailwake.audit.model import MailboxType
from mailwake.directory.records import MailboxRecord
from mailwake.events.told import tell
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.fields import ResultSize, position
from mailwake.operations.mailbox_models import Mailbox
from mailwake.operations.models import Answer, Input
from mailwake.operations.opath import condition


class Question(Input):
    """Which mailboxes."""

    identity: str = Field(
        "",
        description="Name, alias, address, UPN, GUID or login of one mailbox; or a pattern with *.",
        json_schema_extra=position(1),
    )
    recipient_type_details: tuple[MailboxType, ...] = Field((), description="Types of mailbox.")
    group_mailbox: bool = Field(False, description="Group mailboxes instead of all others.")
    public_folder: bool = Field(False, description="Only mailboxes of public folders.")
    filter: str = Field("", description="A condition on properties: \"AuditEnabled -eq 'True' -and Name -like 'a*'\".")
    anr: str = Field("", description="A part of a name or address.")
    result_size: ResultSize = Field(1000, description="Mailboxes at most, or Unlimited.")
    sort_by: str = Field("", description="A property to sort by, ascending.")


def handle(context: Context, question: Question) -> Answer:
    """Find them. Raises OperationError for a filter that cannot be read."""
    organization = context.settings.organization.current().settings
    types = (MailboxType.PUBLIC_FOLDER,) if question.public_folder else question.recipient_type_details or None
    groups = question.group_mailbox or MailboxType.GROUP in (types or ())
    if question.identity and "*" not in question.identity:
        return Answer([Mailbox.of(context.mailbox(question.identity, group=groups), organization)])
    group = question.group_mailbox if question.group_mailbox or types is None else None
    test = condition(question.filter) if question.filter else None
    boxes = context.settings.mailboxes.all(context.caller.scope, types=types, group=group, containing=question.anr)
    if question.identity:  # a pattern
        boxes = (box for box in boxes if _fits(box, question.identity))
    shown = (Mailbox.of(box, organization) for box in boxes)
    fitting = (one for one in shown if test is None or test(one.record()))
    answer = Answer(())
    answer.items = _limited(_sorted(fitting, question.sort_by), question.result_size, answer)
    return answer


def _sorted(found: Iterator[Mailbox], wanted: str) -> Iterator[Mailbox]:
    """In the order of a property, in any case; as they come where none is named. Raises OperationError."""
    if not wanted:
        return found
    names = {(field.alias or name).casefold(): name for name, field in Mailbox.model_fields.items()}
    name = names.get(wanted.strip().casefold())
    if name is None:
        raise OperationError(
            "no-such-property",
            tell("a mailbox has no property {name!r} to sort by", name=wanted),
            tell("Name one that Get-Mailbox shows, such as DisplayName."),
        )

    def place(box: Mailbox) -> tuple[bool, int | float, str]:
        value = getattr(box, name)
        if isinstance(value, timedelta):
            value = value.total_seconds()
        number = value if isinstance(value, int | float) else 0
        return value is None, number, "" if number else str(value).casefold()

    return iter(sorted(found, key=place))


def _fits(box: MailboxRecord, pattern: str) -> bool:
    """Whether a name of a mailbox is like a pattern, in which `*` stands for anything."""
    plain = pattern.casefold().replace("[", "[[]").replace("?", "[?]")
    names = (box.name, box.alias, box.display_name, box.primary_address, box.upn)
    return any(fnmatchcase(name.casefold(), plain) for name in names)


def _limited(found: Iterator[Mailbox], limit: int | None, answer: Answer) -> Iterator[Mailbox]:
    yield from islice(found, limit)
    if limit is not None and next(found, None) is not None:
        answer.warnings.append(
            tell("There are more than {limit} mailboxes; ask for more with ResultSize, or Unlimited.", limit=limit)
        )


OPERATION = Operation(
    name="get-mailbox",
    summary="Show mailboxes, and what is audited in them.",
    input=Question,
    output=Mailbox,
    handler=handle,
    roles=("View-Only Recipients", "Mail Recipients", "View-Only Configuration", "Audit Logs"),
    scope=Scope.FILTERED,
    command=("mailbox", "list"),
    also=(("mailbox", "show"),),
    cmdlet="Get-Mailbox",
    store=False,
    details=(
        "Group mailboxes are shown with --group-mailbox only. A mailbox appears by itself with its first act in a log,"
        " and is audited from then on."
    ),
)
