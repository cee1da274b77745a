"""Message traces of Exchange Online by Microsoft Graph: one request, and the way through a span of time page by page.

`GET /v1.0/admin/exchange/tracing/messageTraces` with `$filter` on receivedDateTime and `$top`; the next page is the
whole `@odata.nextLink`. A span has ten days at most and begins 90 days back at most. 100 requests in five minutes are
allowed; more are answered with 429 and Retry-After. Signing in: OAuth 2.0 client credentials (RFC 6749 section 4.4) at
`/TENANT/oauth2/v2.0/token`, scope `https://graph.microsoft.com/.default`; the application has the permission
ExchangeMessageTrace.Read.All.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import orjson
import urllib3
from urllib3.exceptions import HTTPError

PATH = "/v1.0/admin/exchange/tracing/messageTraces"
TOP = 5000
SPAN = 10 * 86_400
"""Seconds of a question at most."""
REACH = 90 * 86_400 - 3600
"""Seconds that a question may go back."""
_TIMEOUT = urllib3.Timeout(connect=15, read=120)
_EARLY = 300.0
"""Seconds before its end after which a token is not used any more."""
_LONGEST = 64 << 20
"""Bytes of an answer."""
_BACK_OFF = 30.0


class GraphError(Exception):
    """What went wrong, in words; `after` is how long to wait before it is tried again, in seconds, `status` that of the
    answer, 0 for none."""

    def __init__(self, text: str, after: float = _BACK_OFF, status: int = 0) -> None:
        super().__init__(text)
        self.after, self.status = after, status


class Page(NamedTuple):
    """Rows of one answer."""

    lines: list[bytes]
    """Each row a line of JSON, its members in order of their names, so that the same row is the same record."""
    next: str
    """Address of the next page; "" behind the last."""


class Graph:
    """Asks for the traces of one tenant. One thread uses it."""

    def __init__(
        self,
        tenant: str,
        client: tuple[str, str],
        *,
        url: str = "https://graph.microsoft.com",
        login: str = "https://login.microsoftonline.com",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """client: application id and secret. url, login: of other clouds, and of tests. clock: seconds."""
        self._tenant, self._client = tenant, client
        self._url, self._login = url.rstrip("/"), login.rstrip("/")
        self._clock = clock
        self._pool = urllib3.PoolManager(num_pools=4, retries=False, timeout=_TIMEOUT)
        self._token, self._ends = "", 0.0

    def first(self, begin: float, end: float) -> str:
        """Address of the first page of what came in between two times (Unix)."""
        asked = f"receivedDateTime ge {_stamp(begin)} and receivedDateTime le {_stamp(end)}"
        return f"{self._url}{PATH}?{urlencode({'$filter': asked, '$top': TOP})}"

    def page(self, address: str) -> Page:
        """One page. Raises GraphError."""
        if urlsplit(address)[:2] != urlsplit(self._url)[:2]:
            raise GraphError(f"the next page is elsewhere ({urlsplit(address).netloc}): the token is not sent there")
        answer = self._get(address)
        if answer.status == 401:  # it was withdrawn, or ended early
            self._token = ""
            answer = self._get(address)
        if answer.status != 200:
            raise GraphError(_refusal(answer), _after(answer), answer.status)
        told = _document(answer)
        rows = told.get("value")
        if not isinstance(rows, list):
            raise GraphError("Graph answered something else than a list of rows")
        lines = [orjson.dumps(row, option=orjson.OPT_SORT_KEYS) for row in rows if isinstance(row, dict)]
        return Page(lines, str(told.get("@odata.nextLink") or ""))

    def _get(self, address: str) -> urllib3.BaseHTTPResponse:
        headers = {"Authorization": f"Bearer {self._signed_in()}", "Accept": "application/json"}
        headers["Prefer"] = "include-unknown-enum-members"  # else the status `recalled` is not told
        return self._ask("GET", address, headers)

    def _signed_in(self) -> str:
        if self._token and self._clock() < self._ends:
            return self._token
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client[0],
            "client_secret": self._client[1],
            "scope": f"{self._url}/.default",
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        address = f"{self._login}/{self._tenant}/oauth2/v2.0/token"
        answer = self._ask("POST", address, headers, urlencode(form).encode())
        told = _document(answer)
        if answer.status != 200 or not told.get("access_token"):
            said = str(told.get("error_description") or told.get("error") or answer.status).splitlines()[0]
            raise GraphError(f"signing in to {self._tenant} failed: {said}", _after(answer))
        self._token = str(told["access_token"])
        self._ends = self._clock() + max(60.0, float(told.get("expires_in", 3600)) - _EARLY)
        return self._token

    def _ask(self, method: str, address: str, headers: dict[str, str], body: bytes = b"") -> urllib3.BaseHTTPResponse:
        try:
            answer = self._pool.request(
                method, address, body=body or None, headers=headers, redirect=False, preload_content=False
            )
            try:
                data = answer.read(_LONGEST + 1)
            finally:
                answer.release_conn()
        except (HTTPError, OSError) as error:
            raise GraphError(f"{urlsplit(address).netloc} cannot be asked: {error}") from error
        if len(data) > _LONGEST:
            raise GraphError("Graph's answer is too large")
        return urllib3.HTTPResponse(data, headers=answer.headers, status=answer.status)


def _document(answer: urllib3.BaseHTTPResponse) -> dict[str, Any]:
    try:
        told = orjson.loads(answer.data)
    except orjson.JSONDecodeError:
        told = None
    return told if isinstance(told, dict) else {}


def _refusal(answer: urllib3.BaseHTTPResponse) -> str:
    error = _document(answer).get("error")
    said = f"{error.get('code')}: {error.get('message')}" if isinstance(error, dict) else "no reason was given"
    hint = {
        401: "; is the secret still valid?",
        403: "; the application needs ExchangeMessageTrace.Read.All, with an administrator's consent",
        429: "; it is asked again when Microsoft wants it",
    }.get(answer.status, "")
    return f"Graph answered {answer.status}: {said}{hint}"


def _after(answer: urllib3.BaseHTTPResponse) -> float:
    told = answer.headers.get("Retry-After", "")
    return min(float(told), 3600.0) if told.isdecimal() else _BACK_OFF


def _stamp(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
