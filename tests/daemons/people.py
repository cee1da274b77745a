"""People who use the servers with ordinary clients, and write down what they did, in the words of the audit log."""

from __future__ import annotations

import contextlib
import imaplib
import re
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
    """Local part, without brackets; "" for what concerns no message."""
    dest_mailbox: str = ""
    """Where items went, when that is another mailbox."""
    result: str = "Succeeded"
    client_ip: str = ""
    visit: int = field(default=0, compare=False)
    """Which visit (login) it belongs to."""
    way: str = field(default="imap", compare=False)
    """The protocol or program by which it was done."""
    marks: bool = field(default=False, compare=False)
    """Reading it set \\Seen, which it had not before."""
    what: str = field(default="", compare=False)
    """The message, where `message_id` is left out because no log tells it."""


@dataclass
class Ledger:
    """Everything that was done."""

    acts: list[Act] = field(default_factory=list)
    visits: int = 0

    def enter(self) -> int:
        """The number of a new visit."""
        self.visits += 1
        return self.visits

    def note(self, *values: str, **more: Any) -> None:
        """Write an act down."""
        self.acts.append(Act(*values, **more))


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

    def __init__(
        self, servers: Servers, ledger: Ledger, user: str, *, as_master: bool = False, ip: str = "127.0.0.1"
    ) -> None:
        """ip: where the person is, as a webmail server would tell (`x-originating-ip`)."""
        self._ledger = ledger
        self._user = user
        self._actor = address("admin" if as_master else user)
        self._kind = "Admin" if as_master else "Owner"
        self._folder = ""
        self._ip = ip
        self._visit = ledger.enter()
        self.imap = imaplib.IMAP4("127.0.0.1", servers.ports["imap"])
        if ip != "127.0.0.1":
            self.imap.xatom("ID", f'("x-originating-ip" "{ip}")')
        login = f"{address(user)}*{address('admin')}" if as_master else address(user)
        self._ok(self.imap.login(login, "pw-admin" if as_master else f"pw-{user}"))
        self.note("MailboxLogin")

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

    def note(
        self,
        action: str,
        folder: str = "",
        dest: str = "",
        message_id: str = "",
        result: str = "Succeeded",
        marks: bool = False,
    ) -> None:
        """Write an act on a folder down."""
        mailbox, kind, inner = self._place(folder)
        there = self._place(dest)[0] if dest else mailbox
        more = {"dest_mailbox": there if there != mailbox else "", "result": result}
        where = {"client_ip": self._ip, "visit": self._visit, "marks": marks}
        self._ledger.note(mailbox, action, kind, self._actor, inner, self._place(dest)[2], message_id, **more, **where)

    def open(self, folder: str, *, refused: bool = False) -> None:
        """SELECT. refused: the server has to say no."""
        status, _ = self.imap.select(f'"{folder}"')
        assert (status == "NO") == refused, f"SELECT {folder}: {status}"
        self._folder = "" if refused else folder
        self.note("FolderBind", folder, result="Failed" if refused else "Succeeded")

    def find(self, message_id: str) -> str:
        """The UID of a message in the folder that is open; "" when it is not there. Searching headers opens nothing."""
        found = self._ok(self.imap.uid("SEARCH", "HEADER", "Message-ID", f"{message_id}@{DOMAIN}"))
        self.note("SearchQueryInitiated", self._folder)
        return found[0].decode().split()[-1] if found[0] else ""

    def _trash(self, dest: str) -> bool:
        """Whether a folder is Deleted Items of the mailbox that is open."""
        return self._place(dest)[2] == "Trash" and self._place(dest)[0] == self._place(self._folder)[0]

    def read(self, *message_ids: str, part: str = "BODY.PEEK[]") -> None:
        """One FETCH of bodies, of messages that nobody has read before."""
        self._ok(self.imap.uid("FETCH", ",".join(map(self.find, message_ids)), f"({part})"))
        for one in message_ids:
            self.note("MailItemsAccessed", self._folder, "", one, marks=".PEEK" not in part)

    def look(self) -> None:
        """What clients do to draw a list of messages: nothing that is an act."""
        self._ok(self.imap.fetch("1:*", "(FLAGS UID ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (SUBJECT FROM)])"))
        self._ok(self.imap.list())
        self._ok(self.imap.status("INBOX", "(MESSAGES UNSEEN)"))
        self._ok(self.imap.noop())

    def move(self, message_id: str, dest: str) -> None:
        """MOVE (RFC 6851)."""
        self._ok(self.imap.uid("MOVE", self.find(message_id), f'"{dest}"'))
        self.note("MoveToDeletedItems" if self._trash(dest) else "Move", self._folder, dest, message_id)

    def move_all(self, dest: str, *message_ids: str) -> None:
        """MOVE of everything in the folder, by sequence numbers; these messages have to be there."""
        self._ok(self.imap._simple_command("MOVE", "1:*", f'"{dest}"'))
        for one in message_ids:
            self.note("MoveToDeletedItems" if self._trash(dest) else "Move", self._folder, dest, one)

    def move_as_old_clients_do(self, message_id: str, dest: str) -> None:
        """COPY, STORE \\Deleted, EXPUNGE: one act in three steps."""
        uid = self.find(message_id)
        self._ok(self.imap.uid("COPY", uid, f'"{dest}"'))
        self._ok(self.imap.uid("STORE", uid, "+FLAGS", "(\\Deleted)"))
        self._ok(self.imap.uid("EXPUNGE", uid))
        self.note("MoveToDeletedItems" if self._trash(dest) else "Move", self._folder, dest, message_id)

    def copy(self, message_id: str, dest: str) -> None:
        """COPY."""
        self._ok(self.imap.uid("COPY", self.find(message_id), f'"{dest}"'))
        self.note("Copy", self._folder, dest, message_id)

    def mark(self, message_id: str, sign: str = "+") -> None:
        """Set or clear \\Deleted, which is nothing by itself."""
        self._ok(self.imap.uid("STORE", self.find(message_id), f"{sign}FLAGS", "(\\Deleted)"))

    def purge(self, message_id: str, how: str = "UID EXPUNGE") -> None:
        """STORE \\Deleted and UID EXPUNGE, EXPUNGE or CLOSE: gone for good."""
        uid = self.find(message_id)
        self._ok(self.imap.uid("STORE", uid, "+FLAGS", "(\\Deleted)"))
        gone = {"EXPUNGE": self.imap.expunge, "CLOSE": self.imap.close}
        self._ok(gone[how]() if how in gone else self.imap.uid("EXPUNGE", uid))
        self.note("HardDelete", self._folder, "", message_id)

    def flag(self, message_id: str, flag: str = "\\Flagged", sign: str = "+") -> None:
        """STORE of a flag."""
        self._ok(self.imap.uid("STORE", self.find(message_id), f"{sign}FLAGS", f"({flag})"))
        self.note("Update", self._folder, "", message_id)

    def put(self, folder: str, mail: EmailMessage, flags: str = "\\Seen", *, refused: bool = False) -> None:
        """APPEND. Only a draft is a Create of the audit log; other messages are counted as `CreateMessage`."""
        status, _ = self.imap.append(f'"{folder}"', f"({flags})", "", mail.as_bytes())
        assert (status == "NO") == refused, f"APPEND {folder}: {status}"
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        action = "Create" if "\\Draft" in flags else "CreateMessage"
        self.note(action, folder, "", "" if refused else name, "Failed" if refused else "Succeeded")

    def make(self, folder: str) -> None:
        """CREATE: no act that is audited."""
        self._ok(self.imap.create(f'"{folder}"'))

    def drop(self, folder: str, *message_ids: str) -> None:
        """DELETE of a folder with these messages."""
        self._ok(self.imap.delete(f'"{folder}"'))
        for one in message_ids:
            self.note("HardDelete", folder, "", one)

    def rename(self, old: str, new: str, action: str = "") -> None:
        """RENAME; with an action when the folder gets into another one."""
        self._ok(self.imap.rename(f'"{old}"', f'"{new}"'))
        if action:
            self.note(action, old, new)

    def share(self, folder: str, user: str, rights: str = "lrswite", *, refused: bool = False) -> None:
        """SETACL (RFC 4314)."""
        status, _ = self.imap.setacl(f'"{folder}"', address(user), rights)
        assert (status == "NO") == refused, f"SETACL {folder}: {status}"
        self.note("UpdateFolderPermissions", folder, result="Failed" if refused else "Succeeded")

    def withdraw(self, folder: str, user: str) -> None:
        """DELETEACL."""
        self._ok(self.imap.deleteacl(f'"{folder}"', address(user)))
        self.note("UpdateFolderPermissions", folder)

    def leave(self) -> None:
        """LOGOUT."""
        self.imap.logout()


def wrong_password(servers: Servers, ledger: Ledger, user: str) -> None:
    """A login that fails."""
    visit = ledger.enter()
    client = imaplib.IMAP4("127.0.0.1", servers.ports["imap"])
    with contextlib.suppress(imaplib.IMAP4.error):
        client.login(address(user), "wrong")
        raise AssertionError("the server let them in")
    client.logout()
    who = address(user)
    ledger.note(who, "MailboxLogin", "Owner", who, result="Failed", client_ip="127.0.0.1", visit=visit)
