"""The rules by which the policy decides, in the order in which they are asked; each answers, or leaves it to the next.

Names of rules go into records and counts, so they stay. Source: "Manage mailbox auditing" (organization switch, bypass,
types of mailbox, sets under the vendor's management, licences, other geo locations).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from mailwake.audit.model import LogonType, MailboxType, Observation
from mailwake.audit.policy import matrix
from mailwake.audit.policy.actions import NEVER_LOGGED
from mailwake.audit.settings import ActorSettings, MailboxSettings, OrganizationSettings

ITEM_KIND = "ItemKind"
"""Property of an observed Create: Calendar, Contacts, Notes, Tasks, Drafts or Message."""


class Case(NamedTuple):
    """An act and the settings in force at its time."""

    observation: Observation
    organization: OrganizationSettings
    mailbox: MailboxSettings
    actor: ActorSettings
    edition: matrix.Edition


class Verdict(NamedTuple):
    """What a rule says."""

    recorded: bool
    rule: str
    reason: str


Answer = Verdict | str
"""A verdict, or why the rule leaves it to the next one."""


@dataclass(frozen=True)
class Rule:
    """One question of the chain."""

    name: str
    decides: Callable[[Case], Verdict | None]
    """The fast way: the verdict, or None to go on."""
    passes: Callable[[Case], str]
    """Why it did not decide, for people; asked only when the chain is explained."""


def _act(case: Case) -> str:
    return f"{case.observation.action} by {case.observation.logon_type}"


# -- the whole organization, the person, the mailbox ------------------------------------------------------------------


def _organization(case: Case) -> Verdict | None:
    if not case.organization.audit_disabled:
        return None
    return Verdict(False, "organization-off", "AuditDisabled is True: nothing is audited in the organization")


def _bypass(case: Case) -> Verdict | None:
    if not case.actor.bypass:
        return None
    reason = f"{case.actor.name} has an audit bypass association: nothing that this account does is recorded"
    return Verdict(False, "bypass", reason)


def _mailbox_type(case: Case) -> Verdict | None:
    if case.mailbox.type in matrix.SUPPORTED_TYPES:
        return None
    return Verdict(False, "mailbox-type", f"{case.mailbox.name} is a {case.mailbox.type}, a type that is not audited")


def _geo(case: Case) -> Verdict | None:
    here, there = case.mailbox.geo, case.actor.geo
    if not here or not there or here.casefold() == there.casefold() or case.observation.logon_type is LogonType.OWNER:
        return None
    where = f"{case.actor.name} is in {there} and {case.mailbox.name} in {here}"
    return Verdict(False, "cross-geo", f"{where}: access across geo locations is not logged")


# -- the action -------------------------------------------------------------------------------------------------------


def _never_logged(case: Case) -> Verdict | None:
    why = NEVER_LOGGED.get(case.observation.action)
    if why is None:
        return None
    return Verdict(False, "never-logged", f"{case.observation.action} is never logged by itself: {why}")


def _message(case: Case) -> Verdict | None:
    """Create is of items of some kinds; a new message elsewhere is none."""
    act = case.observation
    if act.action != "Create":
        return None
    kind = next((value for name, value in act.properties if name == ITEM_KIND), "")
    if kind.casefold() in case.edition.create_folders if kind else _is_create_folder(act.folder, case.edition):
        return None
    names = ", ".join(sorted(name.capitalize() for name in case.edition.create_folders))
    return Verdict(False, "create-message", f"Create covers items in {names}; this is a message in {act.folder}")


def _is_create_folder(path: str, edition: matrix.Edition) -> bool:
    """Whether a folder's name says what lies in it, whichever of the usual separators it has; "" is not known."""
    names = path.casefold().replace("\\", "/").replace(".", "/").split("/")
    return not path or not edition.create_folders.isdisjoint(names)


def _group(case: Case) -> Verdict | None:
    if case.mailbox.type is not MailboxType.GROUP:
        return None
    kind = case.observation.logon_type
    if case.observation.action in matrix.GROUP_SETS[kind]:
        return Verdict(True, "group-set", f"{_act(case)} is in the fixed set of group mailboxes")
    return Verdict(False, "not-in-set", f"{_act(case)} is not in the fixed set of group mailboxes")


def _available(case: Case) -> Verdict | None:
    if case.observation.action in case.edition.allowed[case.observation.logon_type]:
        return None
    return Verdict(False, "not-available", f"{_act(case)} cannot be logged (matrix {case.edition.name})")


def _is_premium(case: Case) -> bool:
    """A shared mailbox has no account of its own: there the licence of who acts counts."""
    shared = case.mailbox.type is MailboxType.SHARED
    return case.mailbox.premium or (shared and case.actor.premium)


