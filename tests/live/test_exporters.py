"""The push recipes of docs/live.md, word for word, in real Dovecot and Rspamd; the others in what they send."""

from __future__ import annotations

import gzip
import http.client
import imaplib
import json
import re
import shutil
import smtplib
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from amounts import few

from tests import packages
from tests.daemons import servers
from tests.live.conftest import TOKEN, Server, free_port, recipe, running, stamped, until

ADDRESS = "https://mailwake.example.org"
ACCOUNT = f"ann@{servers.DOMAIN}"
COUNT = 5


def _push(server: Server, name: str) -> None:
    server.configuration = f'[[source]]\ntype = "push"\nname = "{name}"\ntoken = "{TOKEN}"\n'
    server.start()


def _adapted(server: Server, title: str) -> str:
    """A recipe with the test's own server and token."""
    return recipe(title).replace(ADDRESS, server.url).replace("TOKEN", TOKEN)


def _found(server: Server, query: str) -> list[tuple[object, ...]]:
    from mailwake.store.database import Database

    with Database(server.data_dir) as database:
        return [tuple(row) for row in database.client().query(query).result_rows]


def _read(estate: servers.Servers, known: int) -> None:
    """A message is delivered and read; `known` are in the mailbox already."""
    with smtplib.LMTP("127.0.0.1", estate.ports["lmtp"]) as lmtp:
        text = f"Subject: {known}\r\nMessage-ID: <{known}@example.org>\r\n\r\nhello\r\n"
        lmtp.sendmail("bob@example.org", [ACCOUNT], text)
    client = imaplib.IMAP4("127.0.0.1", estate.ports["imap"])
    client.login(ACCOUNT, "pw-ann")
    client.select()
    assert client.fetch(str(known + 1), "(BODY[])")[0] == "OK"
    client.logout()


@pytest.mark.slow
def test_dovecot_by_http_post(server: Server) -> None:
    if problem := servers.obstacle():
        pytest.skip(problem)
    _push(server, "dovecot")
    text = _adapted(server, "Dovecot's event exporter").replace("https://mailwake:", "http://mailwake:")
    text = text.replace(f"{TOKEN}@mailwake.example.org", f"{TOKEN}@{urlsplit(server.url).netloc}")
    with servers.Servers(server.folder / "estate", ("ann",), events=False, more=text) as estate:
        _read(estate, 0)
        server.wait_for(8)
        time.sleep(1.5)  # events come one by one, in no order
    (told,) = server.told()
    assert (told["unknown"], told["losses"], told["refused"]) == (0, 0, 0)
    server.stop()
    events = {str(row[0]) for row in _found(server, "SELECT DISTINCT JSONExtractString(raw, 'event') FROM facts")}
    wanted = {"auth_request_finished", "imap_command_finished", "mail_opened", "mail_delivery_finished"}
    assert wanted <= events


@pytest.mark.slow
def test_dovecot_by_its_log_while_the_server_is_away(server: Server) -> None:
    if problem := servers.obstacle():
        pytest.skip(problem)
    log = server.folder / "estate/log/dovecot.log"
    server.configuration = f'[[source]]\ntype = "file"\npath = "{log}"\nhost = "mb1"\n'
    first = recipe("Dovecot's event exporter")
    text = recipe("log, which are followed as") + first[first.index("metric mailwake") :]
    with servers.Servers(server.folder / "estate", ("ann",), events=False, more=text) as estate:
        server.start()
        _read(estate, 0)
        server.wait_for(8)
        server.stop()
        _read(estate, 1)
        server.start()
        written = log.read_text()
        server.wait_for(1)
        until(lambda: not any(one["backlog"] for one in server.told()), 30)
    server.stop()
    query = "SELECT count() FROM facts WHERE kind = 'event' AND position(raw, 'mail_opened') > 0"
    assert written.count('"event":"mail_opened"') == int(str(_found(server, query)[0][0])) > 1


