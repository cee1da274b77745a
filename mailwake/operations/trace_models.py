"""What the trace operations take and give: criteria, rows, and events of one message for one recipient.

Property names are those of Get-MessageTraceV2 and Get-MessageTraceDetailV2, then ours (design: names on output).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from mailwake.operations.criteria import Criteria
from mailwake.operations.models import Input, Output
from mailwake.operations.records import record
from mailwake.operations.when import to_micros
from mailwake.store.rows import Row

Status = Literal["Delivered", "Failed", "Pending", "Expanded", "Quarantined", "FilteredAsSpam", "GettingStatus"]
Outcome = Literal["received", "rejected", "deferred", "delivered"]
Direction = Literal["Inbound", "Outbound", "Internal"]
_HOW = {"Contains": "contains", "StartsWith": "starts", "EndsWith": "ends"}


class TraceCriteria(Input):
    """Criteria of a trace. Values of one widen the search, different ones narrow it; what is left out does neither."""

    sender_address: tuple[str, ...] = Field((), description="Envelope senders: addresses, *@domain; <> is a bounce.")
    recipient_address: tuple[str, ...] = Field((), description="Recipients, as addressed or as finally delivered.")
    message_id: tuple[str, ...] = Field((), description="Message-IDs, with or without angle brackets.")
    message_trace_id: tuple[str, ...] = Field((), description="MessageTraceIds, as UUID or 32 hex digits.")
    queue_id: tuple[str, ...] = Field((), description="Queue IDs on any host.")
    subject: str = Field("", description="Text in the subject, in any case.")
    subject_filter_type: Literal["Contains", "StartsWith", "EndsWith"] = Field(
        "Contains", description="Where in the subject."
    )
    status: tuple[Status, ...] = Field((), description="Delivery status.")
    status_detail: tuple[str, ...] = Field((), description="Finer than the status: Rejected, Greylisted, Discarded ...")
    outcome: tuple[Outcome, ...] = Field((), description="Received, rejected, deferred or delivered.")
    direction: tuple[Direction, ...] = Field((), description="Which way, seen from our hosts.")
    from_ip: tuple[str, ...] = Field((), alias="FromIP", description="Client's IPs or networks (192.0.2.0/24).")
    to_ip: tuple[str, ...] = Field((), alias="ToIP", description="Next hops: IPs, networks or names, wildcards.")
    sasl_user: tuple[str, ...] = Field((), description="Logins that submitted it.")
    host: tuple[str, ...] = Field((), description="Hosts of ours that it passed.")
    size_min: int | None = Field(None, ge=0, description="At least so many bytes.")
    size_max: int | None = Field(None, ge=0, description="At most so many bytes.")
    start_date: AwareDatetime | None = Field(None, description="Received at this time or later.")
    end_date: AwareDatetime | None = Field(None, description="Received before this time.")

    def criteria(self) -> Criteria:
        """The same as the trace knows it."""
        return Criteria(
            senders=self.sender_address,
            recipients=self.recipient_address,
            message_ids=self.message_id,
            trace_ids=self.message_trace_id,
            queue_ids=self.queue_id,
            subject=self.subject,
            subject_how=_HOW[self.subject_filter_type],
            statuses=self.status,
            details=self.status_detail,
            outcomes=self.outcome,
            directions=self.direction,
            client_ips=self.from_ip,
            next_hops=self.to_ip,
            sasl_users=self.sasl_user,
            hosts=self.host,
            size_min=self.size_min,
            size_max=self.size_max,
            since=to_micros(self.start_date) if self.start_date else None,
            until=to_micros(self.end_date) if self.end_date else None,
        )


class TraceRow(Output):
    """One message for one final recipient. Times ISO 8601 UTC, sizes bytes, delays seconds."""

    received: datetime | None = Field(description="When the first host of ours took it up, or refused it.")
    sender_address: str | None = Field(description="Envelope sender; <> is the null sender.")
    recipient_address: str | None = Field(description="As finally delivered.")
    subject: str | None = Field(description="Subject, when a log tells it.")
    status: str = Field(description="Delivery status: Delivered, Failed, Pending ...")
    from_ip: str | None = Field(alias="FromIP", description="IP of the client that handed it over.")
    to_ip: str | None = Field(alias="ToIP", description="IP of the next hop.")
    size: int | None = Field(description="Bytes.")
    message_id: str | None = Field(description="Message-ID.")
    message_trace_id: str = Field(description="Id of the message, the same for all its rows.")
    original_recipient_address: str | None = Field(description="As first addressed.")
    direction: str | None = Field(description="Inbound, Outbound or Internal.")
    outcome: str | None = Field(description="Received, rejected, deferred or delivered.")
    status_detail: str | None = Field(description="Finer than the status.")
    from_host: str | None = Field(description="Name of the client that handed it over.")
    to_host: str | None = Field(description="Name of the next hop.")
    sasl_user: str | None = Field(description="Login that submitted it.")
    folder: str | None = Field(description="Mailbox folder that it was put into.")
    reason: str | None = Field(description="The last reply or refusal, in the server's own words.")
    dsn_code: str | None = Field(description="Enhanced status code of the last attempt (RFC 3463).")
    verdict: str | None = Field(description="What filters said.")
    attempts: int = Field(description="Attempts at delivery.")
    last_event: datetime | None = Field(description="Time of the last event of this recipient.")
    delay: float | None = Field(description="Seconds from receiving to the last event.")
    hosts: list[str] = Field(description="Hosts of ours that it passed, in order.")
    queue_ids: list[str] = Field(description="Queue IDs on its way, in order.")
    parent_message_trace_id: str | None = Field(description="Message that this one came out of.")
    relation: str | None = Field(description="How it came out of it: a notification, a forwarding ...")
    grade: str | None = Field(description="proven or inferred: the weakest link on the way.")
    remark: str | None = Field(description="What is missing or doubtful.")

    @classmethod
    def of(cls, row: Row) -> TraceRow:
        """The item of a row."""
        return cls.model_validate(record(row))

    def record(self) -> dict[str, Any]:
        """Times always with six digits, so that texts sort as times do."""
        made = super().record()
        for name, moment in (("Received", self.received), ("LastEvent", self.last_event)):
            made[name] = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None
        return made
