"""The matrices as the documents print them, written down a second time: the tests' own account of what is right.

Columns: Admin, Delegate, Owner; `*` by default, `+` possible, `.` not available; `$` needs the premium licence,
`!` only without it.
"""

from __future__ import annotations

from mailwake.audit.model import LogonType

SEED = """
AddFolderPermissions . . .
ApplyRecord * * *
Copy + . .
Create * * +
FolderBind + + .
HardDelete * * *
MailItemsAccessed * * * $
MailboxLogin . . +
ModifyFolderPermissions . . .
Move + + +
MoveToDeletedItems * * *
RecordDelete + + +
RemoveFolderPermissions . . .
Send * * * $
SendAs * * .
SendOnBehalf * * .
SoftDelete * * *
Update * * *
UpdateCalendarDelegation * . *
UpdateComplianceTag + + +
UpdateFolderPermissions * * *
UpdateInboxRules * * *
Default . . .
MessageBind . . .
SearchQueryInitiated . . .
"""

CURRENT = """
AddFolderPermissions . . .
ModifyFolderPermissions . . .
RemoveFolderPermissions . . .
ApplyRecord * * *
Copy + . .
Create * * +
Default . . .
FolderBind + + .
HardDelete * * *
MailboxLogin . . +
MailItemsAccessed * * * $
MessageBind + . . !
Move + + +
MoveToDeletedItems * * *
RecordDelete + + +
SearchQueryInitiated . . + $
Send * . * $
SendAs * * .
SendOnBehalf * * .
SoftDelete * * *
Update * * *
UpdateCalendarDelegation * . *
UpdateComplianceTag . . .
UpdateFolderPermissions * * *
UpdateInboxRules * * *
"""

GROUP = """
Create * * .
HardDelete * * *
MoveToDeletedItems * * *
SendAs * * .
SendOnBehalf * * .
SoftDelete * * *
Update * * *
"""

KINDS = (LogonType.ADMIN, LogonType.DELEGATE, LogonType.OWNER)


def read(text: str) -> dict[str, dict[LogonType, str]]:
    """Action to its marks by logon type."""
    rows = (line.split() for line in text.strip().splitlines())
    return {row[0]: dict(zip(KINDS, row[1:4], strict=True)) for row in rows}


def gates(text: str) -> dict[str, str]:
    """Action to its licence mark."""
    return {row[0]: row[4] for row in (line.split() for line in text.strip().splitlines()) if len(row) > 4}


TEXTS = {"2021": SEED, "current": CURRENT}
TABLES = {name: read(text) for name, text in TEXTS.items()}
GATES = {name: gates(text) for name, text in TEXTS.items()}
GROUP_TABLE = read(GROUP)
