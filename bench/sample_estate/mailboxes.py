"""People in their mailboxes on imap1: what Dovecot's mail_log plugin and its event exporter say of it."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sample_estate.book import IMAP1, Book, Mail

_UIDS: dict[tuple[str, str], int] = defaultdict(int)


class Kept(NamedTuple):
    """A message in a folder of a mailbox."""

    owner: str
    folder: str
    uid: int
    mail: Mail


def new_uid(owner: str, folder: str) -> int:
    """The next UID of a folder."""
    _UIDS[owner, folder] += 1
    return _UIDS[owner, folder]


def _text(what: str, folder: str, uid: int, mail: Mail, flags: str = "") -> str:
    return (
        f"{what}: box={folder}, uid={uid}, msgid={mail.message_id}, size={mail.size}, vsize={mail.size + 40},"
        f" from={mail.sender}, subject={mail.subject}, flags=({flags})"
    )


def saved(book: Book, when: float, owner: str, mail: Mail) -> Kept:
    """A delivery, as mail_log tells it."""
    uid = new_uid(owner, "INBOX")
    tag = f"dovecot: lmtp({owner})<{book.pid()}><{book.token()}>"
    book.syslog(IMAP1, when, tag, _text("save", "INBOX", uid, mail))
    return Kept(owner, "INBOX", uid, mail)


class Visit:
    """An IMAP session, from login to logout. Each act takes some seconds."""

    def __init__(self, book: Book, when: float, user: str, ip: str, *, master: str = "", service: str = "imap") -> None:
        self.book, self.when, self.user, self._ip, self._service = book, when, user, ip, service
        self.session, self._pid, self._who = book.token()[:16], book.pid(), master or user
        auth = f"auth_user=<{self._who}>, "
        book.syslog(
            IMAP1,
            when,
            f"dovecot: {'imap' if service == 'imap' else 'managesieve'}-login",
            f"Login: user=<{user}>, {auth}method=PLAIN, rip={ip}, lip=192.0.2.30, mpid={self._pid}, TLS,"
            f" session=<{self.session}>",
        )

    def _say(self, text: str) -> None:
        name = "imap" if self._service == "imap" else "managesieve"
        self.book.syslog(IMAP1, self.when, f"dovecot: {name}({self.user})<{self._pid}><{self.session}>", text)

    def _tell(self, name: str, **fields: Any) -> None:
        start, end = (
            f"{datetime.fromtimestamp(round(when, 6), UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
            for when in (self.when - 0.004, self.when)
        )
        whole = {"user": self.user, "session": self.session, "remote_ip": self._ip, "local_ip": "192.0.2.30", **fields}
        event = {"event": name, "hostname": "imap1", "start_time": start, "end_time": end}
        event |= {"categories": ["imap", f"service:{self._service}"], "fields": whole}
        self.book.syslog(IMAP1, self.when + 0.001, "dovecot: stats", json.dumps(event, separators=(",", ":")))

    def _command(self, name: str, folder: str, args: str, **fields: Any) -> None:
        reply = fields.pop("reply", f"OK {name.title()} completed.")
        reason = fields.pop("reason", [f"imap:cmd_{name.lower().replace(' ', '_')}"])
        said = {"cmd_name": name, "cmd_args": args, "tagged_reply_state": reply[:2], "tagged_reply": reply}
        where = {"mailbox": folder} if folder else {}
        self._tell("imap_command_finished", **said, **where, reason_code=reason, **fields)

    def _wait(self) -> None:
        self.when += self.book.rnd.uniform(4, 70)

    def path(self, kept: Kept) -> str:
        """A folder as this user calls it."""
        return kept.folder if kept.owner == self.user else f"shared/{kept.owner}/{kept.folder}"

    def open(self, folder: str) -> None:
        """SELECT."""
        self._wait()
        self._command("SELECT", folder, f'"{folder}"')

    def read(self, *messages: Kept) -> None:
        """FETCH of bodies."""
        for kept in messages:
            self._wait()
            reasons = ["imap:cmd_uid_fetch", "imap:fetch_body"]
            self._tell("mail_opened", mailbox=self.path(kept), uid=kept.uid, cmd_name="UID FETCH", reason_code=reasons)
            self._command("UID FETCH", self.path(kept), f"{kept.uid} (BODY.PEEK[])", reason=reasons)

    def move(self, kept: Kept, folder: str) -> Kept:
        """MOVE within the mailbox."""
        self._wait()
        moved = Kept(kept.owner, folder, new_uid(kept.owner, folder), kept.mail)
        here, there = self.path(kept), self.path(moved)
        self._say(_text(f"copy from {here}", there, moved.uid, kept.mail, "\\Seen"))
        self._gone(kept, "UID MOVE")
        self._command("UID MOVE", here, f'{kept.uid} "{there}"', reply="OK Move completed.")
        return moved

    def purge(self, kept: Kept) -> None:
        """\\Deleted and EXPUNGE."""
        self._wait()
        self._gone(kept, "UID EXPUNGE")
        self._command("UID EXPUNGE", self.path(kept), str(kept.uid), reply="OK Expunge completed.")

    def _gone(self, kept: Kept, by: str) -> None:
        self._say(_text("expunge", self.path(kept), kept.uid, kept.mail, "\\Seen"))
        reason = [f"imap:cmd_{by.lower().replace(' ', '_')}"]
        self._tell("mail_expunge_requested", mailbox=self.path(kept), uid=kept.uid, cmd_name=by, reason_code=reason)

    def flag(self, kept: Kept, flag: str = "\\Flagged") -> None:
        """STORE."""
        self._wait()
        self._say(_text("flag_change", self.path(kept), kept.uid, kept.mail, f"\\Seen {flag}"))
        self._command("UID STORE", self.path(kept), f"{kept.uid} +FLAGS ({flag})", reply="OK Store completed.")

    def share(self, folder: str, user: str, rights: str) -> None:
        """SETACL."""
        self._wait()
        self._command("SETACL", "", f'"{folder}" {user} {rights}', reply="OK Setacl completed.")

    def search(self, folder: str, query: str) -> None:
        """SEARCH."""
        self._wait()
        self._command("UID SEARCH", folder, query, reply="OK Search completed.")

    def rule(self, name: str) -> None:
        """A Sieve script is put there and made the active one (service managesieve)."""
        for command in ("PUTSCRIPT", "SETACTIVE"):
            self._wait()
            self._tell("managesieve_command_finished", cmd_name=command, script_name=name)

    def leave(self) -> None:
        """LOGOUT."""
        self._wait()
        self._say("Disconnected: Logged out")


def wrong_password(book: Book, when: float, user: str, ip: str) -> None:
    """A login that fails."""
    book.syslog(
        IMAP1,
        when,
        "dovecot: imap-login",
        f"Disconnected: Connection closed (auth failed, 3 attempts in 14 secs): user=<{user}>, method=PLAIN, rip={ip},"
        f" lip=192.0.2.30, TLS, session=<{book.token()[:16]}>",
    )
