"""Refusals without a queue ID, each a message of its own; and the identity of messages."""

from __future__ import annotations

from hashlib import blake2b

from mailwake.events.fact import Fact
from mailwake.store.rows import Row
from mailwake.trace.fate import OUTCOMES, refused
from mailwake.trace.keys import refusal_key
from mailwake.trace.model import PROVEN

MAX_TEXT = 1000
"""Characters of a reply or refusal kept in a row; the whole is in the facts."""
_HASH = blake2b(digest_size=16)


def trace_id(host: str, key: str, first: int, instance: str = "") -> str:
    """Identity of a message: that of the leg it began with. 32 hex digits.

    instance: of Postfix, where two with queues of their own use the same ID on one host.
    """
    digest = _HASH.copy()  # a third faster than a new one
    digest.update(f"{host}\0{key}\0{first}{instance}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def refusal_row(fact: Fact, key: str = "") -> Row:
    """A refusal that never got a queue ID: a result like any other. key: the one it is filed under, if at hand."""
    fields = fact.fields
    fate = refused(fact)
    if fact.kind == "check":  # accepted, and thrown away
        fate = fate._replace(status="Failed", detail="Discarded")
    recipient = fields.get("recipient")
    if recipient is None and "recipient" not in fields:
        recipients = fields.get("recipients")
        recipient = recipients[0] if recipients else None
    key = fact.key or key or refusal_key(fact)
    sasl_user = fields.get("sasl_username", "")
    return Row._make(  # by place, as above
        (
            fact.ts,  # received
            trace_id(fact.host, key, fact.ts),
            0,  # leaf
            fields.get("sender"),
            recipient,
            recipient,  # original_recipient
            fields.get("subject"),
            fate.status,
            fate.detail,
            OUTCOMES[fate.detail],  # outcome
            "Outbound" if sasl_user else "Inbound",  # direction
            fields.get("client_ip", ""),
            fields.get("client_name", "") or fields.get("helo", ""),
            "",  # to_ip
            "",  # to_host
            fields.get("size", 0),
            fields.get("message_id", ""),
            sasl_user,
            "",  # folder
            fate.reason[:MAX_TEXT],
            fate.dsn,
            "",  # verdict
            0,  # attempts
            fact.ts,  # last
            (fact.host,),  # hosts
            (),  # queue_ids
            (key,),  # keys
            "",  # parent_id
            "",  # relation
            PROVEN,  # grade
            "",  # remark
        )
    )
