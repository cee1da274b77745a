"""A mail server for tests: takes mail on a port of this machine, or refuses it (RFC 5321)."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class _Handler(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self._say("220 mail.example.org ESMTP")
        to: list[str] = []
        while line := self.rfile.readline().decode().strip():
            verb = line.partition(" ")[0].upper()
            if verb == "DATA":
                self._say("354 go on")
                self._take(to)
            elif verb == "RCPT":
                self._recipient(line, to)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 mail.example.org")

    def _recipient(self, line: str, to: list[str]) -> None:
        address = line.partition("<")[2].partition(">")[0]
        if address.startswith("nobody@"):
            self._say("550 5.1.1 no such user")
        else:
            to.append(address)
            self._say("250 ok")

    def _take(self, to: list[str]) -> None:
        data = b""
        while (line := self.rfile.readline()) != b".\r\n":
            data += line[1:] if line.startswith(b"..") else line
        mail = message_from_bytes(data, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.server.mails.append((tuple(to), mail))
        self._say("250 queued")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    """What it took stands in `mails`: recipients, and the mail."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mails: list[tuple[tuple[str, ...], EmailMessage]] = []

    @property
    def url(self) -> str:
        """For MAILWAKE_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running() -> Iterator[Server]:
    """A server while the context lasts."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
