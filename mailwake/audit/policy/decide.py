"""The decision: does an act become a record, and by which rule. A total function of the act and the settings."""

from __future__ import annotations

from typing import NamedTuple

from mailwake.audit.model import Decision, LogonType, Observation
from mailwake.audit.policy import matrix
from mailwake.audit.policy.rules import CHAIN, Case, Verdict
from mailwake.audit.settings import ActorSettings, MailboxSettings, OrganizationSettings, Settings


class Step(NamedTuple):
    """One rule that was asked."""

    rule: str
    decided: bool
    recorded: bool | None
    """What it decided; None when it left it to the next."""
    reason: str


_Key = tuple[int, int, int, int, str, LogonType]
_decided: dict[_Key, tuple[Case, Decision]] = {}
"""Decisions by the very objects that they rest on, which the case keeps alive, so that no other can have their ids."""
_MOST = 50_000


def case_of(observation: Observation, settings: Settings) -> Case:
    """The act with the settings of its time. Of an owner whom the log does not name, the mailbox is the account."""
    return Case(observation, *_grounds(observation, settings))


_Grounds = tuple[OrganizationSettings, MailboxSettings, ActorSettings, matrix.Edition]


def _grounds(observation: Observation, settings: Settings) -> _Grounds:
    """The settings of an act's time."""
    ts = observation.ts
    organization = settings.organization(ts)
    actor = observation.actor
    if not actor and observation.logon_type is LogonType.OWNER:
        actor = observation.mailbox
    edition = matrix.edition(organization.matrix, ts)
    return organization, settings.mailbox(observation.mailbox, ts), settings.actor(actor, ts), edition


def decide(observation: Observation, settings: Settings) -> Decision:
    """Whether the act becomes a record under the settings in force at its time, and why."""
    grounds = _grounds(observation, settings)
    if observation.action == "Create":  # which depends on the item, too
        return _decision(Case(observation, *grounds))
    organization, mailbox, actor, edition = grounds
    key = (id(organization), id(mailbox), id(actor), id(edition), observation.action, observation.logon_type)
    known = _decided.get(key)
    if known is None:
        if len(_decided) >= _MOST:
            _decided.clear()
        case = Case(observation, *grounds)
        known = _decided[key] = (case, _decision(case))
    return known[1]


def _decision(case: Case) -> Decision:
    verdict = judge(case)
    return Decision(verdict.recorded, verdict.rule, verdict.reason)


def judge(case: Case) -> Verdict:
    """The verdict of the first rule that has one."""
    for rule in CHAIN:
        verdict = rule.decides(case)
        if verdict is not None:
            return verdict
    raise AssertionError("the last rule always decides")


def explain(observation: Observation, settings: Settings) -> list[Step]:
    """The chain of rules up to the one that decided, each with its reason."""
    case = case_of(observation, settings)
    steps = []
    for rule in CHAIN:
        verdict = rule.decides(case)
        if verdict is not None:
            steps.append(Step(verdict.rule, True, verdict.recorded, verdict.reason))
            break
        steps.append(Step(rule.name, False, None, rule.passes(case)))
    return steps


def is_searchable(mailbox: MailboxSettings, parity: bool) -> bool:
    """Whether the audit log search and the activity feed give the mailbox's records.

    Under parity they give those of mailboxes with the premium licence, and of others once somebody has set AuditEnabled
    to True by hand. Search-MailboxAuditLog and the exports give all records in any case.
    """
    return not parity or mailbox.premium or (mailbox.audit_enabled and mailbox.audit_enabled_by_hand)
