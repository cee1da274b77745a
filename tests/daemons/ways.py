"""Other ways into a mailbox than IMAP: submission, POP3, ManageSieve, doveadm; what is done is written down."""

from __future__ import annotations

import base64
import poplib
import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from people import Ledger, address
from servers import Servers

HERE = "127.0.0.1"


def send(servers: Servers, user: str, mail: EmailMessage, sender: str, recipients: list[str], *, ip: str = "") -> None:
    """Submit as `user` with the envelope sender `sender` (local parts). ip: where the client is."""
    with smtplib.SMTP(HERE, servers.ports["submission"]) as client:
        if ip:
            client.ehlo()
            client.docmd("XCLIENT", f"ADDR={ip} NAME=[UNAVAILABLE]")
            client.ehlo()
        client.login(address(user), f"pw-{user}")
        client.send_message(mail, address(sender), [address(one) for one in recipients])


def note_sent(ledger: Ledger, action: str, user: str, claimed: str, message_id: str, ip: str = HERE) -> None:
    """Write a submission down: Send, SendAs or SendOnBehalf of `claimed`."""
    kind = "Owner" if action == "Send" else "Delegate"
    visit = ledger.enter()
    who = address(claimed), action, kind, address(user)
    ledger.note(*who, message_id=message_id, client_ip=ip, visit=visit, way="smtp")


class Pop:
    """A POP3 session."""

    def __init__(self, servers: Servers, ledger: Ledger, user: str) -> None:
        self._ledger, self._user, self._visit = ledger, address(user), ledger.enter()
        self._gone: list[str] = []
        self._client = poplib.POP3(HERE, servers.ports["pop3"])
        self._client.user(self._user)
        self._client.pass_(f"pw-{user}")
        self._note("MailboxLogin", "", "")

    def _note(self, action: str, folder: str, message_id: str) -> None:
        who = self._user, action, "Owner", self._user, folder, "", message_id
        self._ledger.note(*who, client_ip=HERE, visit=self._visit, way="pop3")

    def read(self, number: int, message_id: str) -> None:
        """RETR."""
        self._client.retr(number)
        self._note("MailItemsAccessed", "INBOX", message_id)

    def peek(self, number: int, message_id: str) -> None:
        """TOP of some lines: part of the body."""
        self._client.top(number, 1)
        self._note("MailItemsAccessed", "INBOX", message_id)

    def delete(self, number: int, message_id: str) -> None:
        """DELE; it happens at the end."""
        self._client.dele(number)
        self._gone.append(message_id)

    def leave(self) -> None:
        """QUIT."""
        self._client.quit()
        for one in self._gone:
            self._note("HardDelete", "INBOX", one)


class Rules:
    """A ManageSieve session (RFC 5804)."""

    def __init__(self, servers: Servers, ledger: Ledger, user: str, *, as_master: bool = False) -> None:
        self._ledger, self._user, self._visit = ledger, address(user), ledger.enter()
        self._who = ("Admin", address("admin")) if as_master else ("Owner", self._user)
        self._wire = socket.create_connection((HERE, servers.ports["sieve"]), 10)
        self._stream = self._wire.makefile("rb")
        self._answer()
        login = f"{self._user}*{address('admin')}" if as_master else self._user
        password = "pw-admin" if as_master else f"pw-{user}"
        secret = base64.b64encode(f"\0{login}\0{password}".encode()).decode()
        self._order(f'AUTHENTICATE "PLAIN" "{secret}"')
        self._note("MailboxLogin")

    def _note(self, action: str, result: str = "Succeeded") -> None:
        who = self._user, action, *self._who
        self._ledger.note(*who, result=result, client_ip=HERE, visit=self._visit, way="sieve")

    def _order(self, text: str, *, refused: bool = False) -> None:
        self._wire.sendall(f"{text}\r\n".encode())
        assert self._answer() != refused, text

    def _answer(self) -> bool:
        while True:
            line = self._stream.readline().decode()
            if not line or line.startswith("BYE"):
                raise AssertionError(f"ManageSieve says {line!r}")
            if line.startswith(("OK", "NO")):
                return line.startswith("OK")

    def put(self, name: str, script: str, *, refused: bool = False) -> None:
        """PUTSCRIPT."""
        self._order(f'PUTSCRIPT "{name}" {{{len(script)}+}}\r\n{script}', refused=refused)
        self._note("UpdateInboxRules", "Failed" if refused else "Succeeded")

    def change(self, command: str) -> None:
        """SETACTIVE, RENAMESCRIPT, DELETESCRIPT."""
        self._order(command)
        self._note("UpdateInboxRules")

    def look(self) -> None:
        """LISTSCRIPTS: no act."""
        self._order("LISTSCRIPTS")

    def leave(self) -> None:
        """LOGOUT."""
        self._wire.sendall(b"LOGOUT\r\n")
        while self._stream.readline():
            pass
        self._wire.close()


def put_rule(servers: Servers, ledger: Ledger, user: str, name: str, script: str) -> None:
    """Upload a Sieve script and make it the active one."""
    rules = Rules(servers, ledger, user)
    rules.put(name, script)
    rules.change(f'SETACTIVE "{name}"')
    rules.leave()


class Doveadm:
    """The administrator on the server's command line, in one mailbox."""

    def __init__(self, servers: Servers, ledger: Ledger, user: str) -> None:
        self._servers, self._ledger, self._user = servers, ledger, address(user)

    def run(self, *words: str) -> None:
        """`doveadm WORDS[0] ... -u USER ...`: the words before "-u" are the command."""
        self._servers.doveadm(*(self._user if word == "@" else word for word in words))

    def note(self, action: str, folder: str = "", dest: str = "", message_id: str = "") -> None:
        """Write an act down."""
        who = self._user, action, "Admin", "doveadm", folder, dest, message_id
        self._ledger.note(*who, visit=self._ledger.enter(), way="doveadm")


@contextmanager
def visiting(person: Any) -> Iterator[Any]:
    """Somebody who leaves in the end."""
    yield person
    person.leave()
