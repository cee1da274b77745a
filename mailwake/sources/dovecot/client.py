"""What a client says it is: `ID sent: name=LabMail, version=1.0` (RFC 2971; logged with `imap_id_log`)."""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed

_PAIR = re.compile(r"(?:^|, )([a-z][a-z0-9-]{0,29})=")


def said_id(text: str, **who: str) -> Parsed:
    """The fact of the parameters in text; who: user, session, service and client_ip as far as known."""
    found = list(_PAIR.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    told = {match[1]: text[match.end() : end] for match, end in zip(found, ends, strict=False)}
    fields = {name: value for name, value in who.items() if value}
    for name in ("name", "version"):
        if told.get(name):
            fields[name] = told[name]
    fields["text"] = text
    return "client", "", fields
