"""Lines of a mailbox server, written by hand."""

from __future__ import annotations

import json
from typing import Any

DAY = "2026-11-22"
ALICE, BOB = "alice@corp.example", "bob@corp.example"


def said(at: str, text: str, *, user: str = ALICE, session: str = "S1", service: str = "imap", extra: str = "") -> str:
    """A line of a session in Dovecot's own log, with the default prefix."""
    return f"{DAY} {at} {service}({user})<100><{session}>{extra}: Info: {text}"


def item(event: str, box: str, uid: int, mid: str = "", **more: Any) -> str:
    """The text of mail_log about one message."""
    flags = more.get("flags", "")
    mid = mid or f"<m{uid}@example.net>"
    return f"{event}: box={box}, uid={uid}, msgid={mid}, size={more.get('size', 100)}, flags=({flags})"


def login(at: str, *, user: str = ALICE, session: str = "S1", auth_user: str = "", service: str = "imap") -> str:
    """A successful login."""
    auth = f"auth_user=<{auth_user}>, " if auth_user else ""
    return (
        f"{DAY} {at} {service}-login: Info: Login: user=<{user}>, {auth}method=PLAIN, rip=192.0.2.7, lip=192.0.2.1,"
        f" mpid=7, TLS, session=<{session}>"
    )


def event(
    name: str, at: str, *, user: str = ALICE, session: str | None = "S1", took: float = 0.0, **fields: Any
) -> str:
    """An exported event as JSON; at may have a fraction. took: seconds, before `at`."""
    whole, _, fraction = at.partition(".")
    micros = int((fraction + "000000")[:6])
    hours, minutes, seconds = map(int, whole.split(":"))
    end = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros
    told = {"user": user, **({"session": session} if session else {}), **fields}
    return json.dumps(
        {
            "event": name,
            "hostname": "imap1",
            "start_time": _stamp(end - round(took * 1_000_000)),
            "end_time": _stamp(end),
            "categories": fields.pop("categories", ["imap", "service:imap"]),
            "fields": told,
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )


def _stamp(micros: int) -> str:
    seconds, fraction = divmod(micros, 1_000_000)
    minutes, second = divmod(seconds, 60)
    return f"{DAY}T{minutes // 60:02}:{minutes % 60:02}:{second:02}.{fraction:06}Z"


def command(name: str, at: str, arguments: str = "", *, box: str = "", reply: str = "OK", **more: Any) -> str:
    """A finished IMAP command; it took a hundredth of a second."""
    state = reply.partition(" ")[0]
    reasons = more.pop("reasons", [f"imap:cmd_{name.lower().replace(' ', '_')}"])
    if box:
        more["mailbox"] = box
    if arguments:
        more["cmd_args"] = arguments
    return event(
        "imap_command_finished",
        at,
        took=0.01,
        cmd_name=name,
        tagged_reply_state=state,
        tagged_reply=reply,
        reason_code=reasons,
        **more,
    )


def expunged(at: str, box: str, uid: int, by: str = "EXPUNGE", **more: Any) -> str:
    """The event of a removal."""
    reason = [f"imap:cmd_{by.lower().replace(' ', '_')}"]
    return event("mail_expunge_requested", at, mailbox=box, uid=uid, cmd_name=by, reason_code=reason, **more)


def opened(at: str, box: str, uid: int, by: str = "UID FETCH", **more: Any) -> str:
    """The event of a body that was read."""
    reason = [f"imap:cmd_{by.lower().replace(' ', '_')}", "imap:fetch_body"]
    return event("mail_opened", at, mailbox=box, uid=uid, cmd_name=by, reason_code=reason, **more)
