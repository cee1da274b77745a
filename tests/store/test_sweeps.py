"""Orders that name no queue ID, met by later imports: what was taken for deleted may turn out not to be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from amounts import few
from logs import lines, plain, rows_of, told

sys.path.append(str(Path(__file__).parents[1] / "properties"))
from stores import load, stored, write

ONE = """
10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
10:00:02 mx postfix/smtp[4]: A000000001: to=<x@example.org>, relay=none, delay=2, delays=0/0/2/0, dsn=4.4.1, status=deferred (timed out)
"""  # noqa: E501
OTHER = ONE.replace("A000000001", "A000000002").replace("<x@", "<y@").replace("<1@", "<2@")
DONE = "10:05:00 mx postfix/qmgr[3]: A000000001: removed\n"
NAMED = "10:15:00 mx postfix/postsuper[9]: A000000001: removed\n"
ORDER = "10:15:00 mx postfix/postsuper[9]: Deleted: 1 message\n"


@pytest.mark.pitfall("D20", "R07")
@pytest.mark.parametrize(
    "parts",
    few(
        [
            (ONE + ORDER, OTHER),
            (ORDER, ONE, OTHER),
            (ONE + ORDER, DONE),
            (ONE + NAMED, OTHER + ORDER),
            (OTHER + ORDER, ONE + NAMED),
            (OTHER + ONE, NAMED, ORDER),
        ]
    ),
    ids=[
        "another comes later",
        "the order first",
        "it had left",
        "it was named",
        "named later",
        "one by one",
    ],
)
def test_order_without_ids(parts: tuple[str, ...], tmp_path: Path) -> None:
    for number, part in enumerate(parts):
        load(tmp_path / "data", [write(tmp_path / f"{number}.log", lines(part))])
    expected = plain(rows_of([lines(part) for part in parts]))
    rows, _ = stored(tmp_path / "data")
    assert told(rows) == told(expected)
    assert rows == expected


LATER = "".join(
    f"{11 + number}:00:00 mx postfix/smtpd[1]: B00000000{number}: client=out.example.net[192.0.2.1]\n"
    f"{11 + number}:00:01 mx postfix/qmgr[3]: B00000000{number}: removed\n"
    for number in range(3)
)


@pytest.mark.pitfall("D20", "R07")
@pytest.mark.parametrize("window", [1, 3, 150_000])
def test_what_was_named_stays_known(window: int, tmp_path: Path) -> None:
    """A message that an order took by name ended, and is no longer in hand when later windows are worked out."""
    log = lines(ONE + OTHER + NAMED + ORDER + LATER)
    load(tmp_path / "data", [write(tmp_path / "mail.log", log)], window=window)
    assert stored(tmp_path / "data")[0] == plain(rows_of([log]))
