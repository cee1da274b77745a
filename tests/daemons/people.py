"""People who use the servers with ordinary clients, and write down what they did, in the words of the audit log."""

from __future__ import annotations

import base64
import imaplib
import poplib
import re
import smtplib
import socket
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from servers import DOMAIN, Servers


@dataclass(frozen=True, order=True)
class Act:
    """One thing done in a mailbox."""

    mailbox: str
    action: str
    logon_type: str
    actor: str
    folder: str = ""
    dest_folder: str = ""
    message_id: str = ""
    """Without brackets; "" for what concerns no message."""


@dataclass
class Ledger:
    """Everything that was done."""

    acts: list[Act] = field(default_factory=list)

    def note(self, *values: str) -> None:
        """Write an act down."""
        self.acts.append(Act(*values))


def address(user: str) -> str:
    """The address, which is the login too."""
    return f"{user}@{DOMAIN}"


def message(sender: str, recipient: str, message_id: str, *, header_sender: str = "") -> EmailMessage:
    """A small message; sender and recipient are local parts."""
    made = EmailMessage()
    made["From"] = address(sender)
    if header_sender:
        made["Sender"] = address(header_sender)
    made["To"] = address(recipient)
    made["Subject"] = f"About {message_id}"
    made["Message-ID"] = f"<{message_id}@{DOMAIN}>"
    made.set_content("Hello\n")
    return made


class Person:
    """A signed-in IMAP client. `as_master` uses the administrator's password to open the mailbox."""

    def __init__(self, servers: Servers, ledger: Ledger, user: str, *, as_master: bool = False) -> None:
        self._ledger = ledger
        self._user = user
        self._actor = address("admin" if as_master else user)
        self._kind = "Admin" if as_master else "Owner"
        self._folder = ""
        self.imap = imaplib.IMAP4("127.0.0.1", servers.ports["imap"])
        login = f"{address(user)}*{address('admin')}" if as_master else address(user)
        self._ok(self.imap.login(login, "pw-admin" if as_master else f"pw-{user}"))
        ledger.note(address(user), "MailboxLogin", self._kind, self._actor)

    def _ok(self, answer: tuple[str, list[Any]]) -> list[Any]:
        if answer[0] != "OK":
            raise AssertionError(f"the server says {answer}")
        return answer[1]

    def _place(self, folder: str) -> tuple[str, str, str]:
        """Mailbox, logon type and folder there, of a path as this client names it."""
        shared = re.match(r"shared/([^/]+)/(.+)", folder)
        if shared is None:
            return address(self._user), self._kind, folder
        return shared[1], "Delegate" if self._kind == "Owner" else self._kind, shared[2]

    def note(self, action: str, folder: str = "", dest: str = "", message_id: str = "") -> None:
        """Write an act on a folder down."""
        mailbox, kind, inner = self._place(folder)
        self._ledger.note(mailbox, action, kind, self._actor, inner, self._place(dest)[2], message_id)

    def open(self, folder: str) -> None:
        """SELECT."""
        self._ok(self.imap.select(f'"{folder}"'))
        self._folder = folder
        self.note("FolderBind", folder)

    def find(self, message_id: str) -> str:
        """The UID of a message in the folder that is open; "" when it is not there. Searching headers opens nothing."""
        found = self._ok(self.imap.uid("SEARCH", "HEADER", "Message-ID", f"{message_id}@{DOMAIN}"))
        return found[0].decode().split()[-1] if found[0] else ""

    def read(self, message_id: str, part: str = "BODY.PEEK[]") -> None:
        """FETCH of the body."""
        self._ok(self.imap.uid("FETCH", self.find(message_id), f"({part})"))
        self.note("MailItemsAccessed", self._folder, "", message_id)

    def move(self, message_id: str, dest: str) -> None:
        """MOVE (RFC 6851)."""
        self._ok(self.imap.uid("MOVE", self.find(message_id), f'"{dest}"'))
        self.note("MoveToDeletedItems" if dest == "Trash" else "Move", self._folder, dest, message_id)

    def move_as_old_clients_do(self, message_id: str, dest: str) -> None:
        """COPY, STORE \\Deleted, EXPUNGE: one act in three steps."""
        uid = self.find(message_id)
        self._ok(self.imap.uid("COPY", uid, f'"{dest}"'))
        self._ok(self.imap.uid("STORE", uid, "+FLAGS", "(\\Deleted)"))
        self._ok(self.imap.uid("EXPUNGE", uid))
        self.note("MoveToDeletedItems" if dest == "Trash" else "Move", self._folder, dest, message_id)

    def copy(self, message_id: str, dest: str) -> None:
        """COPY."""
        self._ok(self.imap.uid("COPY", self.find(message_id), f'"{dest}"'))
        self.note("Copy", self._folder, dest, message_id)

    def purge(self, message_id: str) -> None:
        """STORE \\Deleted and EXPUNGE: gone for good."""
        uid = self.find(message_id)
        self._ok(self.imap.uid("STORE", uid, "+FLAGS", "(\\Deleted)"))
        self._ok(self.imap.uid("EXPUNGE", uid))
        self.note("HardDelete", self._folder, "", message_id)

    def flag(self, message_id: str, flag: str = "\\Flagged") -> None:
        """STORE of a flag."""
        self._ok(self.imap.uid("STORE", self.find(message_id), "+FLAGS", f"({flag})"))
        self.note("Update", self._folder, "", message_id)

    def share(self, folder: str, user: str, rights: str = "lrswite") -> None:
        """SETACL (RFC 4314)."""
        self._ok(self.imap.setacl(f'"{folder}"', address(user), rights))
        self.note("UpdateFolderPermissions", folder)

    def leave(self) -> None:
        """LOGOUT."""
        self.imap.logout()


