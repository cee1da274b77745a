"""The overview counts what the rows say, and names the hops that are slow."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mailwake.operations.catalog.mail_flow_overview import Question, handle
from mailwake.operations.context import Context
from mailwake.operations.contract import Caller, CallerScope
from mailwake.operations.importing import run
from mailwake.store.database import Database

_MESSAGE = """\
2026-11-20T10:{minute:02}:00+00:00 mx postfix/smtpd[70]: {id}: client=mail.example.org[192.0.2.7]
2026-11-20T10:{minute:02}:00+00:00 mx postfix/cleanup[71]: {id}: message-id=<{id}@example.org>
2026-11-20T10:{minute:02}:00+00:00 mx postfix/qmgr[72]: {id}: from=<ann@example.org>, size=900, nrcpt=1 (queue active)
2026-11-20T10:{minute:02}:{second:02}+00:00 mx postfix/smtp[7]: {id}: to=<bob@example.net>, relay={host}[192.0.2.5]:25,\
 delay={second}, delays=0.1/0/0.2/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok)
2026-11-20T10:{minute:02}:{second:02}+00:00 mx postfix/qmgr[72]: {id}: removed
"""


def test_slow_hops(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    with log.open("w") as file:
        for number in range(20):
            slow = number % 4 == 0
            host, second = ("slow.example.net", 40) if slow else ("fast.example.net", 1)
            file.write(_MESSAGE.format(minute=number, id=f"4A00000{number:02}A", second=second, host=host))
    run(tmp_path / "data", [str(log)])
    with Database(tmp_path / "data") as database:
        context = Context(Caller("tester", scope=CallerScope(True)), database)
        [found] = handle(
            context,
            Question(start_date=datetime(2026, 11, 20, tzinfo=UTC), end_date=datetime(2026, 11, 21, tzinfo=UTC)),
        )
    assert found.statuses == {"Delivered": 20}
    assert [(one.host, one.count, one.median, one.p95) for one in found.slow_hops] == [
        ("slow.example.net", 5, 40.0, 40.0)
    ]
