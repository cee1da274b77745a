"""Mail through real Postfix and Dovecot: the trace says of each recipient what the sender's own ledger says."""

from __future__ import annotations

import json
import smtplib
import time
from collections.abc import Iterator

import pytest
from logs import folder
from people import Ledger, Person, address, message
from servers import Servers, obstacle
from ways import put_rule, send

from mailwake.operations.opening import FileBackend
from mailwake.operations.records import record
from mailwake.store.query import And

pytestmark = pytest.mark.slow


@pytest.fixture
def servers() -> Iterator[Servers]:
    """Not started yet; in a folder with a short name, as a socket's has at most 107 bytes (unix(7))."""
    if reason := obstacle():
        pytest.skip(reason)
    with folder() as place:
        yield Servers(place / "estate", ("ann", "bob", "carol"))


def test_every_message_has_the_end_that_it_had(servers: Servers) -> None:
    expected: list[tuple[str, str, str, str]] = []
    with servers:
        put_rule(
            servers,
            Ledger(),
            "carol",
            "rules",
            'require ["fileinto"];\nif header :is "X-Bin" "yes" { discard; stop; }\n',
        )
        for number in range(5):
            send(servers, "ann", message("ann", "bob", f"ok{number}"), "ann", ["bob", "carol"])
            expected += [(f"ok{number}", address(user), "Delivered", "Delivered") for user in ("bob", "carol")]
        binned = message("ann", "carol", "bin")
        binned["X-Bin"] = "yes"
        send(servers, "ann", binned, "ann", ["carol"])
        expected.append(("bin", address("carol"), "Failed", "Discarded"))
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(servers, "ann", message("ann", "nobody", "refused"), "ann", ["nobody"])
        expected.append(("", address("nobody"), "Failed", "Rejected"))
        _await_delivery(servers)
    rows = [record(row) for row in FileBackend((str(servers.log),), zone="UTC").search(And(()), 1000)]
    found = [
        (
            (row["MessageId"] or "").strip("<>").partition("@")[0],
            row["RecipientAddress"],
            row["Status"],
            row["StatusDetail"],
        )
        for row in rows
    ]
    assert sorted(found) == sorted(expected), json.dumps(rows, indent=1)
    assert {row["SaslUser"] for row in rows if row["Status"] == "Delivered"} == {address("ann")}


def _await_delivery(servers: Servers) -> None:
    """Until the queue is empty: `removed` for each message that was taken."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        text = (servers.log / "mail.log").read_text()
        if text.count("sasl_method=") == text.count(": removed"):
            return
        time.sleep(0.1)


def test_a_person_can_be_driven(servers: Servers) -> None:
    """The driver itself: what it writes down is what it does."""
    ledger = Ledger()
    with servers:
        send(servers, "ann", message("ann", "bob", "m1"), "ann", ["bob"])
        _await_delivery(servers)
        bob = Person(servers, ledger, "bob")
        bob.open("INBOX")
        bob.read("m1")
        bob.move("m1", "Trash")
        assert bob.find("m1") == ""
        bob.leave()
    assert [act.action for act in ledger.acts] == [
        *("MailboxLogin", "FolderBind"),
        *("SearchQueryInitiated", "MailItemsAccessed"),
        *("SearchQueryInitiated", "MoveToDeletedItems"),
        "SearchQueryInitiated",
    ]
