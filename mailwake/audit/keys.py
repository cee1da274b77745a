"""Which facts tell of the same acts: the key under which a fact of a mailbox is filed.

`s:SESSION` a session of a mailbox server, whichever host or feed tells of it. `d:USER/DAY` what doveadm did to a
mailbox on one day (UTC): its events name a session in some cases only, its lines never. `o:SERVICE/USER/DAY` lines of
old formats that have no session at all. Submissions have no key of their own: they are filed under their queue ID, as
mail is. `r:ID` a record of another service, which is an act by itself. Deliveries (lmtp, lda) are nobody's act; they
keep the key that they have in a trace.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from mailwake.events.fact import Fact

PREFIXES = ("s:", "d:", "o:", "r:")
EVENTS = frozenset(
    (
        *("imap_command_finished", "imap_id_received", "pop3_command_finished", "auth_request_finished"),
        *("auth_client_request_finished", "mail_opened", "mail_expunge_requested", "mail_expunged"),
        *("managesieve_command_finished", "sieve_storage_save_finished", "sieve_storage_deactivated"),
        *("sieve_script_activated", "sieve_script_deleted", "sieve_script_renamed", "mail_user_session_finished"),
    )
)
"""Events that tell of acts; the others are about how the server did it."""
SERVICES = frozenset(("imap", "pop3", "managesieve", "sieve", "submission"))
"""Services whose sessions are a person's."""
KINDS = frozenset(("item", "login", "logout", "auth_failed", "client", "event", "audited"))
_DAY = 86_400_000_000
_NO_MAILBOX = frozenset(("smtp", "lmtp", "doveadm"))
"""What also asks the auth service, and opens no mailbox."""


def service_of(data: dict[str, Any]) -> str:
    """What somebody signs in to, of an event's fields: `service` in 2.3; events of auth in 2.4 call it `protocol`."""
    return str(data.get("service") or data.get("protocol") or "").casefold()


def reasons_of(data: dict[str, Any]) -> frozenset[str]:
    """The reason codes of an event: a list, or what a shipper of logs has made of it."""
    given = data.get("reason_code") or ()
    if isinstance(given, str):
        given = given.replace(",", " ").split()
    return frozenset(map(str, given)) if isinstance(given, list | tuple) else frozenset((str(given),))


def audit_key(fact: Fact) -> str:
    """The key of a fact that tells of an act in a mailbox; "" for one that does not."""
    if fact.kind not in KINDS:
        return ""
    if fact.kind == "event":
        return _event_key(fact)
    if fact.kind == "audited":
        return f"r:{fact.key or blake2b(fact.raw.encode('utf-8', 'surrogateescape'), digest_size=8).hexdigest()}"
    fields = fact.fields
    service = str(fields.get("service", ""))
    user = str(fields.get("user") or fields.get("username") or "")
    if service == "doveadm":
        return f"d:{user.casefold()}/{fact.ts // _DAY}" if user else ""
    session = fields.get("session")
    if fact.kind == "auth_failed":
        return f"s:{session}" if session else ""
    if service not in SERVICES:
        return ""
    if session:
        return f"s:{session}"
    return f"o:{service}/{user.casefold()}/{fact.ts // _DAY}" if user and fact.kind == "item" else ""


def _event_key(fact: Fact) -> str:
    fields = fact.fields
    if fields.get("name") not in EVENTS:
        return ""
    data = fields["data"]
    inner: dict[str, Any] = data.get("fields") or {}
    categories = data.get("categories") or ()
    reasons = reasons_of(inner)
    if "service:doveadm" in categories or any(one.startswith("doveadm:") for one in reasons):
        user = str(fields.get("user", ""))
        return f"d:{user.casefold()}/{fact.ts // _DAY}" if user else ""
    if fields["name"] == "mail_user_session_finished" or "rcpt_to" in inner:
        return ""
    if any(str(one).startswith("service:lmtp") or str(one) == "service:lda" for one in categories):
        return ""
    if fields["name"].startswith("auth_") and service_of(inner) in _NO_MAILBOX:
        return ""
    session = fields.get("session")
    return f"s:{session}" if session else ""
