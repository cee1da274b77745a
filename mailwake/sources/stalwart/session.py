"""Events of a client's session: connections, TLS, logins, and every way of refusing mail.

Sources: crates/trc/src/event/description.rs for the events, crates/smtp/src/inbound for their keys.
"""

from __future__ import annotations

from mailwake.events.fact import Fields, Parsed
from mailwake.events.pairs import noise, whole
from mailwake.sources.stalwart.events import Event, reason
from mailwake.sources.stalwart.queue import addresses, client_of, sender_of, session_of

_MAIL, _RCPT, _END = "MAIL", "RCPT", "END-OF-MESSAGE"
_REFUSALS: dict[str, tuple[str, bool]] = {
    "smtp.mailbox-does-not-exist": (_RCPT, False),
    "smtp.relay-not-allowed": (_RCPT, False),
    "smtp.rcpt-to-greylisted": (_RCPT, True),
    "smtp.rcpt-to-rejected": (_RCPT, False),
    "smtp.invalid-recipient-address": (_RCPT, False),
    "smtp.too-many-recipients": (_RCPT, True),
    "smtp.mail-from-unauthenticated": (_MAIL, False),
    "smtp.mail-from-unauthorized": (_MAIL, False),
    "smtp.mail-from-not-allowed": (_MAIL, False),
    "smtp.invalid-sender-address": (_MAIL, False),
    "smtp.too-many-messages": (_MAIL, True),
    "smtp.invalid-ehlo": ("HELO", False),
    "smtp.message-too-large": (_END, False),
    "smtp.message-parse-failed": (_END, False),
    "smtp.loop-detected": (_END, False),
    "smtp.rate-limit-exceeded": ("CONNECT", True),
    "smtp.concurrency-limit-exceeded": ("CONNECT", True),
    "milter.action-reject": (_END, False),
    "milter.action-temp-fail": (_END, True),
    "milter.action-reply-code": (_END, False),
    "milter.action-shutdown": (_END, True),
    "milter.action-connection-failure": (_END, True),
    "mta-hook.action-reject": (_END, False),
    "sieve.action-reject": (_END, False),
    "queue.quota-exceeded": (_END, True),
}
"""Event to the stage of the refusal, and whether the client was told to come again."""
_CHECKS: dict[str, str] = {
    "smtp.spf-ehlo-fail": "HELO",
    "smtp.spf-from-fail": _MAIL,
    "smtp.iprev-fail": _MAIL,
    "smtp.dkim-fail": _END,
    "smtp.arc-fail": _END,
    "smtp.dmarc-fail": _END,
}
"""Checks of the sender, and the stage at which one that is strict refuses (crates/smtp/src/inbound)."""
_DISCARDS = frozenset({"milter.action-discard", "mta-hook.action-discard", "sieve.action-discard"})
_BROKEN = frozenset(
    ["smtp.time-limit-exceeded", "smtp.transfer-limit-exceeded", "smtp.too-many-invalid-rcpt", "network.timeout"]
)
_SMTP = ("smtp", "submission", "lmtp")


def refusal(event: Event) -> Parsed | None:
    """A refusal of mail, or a discard at the door; None for other events."""
    if event.name in _DISCARDS and "queueId" not in dict(event.keys):
        return "check", "", {"action": "discard", "by": event.name.partition(".")[0], **_envelope(event)}
    known = _REFUSALS.get(event.name) or _check(event)
    if known is None or "queueId" in dict(event.keys):
        return None
    stage, temporary = known
    by = event.name.partition(".")[0]
    fields: Fields = {"by": "milter" if by in ("milter", "mta-hook") else "smtpd", "stage": stage, **_envelope(event)}
    code = whole(event.text("code"))
    if code is not None:
        fields["code"] = code
        temporary = temporary or 400 <= code < 500
    if temporary:
        fields["temporary"] = True
    details = event.text("details") or reason(event.own("causedBy")) or event.text("reason")
    return "reject", "", {**fields, "text": details or event.words or event.name}


def _check(event: Event) -> tuple[str, bool] | None:
    """The refusal by a check that is strict; that of DMARC only where the domain asks for it."""
    stage = _CHECKS.get(event.name)
    if stage is None or event.text("strict").lower() != "true":
        return None
    if event.name == "smtp.dmarc-fail" and "reject" not in event.text("policy").lower():
        return None
    return stage, "temp" in str(event.own("result") or "").lower()


def _envelope(event: Event) -> Fields:
    fields = client_of(event)
    session = session_of(event)
    if session:
        fields["session"] = session
    if event.own("from") is not None:
        fields["sender"] = sender_of(event.own("from"))
    names = addresses(event.own("to"))
    if len(names) == 1:
        fields["recipient"] = names[0]
    elif names:
        fields["recipients"] = names
    return fields


def connection(event: Event, verb: str) -> Parsed | None:
    """`network.*`, `smtp.connection-*`, `tls.*`: only a mail session's are filed under it."""
    key = session_of(event) if _is_mail(event) else ""
    if verb == "connection-start":
        return "connect", key, {**client_of(event), "service": str(event.first("listenerId") or "")}
    if verb == "connection-end":
        return "disconnect", key, client_of(event)
    if verb == "handshake":
        version, cipher = event.text("version").replace("_", "."), event.text("details")
        return "tls", key, {"direction": "in", **client_of(event), "version": version, "cipher": cipher}
    if event.name in _BROKEN or verb in ("handshake-error", "read-error", "write-error"):
        why = reason(event.own("causedBy")) or event.text("reason") or event.words
        return "lost", key, {**client_of(event), "text": why}
    return None


def login(event: Event, verb: str) -> Parsed | None:
    """`auth.*`."""
    service = str(event.first("listenerId") or "")
    user = event.text("accountName")
    key = session_of(event) if _is_mail(event) else ""
    if verb == "success" and user:
        return "login", key, {"user": user, "service": service, "success": True, **client_of(event)}
    if verb in ("failed", "banned", "too-many-attempts", "missing-totp", "error"):
        why = event.text("details") or reason(event.own("causedBy")) or event.words or verb
        fields: Fields = {**client_of(event), "service": service, "reason": why}
        return "auth_failed", key, {**fields, "username": user} if user else fields
    return noise()


def _is_mail(event: Event) -> bool:
    listener = str(event.first("listenerId") or "").lower()
    return event.name.startswith("smtp.") or listener.startswith(_SMTP)
