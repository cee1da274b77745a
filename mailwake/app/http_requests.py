"""Requests as Cheroot reads them, where it is wrong about damaged ones."""

from __future__ import annotations

from typing import Any

from cheroot.server import HeaderReader, HTTPConnection, HTTPRequest


class _Headers(HeaderReader):
    """A first header that begins with a blank continues nothing (RFC 9112 section 5.2): Cheroot fails on it itself."""

    def __call__(self, rfile: Any, hdict: Any = None) -> Any:
        """Read them. Raises ValueError, which is answered with 400."""
        try:
            return super().__call__(rfile, hdict)
        except UnboundLocalError as error:
            raise ValueError("Illegal header line.") from error


class _Request(HTTPRequest):
    header_reader = _Headers()


class Connection(HTTPConnection):
    """For `Server.ConnectionClass`."""

    RequestHandlerClass = _Request
