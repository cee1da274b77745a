"""What a delivery says that the next server answered: its words, without codes, and to which command.

Postfix quotes the answer with the command that it was to, Exim names the command before it, Sendmail and OpenSMTPD give
it as it is. A server that greets with a refusal answers to the connection.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mailwake.events.fact import Fact

_WORDS = r"[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3} )?(?P<words>.*)"
_POSTFIX = re.compile(rf"host \S+ said: {_WORDS} \(in reply to (?P<to>[A-Z -]+|end of DATA) command\)\Z").match
_GREETED = re.compile(rf"host \S+ refused to talk to me: {_WORDS}\Z").match
_EXIM = re.compile(
    r"(?:\A|: )SMTP error from remote mail(?: server|er) after (?:pipelined )?(?:sending )?"
    r"(?P<to>initial connection|end of data|EHLO|HELO|MAIL|RCPT|DATA).*?: "
    rf"(?:host \S+ \[[^\]]*\](?::\d+)?: )?{_WORDS}\Z"
).search
"""smtp.c check_response(); releases before 4.83 say `mailer`, and name the host here."""
_BARE = re.compile(rf"{_WORDS}\Z").match
_STAGES = {
    "initial connection": "CONNECT",
    "EHLO": "HELO",
    "HELO": "HELO",
    "MAIL": "MAIL",
    "MAIL FROM": "MAIL",
    "RCPT": "RCPT",
    "RCPT TO": "RCPT",
    "DATA": "DATA",
    "end of data": "END-OF-MESSAGE",
    "end of DATA": "END-OF-MESSAGE",
}
"""The stages, as in the facts of refusals, of the commands as they are quoted."""


class Answer(NamedTuple):
    """A refusal as the delivery quotes it."""

    words: str
    stage: str
    """At which it came; "" where that is not told."""


def answer(fact: Fact) -> Answer | None:
    """The refusal that a delivery, or its remark on one of several servers, quotes."""
    fields = fact.fields
    if fact.kind == "note":
        reply = fields.get("text", "")
    elif fields.get("status") in ("bounced", "deferred"):
        reply = fields.get("reply", "")
    else:
        return None
    if (found := _GREETED(reply)) is not None:
        return Answer(found["words"], "CONNECT")
    if (found := _POSTFIX(reply) or _EXIM(reply)) is not None:
        return Answer(found["words"], _STAGES.get(found["to"], found["to"]))
    found = _BARE(reply) if fact.kind != "note" else None
    return Answer(found["words"], "") if found is not None else None