def _rspamd(folder: Path, exporter: str) -> tuple[list[str], int]:
    """Rspamd with Debian's configuration, its own folder and a worker on a port of its own."""
    port = free_port()
    for name in ("local.d", "data", "run", "log"):
        (folder / name).mkdir(parents=True)
    (folder / "local.d/metadata_exporter.conf").write_text(exporter)
    (folder / "local.d/worker-normal.inc").write_text(f'bind_socket = "127.0.0.1:{port}";\ncount = 1;\n')
    (folder / "local.d/worker-controller.inc").write_text(f'bind_socket = "127.0.0.1:{free_port()}";\n')
    (folder / "local.d/worker-proxy.inc").write_text("enabled = false;\n")
    (folder / "local.d/options.inc").write_text(
        'dns { nameserver = ["127.0.0.1:1"]; timeout = 0.1s; retransmits = 1; }\n'
    )
    (folder / "local.d/fuzzy_check.conf").write_text("enabled = false;\n")
    (folder / "local.d/logging.inc").write_text(f'type = "file";\nfilename = "{folder}/log/rspamd.log";\n')
    words = ["rspamd", "--no-fork", "--insecure", "--config", "/etc/rspamd/rspamd.conf"]
    words += [f"--var=LOCAL_CONFDIR={folder}", f"--var=DBDIR={folder}/data", f"--var=RUNDIR={folder}/run"]
    return [*words, f"--var=LOGDIR={folder}/log"], port


@pytest.mark.slow
def test_rspamd_by_its_metadata_exporter(server: Server) -> None:
    if shutil.which("rspamd") is None and (problem := packages.install("rspamd")):
        pytest.skip(problem)
    _push(server, "rspamd")
    words, port = _rspamd(server.folder / "rspamd", _adapted(server, "Rspamd"))
    with running(*words):
        until(lambda: _answers(port), 60)
        for number in range(COUNT):
            _check(port, number)
        server.wait_for(COUNT)
    (told,) = server.told()
    assert (told["records"], told["unknown"], told["losses"], told["refused"]) == (COUNT, 0, 0, 0)
    server.stop()
    rows = _found(server, "SELECT kind, JSONExtractString(raw, 'qid') FROM facts ORDER BY 2")
    assert rows == [("verdict", f"{0x4A0000000 + number:X}") for number in range(COUNT)]


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _check(port: int, number: int) -> None:
    """What the milter asks of Rspamd for one message."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Queue-Id": f"{0x4A0000000 + number:X}", "From": "ann@example.org", "Rcpt": ACCOUNT, "IP": "192.0.2.7"}
    text = f"From: ann@example.org\r\nTo: {ACCOUNT}\r\nMessage-ID: <{number}@example.org>\r\n\r\nhello\r\n"
    connection.request("POST", "/checkv2", text.encode(), headers)
    assert connection.getresponse().status == 200
    connection.close()


def _vector(line: str) -> bytes:
    document = {"file": "/var/log/mail.log", "host": "mx", "message": line, "source_type": "file"}
    return json.dumps({**document, "timestamp": "2026-11-26T18:00:00.123456789Z"}).encode() + b"\n"


def _fluent_bit(line: str) -> bytes:
    return json.dumps({"date": 1795716000.123456, "message": line}).encode() + b"\n"


def _logstash(line: str) -> dict[str, object]:
    event = {"original": line}
    log = {"file": {"path": "/var/log/mail.log"}}
    return {"@timestamp": "2026-11-26T18:00:00.123Z", "@version": "1", "event": event, "host": {"name": "mx"},
            "log": log, "message": line}  # fmt: skip


@pytest.mark.parametrize("name", few(["vector", "fluent-bit", "logstash"], 0))
def test_shippers_of_files(server: Server, name: str) -> None:
    """What Vector (file source, codec json), Fluent Bit (tail, json_lines) and Logstash 8 (ECS, json_batch) send."""
    title = {"vector": "Vector", "fluent-bit": "Fluent Bit", "logstash": "Logstash"}[name]
    assert f"/ingest/{name}" in recipe(title)
    _push(server, name)
    lines = [text for number in range(COUNT) for text in stamped(number)]
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/x-ndjson"}
    if name == "logstash":
        body, headers["Content-Type"] = json.dumps([_logstash(line) for line in lines]).encode(), "application/json"
    else:
        make = _vector if name == "vector" else _fluent_bit
        body, headers["Content-Encoding"] = gzip.compress(b"".join(map(make, lines))), "gzip"
    where = urlsplit(server.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    connection.request("POST", f"/ingest/{name}", body, headers)
    assert connection.getresponse().status == 204
    connection.close()
    server.wait_for(len(lines))
    (told,) = server.told()
    assert (told["unknown"], told["losses"], told["refused"]) == (0, 0, 0)
    server.stop()
    assert server.recipients() == [f"bob{number}@example.net" for number in range(COUNT)]


def test_recipes_hold_no_token_of_anybody() -> None:
    for title in ("Dovecot's event exporter", "Rspamd", "Vector", "Fluent Bit", "Logstash"):
        assert re.search(r"\bTOKEN\b", recipe(title))
