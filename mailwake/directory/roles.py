"""Management roles and the role groups that give them, as Exchange has them. Plain data.

`Message Trace` is a role of our own: message trace is for Organization Management, Compliance Management and Help Desk,
and for nobody else, while Exchange's own View-Only Recipients and Message Tracking reach further.
"""

from __future__ import annotations

from mailwake.directory.errors import DirectoryError
from mailwake.events.told import tell

ORGANIZATION_MANAGEMENT = "Organization Management"
MY_MESSAGES = "My Messages"
"""The role group of people who are told of their own mail alone."""
MY_OWN = "MyMessages"
"""Its role, named as Exchange names roles of end users (MyBaseOptions). It holds over one's own mailbox alone."""

ROLES: dict[str, str] = {
    "Audit Logs": "Search the audit logs and change what is audited.",
    "Compliance Admin": "Look at and manage compliance settings.",
    "Journaling": "Manage journaling; see who bypasses auditing.",
    "Legal Hold": "Put mailboxes on hold.",
    "Mail Recipient Creation": "Make and remove mailboxes.",
    "Mail Recipients": "Change mailboxes and who has permission on them.",
    "Mailbox Search": "Search the content of mailboxes.",
    "Message Trace": "Follow messages through the organization.",
    "Message Tracking": "Read the message tracking log.",
    MY_OWN: "See one's own messages, and who was in one's own mailbox.",
    "Organization Configuration": "Change the organization's settings.",
    "Remote and Accepted Domains": "Manage accepted domains.",
    "Reset Password": "Reset passwords.",
    "Retention Management": "Manage retention policies.",
    "Role Management": "Manage role groups, their members and scopes.",
    "Security Admin": "Manage security settings.",
    "Security Reader": "Look at security settings and reports.",
    "Transport Hygiene": "Manage filters.",
    "Transport Rules": "Manage rules of mail flow.",
    "User Options": "See and change options of people's mailboxes.",
    "View-Only Audit Logs": "Search the audit logs.",
    "View-Only Configuration": "See the organization's settings.",
    "View-Only Recipients": "See mailboxes.",
}

ROLE_GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    ORGANIZATION_MANAGEMENT: ("Everything.", tuple(sorted(set(ROLES) - {"Mailbox Search", MY_OWN}))),
    "Compliance Management": (
        "Compliance: message trace, audit logs.",
        (
            *("Audit Logs", "Compliance Admin", "Journaling", "Message Trace", "Message Tracking"),
            *("View-Only Audit Logs", "View-Only Configuration", "View-Only Recipients"),
        ),
    ),
    "Help Desk": (
        "Answers people's questions about their mail.",
        ("Message Trace", "Reset Password", "User Options", "View-Only Recipients"),
    ),
    "Records Management": (
        "Retention, journaling, audit logs.",
        ("Audit Logs", "Journaling", "Message Tracking", "Retention Management", "Transport Rules"),
    ),
    "Recipient Management": (
        "Mailboxes and who has permission on them.",
        ("Mail Recipient Creation", "Mail Recipients", "Message Tracking", "Reset Password"),
    ),
    "Hygiene Management": (
        "Filters against spam and malware.",
        ("Transport Hygiene", "View-Only Configuration", "View-Only Recipients"),
    ),
    "View-Only Organization Management": (
        "Looks, and changes nothing.",
        ("View-Only Configuration", "View-Only Recipients"),
    ),
    "Security Administrator": ("Security settings.", ("Security Admin",)),
    "Security Reader": ("Looks at security settings and reports.", ("Security Reader",)),
    MY_MESSAGES: ("People see their own messages, and who was in their own mailbox.", (MY_OWN,)),
    "Discovery Management": ("Searches the content of mailboxes.", ("Legal Hold", "Mailbox Search")),
}
"""Description and roles of each built-in role group."""


def canonical_role(name: str) -> str:
    """The spelling of a management role. Raises DirectoryError."""
    wanted = " ".join(name.split()).lower()
    for role in ROLES:
        if role.lower() == wanted:
            return role
    raise DirectoryError(
        "role-not-found",
        tell("there is no management role {name!r}", name=name),
        tell("roles are: {names}", names=", ".join(ROLES)),
        status=404,
    )
