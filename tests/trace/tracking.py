"""Message tracking logs written by hand: rows of a few cells, as the files that a server writes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import NamedTuple

from logs import lines, plain, rows_of

from mailwake.store.rows import Row

FIELDS = (
    "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,"
    "internal-message-id,message-id,network-message-id,recipient-address,recipient-status,total-bytes,recipient-count,"
    "related-recipient-address,reference,message-subject,sender-address,return-path,message-info,directionality,"
    "tenant-id,original-client-ip,original-server-ip,custom-data,transport-traffic-type,log-id,schema-version"
)
FIELDS_2010 = (
    "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,"
    "internal-message-id,message-id,recipient-address,recipient-status,total-bytes,recipient-count,"
    "related-recipient-address,reference,message-subject,sender-address,return-path,message-info,directionality,"
    "tenant-id,original-client-ip,original-server-ip,custom-data"
)
HEAD = "#Software: Microsoft Exchange Server\n#Version: 15.02.1118.007\n#Log-type: Message Tracking Log\n#Date: {}\n"


class Mail(NamedTuple):
    """What all rows of one message say of it."""

    number: int
    sender: str = "ann@example.com"
    size: int = 5000

    @property
    def network_id(self) -> str:
        return f"6a638d20-1e63-493a-80a2-08da9a4f{self.number:04x}"

    @property
    def message_id(self) -> str:
        return f"<mail{self.number}@example.com>"

    def row(self, time: str, event: str, to: Iterable[str] = (), **cells: str) -> dict[str, str]:
        """One record. event: `SOURCE EVENT`. to: recipients. Other cells by their names with `_` for `-`."""
        source, _, name = event.rpartition(" ")
        row = {
            "date-time": f"2026-11-21T{time}.000Z" if len(time) == 8 else f"2026-11-21T{time}Z",
            "source": source or "SMTP",
            "event-id": name,
            "message-id": self.message_id,
            "network-message-id": self.network_id,
            "recipient-address": ";".join(to),
            "recipient-count": str(len(list(to))),
            "total-bytes": str(self.size),
            "message-subject": f"Mail, number {self.number}",
            "sender-address": self.sender,
            "return-path": self.sender or "<>",
            "directionality": "Originating",
            "schema-version": "15.02.1118.007",
        }
        row.update({key.replace("_", "-"): value for key, value in cells.items()})
        return row


def log(rows: Iterable[dict[str, str]], fields: str = FIELDS) -> list[str]:
    """The lines of a log."""
    names = fields.split(",")
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", extrasaction="ignore", lineterminator="\n")
    for row in rows:
        writer.writerow(row)
    return [*HEAD.format("2026-11-21T00:00:00.000Z").splitlines(), f"#Fields: {fields}", *out.getvalue().splitlines()]


def hop(client: str, server: str, number: int = 0) -> dict[str, str]:
    """Cells of a step from one server to another, with the number that the writing server has for the message."""
    cells = {"client_hostname": client, "server_hostname": server}
    return {**cells, "internal_message_id": str(number)} if number else cells


def accepted(number: int, server: str) -> str:
    """The reply of an Exchange server that took a message."""
    return (
        f"250 2.6.0 <mail@example.com> [InternalId={number}, Hostname={server}] 5000 bytes in 0.1, 48 KB/sec"
        " Queued mail for delivery"
    )


def rows_told(logs: Sequence[Sequence[dict[str, str]]], *others: Sequence[str], fields: str = FIELDS) -> list[Row]:
    """Rows of several tracking logs and other files; the same in whatever order files and rows come, and whether the
    logs are one file or many."""
    whole = [*(log(one, fields) for one in logs), *map(list, others)]
    rows = plain(rows_of(whole))
    for order in list(permutations(whole))[1:6]:
        assert plain(rows_of(order)) == rows, "the order of files matters"
    turned = [*(log(one[::-1], fields) for one in logs), *(list(other) for other in others)]
    assert plain(rows_of(turned)) == rows, "the order of rows matters"
    joined = [log([row for one in logs for row in one], fields), *map(list, others)]
    assert plain(rows_of(joined)) == rows, "it matters that the logs are several"
    apart = [*(log([row], fields) for one in logs for row in one), *map(list, others)]
    assert plain(rows_of(apart)) == rows, "it matters that the logs are few"
    return rows


def postfix(
    mail: Mail,
    queue_id: str,
    client: str,
    relay: str,
    to: Iterable[str],
    reply: str,
    *,
    host: str = "edge",
    times: tuple[str, str] = ("10:00:00", "10:00:01"),
) -> list[str]:
    """What a Postfix host writes that takes a message and hands it to one server, which answers `reply`."""
    came, went = times
    recipients = list(to)
    status, dsn = ("sent", "2.6.0") if reply.startswith("2") else ("bounced", "5.1.1")
    written = [
        f"{came} {host} postfix/smtpd[1]: {queue_id}: client={client}",
        f"{came} {host} postfix/cleanup[2]: {queue_id}: message-id={mail.message_id}",
        f"{came} {host} postfix/qmgr[3]: {queue_id}: from=<{mail.sender}>, size={mail.size}, nrcpt={len(recipients)}"
        " (queue active)",
        *(
            f"{went} {host} postfix/smtp[4]: {queue_id}: to=<{one}>, relay={relay}:25, delay=1, delays=0/0/0/1,"
            f" dsn={dsn}, status={status} ({reply})"
            for one in recipients
        ),
        f"{went} {host} postfix/qmgr[3]: {queue_id}: removed",
    ]
    return lines("\n".join(written))
