"""Cmdlets for tests: a few mailboxes, rows of a trace and folders that are always the same."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from mailwake.shell import (
    Changes,
    Cmdlet,
    Column,
    Example,
    Interpreter,
    Invocation,
    OutputType,
    Parameter,
    PSObject,
    Registry,
    ShellError,
    Size,
    View,
)
from mailwake.shell.parameter_types import (
    BOOLEAN,
    DATE,
    GUID,
    INT,
    MULTI,
    MULTI_VALUES,
    OBJECT,
    STRING,
    SWITCH,
    TIMESPAN,
    UNLIMITED,
)

NOW = datetime(2026, 11, 25, 14, 30, 15, tzinfo=UTC)

CONTOSO = "contoso.onmicrosoft.com"
"""The domain of the vendor's examples; not one that is set aside, so it stands apart from the names."""

ACTIONS = [
    *("Update", "Copy", "Move", "MoveToDeletedItems", "SoftDelete", "HardDelete"),
    *("FolderBind", "SendAs", "SendOnBehalf", "Create", "MailboxLogin"),
]
DEFAULT = ["Update", "MoveToDeletedItems", "SoftDelete", "HardDelete", "SendAs", "Create"]
NAMES = {
    "anna@example.com": "Anna Ek",
    "bo@example.com": "Bo Lind",
    "Gabriela Laureano": "Gabriela Laureano",
    f"laura@{CONTOSO}": "Laura",
    "Team Discussion": "Team Discussion",
    f"mark@{CONTOSO}": "Mark",
    f"chris@{CONTOSO}": "Chris",
}
GROUPS = {"Marketing Group": "Marketing Group"}
SETS = ["Admin", "Delegate", "Owner"]


def _mailbox(name: str, kind: str) -> PSObject:
    return PSObject(
        {
            "Name": name,
            "Alias": name.lower().replace(" ", "."),
            "RecipientTypeDetails": kind,
            "AuditEnabled": True,
            "AuditLogAgeLimit": timedelta(days=90),
            "AuditAdmin": list(DEFAULT),
            "AuditDelegate": list(DEFAULT),
            "AuditOwner": DEFAULT[:4],
            "DefaultAuditSet": list(SETS),
            "AuditBypassEnabled": False,
            "WhenCreated": datetime(2026, 1, 2, 9, 0, 0, tzinfo=UTC),
            "Identity": name,
        },
        "Fake.Mailbox",
        text=name,
    )


class Directory:
    """What the fake cmdlets change."""

    def __init__(self) -> None:
        self.audit_disabled = False
        self.boxes = {key.lower(): _mailbox(name, "UserMailbox") for key, name in NAMES.items()}
        self.groups = {key.lower(): _mailbox(name, "GroupMailbox") for key, name in GROUPS.items()}

    def find(self, identity: str, *, group: bool = False) -> PSObject:
        boxes = self.groups if group else self.boxes
        for key, box in boxes.items():
            if identity.lower() in (key, str(box.get("Name")).lower(), str(box.get("Alias")).lower()):
                return box
        text = f"The operation couldn't be performed because object '{identity}' couldn't be found."
        raise ShellError(text, "ManagementObjectNotFoundException", category="InvalidArgument", target=identity)


def rows() -> list[PSObject]:
    """Six rows of a trace."""
    made = []
    for i, (status, sender, size) in enumerate(
        [
            ("Delivered", "anna@example.com", 2048),
            ("Failed", "bo@example.com", 120_000),
            ("Delivered", "cy@example.org", 1536),
            ("Pending", "anna@example.com", 5_242_880),
            ("Failed", "dee@example.net", 900),
            ("Delivered", "bo@example.com", 33_000),
        ]
    ):
        made.append(
            PSObject(
                {
                    "Received": datetime(2026, 11, 25, 8 + i, 15, 0, tzinfo=UTC),
                    "SenderAddress": sender,
                    "RecipientAddress": f"user{i % 2}@example.com",
                    "Subject": f"Offer {i}" if i % 2 else f"Re: offer {i}, again",
                    "Status": status,
                    "FromIP": f"192.0.2.{i + 1}",
                    "ToIP": None,
                    "Size": size,
                    "MessageId": f"<{i}@example.org>",
                    "MessageTraceId": UUID(int=i + 1),
                },
                "Fake.MessageTrace",
            )
        )
    return made


def _get_mailbox(call: Invocation) -> Iterable[PSObject]:
    directory: Directory = call.services
    identity = call.get("Identity")
    if identity is None:
        boxes = directory.groups if call.get("GroupMailbox") else directory.boxes
        yield from list(boxes.values())[: call.get("ResultSize")]
        return
    yield directory.find(identity, group=bool(call.get("GroupMailbox"))).copy()


