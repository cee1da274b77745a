"""A milter that takes a recipient off each message: libmilter's protocol, version 6 (include/libmilter/mfdef.h)."""

from __future__ import annotations

import socketserver
import struct
import threading

_NEGOTIATE, _MACROS, _END, _QUIT, _ABORT = b"O", b"D", b"E", b"Q", b"A"
_CONTINUE, _ACCEPT, _DELETE = b"c", b"a", b"-"
_MAY_DELETE = 0x08


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        taken: bytes = self.server.taken  # type: ignore[attr-defined]
        while head := self.rfile.read(4):
            command = self.rfile.read(struct.unpack(">I", head)[0])
            name = command[:1]
            if name == _QUIT:
                return
            if name == _NEGOTIATE:
                self._say(_NEGOTIATE + struct.pack(">III", 6, _MAY_DELETE, 0))
            elif name == _END:
                self._say(_DELETE + b"<" + taken + b">\0")
                self._say(_ACCEPT)
            elif name not in (_MACROS, _ABORT):
                self._say(_CONTINUE)

    def _say(self, answer: bytes) -> None:
        self.wfile.write(struct.pack(">I", len(answer)) + answer)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Milter:
    """One on loopback; a context manager."""

    def __init__(self, port: int, taken: str) -> None:
        """taken: the recipient that it takes off."""
        self._server = _Server(("127.0.0.1", port), _Session)
        self._server.taken = taken.encode()  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1})

    def __enter__(self) -> Milter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
