"""The world around an estate: servers that take its mail, or do not, and a greylisting policy service."""

from __future__ import annotations

import itertools
import socketserver
import threading
from collections import Counter
from typing import NamedTuple


class Taken(NamedTuple):
    """A message that the world took in."""

    sender: str
    recipient: str
    text: str


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 100


class _Listening:
    """A server in a thread; a context manager."""

    def __init__(self, address: tuple[str, int], handler: type[socketserver.StreamRequestHandler]) -> None:
        self._server = _Server(address, handler)
        self._server.owner = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1})

    def __enter__(self) -> _Listening:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class World(_Listening):
    """Takes mail for everybody. The part of the address before its first hyphen says how: `no-` never, `later-` at the
    second time, `never-` is told to come again for ever, `turned-` so at first and then refused; others at once."""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, _Smtp)
        self.taken: list[Taken] = []
        self._tried: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def answer(self, recipient: str) -> str:
        """To RCPT."""
        with self._lock:
            self._tried[recipient] += 1
            tried = self._tried[recipient]
        way = recipient.partition("-")[0]
        if way == "no" or (way == "turned" and tried > 1):
            return "550 5.1.1 There is no such person"
        if way == "never" or (way in ("later", "turned") and tried == 1):
            return "451 4.3.0 Come again later"
        return "250 2.1.5 Ok"

    def take(self, sender: str, recipients: list[str], text: str) -> str:
        """After the data."""
        with self._lock:
            self.taken += [Taken(sender, one, text) for one in recipients]
            return f"250 2.0.0 Ok: queued as W{next(self._numbers):09X}"


class _Smtp(socketserver.StreamRequestHandler):
    """RFC 5321, as far as our servers speak it."""

    def handle(self) -> None:
        world: World = self.server.owner  # type: ignore[attr-defined]
        sender, recipients = "", []
        self._say("220 mx.example.org ESMTP")
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            verb = line[:4].upper()
            if verb == "MAIL":
                sender, recipients = _address(line), []
                self._say("250 2.1.0 Ok")
            elif verb == "RCPT":
                said = world.answer(_address(line))
                recipients += [_address(line)] if said.startswith("250") else []
                self._say(said)
            elif verb == "DATA" and recipients:
                self._say("354 Go on")
                self._say(world.take(sender, recipients, self._data()))
            elif verb == "QUIT":
                return self._say("221 2.0.0 Bye")
            elif verb in ("EHLO", "HELO"):
                self._say("250-mx.example.org\r\n250 ENHANCEDSTATUSCODES" if verb == "EHLO" else "250 mx.example.org")
            else:
                self._say("503 5.5.1 Not now" if verb == "DATA" else "250 2.0.0 Ok")
        return None

    def _data(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode("utf-8", "replace").rstrip("\r\n")) != ".":
            lines.append(line)
        return "\n".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Greylist(_Listening):
    """The policy service of Postfix's SMTPD_POLICY_README: senders whose name begins with `grey` come twice."""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, _Policy)
        self.seen: set[tuple[str, str]] = set()
        self.lock = threading.Lock()


class _Policy(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        greylist: Greylist = self.server.owner  # type: ignore[attr-defined]
        asked: dict[str, str] = {}
        while line := self.rfile.readline().decode("utf-8", "replace"):
            name, is_pair, value = line.rstrip("\n").partition("=")
            if is_pair:
                asked[name] = value
                continue
            key = (asked.get("sender", ""), asked.get("recipient", ""))
            with greylist.lock:
                is_new = key[0].startswith("grey") and key not in greylist.seen
                greylist.seen.add(key)
            action = "DEFER_IF_PERMIT Greylisted, come again in a minute" if is_new else "DUNNO"
            self.wfile.write(f"action={action}\n\n".encode())
            asked = {}


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
