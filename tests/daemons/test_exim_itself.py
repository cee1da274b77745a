"""What a real Exim does by filters, answers and routers of its own: the trace tells the end of each recipient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from estate_packages import exim_obstacle
from exim_host import EximHost
from logs import folder, told
from servers import DOMAIN

from mailwake.operations.opening import FileBackend
from mailwake.operations.records import record
from mailwake.store.query import And

pytestmark = pytest.mark.slow
ALL = "+all"
"""All that log_selector can add; without it the log does not name the recipients of a message."""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short name, as a socket's has at most 107 bytes (unix(7))."""
    if reason := exim_obstacle():
        pytest.skip(reason)
    with folder() as found:
        yield found / "exim"


def _at(name: str) -> str:
    return f"{name}@{DOMAIN}"


def _ways(host: EximHost) -> dict[str, list[tuple[str, str, str]]]:
    """Subject to the ends of its message: recipient as addressed, as delivered, status and detail."""
    ann, bob, carol = _at("ann"), _at("bob"), "carol"  # what a filter adds is logged without any domain
    return {
        "plain": [(ann, ann, "Delivered/Delivered")],
        "forbidden": [(ann, ann, "Failed/Bounced")],
        "freeze": [(ann, ann, "Quarantined/Quarantined")],
        "sink": [(ann, ann, "Failed/Discarded")],
        "null": [(ann, ann, "Failed/Discarded")],
        "elsewhere": [(ann, carol, "Expanded/Redirected"), (ann, carol, "Delivered/Delivered")],
        "besides": [(ann, ann, "Delivered/Delivered"), (carol, carol, "Delivered/Delivered")],
        "archive": [(ann, ann, "Delivered/Delivered")],
        "to on": [(_at("on"), bob, "Delivered/Delivered")],
        "to both": [
            (_at("both"), _at("both"), "Expanded/Expanded"),
            (_at("both"), bob, "Delivered/Delivered"),
            (_at("both"), f"{host.folder}/both", "Delivered/Delivered"),
        ],
        "to sinkhole": [(_at("sink"), _at("sink"), "Failed/Discarded")],
        "to command": [(_at("command"), "|/bin/true with words", "Delivered/Delivered")],
        "to reply": [(_at("reply"), f"{host.folder}/reply", "Delivered/Delivered")],
        "to away": [(_at("away"), _at("away"), "Delivered/Delivered")],
        "to nobody": [(_at("no-one"), _at("no-one"), "Failed/Bounced")],
        "to copied": [
            (_at("copied"), _at("copied"), "Expanded/Expanded"),
            (_at("copied"), _at("copied"), "Delivered/Delivered"),
            (_at("copied"), _at("archive"), "Delivered/Delivered"),
        ],
        "through": [("ok-x@through.example", "ok-x@through.example", "Delivered/Relayed")],
        "quoted": [('"ok- a b"@example.org', '"ok- a b"@example.org', "Delivered/Relayed")],
    }


def test_aliases_that_wait_and_that_meet(place: Path) -> None:
    """An alias is routed anew while a member is put off; an address is delivered to once, whoever stood for it."""
    with EximHost(place, ALL) as host:
        host.send("s1@example.net", [_at("club")], "club")
        host.send("s2@example.net", [_at("pair"), _at("ann"), _at("copied")], "pair")
        host.await_log("routing defer (-52)", 2)
    found = told(FileBackend((str(host.log / "mainlog"),), zone="UTC").search(And(()), 1000))
    print((host.log / "mainlog").read_text())
    club, pair, copied = _at("club"), _at("pair"), _at("copied")
    assert found == sorted(
        [
            f"s1@example.net {club} = Expanded/Expanded",
            f"s1@example.net {club} {_at('ann')} Delivered/Delivered",
            f"s1@example.net {club} never-member@example.org Pending/Deferred",
            f"s2@example.net {pair} = Expanded/Expanded",
            f"s2@example.net {pair} {_at('ann')} Delivered/Delivered",
            f"s2@example.net {pair} {_at('bob')} Delivered/Delivered",
            f"s2@example.net {_at('ann')} = Delivered/Duplicate",
            f"s2@example.net {copied} = Expanded/Expanded",
            f"s2@example.net {copied} = Delivered/Delivered",
            f"s2@example.net {copied} {_at('archive')} Delivered/Delivered",
        ]
    )


_ADDRESSED = {
    **{f"to {name}": _at(name) for name in ("on", "both", "command", "reply", "away", "copied")},
    **{
        "to sinkhole": _at("sink"),
        "to nobody": _at("no-one"),
        "through": "ok-x@through.example",
        "quoted": '"ok- a b"@example.org',
    },
}
_ANSWERED = ("forbidden", "to reply", "to away", "to nobody", "to nobody")
"""Whose sender gets a message: a bounce, or an answer; of the last, both."""


def test_every_way_of_exim(place: Path) -> None:
    with EximHost(place, ALL) as host:
        ways = _ways(host)
        for number, subject in enumerate(ways):
            host.send(f"s{number}@example.net", [_ADDRESSED.get(subject, _at("ann"))], subject)
        host.await_end(frozen=1)
    rows = [record(row) for row in FileBackend((str(host.log / "mainlog"),), zone="UTC").search(And(()), 1000)]
    found = Counter(
        (
            row["SenderAddress"],
            row["OriginalRecipientAddress"],
            row["RecipientAddress"],
            f"{row['Status']}/{row['StatusDetail']}",
        )
        for row in rows
    )
    wanted = Counter((f"s{number}@example.net", *end) for number, ends in enumerate(ways.values()) for end in ends)
    for number in (list(ways).index(subject) for subject in _ANSWERED):
        wanted["<>", f"s{number}@example.net", f"s{number}@example.net", "Delivered/Relayed"] += 1
    print((host.log / "mainlog").read_text())
    assert sorted(map(str, (found - wanted).elements())) == sorted(map(str, (wanted - found).elements()))
