"""What is told beside a message is found in a process that had very many others in hand."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "properties"))
from stores import load, write

from mailwake.operations.opening import open_backend
from mailwake.operations.show import show

STAMP = "2026-11-21T10:0{minute}:00+00:00 mx postfix"
CLIENT = "out.example.net[192.0.2.1]"


def log(others: int) -> list[str]:
    """A message of a client that stays; the process took many before it, all in the minutes before."""
    before, now = STAMP.format(minute=1), STAMP.format(minute=2)
    lines = [f"{before}/smtpd[1]: {0xA00000000 + n:X}: client=other.example.net[192.0.2.9]" for n in range(others)]
    return [
        *lines,
        f"{now}/postscreen[8]: CONNECT from [192.0.2.1]:4711 to [198.51.100.2]:25",
        f"{now}/postscreen[8]: PASS NEW [192.0.2.1]:4711",
        f"{now}/postscreen[8]: CONNECT from [192.0.2.111]:4711 to [198.51.100.2]:25",
        f"{now}/smtpd[1]: connect from {CLIENT}",
        f"{now}/smtpd[1]: B00000001: client={CLIENT}",
        f"{now}/cleanup[2]: B00000001: message-id=<1@example.net>",
        f"{now}/qmgr[3]: B00000001: from=<s@example.net>, size=100, nrcpt=1 (queue active)",
        f"{now}/smtp[4]: Untrusted TLS connection established to r.example.com[198.51.100.1]:25: TLSv1.3 with cipher"
        " TLS_AES_256_GCM_SHA384 (256/256 bits)",
        f"{now}/smtp[4]: B00000001: to=<x@example.com>, relay=r.example.com[198.51.100.1]:25, delay=1,"
        " delays=0/0/0/1, dsn=2.0.0, status=sent (250 Ok)",
        f"{now}/qmgr[3]: B00000001: removed",
        f"{now}/smtpd[1]: disconnect from {CLIENT} ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
    ]


def test_the_session_of_a_busy_process_is_told(tmp_path: Path) -> None:
    load(tmp_path / "data", [write(tmp_path / "mail.log", log(1100))])
    backend = open_backend(tmp_path / "data")
    try:
        story = show(backend, "B00000001")
    finally:
        backend.close()
    assert [step.event for step in story.session] == ["Screen", "Screen", "Connect", "Disconnect"]
    beside = "\n".join(text for step in (*story.session, *story.timeline) for text in step.raw)
    assert "postscreen[8]: PASS NEW [192.0.2.1]" in beside
    assert "Untrusted TLS connection established" in beside
    assert "192.0.2.111" not in beside
