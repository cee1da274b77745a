"""What a remote server's reply says: its id for the message, the LMTP session's token, the enhanced status code."""

from __future__ import annotations

import re

from mailwake.events.fact import Fields
from mailwake.events.replies import behind, exchange_id, kumo_ids
from mailwake.events.replies import next_id as worded_id

_DSN = re.compile(r"[245]\d\d[ -]([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_dsn_in = _DSN.search
_dsn_at = _DSN.match
_NEXT = re.compile(
    r"""\ \[InternalId=(\d+)                        # Exchange, cut off before the host
      | \ OK\ +\d+\ (\S+)\ -\ gsmtp                 # Google
      | \ (\S+)\ Message\ accepted\ for\ delivery   # sendmail
      | \A250\ (?:2\.\d\.\d\ )?Ok:?\ ([0-9a-f]{16}-\S+)\Z # Amazon SES
    """,
    re.VERBOSE,
).search


def put_reply(fields: Fields, reply: str) -> None:
    """An error text and the enhanced status code of the reply quoted in it."""
    fields["reply"] = reply
    found = _dsn_in(reply)
    if found is not None:
        fields["dsn"] = found[1]


def put_confirmation(fields: Fields, reply: str) -> None:
    """The reply (C=) of a server that took the message."""
    fields["reply"] = reply
    found = _dsn_at(reply)
    if found is not None:
        fields["dsn"] = found[1]
    if reply.endswith(" Saved"):
        words = reply.rsplit(" ", 2)
        if len(words) == 3 and words[0].endswith(">"):
            fields["token"] = words[1]
            return
    next_id = behind(reply) or exchange_id(reply) or _next_id(reply)
    if next_id:
        fields["next_id"] = next_id
    elif "ids=" in reply:
        fields.update(kumo_ids(reply))


def _next_id(reply: str) -> str | None:
    # the last one counts: a proxy quotes the reply of the server behind it
    for words in ("queued as ", " id="):
        at = reply.rfind(words)
        if at >= 0:
            return reply[at + len(words) :].partition(" ")[0].rstrip(").;,>") or None
    found = _NEXT(reply)
    if found is None:
        return worded_id(reply) or None
    return next(filter(None, found.groups()), None)
