"""Which facts belong together: the key under which a fact is filed, and the keys it points to.

A key is a queue ID as logged, or a prefixed name: `t:` a mailbox server's delivery session, `m:` a Message-ID (for
local
delivery agents, which have no session), `f:` a filter's own id, `n:` one refusal that never got a queue ID, `s:` the
session of a client, `e:` what one of our own servers was refused, and then says so itself, `p:` what a server process
refused its clients before there was a recipient.
Facts with the key "" (sessions, statistics) stand for themselves.
"""

from __future__ import annotations

from hashlib import blake2b

from mailwake.events.fact import Fact
from mailwake.trace.answers import Answer, answer
from mailwake.trace.origins import is_internal

QUEUE_KINDS = frozenset(
    [
        "arrive",
        "envelope",
        "message_id",
        "header",
        "check",
        "reject",
        "active",
        "deliver",
        "deliveries",
        "expand",
        "expire",
        "remove",
        "notify",
        "queue_action",
        "note",
    ]
)
"""Kinds filed under the queue ID they carry."""
SESSION_KINDS = frozenset(["connect", "disconnect", "lost", "tls", "auth_failed", "login"])
"""Kinds filed under the session whose id they carry, if they carry one."""
_ALONE = frozenset({"discard", "milter-discard", "hold", "redirect"})
_EARLY = frozenset({"CONNECT", "EHLO", "HELO", "MAIL", "XCLIENT"})
_ON_THE_SPOT = frozenset({"smtpd", "milter", "acl"})
_NAMELESS = _EARLY | {"DATA"}
"""Stages at which a refusal may name no recipient."""
_UNTOLD = frozenset({"MAIL", "DATA"})
"""Stages at which Exim may say one thing to the client and another to its log (log_message), and few are refused."""
_HASH = blake2b(digest_size=12)
_ID_LENGTH = 36


def travels(key: str) -> bool:
    """Whether a key is an id that goes with a message from server to server: Exchange's network message id, a GUID."""
    return len(key) == _ID_LENGTH and key[8] == "-" and key[13] == "-" and key == key.lower()


def is_name(key: str) -> bool:
    """Whether a key is a name that records of several systems may have for one message: an id with the host that gave
    it, `4711@MX01`, or a `<Message-ID>`."""
    return "@" in key and not key.startswith("m:")


def session_key(token: str) -> str:
    """Key of an LMTP session: its token without the recipient's number (`:R2`)."""
    return "t:" + token.partition(":")[0]


def refusal_key(fact: Fact) -> str:
    """Key of one refusal without a queue ID: a hash of the record itself.

    Of its first line only: Exim's rejectlog repeats the main log's line and adds the message's header.
    """
    raw = fact.raw
    if "\n" in raw:
        raw = raw.partition("\n")[0]
    text = f"{fact.ts}\0{fact.host}\0{fact.program}\0{fact.pid}\0{raw}"
    digest = _HASH.copy()  # a third faster than a new one
    digest.update(text.encode("utf-8", "surrogateescape"))
    return "n:" + digest.hexdigest()


def client_key(session: str) -> str:
    """Key of the session of a client."""
    return "s:" + session


