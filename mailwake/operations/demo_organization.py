"""The demo organization: mailboxes of an imagined company whose auditing is there to be looked at and changed.

The names are those that everybody knows from Microsoft's documentation, so that commands from there run as printed.
Three days of its mail servers' logs are read like any others, so that there is something to be found.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from mailwake import sample
from mailwake.audit.model import LogonType, MailboxType
from mailwake.directory.records import MailboxDraft
from mailwake.events.told import tell
from mailwake.ingest.account import Account
from mailwake.operations import importing
from mailwake.operations.contract import OperationError
from mailwake.operations.importing import Progress
from mailwake.operations.local import open_context
from mailwake.store import facts
from mailwake.store.database import Database

DOMAIN = "contoso.onmicrosoft.com"
CUSTOM = {
    LogonType.ADMIN: frozenset({"HardDelete"}),
    LogonType.DELEGATE: frozenset({"SendAs", "SendOnBehalf"}),
    LogonType.OWNER: frozenset({"HardDelete", "SoftDelete"}),
}
"""Sets that somebody chose by hand: giving back the default shows an effect."""
BYPASSED = f"backup@{DOMAIN}"


class _Box(NamedTuple):
    name: str
    alias: str
    type: MailboxType = MailboxType.USER
    custom: bool = False


_BOXES = (
    _Box("Gabriela Laureano", "gabriela"),
    _Box("Laura", "laura"),
    _Box("Team Discussion", "teamdiscussion", MailboxType.SHARED),
    _Box("Mark", "mark", custom=True),
    _Box("Chris", "chris", custom=True),
    _Box("Marketing Group", "marketing", MailboxType.GROUP),
    _Box("Backup", "backup"),
)
ORGANIZATIONS = ("contoso",)


def make(data_dir: Path) -> list[str]:
    """Put the organization into a data directory; names of the mailboxes that were made. What is there stays.

    Raises OperationError where another mailbox has one of the names, DirectoryError.
    """
    with open_context(data_dir) as context:  # with an empty store, so that all of it can be asked
        directory = context.settings
        known = {box.primary_address for box in directory.mailboxes.all()}
        made = []
        with directory.writing():
            for box in _BOXES:
                address = f"{box.alias}@{DOMAIN}"
                if address in known:
                    continue
                draft = MailboxDraft(
                    name=box.name,
                    alias=box.alias,
                    display_name=box.name,
                    primary_address=address,
                    type=box.type,
                    managed=frozenset() if box.custom else None,
                    custom=CUSTOM if box.custom else {},
                )
                directory.mailboxes.create(draft, context.micros)
                made.append(box.name)
            if "Backup" in made:
                directory.bypasses.set(BYPASSED, True, context.micros)
    return made


def fill(data_dir: Path, *, today: date | None = None, progress: Progress | None = None) -> Account | None:
    """Read the logs of the three days before today (UTC); None where the data directory has logs already.

    Call `make` first: its settings are to hold for these days. Raises StoreError.
    """
    with Database(data_dir) as database:
        if not facts.is_empty(database):
            return None
    last_day = (today or datetime.now(UTC).date()) - timedelta(days=1)
    with tempfile.TemporaryDirectory() as name:
        paths = sample.contoso(Path(name), DOMAIN, last_day)
        return importing.run(data_dir, [str(path) for path in paths], zone="UTC", progress=progress)


def check(name: str) -> None:
    """Raises OperationError for an organization that is not there."""
    if name.lower() not in ORGANIZATIONS:
        raise OperationError(
            "organization-not-known",
            tell("there is no demo organization {name!r}", name=name),
            tell("there is: {names}", names=", ".join(ORGANIZATIONS)),
        )
