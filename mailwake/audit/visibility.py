"""What makes an action visible in the logs of a mail server: what must be logged, and what no log can show.

Facts of Dovecot 2.3 and 2.4 (mail_log plugin, event exporter), Postfix and Exim (submission with login).
"""

from __future__ import annotations

EVENTS = "the events of Dovecot's event exporter"
TEXT = "the lines of Dovecot's mail_log plugin"
LOGINS = "the login lines of Dovecot"
SUBMISSION = "the lines of Postfix or Exim for mail that is submitted with a login"

NEEDS: dict[str, tuple[str, ...]] = {
    "MailboxLogin": (LOGINS, "auth_request_finished among " + EVENTS),
    "FolderBind": ("imap_command_finished (SELECT, EXAMINE) among " + EVENTS,),
    "MailItemsAccessed": ("mail_opened among " + EVENTS,),
    "Create": ("save among " + TEXT, "imap_command_finished (APPEND) among " + EVENTS),
    "Copy": ("copy among " + TEXT, "imap_command_finished (COPY) among " + EVENTS),
    "Move": ("copy and expunge among " + TEXT, "imap_command_finished (MOVE) among " + EVENTS),
    "MoveToDeletedItems": ("copy and expunge among " + TEXT, "imap_command_finished (MOVE) among " + EVENTS),
    "SoftDelete": ("delete and expunge among " + TEXT, "mail_expunge_requested among " + EVENTS),
    "HardDelete": ("expunge among " + TEXT, "mail_expunge_requested among " + EVENTS),
    "Update": ("flag_change among " + TEXT, "imap_command_finished (STORE) among " + EVENTS),
    "Send": (SUBMISSION,),
    "SendAs": (SUBMISSION,),
    "SendOnBehalf": (SUBMISSION + ", with the From and Sender headers in the log",),
    "UpdateFolderPermissions": ("imap_command_finished (SETACL, DELETEACL) among " + EVENTS,),
    "UpdateInboxRules": ("managesieve_command_finished among " + EVENTS,),
    "SearchQueryInitiated": ("imap_command_finished (SEARCH) among " + EVENTS,),
}
"""Action to what must be logged; one of them suffices."""

NEVER: dict[str, str] = {
    "UpdateCalendarDelegation": "IMAP has no calendar; a calendar server's log would have to tell of it",
    "ApplyRecord": "IMAP servers have no retention labels",
    "UpdateComplianceTag": "IMAP servers have no retention labels",
    "RecordDelete": "IMAP servers have no retention labels",
    "MessageBind": "opening a message is MailItemsAccessed; no server logs it as MessageBind",
}
"""Action to why no log shows it."""


PARTLY: dict[str, str] = {
    "Copy": "of doveadm copy only that it was done, neither folder nor message",
    "Move": "of doveadm move not where to",
    "MoveToDeletedItems": "a move by doveadm is a Move: its events do not say where to",
    "Update": "of doveadm flags only that it was done, neither folder nor message",
    "UpdateFolderPermissions": "of doveadm acl only that it was done, neither folder nor rights",
    "UpdateInboxRules": "not what is in a script",
    "SearchQueryInitiated": "of doveadm search neither folder nor query",
}
"""Action to what stays unknown of it where it is shown (Dovecot 2.3: doveadm's events have no arguments)."""


def what_is_missing(action: str) -> str:
    """What is not known of an action that was seen; "" for nothing."""
    missing = PARTLY.get(action, "")
    return f"not shown: {missing}" if missing else ""


def why_unseen(action: str) -> str:
    """Why an action may never have been seen."""
    if action in NEVER:
        return f"cannot be seen: {NEVER[action]}"
    needs = NEEDS.get(action)
    if not needs:
        return "no source of Mailwake shows it; records of another service can be imported"
    return f"not seen yet: it needs {', or '.join(needs)}; or nobody has done it"
