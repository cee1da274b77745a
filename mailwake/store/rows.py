"""The row: one message for one final recipient, as every face of the product shows it."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One (message, final recipient). Times are microseconds UTC, sizes bytes; "" and None mean not known."""

    received: int
    """When the first host of ours took the message up, or refused it."""
    trace_id: str
    """Identity of the message: 32 hex digits, the same for all its rows."""
    leaf: int
    """Number of the row within its message, from 0."""
    sender: str | None
    """Envelope sender; "" is the null sender, None not known."""
    recipient: str | None
    """As finally delivered."""
    original_recipient: str | None
    """As first addressed."""
    subject: str | None
    status: str
    """Exchange's word: Delivered, Failed, Pending, Expanded, Quarantined, FilteredAsSpam, GettingStatus."""
    detail: str
    """Finer: Delivered, Relayed, Rejected, Bounced, Expired, Discarded, Deleted, Deferred, Greylisted, Held ..."""
    outcome: str
    """In the words of the first requirement: received, rejected, deferred, delivered."""
    direction: str
    """Inbound, Outbound or Internal."""
    from_ip: str
    from_host: str
    """Name of the client that handed the message to the first host of ours."""
    to_ip: str
    to_host: str
    """Next hop of the last known delivery."""
    size: int
    message_id: str
    sasl_user: str
    folder: str
    """Mailbox folder it was put into, when the mailbox server says so."""
    reason: str
    """The last reply or refusal, in the server's own words."""
    dsn: str
    """Enhanced status code (RFC 3463) of the last attempt."""
    verdict: str
    """What filters said, `rspamd: add header 7.10/6.00`."""
    attempts: int
    last: int
    """Time of the last event of this recipient."""
    hosts: tuple[str, ...]
    queue_ids: tuple[str, ...]
    """Queue IDs on the way of this recipient, in order."""
    keys: tuple[str, ...]
    """Keys under which the facts of the whole journey are filed."""
    parent_id: str
    """trace_id of the message that this one came out of (a bounce, a vacation reply); "" for none."""
    relation: str
    """How: failure, delay or success notification, forwarded, vacation."""
    grade: str
    """proven or inferred: the weakest link on the way."""
    remark: str
    """What is missing or doubtful, in words."""
