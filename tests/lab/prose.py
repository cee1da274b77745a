"""The lab's scenarios whose truth is prose, as rows; and what the logs prove beyond the truth files.

Each correction is followed by the lines that prove it (shortened with …).
"""

from __future__ import annotations

from truth import TruthRow

ALICE, BOB = "alice@corp.test", "bob@corp.test"
SENDER, TEAM, PARTNER = "sender@example.net", "team@corp.test", "partner@remote.test"
_DSN = TruthRow("", ALICE, ALICE, "Delivered")
_TO_ALICE = TruthRow(SENDER, ALICE, ALICE, "Delivered")
_TEAM = [
    TruthRow(SENDER, TEAM, None, "Expanded"),
    TruthRow(SENDER, TEAM, ALICE, "Delivered"),
    TruthRow(SENDER, TEAM, BOB, "Delivered"),
    TruthRow(SENDER, TEAM, PARTNER, "Delivered"),
]

PROSE: dict[str, list[TruthRow]] = {
    "exim-auth-sendas": [TruthRow(ALICE, BOB, BOB, "Delivered")],
    "exim-bounce": [TruthRow(ALICE, "x@reject.test", None, "Failed", "Bounced"), _DSN],
    "exim-delivered": [_TO_ALICE],
    "exim-multi": _TEAM,
    "eximrich-bounce": [TruthRow(ALICE, "x@reject.test", None, "Failed", "Bounced"), _DSN],
    "eximrich-defer-greylisted": [
        TruthRow("eximrich@corp.test", "greyed@remote.test", "greyed@remote.test", "Delivered"),
    ],
    "eximrich-delivered": [_TO_ALICE],
    # "=> blackhole (DATA ACL discarded recipients): discarded by policy": blackhole is no address; who it was for
    # stands in the arrival's "for alice@corp.test".
    "eximrich-discard-acl": [TruthRow(SENDER, ALICE, None, "Failed", "Discarded")],
    "eximrich-frozen-release": [_TO_ALICE],
    "eximrich-multi": _TEAM,
    "eximrich-nodata": [TruthRow(ALICE, "y@nodata.test", None, "Failed", "Bounced"), _DSN],
    "eximrich-nullsender": [_DSN],
    # The truth file says "Deleted by admin"; its "Client saw: AttributeError(…)" tells that the scenario broke before
    # -Mf and -Mrm. The log shows a bounce by retry timeout and a report that was delivered:
    #   02:36:38.713 1xUxRW-0003AK-2E ** z@down.test: retry timeout exceeded
    #   02:36:38.746 1xUxRW-0003AN-2N <= <> R=1xUxRW-0003AK-2E U=Debian-exim P=local … for alice@corp.test
    #   02:36:38.784 1xUxRW-0003AN-2N => alice@corp.test F=<> … C="250 … KHFcLTZVAmtQKAAAN4y/oA Saved"
    "eximrich-refused-freeze-remove": [TruthRow(ALICE, "z@down.test", None, "Failed"), _DSN],
    # Two attempts, two refusals. The first was refused at MAIL, so nobody knows for whom it was; the second's recipient
    # stands in the reject log only:
    #   02:36:49.113 [12201] rejected MAIL FROM:<sender@example.net> …: message too big: size=500000 …
    #   02:36:49.328 [12202] 1xUxRh-0003Ao-12 rejected from <sender@example.net> …: message too big: read=270436 …
    #   Envelope-to: <alice@corp.test>
    "eximrich-toobig": [TruthRow(SENDER, ALICE, None, "Failed"), TruthRow(SENDER, None, None, "Failed")],
    "syslog-trad": [_TO_ALICE, _TO_ALICE],
    "syslog-iso": [_TO_ALICE, _TO_ALICE],
    "syslog-rfc5424": [_TO_ALICE, _TO_ALICE],
}

COPIES = {"syslog-iso": "syslog-trad", "syslog-rfc5424": "syslog-trad"}
"""The same records of the same host in another template: together with the original they are no messages more."""

