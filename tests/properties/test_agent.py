"""What Dovecot's LDA says has only the Message-ID in common with the delivery: found again over windows and imports."""

from __future__ import annotations

import pytest
from amounts import few
from logs import folder, lines, plain, rows_of
from stores import load, stored, write

from mailwake.operations import rebuild

MAIL = """
10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 mx postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt=1 (queue active)
10:00:01 mx postfix/pipe[4]: A000000001: to=<x@example.org>, relay=dovecot, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered via dovecot service)
10:00:01 mx postfix/qmgr[3]: A000000001: removed
"""  # noqa: E501
AGENT = "10:00:01 mx dovecot: lda(x@example.org): msgid=<1@example.net>: saved mail to Junk"


def others(hour: int) -> str:
    block = MAIL.replace("A0", f"B{hour % 10}").replace("<1@", f"<{hour}@")
    return block.replace("10:00", f"{hour:02}:00")


SLOW = pytest.mark.slow


@pytest.mark.pitfall("D06", "D07", "R07")
@pytest.mark.parametrize("window", [pytest.param(1, marks=SLOW), 3, pytest.param(150_000, marks=SLOW)])
@pytest.mark.parametrize("agent_first", [False, True])
@pytest.mark.parametrize("apart", few([True, False], 1))
def test_lda_in_another_file(window: int, agent_first: bool, apart: bool) -> None:
    parts = [lines(MAIL + others(13)), lines(AGENT + others(12))]
    if agent_first:
        parts.reverse()
    expected = plain(rows_of(parts))
    assert [row.folder for row in expected if row.queue_ids == ("A000000001",)] == ["Junk"]
    with folder() as place:
        paths = [write(place / f"{number}.log", part) for number, part in enumerate(parts)]
        for some in [[path] for path in paths] if apart else [paths]:
            load(place / "data", some, window=window)
        assert stored(place / "data")[0] == expected
        rebuild.run(place / "data")
        assert stored(place / "data")[0] == expected
