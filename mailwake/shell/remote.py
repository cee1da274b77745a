"""The operations of a Mailwake server, over its REST face `/api/v1`."""

from __future__ import annotations

import http.client
import ipaddress
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from mailwake.operations.contract import Operation, OperationError
from mailwake.operations.parameters import build_input
from mailwake.shell.exchange.services import Reply

_TIMEOUT = 600.0
"""Seconds to wait for an answer to begin."""
_PROBE = "get-organization-config"
"""An operation to see by whether the server knows the token; whether it may be asked does not matter."""


class RemoteOperations:
    """A server that was connected."""

    def __init__(self, uri: str, token: str) -> None:
        """uri: `https://trace.example.org`; http only to this machine. Raises OperationError for another."""
        parts = urlsplit(uri if "//" in uri else f"https://{uri}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise OperationError("not-an-address", f"{uri!r} is no address of a server", "Give https://HOST.")
        if parts.scheme == "http" and not _is_here(parts.hostname):
            what = f"{uri} would send the token in clear text"
            raise OperationError("not-encrypted", what, "Give an address with https.")
        if not token:
            advice = "Make one on the server with `mailwake user token`, and give it as -AccessToken."
            raise OperationError("no-token", "no token is given", advice)
        self._parts, self._token = parts, token

    def check(self) -> None:
        """See whether the server answers and knows the token. Raises OperationError."""
        try:
            self._ask(_PROBE, {})
        except OperationError as error:
            if error.status != 403:
                raise

    def perform(self, operation: Operation[Any], values: Mapping[str, Any], *, what_if: bool = False) -> Reply:
        """See `services.Operations`."""
        build_input(operation, values)
        answer = self._ask(operation.name, dict(values), what_if=what_if)
        return Reply(answer.get("value", []), answer.get("warnings", []))

    def _ask(self, name: str, values: dict[str, Any], *, what_if: bool = False) -> dict[str, Any]:
        path = f"{self._parts.path.rstrip('/')}/api/v1/{name}" + ("?what_if=true" if what_if else "")
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        headers["Accept"] = "application/json"
        connection = self._connection()
        try:
            connection.request("POST", path, json.dumps(values).encode(), headers)
            response = connection.getresponse()
            data = response.read()
        except (OSError, http.client.HTTPException) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            what = f"the server {self._parts.netloc} cannot be reached: {why or type(error).__name__}"
            raise OperationError("server-not-reached", what, "See whether it runs and the address is right.") from error
        finally:
            connection.close()
        return _read(response.status, data, self._parts.netloc)

    def _connection(self) -> http.client.HTTPConnection:
        host = self._parts.hostname or ""
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, self._parts.port, timeout=_TIMEOUT)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, self._parts.port, timeout=_TIMEOUT, context=context)

    def release(self) -> None:
        """Nothing is held between two questions."""

    def close(self) -> None:
        """Nothing is held between two questions."""


def connect(uri: str, token: str) -> RemoteOperations:
    """A server that answers and knows the token. Raises OperationError."""
    made = RemoteOperations(uri, token)
    made.check()
    return made


def _read(status: int, data: bytes, where: str) -> dict[str, Any]:
    """An answer, or what a problem document says as an error."""
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if status == 200 and isinstance(found, dict):
        return found
    if not isinstance(found, dict) or "code" not in found:
        what = f"{where} answers with status {status} and no document of Mailwake's"
        raise OperationError("not-a-mailwake-server", what, "See whether the address is right.", status=status)
    code, detail, advice = (str(found.get(name, "")) for name in ("code", "detail", "advice"))
    raise OperationError(code, detail, advice, status=status)


def _is_here(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
