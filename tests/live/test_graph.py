"""The poller of message traces, against a server that speaks the documented protocol of Microsoft Graph."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from mailwake.app.configuration import ConfigurationError, load
from mailwake.operations.live.graph import PATH, GraphError
from mailwake.operations.live.polling import GraphPoller
from mailwake.operations.live.sources import GraphSource
from mailwake.operations.live.spool import Spool
from mailwake.operations.live.status import Gauge
from tests.live.conftest import Server, until

NOW = 1_763_974_800.0
"""2025-11-24 09:00 UTC."""
_FILTER = re.compile(r"receivedDateTime ge (\S+Z) and receivedDateTime le (\S+Z)")


class Tenant(ThreadingHTTPServer):
    """Signing in, and traces; what it is to do wrong is told by the test."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.now = NOW
        self.rows: list[dict[str, Any]] = []
        self.most = 2
        """Rows of a page."""
        self.trouble: list[tuple[int, dict[str, str]]] = []
        """Answers to the next requests."""
        self.token = "first"
        self.asked: list[str] = []
        self.signed_in = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def add(self, number: int, when: float, status: str = "delivered") -> None:
        """A row."""
        self.rows.append({
            "status": status, "size": 1200, "id": f"0a0b0c0d-1111-4222-8333-{number:012}",
            "messageId": f"<{number}@example.org>", "subject": "hello", "fromIP": "192.0.2.7", "toIP": "198.51.100.7",
            "receivedDateTime": datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "senderAddress": "ann@example.org", "recipientAddress": f"bob{number}@example.net",
        })  # fmt: skip


