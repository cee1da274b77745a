"""What a real Postfix logs of refusals at every command, of recipients that a milter takes off, orders and aliases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from logs import folder, told
from milter import Milter
from postfix_host import PostfixHost
from servers import DOMAIN, free_ports, obstacle

from mailwake.operations.opening import FileBackend
from mailwake.store.query import And

pytestmark = pytest.mark.slow
ANN, BOB = f"ann@{DOMAIN}", f"bob@{DOMAIN}"


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short name, as a socket's has at most 107 bytes (unix(7))."""
    if reason := obstacle():
        pytest.skip(reason)
    with folder() as found:
        yield found / "pf"


def _ends(log: Path) -> list[str]:
    return told(FileBackend((str(log),), zone="UTC").search(And(()), 1000))


def test_a_milter_that_is_down(place: Path) -> None:
    """Refused at CONNECT, EHLO and MAIL: each session is one try."""
    settings = f"smtpd_milters = inet:127.0.0.1:{free_ports(1)[0]}\nmilter_default_action = tempfail"
    with PostfixHost(place, settings) as host:
        for sender in ("s1@example.net", "s2@example.net"):
            host.send(sender, [ANN, BOB], "down")
        host.await_lines("disconnect from", 2)
    assert host.log.read_text().count("milter-reject: ") == 6
    wanted = [f"{sender}@example.net ? = Pending/Deferred" for sender in ("s1", "s2")]
    assert _ends(host.log) == _ends(host.without_names()) == wanted


def test_a_milter_that_takes_a_recipient_off(place: Path) -> None:
    (port,) = free_ports(1)
    with Milter(port, BOB), PostfixHost(place, f"smtpd_milters = inet:127.0.0.1:{port}") as host:
        host.send("s1@example.net", [ANN, BOB], "one of two")
        host.send("s2@example.net", [BOB], "the only one")
        host.await_lines(": removed", 2)
    wanted = [
        f"s1@example.net {ANN} = Delivered/Delivered",
        f"s1@example.net {BOB} = Failed/Discarded",
        f"s2@example.net {BOB} = Failed/Discarded",
    ]
    assert _ends(host.log) == _ends(host.without_names()) == wanted


def test_orders_and_a_local_alias(place: Path) -> None:
    names = ("held", "deleted", "left")
    with PostfixHost(place) as host:
        for name in names:
            host.send(f"{name}@example.net", [f"never-{name}@example.org"], name)
        host.send("files@example.net", [f"files@mx1.{DOMAIN}"], "files")
        host.await_lines("status=deferred", len(names))
        host.await_lines(f"to=<{ANN}>", 1)
        host.run("postsuper", "-h", host.queue_id("held@example.net"))
        host.run("postsuper", "-d", host.queue_id("deleted@example.net"))
        host.await_lines("postsuper[", 2)
    files = f"files@mx1.{DOMAIN}"
    wanted = [
        "deleted@example.net never-deleted@example.org = Failed/Deleted",
        f"files@example.net {files} = Expanded/Redirected",
        f"files@example.net {files} {place}/archive Delivered/Delivered",
        f"files@example.net {files} {ANN} Delivered/Delivered",
        f"files@example.net {files} |/bin/true Delivered/Delivered",
        "held@example.net never-held@example.org = Quarantined/Held",
        "left@example.net never-left@example.org = Pending/Deferred",
    ]
    assert sorted(_ends(host.log)) == sorted(_ends(host.without_names())) == sorted(wanted)
