"""rmilter, the milter in front of Rspamd before 1.6 (rmilter, `src/rmilter.c`, `mlfi_eom`); best effort.

`<tag>; msg done: queue_id: <Q>; message id: <M>; ip: IP; from: <F>; rcpt: <R> (N total); user: U; spam scan: ACTION;
virus scan: clean; dkim: ...`
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.sources.rspamd.result import SPAM_ACTIONS

_DONE = re.compile(r"<([^>]*)>; msg done: ")
_PART = re.compile(r"(queue_id|message id|ip|from|rcpt|user|spam scan|virus scan): (<[^>]*>|[^;]*)")
_NAMES = {"queue_id": "queue_id", "ip": "client_ip", "from": "sender", "user": "user", "spam scan": "action"}


def parse(message: str) -> Parsed | None:
    """One line of rmilter."""
    match = _DONE.match(message)
    if match is None:
        return ("noise", "", {}) if message.startswith("<") and ">; " in message else None
    fields: Fields = {"filter": "rspamd"}
    for name, value in _PART.findall(message, match.end()):
        plain = value.strip("<>").strip()
        if plain in ("unknown", "undef", "none", "skipped"):
            continue
        if name == "message id":
            fields["message_id"] = value
        elif name == "rcpt":
            fields["recipients"] = [plain]
        elif name == "virus scan":
            if plain != "clean":
                fields["virus"] = plain
        else:
            fields[_NAMES[name]] = plain
    if fields.get("action") in SPAM_ACTIONS:
        fields["spam"] = True
    return "verdict", match.group(1), fields
