"""Syslog over UDP, TCP and TLS, and HTTP push, into a real serving process."""

from __future__ import annotations

import base64
import contextlib
import gzip
import http.client
import json
import socket
import ssl
from urllib.parse import urlsplit

import pytest
import zstandard

from tests.live.conftest import TOKEN, Server, certificate, free_port, stamped, until

COUNT = 20


def _messages(first: int = 0, count: int = COUNT) -> list[bytes]:
    return [f"<22>{text}".encode() for number in range(first, first + count) for text in stamped(number)]


def _expected(count: int) -> list[str]:
    return sorted(f"bob{number}@example.net" for number in range(count))


def test_udp(server: Server) -> None:
    port = free_port(socket.SOCK_DGRAM)
    server.configuration = f'[[source]]\ntype = "syslog"\nlisten = "udp://127.0.0.1:{port}"\nmax_message = 2048\n'
    server.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        for message in _messages():
            one.sendto(message, ("127.0.0.1", port))
        one.sendto(b"", ("127.0.0.1", port))
        one.sendto(b"\0\xff\x01", ("127.0.0.1", port))
        one.sendto(b"<22>" + b"x" * 9000, ("127.0.0.1", port))
    server.wait_for(COUNT * 5 + 2)
    until(lambda: sum(one["refused"] for one in server.told()) == 1, 10)
    server.stop()
    assert server.recipients() == _expected(COUNT)


@pytest.mark.slow
def test_tcp_in_both_framings_and_killed_in_between(server: Server) -> None:
    port = free_port()
    server.configuration = f'[[source]]\ntype = "syslog"\nlisten = "tcp://127.0.0.1:{port}"\n'
    server.start()
    with socket.create_connection(("127.0.0.1", port)) as one:
        for message in _messages():
            one.sendall(message + b"\n")
    with socket.create_connection(("127.0.0.1", port)) as one:
        for message in _messages(COUNT):
            one.sendall(b"%d %s" % (len(message), message))
    with socket.create_connection(("127.0.0.1", port)) as one:
        one.sendall(b"\x16\x03\x01" + bytes(range(256)) * 10)
    server.wait_for(COUNT * 10)
    server.kill()
    server.start()
    until(lambda: not list((server.data_dir / "live" / "spool").rglob("*.log")), 30)
    server.stop()
    assert server.recipients() == _expected(2 * COUNT)
    assert server.facts() == COUNT * 10


@pytest.mark.slow
def test_tls_with_client_certificates(server: Server) -> None:
    for name in ("server", "ca", "stranger"):
        certificate(server.folder, name)
    certificate(server.folder, "client", "ca")
    port = free_port()
    server.configuration = (
        f'[[source]]\ntype = "syslog"\nlisten = "tls://127.0.0.1:{port}"\n'
        'certificate = "server.pem"\nkey = "server.key"\nclient_ca = "ca.pem"\n'
    )
    server.start()

    def send(name: str) -> None:
        context = ssl.create_default_context(cafile=server.folder / "server.pem")
        if name:
            context.load_cert_chain(server.folder / f"{name}.pem", server.folder / f"{name}.key")
        with (
            socket.create_connection(("127.0.0.1", port)) as raw,
            context.wrap_socket(raw, server_hostname="127.0.0.1") as one,
        ):
            for message in _messages():
                one.sendall(b"%d %s" % (len(message), message))
            one.settimeout(5)
            one.unwrap()

    for name in ("", "stranger"):
        with contextlib.suppress(OSError):  # reset or alert, before or after what was sent, as it comes
            send(name)
    until(lambda: sum(one["refused"] for one in server.told()) == 2, 10)
    assert not any(one["records"] for one in server.told())
    send("client")
    server.wait_for(COUNT * 5)
    until(lambda: sum(one["refused"] for one in server.told()) == 2, 10)
    server.stop()
    assert server.recipients() == _expected(COUNT)


