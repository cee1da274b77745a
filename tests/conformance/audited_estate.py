"""A small organization: mail servers' logs go in, operations are asked; nothing in between is replaced.

Lines and events are those of Dovecot 2.3 (mail_log plugin, event exporter) and Postfix.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from mailwake.operations import importing
from mailwake.operations.contract import Caller, all_operations
from mailwake.operations.local import open_context
from mailwake.operations.perform import perform

DAY = datetime(2026, 11, 20, tzinfo=UTC)
ROSA, OLA, TEAM = "rosa@example.org", "ola@example.org", "team@example.org"


def at(clock: str, day: int = 20) -> datetime:
    """A time of November 2026, UTC."""
    hour, minute, second = (int(part) for part in f"{clock}:00".split(":")[:3])
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


class Estate:
    """One data directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.now = at("12:00", 25)
        self.caller: Caller | None = None
        self.warnings: list[str] = []
        self._files = count()

    # -- what servers log ---------------------------------------------------------------------------------------------

    def read(self, *lines: str) -> None:
        """Import a log."""
        path = self.folder / f"{next(self._files)}.log"
        path.write_text("".join(f"{line}\n" for line in lines))
        importing.run(self.data, [str(path)], zone="UTC")

    def file(self, name: str, text: str) -> Any:
        """Import a file of that name; the account of it."""
        path = self.folder / name
        path.write_text(text)
        return importing.run(self.data, [str(path)], zone="UTC")

    # -- what is asked ------------------------------------------------------------------------------------------------

    def run(self, operation: str, **given: Any) -> list[dict[str, Any]]:
        """The items of an answer, by their outside names."""
        found = all_operations()[operation]
        with self.context(store=found.store) as context:
            answer = perform(found, context, found.input.model_validate(given))
            items = [item.model_dump(mode="json", by_alias=True) for item in answer]
            self.warnings = list(answer.warnings)
            return items

    @contextmanager
    def context(self, *, store: bool = True) -> Iterator[Any]:
        """The context of a call."""
        with open_context(self.data, caller=self.caller, store=store) as context:
            context.now = lambda: self.now
            yield context

    def mailbox(self, address: str, **given: Any) -> None:
        """Make a mailbox."""
        self.run("new-mailbox", Name=address.partition("@")[0], PrimarySmtpAddress=address, **given)

    def search(self, mailbox: str = ROSA, **given: Any) -> list[dict[str, Any]]:
        """All records of a mailbox, newest first."""
        return self.run("search-mailbox-audit-log", Identity=mailbox, ShowDetails=True, **given)

    def actions(self, mailbox: str = ROSA, **given: Any) -> list[str]:
        """`LogonType action` of a mailbox's records, oldest first."""
        return [f"{one['LogonType']} {one['Operation']}" for one in self.search(mailbox, **given)][::-1]

    def unified(self, **given: Any) -> list[dict[str, Any]]:
        """Records of the unified audit log, newest first; of mailboxes' acts unless told otherwise."""
        given.setdefault("StartDate", DAY - timedelta(days=400))
        given.setdefault("EndDate", DAY + timedelta(days=10))
        given.setdefault("RecordType", "ExchangeItem,ExchangeItemGroup,ExchangeItemAggregated")
        return self.run("search-unified-audit-log", ResultSize=5000, **given)


# -- lines ------------------------------------------------------------------------------------------------------------


def stamp(moment: datetime) -> str:
    """As rsyslog writes a time."""
    return moment.isoformat(timespec="microseconds")


def login(moment: datetime, user: str, session: str, ip: str = "192.0.2.7") -> str:
    """Somebody signs in by IMAP."""
    return (
        f"{stamp(moment)} imap1 dovecot: imap-login: Login: user=<{user}>, method=PLAIN, rip={ip}, lip=192.0.2.1,"
        f" mpid=77, TLS, session=<{session}>"
    )


def item(moment: datetime, user: str, session: str, what: str, folder: str, uid: int, subject: str = "Offer") -> str:
    """mail_log: something was done with a message."""
    return (
        f"{stamp(moment)} imap1 dovecot: imap({user})<77><{session}>: {what}: box={folder}, uid={uid},"
        f" msgid=<m{uid}@example.net>, size=900, vsize=940, from=sender@example.net, subject={subject}, flags=(\\Seen)"
    )


def _event(moment: datetime, name: str, user: str, session: str, **fields: Any) -> str:
    start = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    whole = {"user": user, "session": session, "remote_ip": "192.0.2.7", "local_ip": "192.0.2.1", **fields}
    known = {"event": name, "hostname": "imap1", "start_time": start, "end_time": start}
    return json.dumps({**known, "categories": ["imap", "service:imap"], "fields": whole}, separators=(",", ":"))


def select(moment: datetime, user: str, session: str, folder: str = "INBOX") -> str:
    """A folder is opened."""
    return _event(
        moment,
        "imap_command_finished",
        user,
        session,
        **{"cmd_name": "SELECT", "cmd_args": folder, "tagged_reply_state": "OK", "mailbox": folder},
        **{"tagged_reply": "OK [READ-WRITE] Select completed", "reason_code": ["imap:cmd_select"], "duration": 100},
    )


def fetched(moment: datetime, user: str, session: str, uid: int, folder: str = "INBOX") -> str:
    """A message's body is read."""
    return _event(
        moment, "mail_opened", user, session, mailbox=folder, uid=uid, seq=uid, reason_code=["imap:fetch_body"]
    )


def command(moment: datetime, user: str, session: str, name: str, args: str, **fields: Any) -> str:
    """Any other IMAP command that succeeded."""
    values = {"cmd_name": name, "cmd_args": args, "tagged_reply_state": "OK", "tagged_reply": f"OK {name} completed."}
    return _event(moment, "imap_command_finished", user, session, **{**values, "duration": 100, **fields})


def signed_in(moment: datetime, user: str, session: str, **fields: Any) -> str:
    """An authentication that succeeded, as the event exporter tells it."""
    values = {"service": "imap", "mechanism": "PLAIN", "success": "yes", "original_user": user}
    return _event(moment, "auth_request_finished", user, session, **{**values, **fields})


def purge(moment: datetime, user: str, session: str, uid: int, folder: str = "Trash") -> str:
    """A message is purged: HardDelete."""
    return item(moment, user, session, "expunge", folder, uid)


def submitted(moment: datetime, user: str, sender: str, queue_id: str, to: str = "x@example.net") -> list[str]:
    """Postfix takes in mail of somebody who signed in."""
    head = f"{stamp(moment)} mx1 postfix"
    return [
        f"{head}/submission/smtpd[31]: {queue_id}: client=pc[192.0.2.7], sasl_method=PLAIN, sasl_username={user}",
        f"{head}/cleanup[32]: {queue_id}: message-id=<{queue_id}@example.org>",
        f"{head}/qmgr[33]: {queue_id}: from=<{sender}>, size=800, nrcpt=1 (queue active)",
        f"{head}/smtp[34]: {queue_id}: to=<{to}>, relay=mx.example.net[198.51.100.1]:25, delay=1, delays=0.1/0/0.5/0.4,"
        " dsn=2.0.0, status=sent (250 2.0.0 Ok)",
        f"{head}/qmgr[33]: {queue_id}: removed",
    ]
