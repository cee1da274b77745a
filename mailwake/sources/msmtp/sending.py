"""One message that msmtp handed to its server, or could not (msmtp.c, `msmtp_get_log_info`).

    host=H tls=on auth=on user=U from=A recipients=B,C mailsize=N smtpstatus=250 smtpmsg='250 ...' exitcode=EX_OK
    socket=/run/smtp tls=off auth=off from=A recipients=B mailsize=N smtpstatus=250 smtpmsg='250 ...' exitcode=EX_OK
    host=H tls=off auth=off from=A recipients=B errormsg='cannot connect to H, port 25' exitcode=EX_TEMPFAIL

It has no queue and no id: who called it is told that it failed, and the message is gone. The key is made of the line,
so that a caller who tries the same again, and meets with the same, tries once more with one message.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from mailwake.events.fact import Fields, Parsed
from mailwake.events.pairs import trimmed, whole
from mailwake.events.replies import accepted, enhanced_code

_SMTP, _ERROR = " smtpmsg='", " errormsg='"
_LINE = re.compile(
    r"(?:host=(?P<host>\S*+)|socket=\S*+) tls=(?P<tls>on|off) auth=(?P<auth>on|off)"
    r"(?: user=(?P<user>\S*+))?+ from=(?P<sender>\S*+)"
    r" recipients=(?P<recipients>\S*+)(?: mailsize=(?P<size>\d++))?+(?: smtpstatus=(?P<code>\d++))?+"
    r"(?P<words>.*) exitcode=(?P<exit>EX_\w+)\s*\Z",
    re.DOTALL,
)


def _words(text: str) -> tuple[str, str]:
    """What stands in ` smtpmsg='...' errormsg='...'`, either of which may be missing; either may hold anything."""
    said, _, error = text.removesuffix("'").partition("' errormsg='")
    if said.startswith(_SMTP):
        return said.removeprefix(_SMTP), error
    return "", text.removesuffix("'").removeprefix(_ERROR)


def parse(message: str) -> Parsed | None:
    """Parse one line of msmtp; `EX_OK` is the only exit code of a message that was sent (sysexits.h)."""
    found = _LINE.match(trimmed(message))
    if found is None:
        return None
    said, error = _words(found["words"])
    reply = said.replace("\\n", " ")
    sent = found["exit"] == "EX_OK"
    fields: Fields = {"sender": found["sender"], "recipients": [one for one in found["recipients"].split(",") if one]}
    fields["status"] = "sent" if sent else "bounced"
    if found["host"]:
        fields["relay"] = fields["relay_host"] = found["host"]
    size = whole(found["size"])
    if size is not None:
        fields["size"] = size
    words = reply or error
    if words:
        fields["reply"] = words
    if code := enhanced_code(reply):
        fields["dsn"] = code
    if sent:
        fields.update(accepted(reply))
        fields["disposition"] = "mailbox" if "token" in fields else "relay"
    digest = blake2b(found[0].encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
    return "deliveries", f"msmtp-{digest}", fields
