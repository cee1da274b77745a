"""The audit record: an act that was recorded, with what the policy said of it, or a record of another service.

How it is printed is in `record_shell` (Search-MailboxAuditLog), `record_api` (Office 365 Management Activity API) and
`record_xml` (SearchResult.xml).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from mailwake.audit.model import Observation

EXCHANGE_ADMIN, EXCHANGE_ITEM, EXCHANGE_ITEM_GROUP, EXCHANGE_ITEM_AGGREGATED = 1, 2, 3, 50
AGGREGATED_OPERATION = 19

MAILBOX_TYPES = frozenset({EXCHANGE_ITEM, EXCHANGE_ITEM_GROUP, AGGREGATED_OPERATION, EXCHANGE_ITEM_AGGREGATED})
"""RecordTypes of acts on mailboxes."""

RECORD_TYPES: dict[int, str] = {
    1: "ExchangeAdmin",
    2: "ExchangeItem",
    3: "ExchangeItemGroup",
    4: "SharePoint",
    6: "SharePointFileOperation",
    8: "AzureActiveDirectory",
    9: "AzureActiveDirectoryAccountLogon",
    11: "ComplianceDLPSharePoint",
    13: "ComplianceDLPExchange",
    14: "SharePointSharingOperation",
    15: "AzureActiveDirectoryStsLogon",
    18: "SecurityComplianceCenterEOPCmdlet",
    19: "ExchangeAggregatedOperation",
    20: "PowerBIAudit",
    24: "Discovery",
    25: "MicrosoftTeams",
    28: "ThreatIntelligence",
    29: "MailSubmission",
    30: "MicrosoftFlow",
    31: "AeD",
    40: "SecurityComplianceAlerts",
    43: "MIPLabel",
    50: "ExchangeItemAggregated",
    64: "AirInvestigation",
    65: "Quarantine",
    68: "ComplianceSupervisionExchange",
    75: "MipAutoLabelExchangeItem",
    98: "MCASAlerts",
    101: "ExchangeSearch",
    107: "ComplianceDLPExchangeClassification",
    285: "ComplianceDLMExchange",
}
"""RecordType by number, in Microsoft's words (Office 365 Management Activity API schema); a number that is not here is
shown as a number."""

_GROUP_ACTIONS = frozenset({"Copy", "Move", "MoveToDeletedItems", "SoftDelete", "HardDelete", "RecordDelete"})


class Origin(StrEnum):
    """Where a record comes from."""

    OBSERVED = "observed"
    """Made here, of what a server's log says."""
    IMPORTED = "imported"
    """Made by another service and read from its export."""
    ADMIN = "admin"
    """A change of settings or a search, made with this product."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One record."""

    id: str
    """32 hex digits; of an imported record that of its own Id."""
    observation: Observation
    """What was done; `items` are those of all acts in the record."""
    rule: str
    """The rule of `policy.rules.RULES` by which it was recorded."""
    reason: str = ""
    record_type: int = EXCHANGE_ITEM
    count: int = 1
    """OperationCount: accesses in it."""
    throttled: bool = False
    searchable: bool = True
    """Whether the audit log search may give it (`policy.decide.is_searchable`)."""
    origin: Origin = Origin.OBSERVED
    raw: str = ""
    """Of an imported record: itself, a JSON object with all its fields."""

    @property
    def guid(self) -> str:
        """Id, with dashes; an imported record is shown with its own (`imported.id_of`)."""
        id = self.id  # by hand: thousands are shown at once
        return f"{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}"


def record_type(action: str) -> int:
    """RecordType of an action of ours."""
    if action == "MailItemsAccessed":
        return EXCHANGE_ITEM_AGGREGATED
    return EXCHANGE_ITEM_GROUP if action in _GROUP_ACTIONS else EXCHANGE_ITEM


def type_name(number: int) -> str:
    """RecordType as a word, or its number when it has no name here."""
    return RECORD_TYPES.get(number, str(number))


_NAMES = uuid.UUID("6c2f6bd1-7a0d-5b0c-9d0a-5f3a6f1d2b4e")
"""Namespace (RFC 9562 5.5) of ids of what the directory does not know."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A mailbox or an account, as records name it."""

    name: str
    """As the log has it."""
    guid: str
    upn: str
    display_name: str
    sid: str = ""
    """Security identifier; "" when there is none."""


class Identities(Protocol):
    """Who is who: from the directory."""

    def identity(self, name: str) -> Identity:
        """The mailbox or account of a name in a log; `unknown(name)` when the directory does not have it."""


def unknown(name: str) -> Identity:
    """What can be said of a name that the directory does not have; its id is always the same."""
    return Identity(name, str(uuid.uuid5(_NAMES, name.casefold())) if name else "", name, name)


@dataclass(frozen=True, slots=True)
class Organization:
    """The organization, as records name it."""

    name: str = "mailwake"
    guid: str = str(uuid.uuid5(_NAMES, "organization"))
