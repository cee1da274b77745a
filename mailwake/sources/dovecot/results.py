"""The results of a delivery in the words of lib-lda and Pigeonhole.

Sources: mail-deliver.c; sieve-actions.c, cmd-redirect.c, cmd-discard.c, ext-reject.c, cmd-vacation.c, ntfy-mailto.c.
2.3.19 writes the action before: `fileinto action: stored mail into ...`.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields

_WORDS = "|".join(
    (
        r"saved mail to ",
        r"stored mail into mailbox ",
        r"left message in mailbox ",
        r"store into mailbox ",
        r"save failed to (?:open mailbox )?",
        r"failed to (?:store|save) (?:mail )?into mailbox ",
        r"failed to (?:redirect|forward|send|pipe) ",
        r"forwarded to ",
        r"not forwarding ",
        r"discarded duplicate ",
        r"discarded ",
        r"[Mm]arked message to be discarded",
        r"discarding ",
        r"rejected",
        r"not sending ",
        r"sent vacation response to ",
        r"sent (?:mail )?notification to ",
        r"sent (?:`[^']*' )?report ",
        r"piped message to program ",
        r"message was already redirected ",
        r"delivery aborted",
    )
)
_RESULT = re.compile(rf"(?:(?P<meta>.*): )?(?P<words>{_WORDS})(?P<rest>.*)", re.DOTALL)
_FAST = re.compile(
    r"(msgid=(?:<[^>:,]*>|[^<,:]*)): (?:(fileinto) action: )?"
    r"(saved mail to |stored mail into mailbox )('?)([^:'\"]*)\4$"
)
_TARGET = re.compile(r"<([^<>]*)>")
_QUOTED = re.compile(r"'(.*?)'(?:: (.*))?$", re.DOTALL)
_TEMPORARY = ("temporary failure", "Temporary", "temporarily", "timed out", "Timeout")


def read_result(text: str) -> tuple[Fields, str] | None:
    """The fields of the result and the text before it; None when the line tells of none."""
    fast = _FAST.match(text)
    if fast is not None:
        meta, how, _, _, folder = fast.groups()
        return {"action": "fileinto" if how else "stored", "folder": folder}, meta
    match = _RESULT.match(text)
    if match is None:
        return None
    words, rest = match["words"], match["rest"]
    if words == "rejected" and rest[:1] not in (" ", ":", ""):
        return None
    fields: Fields = {}
    read = _READERS.get(words.split(" ", 1)[0].lower())
    if read is None or not read(fields, words, rest):
        return None
    meta = match["meta"] or ""
    if meta.endswith(" action"):
        meta, _, how = meta.rpartition(": ")
        if how == "fileinto action" and fields["action"] == "stored":
            fields["action"] = "fileinto"
    return fields, meta


def _stored(fields: Fields, words: str, rest: str) -> bool:
    """`saved mail to INBOX`, `stored mail into mailbox 'INBOX'`."""
    fields["action"] = "stored"
    _folder(fields, rest)
    return True


def _store(fields: Fields, words: str, rest: str) -> bool:
    """`store into mailbox 'X' skipped`, `... aborted`: not done, something else was."""
    fields["action"] = "failed"
    _folder(fields, rest.removesuffix(" skipped").removesuffix(" aborted"))
    fields["reason"] = rest.rpartition(" ")[2]
    return True


def _folder(fields: Fields, rest: str) -> None:
    match = _QUOTED.match(rest)
    folder = match.group(1) if match else rest.strip()
    if folder:
        fields["folder"] = folder
    if match and match.group(2):
        _reason(fields, match.group(2))


def _reason(fields: Fields, reason: str) -> None:
    reason = reason.strip()
    if reason:
        fields["reason"] = reason
        if any(word in reason for word in _TEMPORARY):
            fields["temporary"] = True


def _target(fields: Fields, rest: str) -> str:
    """Take the first `<address>`; give what follows it."""
    match = _TARGET.search(rest)
    if match is None:
        return rest
    if match.group(1):
        fields["target"] = match.group(1)
    return rest[match.end() :].lstrip(": ")


def _save_failed(fields: Fields, words: str, rest: str) -> bool:
    """`save failed to INBOX: Quota exceeded (mailbox for user is full)`."""
    fields["action"] = "failed"
    folder, _, reason = rest.partition(": ")
    fields["folder"] = folder.strip("'")
    _reason(fields, reason)
    return True


def _failed(fields: Fields, words: str, rest: str) -> bool:
    """`failed to store into mailbox 'X': why`, `failed to redirect message to <x>: why (temporary failure)`."""
    fields["action"] = "failed"
    if "into mailbox" in words:
        _folder(fields, rest)
    else:
        _reason(fields, _target(fields, rest) or rest)
    return True


def _forwarded(fields: Fields, words: str, rest: str) -> bool:
    fields["action"] = "forwarded"
    _target(fields, rest)
    return True


def _piped(fields: Fields, words: str, rest: str) -> bool:
    """vnd.dovecot.pipe: ``piped message to program `name' ``."""
    fields["action"] = "forwarded"
    fields["target"] = "|" + rest.strip("`' ")
    return True


def _discarded(fields: Fields, words: str, rest: str) -> bool:
    """`discarded duplicate forward to <x>`, `discarded duplicate vacation response to <x>`, or the message itself."""
    if words == "discarded duplicate ":
        fields["action"] = "duplicate"
    elif words == "discarded " and not rest.startswith("message"):
        fields["action"] = "notified" if rest.startswith("notification") else "vacation"
    else:
        fields["action"] = "discarded"
        return True
    _target(fields, rest)
    fields["reason"] = (words + _TARGET.sub("", rest)).strip().removesuffix(" to")
    return True


def _marked(fields: Fields, words: str, rest: str) -> bool:
    fields["action"] = "discarded"
    return True


def _unanswered(fields: Fields, words: str, rest: str) -> bool:
    """An answer that was not given: `discarding vacation response ...`, `not sending reject message to <>`.

    Where a rejection has nobody to go to the message is dropped without a word (ext-reject.c: keep is cancelled).
    """
    said = words + rest
    if "reject" in said:
        fields["action"] = "discarded"
    elif "vacation" in said:
        fields["action"] = "vacation"
    elif "forward" in said:
        fields["action"] = "duplicate"
    else:
        fields["action"] = "notified"
    _target(fields, rest)
    fields["reason"] = said.strip()
    return True


def _rejected(fields: Fields, words: str, rest: str) -> bool:
    """`rejected message from <s> (reject)` of Sieve, `rejected: Quota exceeded` of dovecot-lda."""
    fields["action"] = "rejected"
    if rest.startswith(": "):
        _reason(fields, rest[2:])
        return True
    after = _target(fields, rest)
    if "target" in fields:
        reason = after.strip("() ")
        if reason:
            fields["reason"] = reason
    return True


def _sent(fields: Fields, words: str, rest: str) -> bool:
    fields["action"] = "vacation" if "vacation" in words else "notified"
    _target(fields, rest)
    return True


def _aborted(fields: Fields, words: str, rest: str) -> bool:
    fields["action"] = "failed"
    fields["reason"] = (words + rest).strip()
    return True


_READERS = {
    "saved": _stored,
    "stored": _stored,
    "left": _stored,
    "store": _store,
    "save": _save_failed,
    "failed": _failed,
    "forwarded": _forwarded,
    "not": _unanswered,
    "discarded": _discarded,
    "marked": _marked,
    "discarding": _unanswered,
    "rejected": _rejected,
    "sent": _sent,
    "piped": _piped,
    "message": _unanswered,
    "delivery": _aborted,
}
