"""Syslog over UDP (RFC 5426), TCP (RFC 6587) and TLS (RFC 5425), into a spool."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import struct
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mailwake.operations.live.frames import Frames, line_of
from mailwake.operations.live.sequence import LATE, Sequences
from mailwake.operations.live.spool import Spool, SpoolFullError

if TYPE_CHECKING:
    from mailwake.operations.live.sources import SyslogSource
    from mailwake.operations.live.status import Gauge

log = logging.getLogger(__name__)

CONNECTIONS = 512
"""At the same time, for one listener."""
_TICK = 0.5
_IDLE = 3600.0
"""Seconds after which a silent connection is closed; senders connect again when they have something."""
_HANDSHAKE = 10.0
_BUFFER = 8 << 20
_READ = 64 << 10
_AT_ONCE = 1000
_SO_RXQ_OVFL = 40
"""socket(7): each datagram comes with the number of those that were dropped before it. Linux only."""


class ListenError(Exception):
    """An address that cannot be listened on, or a certificate that cannot be used. Its text is for the user."""


class Listener:
    """One listener; it listens once it is made, and takes messages once it is started."""

    def __init__(self, source: SyslogSource, spool: Spool, gauge: Gauge) -> None:
        """Raises ListenError."""
        self._source, self._spool, self._gauge = source, spool, gauge
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._transport, host, port = source.address
        kind = socket.SOCK_DGRAM if self._transport == "udp" else socket.SOCK_STREAM
        try:
            self._tls = _tls(source) if self._transport == "tls" else None
            self._socket = _bound(host, port, kind)
        except (OSError, ssl.SSLError) as error:
            raise ListenError(f"{source.listen}: {error.strerror or error}") from error
        self._socket.settimeout(_TICK)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that it listens on."""
        host, port = self._socket.getsockname()[:2]
        return host, port

    def start(self) -> None:
        """Begin."""
        self._spawn(self._datagrams if self._transport == "udp" else self._connections)

    def stop(self) -> None:
        """End; what was received is in the spool."""
        self._ended.set()
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def _spawn(self, work: object, *given: object) -> None:
        thread = threading.Thread(target=work, args=given, name=f"syslog-{self._transport}")  # type: ignore[arg-type]
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()

    def _datagrams(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
        dropped = 0
        sequences = Sequences(LATE)
        while not self._ended.is_set():
            lines: list[bytes] = []
            self._socket.settimeout(_TICK)
            while len(lines) < _AT_ONCE:
                try:
                    data, extra, flags, peer = self._socket.recvmsg(self._source.max_message, 64)
                except (TimeoutError, BlockingIOError):
                    break
                except OSError as error:
                    self._gauge.note(f"{self._source.listen}: {error.strerror}")
                    break
                dropped = self._admit(extra, dropped)
                if flags & socket.MSG_TRUNC:
                    self._gauge.refuse(1, "messages longer than max_message were cut")
                if data.strip(b"\0\r\n "):
                    self._number(sequences, data)
                    lines.append(line_of(data, peer[0], datetime.now(UTC)))
                self._socket.settimeout(0)
            try:
                self._spool.append(lines)
            except SpoolFullError as error:
                self._gauge.lose(len(lines), f"messages by UDP were lost: {error}")
            self._sync()

    def _admit(self, extra: list[tuple[int, int, bytes]], before: int) -> int:
        """Count what the kernel dropped because it came faster than it was read."""
        for level, kind, data in extra:
            if (level, kind) == (socket.SOL_SOCKET, _SO_RXQ_OVFL):
                (now,) = struct.unpack("I", data[:4])
                if now != before:
                    self._gauge.lose(
                        (now - before) % (1 << 32), "the receive buffer overflowed: UDP messages were lost"
                    )
                return int(now)
        return before

    def _number(self, sequences: Sequences, message: bytes) -> None:
        host, missing = sequences.see(message)
        if missing:
            self._gauge.miss(missing, f"numbers are missing among the messages of {host}")

    def _connections(self) -> None:
        self._socket.listen(128)
        while not self._ended.is_set():
            self._sync()
            try:
                connection, peer = self._socket.accept()
            except TimeoutError:
                continue
            except OSError as error:
                self._gauge.note(f"{self._source.listen}: {error.strerror}")
                self._ended.wait(_TICK)
                continue
            if len(self._open) >= CONNECTIONS:
                self._gauge.refuse(1, f"more than {CONNECTIONS} connections at a time")
                connection.close()
                continue
            with self._lock:
                self._open.add(connection)
            self._spawn(self._serve, connection, str(peer[0]))

    def _serve(self, connection: socket.socket, peer: str) -> None:
        stream = connection
        try:
            connection.settimeout(_HANDSHAKE)
            if self._tls is not None:
                stream = self._tls.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._open.discard(connection)
                    self._open.add(stream)
            self._receive(stream, peer)
            if isinstance(stream, ssl.SSLSocket):
                _say_goodbye(stream)
        except ssl.SSLError as error:
            self._gauge.refuse(1, f"TLS with {peer} failed: {error.reason or error}")
        except OSError:
            pass  # the sender is gone; what it sent whole is kept
        finally:
            with self._lock:
                self._open -= {connection, stream}
            with contextlib.suppress(OSError):
                stream.close()

    def _receive(self, stream: socket.socket, peer: str) -> None:
        frames, sequences = Frames(self._source.max_message), Sequences()
        stream.settimeout(_TICK)
        heard = time.monotonic()
        while not self._ended.is_set() and time.monotonic() - heard < _IDLE:
            try:
                data = stream.recv(_READ)
            except TimeoutError:
                continue
            heard = time.monotonic()
            before = frames.cut
            found = frames.feed(data) if data else frames.end()
            if frames.cut > before:
                self._gauge.refuse(frames.cut - before, "messages longer than max_message were cut")
            for one in found:
                self._number(sequences, one)
            now = datetime.now(UTC)
            self._keep([line_of(one, peer, now) for one in found if one.strip(b"\0\r\n ")])
            if frames.broken:
                self._gauge.refuse(1, f"{peer} sent what is no syslog; the connection was closed")
            if not data or frames.broken:
                return

    def _keep(self, lines: list[bytes]) -> None:
        """Into the spool; while it is full nothing more is read, so that the sender waits."""
        while True:
            try:
                self._spool.append(lines)
            except SpoolFullError as error:
                self._gauge.note(f"senders wait: {error}")
                if self._ended.wait(_TICK):
                    self._gauge.lose(len(lines), "the server was stopped while its spool was full")
                    return
            else:
                return

    def _sync(self) -> None:
        try:
            self._spool.sync()
        except OSError as error:
            self._gauge.note(f"{self._spool.folder}: {error.strerror}")


def _say_goodbye(stream: ssl.SSLSocket) -> None:
    """close_notify (RFC 5425 section 4.4), to a sender that may be gone, on a socket that `stop` may have shut."""
    with contextlib.suppress(OSError, ValueError):  # ssl.SSLError is an OSError
        stream.unwrap()


def _bound(host: str, port: int, kind: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, kind)
    try:
        if kind == socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        made.bind((host, port))
        if kind == socket.SOCK_STREAM:
            made.listen(128)
    except OSError:
        made.close()
        raise
    return made


def _tls(source: SyslogSource) -> ssl.SSLContext:
    """TLS 1.2 or newer (RFC 9662 section 4); clients need a certificate when there is a CA for them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    assert source.certificate is not None
    context.load_cert_chain(source.certificate, source.key)
    if source.client_ca is not None:
        context.load_verify_locations(source.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