def _changed(before: list[str], change: Any) -> list[str]:
    if isinstance(change, Changes):
        return [*[one for one in before if one not in change.remove], *change.add]
    return list(change)


def _set_mailbox(call: Invocation) -> Iterable[PSObject]:
    box = call.services.find(call.get("Identity"), group=bool(call.get("GroupMailbox")))
    if not call.should_process(str(box.text)):
        return
    for who in SETS:
        if call.given(f"Audit{who}"):
            box.set(f"Audit{who}", _changed(box.get(f"Audit{who}"), call.get(f"Audit{who}")))
            box.set("DefaultAuditSet", [one for one in box.get("DefaultAuditSet") if one != who])
    if call.given("DefaultAuditSet"):
        for who in call.get("DefaultAuditSet"):
            box.set(f"Audit{who}", list(DEFAULT))
        box.set(
            "DefaultAuditSet",
            [one for one in SETS if one in {*box.get("DefaultAuditSet"), *call.get("DefaultAuditSet")}],
        )
    for name in ("AuditEnabled", "AuditLogAgeLimit"):
        if call.given(name):
            box.set(name, call.get(name))
    yield from ()


def _get_organization(call: Invocation) -> Iterable[PSObject]:
    yield PSObject(
        {"Name": "contoso", "AuditDisabled": call.services.audit_disabled}, "Fake.Organization", text="contoso"
    )


def _set_organization(call: Invocation) -> Iterable[PSObject]:
    if call.should_process("contoso"):
        call.services.audit_disabled = call.get("AuditDisabled")
    yield from ()


def _set_bypass(call: Invocation) -> Iterable[PSObject]:
    call.services.find(call.get("Identity")).set("AuditBypassEnabled", call.get("AuditBypassEnabled"))
    yield from ()


def _get_bypass(call: Invocation) -> Iterable[PSObject]:
    box = call.services.find(call.get("Identity"))
    yield PSObject({"Name": box.get("Name"), "AuditBypassEnabled": box.get("AuditBypassEnabled")}, "Fake.Bypass")


def _remove_mailbox(call: Invocation) -> Iterable[PSObject]:
    box = call.services.find(call.get("Identity"))
    if call.should_process(str(box.text), "Removing mailbox"):
        call.services.boxes = {key: one for key, one in call.services.boxes.items() if one is not box}
    yield from ()


def _refused(call: Invocation) -> Iterable[PSObject]:
    text = "You don't have sufficient permissions to run Get-Secret: it takes the role Audit Logs."
    raise ShellError(
        text, "AccessDenied", category="PermissionDenied", target="Get-Secret", reason="UnauthorizedAccess"
    )


def _folders(call: Invocation) -> Iterable[PSObject]:
    call.services.find(call.get("Identity"))
    for name, size, items in (
        ("Recoverable Items", 0, 0),
        ("Deletions", 2_500_000, 31),
        ("Audits", 12_600, 4),
        ("Purges", 0, 0),
    ):
        yield PSObject(
            {"Name": name, "FolderPath": f"/{name}", "FolderSize": Size(size), "ItemsInFolder": items},
            "Fake.Folder",
            text=name,
        )


def _trace(call: Invocation) -> Iterable[PSObject]:
    status = call.get("Status") or []
    wanted = call.get("RecipientAddress") or []
    found = [row for row in rows() if not status or row.get("Status") in status]
    found = [row for row in found if not wanted or row.get("RecipientAddress") in wanted]
    found = [
        row for row in found if call.get("StartDate") is None or row.get("Received") >= _utc(call.get("StartDate"))
    ]
    most = call.get("ResultSize", 1000)
    if len(found) > most:
        call.warning(
            "There are more results, use the following command to get more. Get-MessageTraceV2 -ResultSize 1000"
        )
    yield from found[:most]


def _utc(date: datetime) -> datetime:
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _detail(call: Invocation) -> Iterable[PSObject]:
    for event in ("Receive", "Deliver"):
        yield PSObject(
            {
                "Date": NOW,
                "MessageTraceId": call.get("MessageTraceId"),
                "RecipientAddress": call.get("RecipientAddress"),
                "Event": event,
            },
            "Fake.Detail",
        )


IDENTITY = Parameter("Identity", STRING, 1, from_pipeline=True, from_pipeline_by_name=True, help="Name or address.")
NEEDED = Parameter("Identity", STRING, 1, mandatory=True, from_pipeline=True, from_pipeline_by_name=True)
STATUSES = ("Delivered", "Expanded", "Failed", "FilteredAsSpam", "GettingStatus", "Pending", "Quarantined")


