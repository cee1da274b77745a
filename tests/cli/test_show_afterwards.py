"""`mailwake show` ends with what became of the message in the mailbox."""

from __future__ import annotations

import json

import pytest
from logs import folder, lines

from mailwake.cli.main import run
from mailwake.operations import importing

LOG = """
08:00:00 mx1 postfix/smtpd[31]: 5B1B2C3D4E: client=mx.example.net[198.51.100.1]
08:00:00 mx1 postfix/cleanup[32]: 5B1B2C3D4E: message-id=<m7@example.net>
08:00:00 mx1 postfix/qmgr[33]: 5B1B2C3D4E: from=<s@example.net>, size=900, nrcpt=1 (queue active)
08:00:01 mx1 postfix/lmtp[34]: 5B1B2C3D4E: to=<rosa@example.org>, relay=imap1[192.0.2.1]:24, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 <rosa@example.org> abc Saved)
08:00:01 mx1 postfix/qmgr[33]: 5B1B2C3D4E: removed
08:20:00 imap1 dovecot: imap(rosa@example.org)<77><s1>: copy from INBOX: box=Trash, uid=3, msgid=<m7@example.net>, size=900, vsize=940, from=s@example.net, subject=Offer, flags=()
08:20:00 imap1 dovecot: imap(rosa@example.org)<77><s1>: expunge: box=INBOX, uid=7, msgid=<m7@example.net>, size=900, vsize=940, from=s@example.net, subject=Offer, flags=()
"""  # noqa: E501


def test_show_tells_what_became_of_it_in_the_mailbox(capsys: pytest.CaptureFixture[str]) -> None:
    with folder() as place:
        log = place / "mail.log"
        log.write_text("\n".join(lines(LOG)) + "\n")
        importing.run(place / "data", [str(log)], zone="UTC")
        words = ["--data-dir", str(place / "data"), "show", "--zone", "UTC", "5B1B2C3D4E"]
        assert run(words) == 0
        _, _, afterwards = capsys.readouterr().out.partition("Afterwards in the mailbox\n")
        who, what = "rosa@example.org", "Moved messages to Deleted Items folder [MoveToDeletedItems]"
        assert afterwards.splitlines() == [
            "  2026-11-21",
            f"  08:20:00.000 {who}: {what}, INBOX -> Trash by IMAP",
        ]
        assert run([*words, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert [one["Operation"] for one in told["AfterwardsInTheMailbox"]] == ["MoveToDeletedItems"]
        assert run(["show", "--in", str(log), "5B1B2C3D4E"]) == 0
        assert "Afterwards" not in capsys.readouterr().out
