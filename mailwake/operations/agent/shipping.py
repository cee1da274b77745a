"""Batches to the server by HTTPS, in their order; each again and again until it is taken."""

from __future__ import annotations

import logging
import random
import ssl
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError, SSLError

from mailwake import __version__
from mailwake.operations.agent.configuration import AgentError, Server
from mailwake.operations.agent.outbox import Batch, Outbox

log = logging.getLogger(__name__)

_TIMEOUT = urllib3.Timeout(connect=10, read=60)
_FIRST, _LONGEST = 1.0, 60.0
"""Seconds before a batch is sent again: twice as long each time, by chance half as much less or more."""
BEAT_EVERY = 30.0
"""Seconds after which the server is told that the agent is there, though it has nothing to send."""
_NEVER = (400, 413, 415)
"""Answers to a batch that will be given again whenever it is sent."""


class NotTakenError(Exception):
    """The server did not take it; `after` is how long it asks to wait, in seconds."""

    def __init__(self, text: str, *, status: int = 0, after: float = 0.0) -> None:
        super().__init__(text)
        self.status, self.after = status, after


class Way:
    """Requests to one server. One thread uses it."""

    def __init__(self, server: Server) -> None:
        """Raises AgentError for certificates that are none."""
        self._server = server
        self._pool = _pool(server)
        self._path = urlsplit(server.url).path

    def post(self, body: bytes, more: dict[str, str]) -> None:
        """Send a body; an empty one tells that the agent is there. Raises NotTakenError."""
        headers = {
            "Authorization": f"Bearer {self._server.token}",
            "Content-Type": "text/plain; charset=utf-8",
            "User-Agent": f"mailwake-agent/{__version__}",
            **more,
        }
        try:
            answer = self._pool.urlopen("POST", self._path, body, headers, retries=False, timeout=_TIMEOUT)
        except (HTTPError, OSError) as error:
            raise NotTakenError(_in_words(error, self._server)) from error
        if answer.status != 204:
            raise NotTakenError(_answer(answer, self._server), status=answer.status, after=_after(answer))


class Shipping:
    """Sends the batches. One thread uses it."""

    def __init__(self, server: Server, outbox: Outbox, backlog: Callable[[], int] = lambda: 0) -> None:
        """backlog: bytes of the logs that are in no batch yet. Raises AgentError."""
        self._outbox, self._backlog = outbox, backlog
        self._way, self._url = Way(server), server.url
        self.trouble = ""
        """Why nothing is taken; "" when all is well."""
        self.lines = 0
        """Taken since the start."""

    def run(self, ended: threading.Event) -> None:
        """Ship until it is to end."""
        tries = 0
        while not ended.is_set():
            try:
                sent = self.one()
            except NotTakenError as error:
                wait = max(error.after, min(_LONGEST, _FIRST * 2**tries) * random.uniform(0.5, 1.5))
                tries = min(tries + 1, 10)
                self._tell(str(error))
                ended.wait(wait)
            else:
                tries = 0
                self._tell("")
                if not sent:
                    self._rest(ended)

    def one(self) -> bool:
        """Send the oldest batch; False when there is none. Raises NotTakenError."""
        try:
            batch = self._outbox.oldest()
            if batch is None:
                return False
            self._send(batch)
        except OSError as error:
            raise NotTakenError(f"the spool cannot be used: {error}") from error
        return True

    def _send(self, batch: Batch) -> None:
        try:
            self._post(batch.body, {"Content-Encoding": "zstd", "Mailwake-Batch": batch.id})
        except NotTakenError as error:
            if error.status not in _NEVER:
                raise
            aside = self._outbox.put_aside(batch)
            log.error("%s lines were not taken and lie in %s: %s", batch.lines, aside, error)
            return
        self._outbox.done(batch)
        self.lines += batch.lines

    def _rest(self, ended: threading.Event) -> None:
        """Wait for the next batch; send a beat when it does not come."""
        waited = 0.0
        while not ended.is_set() and not self._outbox.filled.wait(0.5):
            waited += 0.5
            if waited >= BEAT_EVERY:
                waited = 0.0
                try:
                    self._post(b"", {})
                    self._tell("")
                except NotTakenError as error:
                    self._tell(str(error))

    def _post(self, body: bytes, more: dict[str, str]) -> None:
        behind = self._backlog() + max(0, self._outbox.size - len(body))
        self._way.post(body, {**more, "Mailwake-Behind": str(behind)})

    def _tell(self, text: str) -> None:
        if text and text != self.trouble:
            log.warning("%s; it is tried again, and nothing is lost meanwhile", text)
        elif self.trouble and not text:
            log.warning("%s takes the logs again", self._url)
        self.trouble = text


def _pool(server: Server) -> urllib3.HTTPConnectionPool:
    parts = urlsplit(server.url)
    assert parts.hostname is not None
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(parts.hostname, parts.port)
    try:
        context = ssl.create_default_context(cafile=server.ca)
        if server.certificate is not None:
            context.load_cert_chain(server.certificate, server.key)
    except (OSError, ssl.SSLError) as error:
        raise AgentError(f"the certificates cannot be used: {error}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return urllib3.HTTPSConnectionPool(parts.hostname, parts.port, ssl_context=context)


def _in_words(error: Exception, server: Server) -> str:
    host = urlsplit(server.url).netloc
    if isinstance(error, NameResolutionError):
        return f"{host}: there is no such name in DNS: check server.url"
    if isinstance(error, SSLError):
        why = error.args[0] if error.args else error
        if isinstance(why, ssl.SSLCertVerificationError):
            hint = "give the certificate of its authority as server.ca" if why.verify_code != 62 else "check server.url"
            return f"{host}: its certificate is not trusted: {why.verify_message}: {hint}"
        return f"{host}: TLS failed: {why}: does it speak https there?"
    if isinstance(error, NewConnectionError):
        return f"{host}: cannot be reached: {error.__cause__ or error}"
    if isinstance(error, ConnectTimeoutError):
        return f"{host}: does not answer"
    return f"{host}: the connection broke: {error}"


def _answer(answer: urllib3.BaseHTTPResponse, server: Server) -> str:
    said = " ".join(answer.data[:300].decode("utf-8", "replace").split())
    name = urlsplit(server.url).path
    hints = {
        401: f"the token is not that of a push source at {name}: check server.token_file and server.url",
        404: f"there is nothing at {name}: check server.url",
        503: "the server cannot take more at the moment",
    }
    hint = hints.get(answer.status, said or "no reason was given")
    return f"{urlsplit(server.url).netloc}: answered {answer.status}: {hint}"


def _after(answer: urllib3.BaseHTTPResponse) -> float:
    told = answer.headers.get("Retry-After", "")
    return min(float(told), _LONGEST * 5) if told.isdecimal() else 0.0
