"""What each operation is asked: a sound input for everybody, and names inside, outside and nowhere for the scoped.

Names of inputs are those outside, as the REST face and cmdlets have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stage import LOGIN, NILS, NO_LOGIN, OLGA, OUTSIDER, SERVICE

Given = dict[str, Any]

PERIOD: Given = {"StartDate": "2026-11-10T00:00:00Z", "EndDate": "2026-11-25T00:00:00Z"}
GRACE, CAROL, ABSENT = "grace@example.org", "carol@example.com", "nicht@example.com"
"""A mailbox inside, one outside, one nowhere."""
NO_ID = "11111111-2222-3333-4444-555555555555"
_HOLD: Given = {"Identity": GRACE, "LitigationHoldEnabled": True}
_REPORT: Given = {**PERIOD, "ReportTitle": "Roles", "ReportType": "MessageTrace", "RecipientAddress": [GRACE]}

INPUTS: dict[str, Given] = {
    "add-mailbox-permission": {"Identity": GRACE, "User": "helper"},
    "add-recipient-permission": {"Identity": GRACE, "Trustee": "helper"},
    "add-role-group-member": {"Identity": "Help Desk", "Member": "newcomer@example.net"},
    "audit-coverage": {},
    "audit-explain": {"Identity": GRACE, "Action": "HardDelete"},
    "audit-host-coverage": {},
    "audit-log-search-result": {"Identity": NO_ID},
    "audit-record-messages": {"Identity": NO_ID},
    "directory-import": {"Content": "Name,PrimarySmtpAddress\nNew,new@example.org\n"},
    "export-mailbox-audit-logs": {**PERIOD, "Recipients": ["auditor@example.net"]},
    "get-accepted-domain": {},
    "get-account": {},
    "get-admin-audit-log-config": {},
    "get-api-token": {},
    "get-audit-log-search": {},
    "get-historical-search": {},
    "get-mailbox": {},
    "get-mailbox-audit-bypass-association": {},
    "get-mailbox-folder-statistics": {"Identity": GRACE},
    "get-mailbox-permission": {},
    "get-management-role": {},
    "get-management-role-assignment": {},
    "get-message-trace": PERIOD,
    "get-message-trace-detail": {"MessageTraceId": NO_ID, "RecipientAddress": GRACE},
    "get-message-trace-detail-v2": {"MessageTraceId": NO_ID, "RecipientAddress": GRACE},
    "get-message-trace-v2": PERIOD,
    "get-message-tracking-log": {"Recipients": [GRACE]},
    "get-organization-config": {},
    "get-recipient-permission": {},
    "get-role-group": {},
    "get-role-group-member": {"Identity": "Help Desk"},
    "historical-search-result": {"JobId": NO_ID},
    "mail-flow-overview": PERIOD,
    "message-mailbox-history": {"Identity": "<nothing@example.net>"},
    "message-story": {"Identity": NO_ID},
    "message-trace": PERIOD,
    "message-trace-detail": {"MessageTraceId": NO_ID},
    "my-message-story": {"Identity": NO_ID},
    "new-accepted-domain": {"DomainName": "new.example.org"},
    "new-account": {"Name": "newcomer@example.net"},
    "new-api-token": {"Account": "help-desk@example.net", "Name": "second"},
    "new-mailbox": {"Name": "Newcomer", "PrimarySmtpAddress": "newcomer@example.org"},
    "new-admin-audit-log-search": {**PERIOD, "Name": "Roles"},
    "new-unified-audit-log-retention-policy": {
        **{"Name": "Roles", "Priority": 7, "RetentionDuration": "ThreeMonths", "Operations": "Move"},
    },
    "set-unified-audit-log-retention-policy": {"Identity": "Kept", "Priority": 9},
    "get-unified-audit-log-retention-policy": {},
    "remove-unified-audit-log-retention-policy": {"Identity": "Kept"},
    "write-admin-audit-log": {"Comment": "Roles"},
    "new-mailbox-audit-log-search": {**PERIOD, "Name": "Roles"},
    "new-role-group": {"Name": "Tracers", "Roles": ["Message Trace"]},
    "new-saved-query": {"Name": "Roles", "RecipientAddress": [GRACE]},
    "non-owner-mailbox-access-report": PERIOD,
    "remove-accepted-domain": {"Identity": "nothing.example.org"},
    "remove-api-token": {"Account": "help-desk@example.net", "Name": "test"},
    "remove-mailbox": {"Identity": GRACE},
    "remove-mailbox-permission": {"Identity": GRACE, "User": "helper"},
    "remove-recipient-permission": {"Identity": GRACE, "Trustee": "helper"},
    "remove-role-group": {"Identity": "Tracers"},
    "remove-role-group-member": {"Identity": "Help Desk", "Member": "help-desk@example.net"},
    "remove-saved-query": {"QueryId": NO_ID},
    "run-jobs": {"Most": 1},
    "search-admin-audit-log": {"ResultSize": 3},
    "search-mailbox-audit-log": {"ResultSize": 3},
    "search-unified-audit-log": {**PERIOD, "ResultSize": 3},
    "set-admin-audit-log-config": {"UnifiedAuditLogIngestionEnabled": True},
    "set-account": {"Identity": "nobody@example.net", "Enabled": True},
    "set-mailbox": _HOLD,
    "set-mailbox-audit-bypass-association": {"Identity": GRACE, "AuditBypassEnabled": True},
    "set-organization-config": {"AuditDisabled": True},
    "set-saved-query": {"QueryId": NO_ID, "Name": "Other"},
    "source-status": {},
    "start-historical-search": _REPORT,
    "start-managed-folder-assistant": {},
    "stop-historical-search": {"JobId": NO_ID},
    "unrecorded-acts": {},
}
"""An input that is sound whoever asks; what it names may not be there."""


@dataclass(frozen=True)
class Probe:
    """One question about something inside, something outside, and something that does not exist."""

    operation: str
    input: str
    inside: Any
    outside: Any
    absent: Any
    more: Mapping[str, Any]

    def given(self, value: Any) -> Given:
        """The input with one of the three."""
        return {**self.more, self.input: value}


@dataclass(frozen=True)
class Known:
    """Ids of things in the estate, which the tests look up."""

    trace_inside: str
    trace_outside: str
    id_inside: str
    """A Message-ID."""
    id_outside: str
    queue_inside: str
    """A queue ID."""
    queue_outside: str
    record_inside: str
    record_outside: str
    report_inside: str
    report_outside: str
    search_inside: str
    search_outside: str
    query_inside: str
    query_outside: str


def probes(known: Known) -> list[Probe]:
    """Everything by which something outside could be asked about."""
    made: list[Probe] = []

    def add(operation: str, name: str, inside: Any, outside: Any, absent: Any, **more: Any) -> None:
        made.append(Probe(operation, name, inside, outside, absent, more))

    def mailbox(operation: str, name: str = "Identity", **more: Any) -> None:
        add(operation, name, GRACE, CAROL, ABSENT, **more)
        add(operation, name, "grace", "carol", "nicht", **more)

    mailbox("add-mailbox-permission", User="helper")
    mailbox("add-mailbox-permission", "User", Identity=GRACE)
    mailbox("add-recipient-permission", Trustee="helper")
    mailbox("add-recipient-permission", "Trustee", Identity=GRACE)
    mailbox("audit-explain", Action="HardDelete")
    mailbox("get-mailbox")
    mailbox("get-mailbox-audit-bypass-association")
    mailbox("get-mailbox-folder-statistics")
    mailbox("get-mailbox-permission")
    mailbox("get-mailbox-permission", "User")
    mailbox("get-recipient-permission")
    mailbox("get-recipient-permission", "Trustee")
    mailbox("remove-mailbox")
    mailbox("remove-mailbox-permission", User="helper")
    mailbox("remove-recipient-permission", Trustee="helper")
    mailbox("search-mailbox-audit-log")
    mailbox("set-mailbox", LitigationHoldEnabled=True)
    mailbox("set-mailbox-audit-bypass-association", AuditBypassEnabled=True)
    mailbox("set-mailbox-audit-bypass-association", AuditBypassEnabled=True, Force=True)
    mailbox("start-managed-folder-assistant")
    for operation in (
        *("audit-coverage", "export-mailbox-audit-logs", "new-mailbox-audit-log-search"),
        *("non-owner-mailbox-access-report", "search-mailbox-audit-log"),
    ):
        more = PERIOD if operation != "audit-coverage" else {}
        add(operation, "Mailboxes", [GRACE], [CAROL], [ABSENT], **more)
        add(operation, "Mailboxes", [GRACE], [GRACE, CAROL], [GRACE, ABSENT], **more)
    _names_outside(add)
    add("get-mailbox", "Anr", "grace", "carol", "nicht")
    add("get-mailbox", "Filter", "Name -like 'gra*'", "Name -like 'car*'", "Name -like 'nic*'")
    add("search-unified-audit-log", "UserIds", [GRACE], [CAROL], [ABSENT], **PERIOD)
    add("search-unified-audit-log", "ObjectIds", [GRACE], [CAROL], [ABSENT], **PERIOD)
    add("search-unified-audit-log", "FreeText", "grace", "carol", "nicht", **PERIOD)
    _messages(add, known)
    for operation, kind in (("get-historical-search", "JobId"), ("historical-search-result", "JobId")):
        add(operation, kind, known.report_inside, known.report_outside, NO_ID)
    add("stop-historical-search", "JobId", known.report_inside, known.report_outside, NO_ID)
    for operation in ("get-audit-log-search", "audit-log-search-result"):
        add(operation, "Identity", known.search_inside, known.search_outside, NO_ID)
    for operation in ("get-saved-query", "remove-saved-query", "set-saved-query"):
        more = {"Name": "Other"} if operation == "set-saved-query" else {}
        add(operation, "QueryId", known.query_inside, known.query_outside, NO_ID, **more)
    return made


def one_of_each(found: list[Probe]) -> list[Probe]:
    """One probe for each input of each operation."""
    return list({(one.operation, one.input): one for one in found}.values())


def _names_outside(add: Any) -> None:
    """Whatever somebody out of scope is called: to ask about, to give rights to, and to call a new mailbox."""
    pairs = [(getattr(OLGA, kind), getattr(NILS, kind)) for kind in ("name", "alias", "address", "within", "upn",
                                                                     "login", "guid")]  # fmt: skip
    pairs += [(LOGIN.name, NO_LOGIN.name), (LOGIN.within, NO_LOGIN.within), (CAROL, ABSENT), ("carol", "nicht")]
    pairs.append(("carol@example.org", "nicht@example.org"))  # a local part that somebody outside has
    for outside, absent in pairs:
        for operation in ("get-mailbox", "set-mailbox", "remove-mailbox", "get-mailbox-permission"):
            more = {"LitigationHoldEnabled": True} if operation == "set-mailbox" else {}
            add(operation, "Identity", GRACE, outside, absent, **more)
        add("add-mailbox-permission", "User", GRACE, outside, absent, Identity=GRACE)
        add("get-mailbox-permission", "User", GRACE, outside, absent)
        add("search-unified-audit-log", "UserIds", [GRACE], [outside], [absent], **PERIOD)
        add("audit-explain", "Actor", GRACE, outside, absent, Identity=GRACE, Action="HardDelete")
        new: Given = {"Name": "Taker", "PrimarySmtpAddress": "taker@example.org"}
        for name, inside in (("Name", "fresh"), ("Alias", "fresh"), ("UserPrincipalName", "fresh@example.org"),
                             ("PrimarySmtpAddress", "fresh@example.org"), ("DisplayName", "fresh")):  # fmt: skip
            add("new-mailbox", name, inside, outside, absent, **{key: one for key, one in new.items() if key != name})
        add("new-mailbox", "EmailAddresses", ["fresh@example.org"], [outside], [absent], **new)
        add("new-mailbox", "LoginNames", ["fresh"], [outside], [absent], **new)
    add("audit-explain", "Actor", GRACE, OUTSIDER, "nobody@example.com", Identity=GRACE, Action="HardDelete")
    add("audit-explain", "Actor", GRACE, SERVICE, "nobodys-thing", Identity=GRACE, Action="HardDelete")
    add("get-mailbox-audit-bypass-association", "Identity", GRACE, SERVICE, "nobodys-thing")
    add("set-mailbox-audit-bypass-association", "Identity", GRACE, SERVICE, "nobodys-thing", AuditBypassEnabled=False)


def _messages(add: Any, known: Known) -> None:
    traces = (known.trace_inside, known.trace_outside, NO_ID)
    ids = (known.id_inside, known.id_outside, "<nothing@example.net>")
    for operation in ("get-message-trace", "get-message-trace-v2", "message-trace"):
        add(operation, "MessageTraceId", *([one] if operation == "message-trace" else one for one in traces), **PERIOD)
        add(operation, "MessageId", *([one] for one in ids), **PERIOD)
        add(operation, "RecipientAddress", ["frank@example.org"], [CAROL], [ABSENT], **PERIOD)
        add(operation, "SenderAddress", ["lena@customer.example"], ["win4@win-offer.example"], [ABSENT], **PERIOD)
    add("message-trace", "QueueId", [known.queue_inside], [known.queue_outside], ["0A0A0A0A0A"], **PERIOD)
    add("message-story", "Identity", known.queue_inside, known.queue_outside, "0A0A0A0A0A")
    add("get-message-tracking-log", "Sender", "lena@customer.example", "win4@win-offer.example", ABSENT)
    for operation in ("get-message-trace-detail", "get-message-trace-detail-v2"):
        add(operation, "MessageTraceId", *traces, RecipientAddress="frank@example.org")
    add("message-trace-detail", "MessageTraceId", *traces)
    add("message-story", "Identity", *traces)
    add("message-story", "Identity", *ids)
    add("message-mailbox-history", "Identity", *traces)
    add("message-mailbox-history", "Identity", *ids)
    add("audit-record-messages", "Identity", known.record_inside, known.record_outside, NO_ID)
    add("get-message-tracking-log", "MessageId", *ids)
    add("get-message-tracking-log", "NetworkMessageId", *traces)
    add("get-message-tracking-log", "Recipients", ["frank@example.org"], [CAROL], [ABSENT])
    add("start-historical-search", "RecipientAddress", [GRACE], [CAROL], [ABSENT], **PERIOD, ReportTitle="R",
        ReportType="MessageTrace")  # fmt: skip
