"""Would this be recorded, and by which rule?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from mailwake.audit.model import LogonType, Observation
from mailwake.audit.policy.actions import spelled
from mailwake.audit.policy.decide import explain, is_searchable
from mailwake.audit.policy.rules import RULES
from mailwake.audit.settings import ActorSettings, Settings
from mailwake.directory.errors import DirectoryError
from mailwake.directory.records import MailboxRecord
from mailwake.operations.audit_criteria import mailbox_actions
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import Moment, position
from mailwake.operations.models import Input, Output
from mailwake.operations.when import to_micros


class Question(Input):
    """An act that happened, or might."""

    identity: str = Field(description="The mailbox.", json_schema_extra=position(1))
    actor: str = Field("", description="Who acts; the owner when left out.")
    action: str = Field(description="What is done, such as HardDelete.")
    logon_type: Literal["Owner", "Delegate", "Admin"] | None = Field(
        None, description="As whom; when left out, Owner for the mailbox's own account and Delegate for others."
    )
    folder: str = Field("", description="In which folder.")
    at: Moment | None = Field(None, description="When; now when left out.")


class Step(Output):
    """One rule that was asked, in the order of the policy."""

    table_columns: ClassVar[tuple[str, ...]] = ("rule", "outcome", "reason")
    rule: str = Field(description="Name of the rule.")
    outcome: str = Field(description="passed on, recorded, not recorded, or noted.")
    recorded: bool | None = Field(description="What it decided; empty when it left it to the next.")
    reason: str = Field(description="Why.")


def handle(context: Context, question: Question) -> Iterator[Step]:
    """The rules up to the one that decides, then what happens to the record. Raises OperationError, DirectoryError."""
    settings: Settings = context.settings.settings()
    mailbox = _called(context.mailbox(question.identity))
    actor = question.actor or mailbox
    if not context.caller.scope.everything:
        actor, settings = _within(context, actor, settings)
    (action,) = mailbox_actions((question.action,)) if spelled(question.action) else (question.action,)
    kind = LogonType(question.logon_type) if question.logon_type else _kind(settings, actor, mailbox)
    ts = to_micros(question.at) if question.at else context.micros
    act = Observation("0" * 32, ts, action, actor, mailbox, kind, folder=question.folder)
    steps = explain(act, settings)
    for step in steps:
        outcome = "passed on" if step.recorded is None else "recorded" if step.recorded else "not recorded"
        yield Step(rule=step.rule, outcome=outcome, recorded=step.recorded, reason=step.reason)
    if steps[-1].recorded:
        for name in _afterwards(act, settings):
            yield Step(rule=name, outcome="noted", recorded=None, reason=RULES[name].rstrip("."))


def _called(box: MailboxRecord) -> str:
    """A name by which the settings mean this mailbox and no other."""
    return box.guid if box.identity in box.aside else box.identity


def _within(context: Context, actor: str, settings: Settings) -> tuple[str, Settings]:
    """For a caller with a scope: somebody beyond it is as somebody who is not there, whom nothing is set for."""
    try:
        return _called(context.mailbox(actor)), settings
    except DirectoryError:
        return actor, _NothingSet(settings)


class _NothingSet:
    """Settings without those of whoever acts."""

    def __init__(self, settings: Settings) -> None:
        self.organization, self.mailbox = settings.organization, settings.mailbox

    def actor(self, name: str, ts: int) -> ActorSettings:
        """Nothing is set for them."""
        return ActorSettings(name)

    def same_account(self, one: str, other: str) -> bool:
        """They are not of any mailbox."""
        return False


def _kind(settings: Settings, actor: str, mailbox: str) -> LogonType:
    return LogonType.OWNER if settings.same_account(actor, mailbox) else LogonType.DELEGATE


def _afterwards(act: Observation, settings: Settings) -> Iterator[str]:
    """Rules that make one record of several acts, or hide it from a search."""
    parity = settings.organization(act.ts).parity
    if act.action == "FolderBind" and act.logon_type is LogonType.DELEGATE:
        yield "folder-bind"
    if act.action == "MailItemsAccessed":
        yield from ("bind", "duplicate")
        if parity:
            yield "throttled"
    if not is_searchable(settings.mailbox(act.mailbox, act.ts), parity):
        yield "not-searchable"


OPERATION = Operation(
    name="audit-explain",
    summary="Explain whether an act would be recorded, and by which rule of the audit policy.",
    input=Question,
    output=Step,
    handler=handle,
    roles=("Audit Logs", "View-Only Audit Logs"),
    scope=Scope.MAILBOX,
    store=False,
    command=("audit", "explain"),
    details="Every rule that was asked is listed with its reason; the last one that is not `passed on` decides.",
)