def send(servers: Servers, user: str, mail: EmailMessage, sender: str, recipients: list[str]) -> None:
    """Submit as `user` with the envelope sender `sender` (local parts)."""
    with smtplib.SMTP("127.0.0.1", servers.ports["submission"]) as client:
        client.login(address(user), f"pw-{user}")
        client.send_message(mail, address(sender), [address(one) for one in recipients])


def fetch_by_pop3(servers: Servers, ledger: Ledger, user: str, message_ids: list[str]) -> None:
    """Log in by POP3 and RETR every message, which has to be these, in this order."""
    client = poplib.POP3("127.0.0.1", servers.ports["pop3"])
    client.user(address(user))
    client.pass_(f"pw-{user}")
    ledger.note(address(user), "MailboxLogin", "Owner", address(user))
    for number, message_id in enumerate(message_ids, 1):
        client.retr(number)
        ledger.note(address(user), "MailItemsAccessed", "Owner", address(user), "INBOX", "", message_id)
    client.quit()


def put_rule(servers: Servers, ledger: Ledger, user: str, name: str, script: str) -> None:
    """Upload a Sieve script and make it the active one (ManageSieve, RFC 5804)."""
    with socket.create_connection(("127.0.0.1", servers.ports["sieve"]), 10) as wire:
        stream = wire.makefile("rb")
        _answer(stream)
        secret = base64.b64encode(f"\0{address(user)}\0pw-{user}".encode()).decode()
        _order(wire, stream, f'AUTHENTICATE "PLAIN" "{secret}"\r\n')
        ledger.note(address(user), "MailboxLogin", "Owner", address(user))
        _order(wire, stream, f'PUTSCRIPT "{name}" {{{len(script)}+}}\r\n{script}\r\n')
        ledger.note(address(user), "UpdateInboxRules", "Owner", address(user))
        _order(wire, stream, f'SETACTIVE "{name}"\r\n')
        ledger.note(address(user), "UpdateInboxRules", "Owner", address(user))
        _order(wire, stream, "LOGOUT\r\n")


def _order(wire: socket.socket, stream: Any, text: str) -> None:
    wire.sendall(text.encode())
    _answer(stream)


def _answer(stream: Any) -> None:
    while True:
        line = stream.readline().decode()
        if not line or line.startswith(("NO", "BYE")):
            raise AssertionError(f"ManageSieve says {line!r}")
        if line.startswith("OK"):
            return