def _licence(case: Case) -> Verdict | None:
    gate = case.edition.gate(case.observation.action)
    if not gate or matrix.is_licensed(gate, _is_premium(case), case.organization.parity):
        return None
    what, nobody = case.observation.action, f"{case.mailbox.name} does not have"
    if case.mailbox.type is MailboxType.SHARED:
        nobody = f"neither {case.mailbox.name} nor {case.actor.name or 'the account'} has"
    if gate == matrix.PREMIUM:
        reason = f"{what} needs the premium licence, which {nobody}"
    elif not case.organization.parity:
        reason = f"{what} is accepted but no longer logged"
    else:
        reason = f"{what} is logged only without the premium licence, which {case.mailbox.name} has"
    return Verdict(False, "licence", reason)


# -- the set ----------------------------------------------------------------------------------------------------------


def _set(case: Case) -> Verdict | None:
    kind, action = case.observation.logon_type, case.observation.action
    if kind in case.mailbox.managed:
        if action in case.edition.default[kind]:
            return Verdict(True, "managed-set", f"{_act(case)} is in the default set (matrix {case.edition.name})")
        return Verdict(False, "not-in-set", f"{_act(case)} is not in the default set (matrix {case.edition.name})")
    if action in case.mailbox.custom.get(kind, ()):
        return Verdict(True, "custom-set", f"{_act(case)} is in the customized set of {case.mailbox.name}")
    return Verdict(False, "not-in-set", f"{_act(case)} is not in the customized set of {case.mailbox.name}")


# -- why a rule left it to the next -----------------------------------------------------------------------------------


def _why_geo(case: Case) -> str:
    if not case.mailbox.geo or not case.actor.geo:
        return "no geo location is set for one of the two"
    return "the owner acts" if case.observation.logon_type is LogonType.OWNER else "both are in the same geo location"


def _why_licence(case: Case) -> str:
    gate = case.edition.gate(case.observation.action)
    if not gate:
        return f"{case.observation.action} needs no licence"
    return f"{case.mailbox.name} has what it needs" if case.organization.parity else "licences do not count here"


CHAIN: tuple[Rule, ...] = (
    Rule("organization-off", _organization, lambda _: "AuditDisabled is False"),
    Rule("bypass", _bypass, lambda case: f"{case.actor.name or 'the account'} has no audit bypass association"),
    Rule("mailbox-type", _mailbox_type, lambda case: f"{case.mailbox.type} is audited, whatever AuditEnabled says"),
    Rule("cross-geo", _geo, _why_geo),
    Rule("never-logged", _never_logged, lambda case: f"{case.observation.action} is an action that can be logged"),
    Rule("create-message", _message, lambda _: "no message made outside the folders of Create"),
    Rule("group-set", _group, lambda case: f"{case.mailbox.name} is no group mailbox"),
    Rule("not-available", _available, lambda case: f"{_act(case)} is in the matrix {case.edition.name}"),
    Rule("licence", _licence, _why_licence),
    Rule("set", _set, lambda _: ""),
)
"""Asked in this order; the last one always decides."""

RULES: dict[str, str] = {
    "organization-off": "Auditing is switched off for the whole organization.",
    "bypass": "The account that acts has an audit bypass association.",
    "mailbox-type": "Mailboxes of this type are not audited.",
    "cross-geo": "Access from another geo location is not logged.",
    "never-logged": "The value is accepted as an action but stands for nothing that is logged by itself.",
    "create-message": "Create covers items of some folders only, no messages and no folders.",
    "group-set": "The action is in the fixed set of group mailboxes.",
    "not-available": "The action cannot be logged for this logon type.",
    "licence": "The mailbox's licence does not include the action.",
    "managed-set": "The action is in the default set of this logon type.",
    "custom-set": "The action is in the mailbox's customized set of this logon type.",
    "not-in-set": "The action is not in the set that holds for this logon type.",
    "admin": "A change made with this product; every one is recorded.",
    "imported": "The record was decided elsewhere and is kept as it came.",
    "folder-bind": "A delegate's access to a folder is recorded once in 24 hours.",
    "bind": "Access to items within two minutes is one record.",
    "duplicate": "The same access within the hour is recorded once.",
    "not-searchable": (
        "The audit log search leaves the record out: the mailbox has no premium licence, and nobody set AuditEnabled"
        " by hand. Search-MailboxAuditLog finds it."
    ),
    "throttled": "More than 1,000 records of access to items within 24 hours: paused for 24 hours.",
}
"""Every rule by name, in a sentence."""
