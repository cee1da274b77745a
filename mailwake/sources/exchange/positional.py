"""A row of a tracking log without its header, as log shippers send it: the columns by their number.

The columns have only ever been added to: at the end, but for network-message-id, which came in 2013. Source:
learn.microsoft.com, "Message tracking", fields in the message tracking log files; the same for Exchange 2010.
"""

from __future__ import annotations

import csv
import re

from mailwake.sources.exchange.guids import guid

_BEGINS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z,", re.ASCII)
_BEFORE_2013 = [
    "datetime",
    "clientip",
    "clienthostname",
    "serverip",
    "serverhostname",
    "sourcecontext",
    "connectorid",
    "source",
    "eventid",
    "internalmessageid",
    "messageid",
    "recipientaddress",
    "recipientstatus",
    "totalbytes",
    "recipientcount",
    "relatedrecipientaddress",
    "reference",
    "messagesubject",
    "senderaddress",
    "returnpath",
    "messageinfo",
    "directionality",
    "tenantid",
    "originalclientip",
    "originalserverip",
    "customdata",
]
_NETWORK_ID = 11
_SINCE_2013 = [
    *_BEFORE_2013[:_NETWORK_ID],
    "networkmessageid",
    *_BEFORE_2013[_NETWORK_ID:],
    "transporttraffictype",
    "logid",
    "schemaversion",
]
_FEWEST = 20
_EVENT = re.compile(r"[A-Z]{3,30}\Z")


def cells(line: str) -> dict[str, str] | None:
    """Plain name to text of a row; None for any other line."""
    if not _BEGINS.match(line):
        return None
    try:
        row = next(csv.reader([line]), [])
    except csv.Error:
        return None
    if not _FEWEST <= len(row) <= len(_SINCE_2013) or not _EVENT.match(row[8]):
        return None
    new = len(row) > len(_BEFORE_2013) or bool(guid(row[_NETWORK_ID]))
    names = _SINCE_2013 if new else _BEFORE_2013
    return {name: cell.strip() for name, cell in zip(names, row, strict=False) if cell.strip()}