def lone_key(fact: Fact) -> str:
    """The key of a refusal without a queue ID: its session's if it names one.

    What a machine of ours was refused may stand in its own log, too: it is filed by recipient and words, by which the
    delivery that met with it finds it; Exim's, which says other words to the client than to its log, by the moment.
    A server that refuses before there is a recipient may do so at one command after the other: see `tries`.
    """
    fields = fact.fields
    session = fields.get("session")
    if session:
        return client_key(session)
    ip, recipient = fields.get("client_ip"), fields.get("recipient")
    if ip and not recipient and _is_on_the_spot(fields.get("stage", ""), fields.get("by", "")):
        return process_key(fact)
    if ip and recipient and is_internal(ip):
        if fields.get("by") == "smtpd":
            return echo_key(recipient, fields.get("text", ""))
        if fields.get("by") == "acl" and fields.get("stage") == "RCPT":
            return echo_key(recipient, _moment(fact.ts // _SECOND))
    return refusal_key(fact)


def _is_on_the_spot(stage: str, by: str) -> bool:
    """Whether a refusal that names nobody belongs with others of the process: before there was a recipient; or at DATA,
    where Exim names whom the client had named in the record of the transaction's end."""
    return (stage in _EARLY and by in _ON_THE_SPOT) or (stage == "DATA" and by == "acl")


def process_key(fact: Fact) -> str:
    """The key of what a server process refused its clients before there was a recipient; of one client, where the log
    does not tell processes apart."""
    client = "" if fact.pid else str(fact.fields.get("client_ip", ""))
    digest = _HASH.copy()
    digest.update(f"{fact.host}\0{fact.program}\0{fact.pid}\0{client}".encode("utf-8", "surrogateescape"))
    return "p:" + digest.hexdigest()


def echo_key(recipient: str, words: str) -> str:
    """The key of a refusal by recipient and words (without codes)."""
    digest = _HASH.copy()
    digest.update(f"{recipient.lower()}\0{words}".encode("utf-8", "surrogateescape"))
    return "e:" + digest.hexdigest()


def met_with(fact: Fact) -> str:
    """The key under which a server of ours filed what this delivery was refused with; "" when it was none of ours.

    `host h[10.0.0.2] said: 550 5.1.1 <x@example.org>: Recipient address rejected: no (in reply to RCPT TO command)`
    """
    words = words_met(fact)
    return echo_key(fact.fields.get("recipient", ""), words) if words else ""


def met_at(fact: Fact) -> tuple[str, ...]:
    """The keys under which a server of ours that logs other words than it says may have filed the same, as `met_with`:
    the reply came at once, but clocks differ."""
    if not words_met(fact):
        return ()
    recipient, second = fact.fields.get("recipient", ""), fact.ts // _SECOND
    return tuple([echo_key(recipient, _moment(second + off)) for off in (-1, 0, 1)])


def words_met(fact: Fact) -> str:
    """The words with which a server of ours refused what this delivery handed over; "" for another delivery."""
    found = _met(fact)
    return found.words if found is not None and fact.kind != "note" else ""


def _met(fact: Fact) -> Answer | None:
    fields = fact.fields
    if "relay_ip" in fields:
        return answer(fact) if fields["relay_ip"] and is_internal(fields["relay_ip"]) else None
    return answer(fact) if "relay_host" in fields else None  # by name alone (msmtp): it may be ours


def refused_names(fact: Fact) -> list[str]:
    """The names of a refusal, beside its key, by which the delivery of a machine of ours that met with it may speak of
    it, the surest first: by recipient and words; by words where it names no recipient; by the moment alone where Exim
    may log other words than it says. The reply came at once, but clocks differ."""
    second = fact.ts // _SECOND
    return [f"{second + off}@{what}" for what in _refused_as(fact) for off in (0, -1, 1)]


def _refused_as(fact: Fact) -> list[str]:
    """The same without the moment."""
    fields = fact.fields
    if not is_internal(fields.get("client_ip", "")):
        return []
    text, by, stage, recipient = (str(fields.get(name, "")) for name in ("text", "by", "stage", "recipient"))
    joined = "session" in fields
    if recipient:
        # Sendmail's own refusals have the client, and the recipient that their words begin with, in other places
        if stage != "RCPT" or not (joined or (fact.key and (by == "acl" or "client_ip" not in fields))):
            return []
        return [_said(words, recipient) for words in (text, f"<{recipient}>... {text}")[: 1 if joined else 2]]
    at_door = "client_ip" in fields and stage in _NAMELESS and (by == "acl" or not fact.key)
    of_content = by == "acl" and bool(fact.key) and stage == "END-OF-MESSAGE"
    names = [_said(text)] if text and (joined or at_door or of_content) else []
    return [*names, _at_stage(stage)] if at_door and by == "acl" and stage in _UNTOLD else names


def met_names(fact: Fact) -> list[str]:
    """The names, beside its key, that a refusal may have which a delivery met with, or a remark of one that then went
    to another server tells of."""
    found, names = _met(fact), list[str]()
    if found is None:
        return names
    recipient = str(fact.fields.get("recipient", ""))
    if found.stage in ("RCPT", "") and recipient:
        names.append(_said(found.words, recipient))
    if found.stage != "RCPT":
        names.append(_said(found.words))
    if found.stage in _UNTOLD:
        names.append(_at_stage(found.stage))
    return [f"{fact.ts // _SECOND}@{what}" for what in names]


def met_stage(fact: Fact) -> str:
    """At which stage a delivery was refused by a server of ours, or a remark tells so; "" where that is not told."""
    found = _met(fact)
    return found.stage if found is not None else ""


def _said(words: str, recipient: str = "") -> str:
    digest = _HASH.copy()
    digest.update(f"{recipient.lower()}\0{words}".encode("utf-8", "surrogateescape"))
    return f"refused:{digest.hexdigest()}"


def _at_stage(stage: str) -> str:
    return f"refused-at:{stage}"


_LOOPED = ("message rejected: hopcount exceeded", "Error: too many hops")
"""What cleanup logs of a message that went through too many servers, naming nobody, and what smtpd replies then."""
_SECOND = 1_000_000
_ANSWERED = 5
"""So many seconds after a mailbox was found full the sending server may log it."""


def loop_key(fact: Fact) -> str:
    """The name of a refusal that names nobody but a queue ID, for the delivery that met with it; "" for another one."""
    return _looped(fact.ts // _SECOND) if fact.fields.get("text") == _LOOPED[0] and fact.key else ""


def met_loop(fact: Fact) -> list[str]:
    """The names that the refusal may have which a delivery met with: the reply came at once, but clocks differ."""
    second = fact.ts // _SECOND
    return [_looped(second + off) for off in (-1, 0, 1)] if _LOOPED[1] in fact.fields.get("reply", "") else []


def unsaved_key(fact: Fact) -> str:
    """The name of what a mailbox server could not store, by user and second, for the delivery that met with it, whose
    reply names no session; "" for another record."""
    fields = fact.fields
    failed = fields.get("action") == "failed" and fact.key and fields.get("user")
    return _unsaved(str(fields["user"]), fact.ts // _SECOND) if failed else ""


def met_unsaved(fact: Fact) -> list[str]:
    """The names that this may have which an LMTP delivery met with after the data: the server answers for one recipient
    after the other, and clocks differ."""
    fields = fact.fields
    reply = fields.get("reply", "")
    if not reply.endswith("(in reply to end of DATA command)") or fields.get("agent") != "lmtp":
        return []
    second = fact.ts // _SECOND
    return [_unsaved(fields.get("recipient", ""), second + off) for off in range(-_ANSWERED, 2)]


def _unsaved(user: str, second: int) -> str:
    return f"{second}@unsaved:{user.lower().partition('@')[0].partition('+')[0]}"


def _moment(second: int) -> str:
    """In place of words: no server's begin so."""
    return f"\0{second}"


def _looped(second: int) -> str:
    return f"{second}@hopcount"


def fact_key(fact: Fact) -> str:
    """The key under which this fact is filed; "" for one that belongs to no message by itself."""
    kind = fact.kind
    if kind in QUEUE_KINDS:
        if fact.key:
            return fact.key
        # A discard at the door is no refusal for the client, but the end all the same; see `doors` for the others.
        if kind == "reject":
            return lone_key(fact)
        if kind == "check" and fact.fields.get("action") in _ALONE:
            session = fact.fields.get("session")
            return client_key(session) if session else refusal_key(fact)
        return ""
    if kind in SESSION_KINDS:
        return client_key(fact.key) if fact.key else ""
    special = _SPECIAL.get(kind)
    return special(fact) if special is not None else ""


def _verdict_key(fact: Fact) -> str:
    queue_id = fact.fields.get("queue_id")
    if queue_id:
        return str(queue_id)
    return f"f:{fact.key}" if fact.key else ""


def _policy_key(fact: Fact) -> str:
    return str(fact.fields.get("queue_id", ""))


def _mailbox_key(fact: Fact) -> str:
    # A local delivery agent's session (Dovecot 2.3 lda logs one) is in no other log: only LMTP's reply names it.
    if fact.key and fact.fields.get("service") != "lda":
        return session_key(fact.key)
    message_id = fact.fields.get("message_id")
    return f"m:{message_id.strip('<>')}" if message_id else ""


def _item_key(fact: Fact) -> str:
    fields = fact.fields
    if fields.get("action") != "save" or fields.get("service") != "lmtp":
        return ""
    session = fields.get("session") or fact.key
    return session_key(session) if session else ""


def _proxy_key(fact: Fact) -> str:
    next_id = fact.fields.get("next_id")
    return str(next_id) if next_id else refusal_key(fact)


def _traced_key(fact: Fact) -> str:
    """The service's id; where a report leaves it out, what all rows of one message have in common."""
    if fact.key:
        return fact.key
    fields = fact.fields
    text = "\0".join((str(fact.ts), fields.get("message_id", ""), fields.get("sender", ""), fields.get("subject", "")))
    digest = _HASH.copy()
    digest.update(text.encode("utf-8", "surrogateescape"))
    return f"{digest.hexdigest()}@report"


_SPECIAL = {
    "verdict": _verdict_key,
    "policy": _policy_key,
    "mailbox": _mailbox_key,
    "item": _item_key,
    "proxy_accept": _proxy_key,
    "traced": _traced_key,
    "proxy_client": refusal_key,
    "abandoned": process_key,
}