EXTRA: dict[str, list[TruthRow]] = {
    # mx1 reports the local delivery, out1 the remote one: two reports, the truth names one ("success DSN(s)").
    #   mx1 postfix-mx/bounce[8576]: 1BB9A28C055: sender delivery status notification: 278EB28C0AC
    #   mx1 lmtp[6516]: 278EB28C0AC: to=<alice@corp.test>, … status=sent (… +KHFCR5UAmuRGQAAN4y/oA Saved)
    #   out1 postfix-out/bounce[8573]: 4jXCl20vTCzN6np: sender delivery status notification: 4jXCl21DS5zN6mF
    #   out1 smtp[8452]: 4jXCl21DS5zN6mF: to=<alice@corp.test>, … (… queued as 2C78828C0AA)
    #   mx1 lmtp[6027]: 2C78828C0AA: to=<alice@corp.test>, … status=sent (… 0KoLCx5UAmuPFwAAN4y/oA Saved)
    "dsn-success": [_DSN],
    # Three messages were sent and two refused; the truth sums the two up in one row ("later ones") and
    # names the reports in its remark only.
    #   mx1 postfix-mx/lmtp[6027]: 6E88F28C071: to=<fullbox@corp.test>, … dsn=5.2.2, status=bounced (… Quota exceeded …)
    #   mx1 postfix-mx/lmtp[6027]: 6FCD528C0C6: to=<fullbox@corp.test>, … dsn=5.2.2, status=bounced (… Quota exceeded …)
    #   mx1 postfix-mx/bounce[8548]: 6E88F28C071: sender non-delivery notification: 7157428C0C3
    #   mx1 lmtp[6516]: 7157428C0C3: to=<alice@corp.test>, … status=sent (… MP3oGyFUAmuRGQAAN4y/oA Saved)
    #   mx1 postfix-mx/bounce[8548]: 6FCD528C0C6: sender non-delivery notification: 7451428C0C8
    #   mx1 lmtp[6516]: 7451428C0C8: to=<alice@corp.test>, … status=sent (… eNynHCJUAmuRGQAAN4y/oA Saved)
    "lmtp-quota": [TruthRow(ALICE, "fullbox@corp.test", None, "Failed", "Bounced"), _DSN, _DSN],
    # "DSN to alice" is in the remark only.
    #   mx1 postfix-mx/bounce[8548]: 6AC2E28C0C9: sender non-delivery notification: 6C88B28C0CB
    #   mx1 lmtp[6516]: 6C88B28C0CB: to=<alice@corp.test>, … status=sent (… gNCZGiRUAmuRGQAAN4y/oA Saved)
    "lmtp-nouser": [_DSN],
    # The report is not mentioned at all.
    #   mx1 postfix-mx/bounce[8548]: CE32B28C0DC: sender non-delivery notification: D213E28C0DE
    #   mx1 lmtp[6027]: D213E28C0DE: to=<alice@corp.test>, … status=sent (… 8GtrMzBUAmuPFwAAN4y/oA Saved)
    "mail-loop": [_DSN],
}
"""Rows that the log proves and a machine-readable truth leaves out."""

INSTEAD: dict[str, list[TruthRow]] = {
    # The truth knows alice -> bob from the client. The log names neither: smtpd asked for no header line, and cleanup
    # refused before it would have written one. The refusal is a row, with sender and recipient unknown.
    #   mx1 postfix-mx/plain/smtpd[6272]: CCE4228C0DB: client=localhost[127.0.0.1]
    #   mx1 postfix-mx/cleanup[6024]: warning: CCE4228C0DB: message rejected: hopcount exceeded
    #   mx1 plain/smtpd[6272]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=0/1 …
    "too-many-hops": [TruthRow(None, None, None, "Failed")],
    # The truth writes `|command` for whatever command it was; the log names it.
    #   mx1 postfix-mx/local[6275]: 5916E28C334: to=<pipeme@mx1.corp.test> … (delivered to command: /srv/lab/…)
    "local-pipe-null": [
        TruthRow(SENDER, "pipeme@mx1.corp.test", "|/srv/lab/bin/pipe-sink.sh x y", "Delivered"),
        TruthRow(SENDER, "void@mx1.corp.test", "/dev/null", "Delivered"),
    ],
}
"""What can be known from the log, where the truth says more than that."""
