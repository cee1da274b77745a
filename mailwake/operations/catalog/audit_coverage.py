"""Mailboxes against the policy against what the servers' logs really show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from mailwake.audit.model import LogonType, Observation
from mailwake.audit.policy import matrix
from mailwake.audit.policy.actions import ACTIONS, in_order
from mailwake.audit.policy.decide import decide
from mailwake.audit.settings import Settings
from mailwake.audit.visibility import NEVER, PARTLY
from mailwake.directory.records import MailboxRecord
from mailwake.operations.audit_log import audit_log, names_of
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.fields import WordList
from mailwake.operations.models import Input, Output


class Question(Input):
    """Which mailboxes."""

    mailboxes: WordList = Field((), description="Mailboxes; all when left out.")


class Covered(Output):
    """One mailbox."""

    table_columns: ClassVar[tuple[str, ...]] = (
        "mailbox",
        "type",
        "audited",
        "default_audit_set",
        "hosts",
        "never_seen",
        "unseeable",
        "reason",
    )
    mailbox: str = Field(description="The mailbox.")
    type: str = Field(description="Its type.")
    audited: bool = Field(description="Whether anything that is done in it is recorded.")
    default_audit_set: tuple[str, ...] = Field(description="Logon types whose actions are the vendor's choice.")
    wanted: tuple[str, ...] = Field(description="Actions that the policy asks for, of any logon type.")
    hosts: tuple[str, ...] = Field(description="Hosts whose logs have told of this mailbox.")
    seen: tuple[str, ...] = Field(description="Those of them that the logs of these hosts have shown, of anybody.")
    never_seen: tuple[str, ...] = Field(description="Those that they have not shown so far (see audit-host-coverage).")
    partly: tuple[str, ...] = Field(
        description="Those seen of which something stays unknown (see audit-host-coverage)."
    )
    unseeable: tuple[str, ...] = Field(description="Those that no log of a mail server can show at all.")
    bypassed: bool = Field(description="Whether its owner has an audit bypass association.")
    reason: str = Field(description="The rule that keeps it from being audited, or what is special.")


def handle(context: Context, question: Question) -> Iterator[Covered]:
    """One line for each mailbox."""
    directory = context.settings
    settings, now = directory.settings(), context.micros
    log = audit_log(context)
    shown: dict[str, set[str]] = defaultdict(set)
    for one in log.seen():
        shown[one.host].add(one.action)
    if question.mailboxes:
        boxes = [context.mailbox(name) for name in question.mailboxes]
        hosts = log.hosts(tuple(name for box in boxes for name in names_of(box)))
    else:
        boxes = list(directory.mailboxes.all(context.caller.scope))
        hosts = log.hosts()
    for box in boxes:
        own = sorted(set().union(*(hosts.get(name, ()) for name in names_of(box))))
        yield _line(box, settings, {host: shown[host] for host in own}, now)


def wanted_of(name: str, settings: Settings, kind: LogonType, now: int) -> set[str]:
    """Actions that the policy asks for in a mailbox, by somebody without anything special."""
    actor = name if kind is LogonType.OWNER else ""
    return {
        action for action in ACTIONS if decide(Observation("0" * 32, now, action, actor, name, kind), settings).recorded
    }


def _line(box: MailboxRecord, settings: Settings, shown: dict[str, set[str]], now: int) -> Covered:
    """shown: actions that each host of the mailbox has shown."""
    name = box.identity
    seen = set().union(*shown.values())
    by_kind = {kind: wanted_of(name, settings, kind, now) for kind in LogonType}
    wanted = set().union(*by_kind.values())
    probe = decide(Observation("0" * 32, now, "Update", "", name, LogonType.DELEGATE), settings)
    bypassed = settings.actor(name, now).bypass
    if not wanted:
        reason = probe.reason
    elif bypassed:
        reason = "the owner has an audit bypass association: what the owner does leaves no record"
    elif settings.mailbox(name, now).type not in matrix.SUPPORTED_TYPES:
        reason = probe.reason
    else:
        reason = _special(box, by_kind) or ("" if shown else "no log has told of it yet")
    return Covered(
        mailbox=name,
        type=str(box.type),
        audited=bool(wanted),
        default_audit_set=tuple(sorted(str(kind) for kind in box.managed)),
        wanted=tuple(in_order(wanted)),
        hosts=tuple(filter(None, shown)),  # a log in a file of its own may name none
        seen=tuple(in_order(wanted & seen)),
        never_seen=tuple(in_order(wanted - seen)),
        partly=tuple(in_order(wanted & seen & PARTLY.keys())),
        unseeable=tuple(in_order(wanted & NEVER.keys())),
        bypassed=bypassed,
        reason=reason,
    )


def _special(box: MailboxRecord, by_kind: dict[LogonType, set[str]]) -> str:
    empty = [str(kind) for kind, actions in by_kind.items() if not actions and kind not in box.managed]
    custom = [str(kind) for kind in LogonType if kind not in box.managed]
    if empty:
        return f"customized: nothing of {', '.join(empty)} is recorded"
    return f"customized: {', '.join(custom)}" if custom else ""


OPERATION = Operation(
    name="audit-coverage",
    summary="List mailboxes with what the audit policy asks for and what the servers' logs have shown of it.",
    input=Question,
    output=Covered,
    handler=handle,
    roles=("Audit Logs", "View-Only Audit Logs"),
    scope=Scope.FILTERED,
    command=("audit", "coverage"),
    details="What was never seen may not have happened, or the server does not log it: audit-host-coverage says which.",
)