def _post(server: Server, path: str, body: bytes, token: str = TOKEN, **headers: str) -> int:
    where = urlsplit(server.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    given = {name.replace("_", "-"): text for name, text in headers.items()}
    if token:
        given["Authorization"] = f"Bearer {token}"
    connection.request("POST", path, body, given)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_push(server: Server) -> None:
    server.configuration = f'[[source]]\ntype = "push"\nname = "shipper"\ntoken = "{TOKEN}"\n'
    server.start()
    texts = [text for number in range(4 * COUNT) for text in stamped(number)]
    quarters = [texts[at : at + COUNT * 5] for at in range(0, len(texts), COUNT * 5)]
    raw = "\n".join(quarters[0]).encode()
    assert _post(server, "/ingest/shipper", raw, Content_Type="text/plain") == 204
    packed = gzip.compress("\n".join(quarters[1]).encode())
    assert _post(server, "/ingest/shipper", packed, Content_Encoding="gzip") == 204
    ndjson = "\n".join(json.dumps({"message": text}) for text in quarters[2]).encode()
    body = zstandard.compress(ndjson)
    kind = "application/x-ndjson"
    assert _post(server, "/ingest/shipper", body, Content_Encoding="zstd", Content_Type=kind) == 204
    array = json.dumps([{"message": text} for text in quarters[3]]).encode()
    assert _post(server, "/ingest/shipper", array, Content_Type="application/json") == 204
    basic = "Basic " + base64.b64encode(f"anyone:{TOKEN}".encode()).decode()  # what Dovecot and Rspamd can send
    assert (
        _post(server, "/ingest/shipper", array, token="", Authorization=basic, Content_Type="application/json") == 204
    )
    assert _post(server, "/ingest/shipper", raw, Content_Type="text/plain") == 204  # sent again by a careful sender
    server.kill()  # what was answered with 204 is on the disk
    server.start()
    until(lambda: not list((server.data_dir / "live" / "spool").rglob("*.log")), 30)
    server.stop()
    assert server.recipients() == _expected(4 * COUNT)
    assert server.facts() == 4 * COUNT * 5


def test_push_is_refused_without_its_token(server: Server) -> None:
    server.configuration = f'[[source]]\ntype = "push"\nname = "shipper"\ntoken = "{TOKEN}"\n'
    server.start()
    body = stamped(1)[0].encode()
    assert _post(server, "/ingest/shipper", body, token="") == 401
    assert _post(server, "/ingest/shipper", body, token="another-token-altogether") == 401
    for wrong in (base64.b64encode(b"anyone:another-token-altogether").decode(), "no base64", "", "/w=="):
        assert _post(server, "/ingest/shipper", body, token="", Authorization=f"Basic {wrong}") == 401
    assert _post(server, "/ingest/nobody", body) == 401
    assert _post(server, "/ingest/shipper", body, Content_Encoding="br") == 415
    assert _post(server, "/ingest/shipper", b"\0\1\2\3") == 400
    assert _post(server, "/ingest/shipper", b"no gzip", Content_Encoding="gzip") == 400
    assert _post(server, "/ingest/shipper", b"x" * (2 << 20)) == 413
    until(lambda: sum(one["refused"] for one in server.told()) == 10, 10)
    assert not any(one["records"] for one in server.told())


@pytest.mark.slow
def test_metrics_are_for_callers_with_a_token(server: Server) -> None:
    server.configuration = f'[[source]]\ntype = "push"\nname = "shipper"\ntoken = "{TOKEN}"\n'
    server.start()
    where = urlsplit(server.url)

    def metrics(token: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {token}"} if token else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    assert metrics("")[0] == 401
    assert metrics(TOKEN)[0] == 401
    server.run(
        "user", "add", "watch", "--password", "correct horse battery", "--role-groups", "Organization Management"
    )
    told = server.run("user", "token", "watch", "metrics", "--json")
    status, text = metrics(str(json.loads(told)[0]["Secret"]))
    assert status == 200
    assert 'mailwake_source_records_total{source="push:shipper",type="push"} 0\n' in text
    assert "mailwake_live_up 1\n" in text
