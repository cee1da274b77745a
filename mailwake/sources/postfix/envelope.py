"""The envelope at the end of a line: `...; from=<f> to=<t> proto=ESMTP helo=<h>`, with commas in postscreen's lines.

Sources: Postfix src/smtpd/smtpd_check.c log_whatsup(), src/postscreen/postscreen_smtpd.c, src/cleanup/cleanup_message.c
cleanup_act_log(). Text and addresses before it may hold anything, so it is looked for from the right.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields

_END = r">(?=,? (?:to=<|proto=|helo=|sasl_)|: |\Z)"
_GRAMMAR = re.compile(
    rf"(?:from=<(?P<sender>.*?){_END},? ?)?"
    rf"(?:to=<(?P<recipient>.*?){_END},? ?)?"
    r"(?:proto=(?P<protocol>[^ ,:]*),? ?)?"
    rf"(?:helo=(?:<(?P<helo>.*?)(?:{_END}|\Z)|(?P<bare>[^< ]*)),? ?)?"
    r"(?:sasl_method=\S+,? ?)?(?:sasl_username=<?(?P<sasl_username>[^>, ]*)>?)?",
    re.DOTALL,
)
_STARTS = ("; from=<", "; to=<", "; proto=")


def split_envelope(text: str) -> tuple[str, Fields, str]:
    """Divide into the text before the envelope, the envelope's fields and the text after it."""
    before, found, tail = text.rpartition("; from=<")
    if found:
        sender, _, rest = tail.partition("> to=<")
        recipient, _, rest = rest.partition("> proto=")
        protocol, known, helo = rest.partition(" helo=<")
        if known and helo[-1:] == ">" and "<" not in helo and ">" not in helo[:-1] and "<" not in sender + recipient:
            return before, {"sender": sender, "recipient": recipient, "protocol": protocol, "helo": helo[:-1]}, ""
    return _careful(text)


def _careful(text: str) -> tuple[str, Fields, str]:
    for start in _STARTS:
        at = _find(text, start)
        if at < 0:
            continue
        found = _GRAMMAR.match(text, at + 2)
        if found is None:
            break
        fields = {name: value for name, value in found.groupdict().items() if value is not None}
        if "bare" in fields:
            fields["helo"] = fields.pop("bare")
        after = text[found.end() :]
        return text[:at], fields, after[2:] if after.startswith(": ") else ""
    return text[:-1] if text.endswith(";") else text, {}, ""


def _find(text: str, start: str) -> int:
    """The last place where the envelope can begin: the last with a protocol after it, else the last at all.

    A HELO name may look like an envelope (`helo=<foo; from=<x>`), but no protocol follows in it.
    """
    last = at = text.rfind(start)
    protocol = text.rfind("proto=")
    while at >= 0 and at > protocol:
        at = text.rfind(start, 0, at)
    return at if at >= 0 else last