def registry() -> Registry:
    """The fake cmdlets."""
    made = Registry()
    audits = tuple(Parameter(f"Audit{who}", MULTI, values=("None", *ACTIONS)) for who in SETS)
    made.add(
        Cmdlet(
            "Get-Mailbox",
            _get_mailbox,
            (
                IDENTITY,
                Parameter("GroupMailbox", SWITCH, help="Mailboxes of groups."),
                Parameter("ResultSize", UNLIMITED, default="1000", help="The most mailboxes."),
                Parameter("Filter", STRING),
            ),
            synopsis="Shows mailboxes.",
            examples=(Example("Get-Mailbox anna@example.com", "One mailbox."),),
            output=("Fake.Mailbox",),
        ),
        Cmdlet(
            "Set-Mailbox",
            _set_mailbox,
            (
                NEEDED,
                *audits,
                Parameter("DefaultAuditSet", MULTI, values=tuple(SETS)),
                Parameter("AuditEnabled", BOOLEAN),
                Parameter("AuditLogAgeLimit", TIMESPAN),
                Parameter("GroupMailbox", SWITCH),
                Parameter("Force", SWITCH),
            ),
            synopsis="Changes a mailbox.",
            should_process=True,
        ),
        Cmdlet("Get-Secret", _refused),
        Cmdlet("Remove-Mailbox", _remove_mailbox, (NEEDED,), "Removes a mailbox.", should_process=True, asks=True),
        Cmdlet(
            "Get-OrganizationConfig", _get_organization, (), "Shows the organization.", output=("Fake.Organization",)
        ),
        Cmdlet(
            "Set-OrganizationConfig", _set_organization, (Parameter("AuditDisabled", BOOLEAN),), should_process=True
        ),
        Cmdlet(
            "Set-MailboxAuditBypassAssociation",
            _set_bypass,
            (NEEDED, Parameter("AuditBypassEnabled", BOOLEAN, mandatory=True)),
        ),
        Cmdlet("Get-MailboxAuditBypassAssociation", _get_bypass, (NEEDED,)),
        Cmdlet(
            "Get-MailboxFolderStatistics",
            _folders,
            (NEEDED, Parameter("FolderScope", STRING, values=("All", "Inbox", "RecoverableItems"))),
            output=("Fake.Folder",),
        ),
        Cmdlet(
            "Get-MessageTraceV2",
            _trace,
            (
                Parameter("EndDate", DATE, 1, from_pipeline_by_name=True),
                Parameter("RecipientAddress", MULTI_VALUES, 5, from_pipeline_by_name=True),
                Parameter("ResultSize", INT, 6, minimum=1, maximum=5000),
                Parameter("SenderAddress", MULTI_VALUES, 7, from_pipeline_by_name=True),
                Parameter("StartDate", DATE, 8, from_pipeline_by_name=True),
                Parameter("Status", MULTI_VALUES, 10, values=STATUSES),
                Parameter("Subject", STRING, 11),
                Parameter("SubjectFilterType", STRING, 12, values=("Contains", "EndsWith", "StartsWith")),
            ),
            synopsis="Traces messages.",
            output=("Fake.MessageTrace",),
        ),
        Cmdlet(
            "Get-MessageTraceDetailV2",
            _detail,
            (
                Parameter("MessageTraceId", GUID, 5, mandatory=True, from_pipeline_by_name=True),
                Parameter("RecipientAddress", STRING, 6, mandatory=True, from_pipeline_by_name=True),
            ),
        ),
        Cmdlet(
            "Search-Fake",
            lambda call: [PSObject({"Set": call.set})],
            (
                Parameter("Identity", STRING, 1, mandatory=True, sets=("Identity",)),
                Parameter("Mailboxes", MULTI, sets=("Mailboxes",)),
                Parameter("ShowDetails", SWITCH, sets=("Identity",)),
                Parameter("Anything", OBJECT),
            ),
            default_set="Mailboxes",
        ),
    )
    made.add_type(
        OutputType(
            "Fake.Mailbox",
            tuple(_mailbox("x", "y").names()),
            View.TABLE,
            (Column("Name"), Column("Alias"), Column("RecipientTypeDetails"), Column("AuditEnabled")),
        ),
        OutputType(
            "Fake.MessageTrace",
            tuple(rows()[0].names()),
            View.TABLE,
            tuple(map(Column, ("Received", "SenderAddress", "RecipientAddress", "Subject", "Status"))),
        ),
        OutputType("Fake.Folder", ("Name", "FolderPath", "FolderSize", "ItemsInFolder")),
    )
    return made


def shell(**options: Any) -> tuple[Interpreter, io.StringIO]:
    """An interpreter over the fakes, and the one stream that all it writes goes to."""
    out = io.StringIO()
    options.setdefault("width", 100)
    made = Interpreter(registry(), out=out, services=Directory(), now=lambda: NOW, **options)
    return made, out


def said(text: str, **options: Any) -> str:
    """All that one text writes."""
    made, out = shell(**options)
    made.run(text)
    return out.getvalue()
