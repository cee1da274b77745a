"""The scan result, `rspamd_task_write_log`: Rspamd's `log_format` (docs: configuration/logging; libserver/task.c).

    id: <MID>, qid: <QID>, ip: IP, user: U, from: <SENDER>, (default: F (no action): [-0.10/15.00] [SYM(0.10){opt;}]),
    len: N, time: 1.5ms, dns req: 0, digest: <..>, rcpts: <a>,<b>, mime_rcpts: <..>, file: F, forced: reject "why"; ...

Without Debian's logging.inc: `digest: <..> rcpts: <a,b>,  mime_rcpt: <..>, `. `$if_` parts are absent when empty.
Symbol options come from the mail itself, so the symbol list ends at the last `]), len: `. Releases before 1.7 have
`time: 5.000ms real, 2.0ms virtual`; sites that set `log_format` drop parts.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed

SPAM_ACTIONS = frozenset(("reject", "add header", "rewrite subject", "quarantine"))
_HEAD = re.compile(
    r"(?:message )?id: (?:<(.*?)>|(undef)),(?: qid: <([^>]*)>,)?(?: ip: ([^,]*),)?(?: user: ([^,]*),)?"
    r"(?: from: <([^>]*)>,)?"
)
_NUMBER = r"(-?(?:nan|inf|\d{1,9}(?:\.\d+)?))"
_RESULT = re.compile(rf"\(?(?:[\w-]{{1,30}}: )?(?:[A-Z] )?\(([a-z ]{{1,40}})\): \[{_NUMBER}/{_NUMBER}\] \[")
_SYMBOL = re.compile(r"(?:^|,)([A-Za-z_][\w.-]*)(?:\([-+.\da-z]+\))?(?:\{[^}]*\})?")
_TAIL_END = re.compile(r"\]\)?, (?=[a-z])")
_TIME = re.compile(r", time: (\d{1,9}(?:\.\d+)?)(m?s)")
_SUBJECT = re.compile(r', subject: "(.*?)"(?:, |$)|, subject: (.*?)(?:, [a-z_]+: |$)')


def parse_result(tag: str, text: str) -> Parsed | None:
    """What stands after `rspamd_task_write_log: `; parts that were cut off are left out."""
    fields: Fields = {"filter": "rspamd"}
    head = _HEAD.match(text)
    if head is None:
        return None
    mid, undef, queue_id, client_ip, user, sender = head.groups()
    if not undef and mid and mid != "undef":
        fields["message_id"] = f"<{mid}>"
    if queue_id and queue_id != "undef":
        fields["queue_id"] = queue_id
    if client_ip and client_ip != "undef":
        fields["client_ip"] = client_ip
    if user and user != "undef":
        fields["user"] = user
    if sender is not None and sender != "undef":
        fields["sender"] = sender
    at = head.end()
    result = _RESULT.match(text, at + 1)
    if result is None:
        result = _RESULT.search(text, at)
    if result is not None:
        at = _result(text, result, fields)
    _tail(text, at, fields)
    return "verdict", tag, fields


def _result(text: str, result: re.Match[str], fields: Fields) -> int:
    """Action, scores and symbols; returns where the symbol list ends."""
    action, score, required = result.groups()
    fields["action"] = action
    if action in SPAM_ACTIONS:
        fields["spam"] = True
    for name, value in (("score", score), ("required", required)):
        # a task that was stopped before any rule ran is logged as nan
        if "n" not in value:
            fields[name] = float(value)
    start = result.end()
    end = text.rfind("]), len: ")
    if end < start:
        ends = [match.start() for match in _TAIL_END.finditer(text, start)]
        end = ends[-1] if ends else -1
    if end < start:
        return len(text)
    if end > start:
        fields["symbols"] = _symbols(text[start:end])
    return end


def _symbols(text: str) -> list[str]:
    """Names of `SYM(0.10){opt;},SYM2(1.00){}`."""
    if text[-1] == "}" and text.count("(") == text.count(")}") + text.count("){"):
        return [one.partition("(")[0] for one in text.split("},")]
    return _SYMBOL.findall(text)


def _tail(text: str, at: int, fields: Fields) -> None:
    """What follows the symbols: size, time, recipients, why an action was forced."""
    size = text.find("len: ", at)
    if size >= 0:
        digits = text[size + 5 :].partition(",")[0]
        if digits.isdecimal() and len(digits) < 19:
            fields["size"] = int(digits)
    took = _TIME.search(text, at)
    if took is not None:
        seconds = float(took.group(1))
        fields["took"] = round(seconds / 1000, 6) if took.group(2) == "ms" else seconds
    rcpts = text.find(" rcpts: <", at)
    if rcpts >= 0:
        end = text.find(" mime_rcpt", rcpts)  # `s: ` or, built in, `: `
        if end < 0:
            end = text.find(">, ", rcpts)
            # `<a>, <b>` goes on, `<a>, forced: ...` does not
            while end >= 0 and text.startswith("<", end + 3):
                end = text.find(">, ", end + 3)
        listed = text[rcpts + 8 : end if end >= 0 else len(text)]
        found = [one.strip(" <>") for one in listed.split(",")]
        fields["recipients"] = [one for one in found if one]
    forced = text.find(", forced: ", at)
    if forced >= 0:
        fields["reason"] = text[forced + 10 :].rstrip(", ")
    if ", subject: " in text[at:]:
        subject = _SUBJECT.search(text, at)
        if subject is not None:
            fields["subject"] = subject.group(1) if subject.group(1) is not None else subject.group(2)