class _Answers(BaseHTTPRequestHandler):
    server: Tenant

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        wanted = {"grant_type": ["client_credentials"], "scope": [f"{self.server.url}/.default"]}
        if self.path != "/example.onmicrosoft.test/oauth2/v2.0/token" or form | wanted != form:
            return self._tell(400, {"error": "invalid_request"})
        if form["client_secret"] != ["the secret"]:
            said = "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: x"
            return self._tell(401, {"error": "invalid_client", "error_description": said})
        self.server.signed_in += 1
        return self._tell(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": self.server.token})

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.headers["Authorization"] != f"Bearer {self.server.token}":
            return self._tell(401, {"error": {"code": "InvalidAuthenticationToken", "message": "expired"}})
        if self.server.trouble:
            status, headers = self.server.trouble.pop(0)
            return self._tell(status, {"error": {"code": "x", "message": "later"}}, headers)
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        span = _FILTER.fullmatch(query["$filter"][0])
        assert parts.path == PATH
        assert span is not None
        low, high = (datetime.fromisoformat(text).timestamp() for text in span.groups())
        if high - low > 10 * 86_400 or high > self.server.now or low < self.server.now - 90 * 86_400 or high < low:
            return self._tell(400, {"error": {"code": "BadRequest", "message": "the span is not allowed"}})
        found = [one for one in self.server.rows if span[1] <= one["receivedDateTime"] <= span[2]]
        start = int(query.get("$skiptoken", ["0"])[0])
        answer: dict[str, Any] = {"@odata.context": "x", "value": found[start : start + self.server.most]}
        if start + self.server.most < len(found):
            rest = self.path.partition("&$skiptoken=")[0]
            answer["@odata.nextLink"] = f"{self.server.url}{rest}&$skiptoken={start + self.server.most}"
        return self._tell(200, answer)

    def _tell(self, status: int, document: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, text in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    found = Tenant()
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def _source(tenant: Tenant, **more: Any) -> GraphSource:
    given = {"client_secret": "the secret", "url": tenant.url, "login": tenant.url} | more
    return GraphSource(type="graph", name="office", tenant="example.onmicrosoft.test", client_id="app", **given)


def _poller(tenant: Tenant, folder: Path, **more: Any) -> GraphPoller:
    return GraphPoller(_source(tenant, **more), Spool(folder), Gauge("graph", "graph"), lambda: tenant.now, 0.0)


def _all(poller: GraphPoller) -> None:
    for _ in range(50):
        if not poller.round():
            return
    raise AssertionError("it does not end")


def _taken(folder: Path) -> list[int]:
    lines = [line for path in sorted(folder.glob("*.log")) for line in path.read_text().splitlines()]
    return [int(json.loads(line)["id"][-12:]) for line in lines]


def test_pages_spans_and_the_overlap(tenant: Tenant, tmp_path: Path) -> None:
    for number in range(7):
        tenant.add(number, NOW - 25 * 86_400 + number * 3 * 86_400)
    tenant.add(7, NOW - 600)
    poller = _poller(tenant, tmp_path, days=30)
    _all(poller)
    assert set(_taken(tmp_path)) == set(range(8))
    assert tenant.signed_in == 1
    tenant.now += 300
    tenant.add(8, tenant.now - 120)
    tenant.add(9, tenant.now - 1800)  # came late: within the overlap
    before = len(_taken(tmp_path))
    _all(poller)
    assert sorted(_taken(tmp_path)[before:]) == [7, 8, 9]


def test_it_goes_on_within_a_span_after_a_kill(tenant: Tenant, tmp_path: Path) -> None:
    for number in range(6):
        tenant.add(number, NOW - 3600 + number)
    first = _poller(tenant, tmp_path)
    first.round()
    first.round()
    assert _taken(tmp_path) == [0, 1, 2, 3]
    again = _poller(tenant, tmp_path)
    _all(again)
    assert _taken(tmp_path) == [0, 1, 2, 3, 4, 5]
    assert again.place.until == NOW - 60


def test_throttled_signed_out_and_broken(tenant: Tenant, tmp_path: Path) -> None:
    tenant.add(0, NOW - 600)
    poller = _poller(tenant, tmp_path)
    tenant.trouble = [(429, {"Retry-After": "17"}), (503, {})]
    with pytest.raises(GraphError, match="429: x: later; it is asked again when Microsoft wants it") as caught:
        poller.round()
    assert caught.value.after == 17
    with pytest.raises(GraphError, match="503"):
        poller.round()
    tenant.token = "second"  # the first one is not taken any more
    _all(poller)
    assert _taken(tmp_path) == [0]
    assert tenant.signed_in == 2
    wrong = _poller(tenant, tmp_path / "b", client_secret="another")
    with pytest.raises(GraphError, match=r"signing in to example.onmicrosoft.test failed: AADSTS7000215: "):
        wrong.round()
    tenant.rows.clear()
    with pytest.raises(GraphError, match="the token is not sent there"):
        poller._graph.page("https://elsewhere.example/v1.0/x")


def test_rows_that_wait_are_asked_for_again(tenant: Tenant, tmp_path: Path) -> None:
    tenant.add(0, NOW - 5 * 3600, "pending")
    poller = _poller(tenant, tmp_path)
    _all(poller)
    tenant.rows[0]["status"] = "delivered"
    tenant.now += 7 * 3600
    _all(poller)
    assert [json.loads(line)["status"] for line in (tmp_path / "0000000001.log").read_text().splitlines()] == [
        "pending",
        "delivered",
    ]


@pytest.mark.slow
def test_a_server_takes_the_traces_of_a_tenant(server: Server, tenant: Tenant) -> None:
    import time

    tenant.now = time.time()
    for number in range(5):
        tenant.add(number, tenant.now - 7200 + number)
    (server.folder / "secret").write_text("the secret\n")
    server.configuration = (
        '[[source]]\ntype = "graph"\nname = "office"\ntenant = "example.onmicrosoft.test"\nclient_id = "app"\n'
        f'client_secret_file = "secret"\nevery = 1\nurl = "{tenant.url}"\nlogin = "{tenant.url}"\n'
    )
    server.start()
    server.wait_for(5)
    until(lambda: server.told()[0]["backlog"] == 0, 20)
    server.stop()
    assert server.recipients() == [f"bob{number}@example.net" for number in range(5)]


def test_the_secret_is_read_from_where_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mailwake.toml"
    text = '[[source]]\ntype = "graph"\nname = "o"\ntenant = "example.test"\nclient_id = "app"\n'
    path.write_text(f'{text}client_secret_env = "THE_SECRET"\n')
    with pytest.raises(ConfigurationError, match="THE_SECRET is empty"):
        load(path)
    monkeypatch.setenv("THE_SECRET", "abc")
    (one,) = load(path).source
    assert isinstance(one, GraphSource)
    assert one.client_secret == "abc"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match="give one of client_secret_file"):
        load(path)
    path.write_text(f'{text}client_secret = "x"\nurl = "http://graph.example.com"\n')
    with pytest.raises(ConfigurationError, match=r"source\.0\.url"):
        load(path)
