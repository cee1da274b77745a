"""What the operations of historical searches take and give."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from mailwake.operations.catalog.message_trace import Question as Search
from mailwake.operations.fields import Moment, Sentence, WordList
from mailwake.operations.models import Input, Output
from mailwake.operations.trace_models import Outcome, Status

MORE_CRITERIA = (
    *("subject", "subject_filter_type", "status_detail", "outcome", "queue_id", "to_ip", "sasl_user", "host"),
    *("size_min", "size_max"),
)
"""Criteria of a trace that Exchange's historical search does not have."""
_DIRECTIONS: dict[str, tuple[str, ...]] = {"All": (), "Received": ("Inbound",), "Sent": ("Outbound",)}


class HistoricalOrder(Input):
    """Parameters of Start-HistoricalSearch."""

    start_date: Moment = Field(description="Received from then on.")
    end_date: Moment = Field(description="Received before then.")
    report_title: str = Field(min_length=1, max_length=128, description="What to call it.")
    report_type: Literal["MessageTrace", "MessageTraceDetail"] = Field(
        description="MessageTrace: a line for each message. MessageTraceDetail: a line for each event."
    )
    sender_address: WordList = Field((), description="Senders; one of the three is needed.")
    recipient_address: WordList = Field((), description="Recipients, *@domain; one of the three is needed.")
    message_id: WordList = Field((), alias="MessageID", description="Message-IDs; one of the three is needed.")
    network_message_id: WordList = Field((), alias="NetworkMessageID", description="MessageTraceIds.")
    notify_address: WordList = Field((), description="Addresses that get the report by mail.")
    delivery_status: Status | None = Field(None, description="Only recipients with this status.")
    direction: Literal["All", "Received", "Sent"] = Field("All", description="Which way, seen from our hosts.")
    original_client_ip: str = Field("", alias="OriginalClientIP", description="IP or network of the client.")
    subject: str = Field("", description="Text in the subject, in any case.")
    subject_filter_type: Literal["Contains", "StartsWith", "EndsWith"] = Field(
        "Contains", description="Where in the subject."
    )
    status_detail: WordList = Field((), description="Finer than the status: Rejected, Greylisted, Discarded ...")
    outcome: tuple[Outcome, ...] = Field((), description="Received, rejected, deferred or delivered.")
    queue_id: WordList = Field((), description="Queue IDs on any host.")
    to_ip: WordList = Field((), alias="ToIP", description="Next hops: IPs, networks or names, wildcards.")
    sasl_user: WordList = Field((), description="Logins that submitted it.")
    host: WordList = Field((), description="Hosts of ours that it passed.")
    size_min: int | None = Field(None, ge=0, description="At least so many bytes.")
    size_max: int | None = Field(None, ge=0, description="At most so many bytes.")
    locale: str = Field("", description="Accepted and not used.")
    encoding: Literal["Utf8", "Unicode"] = Field("Utf8", description="Of the file: Unicode is UTF-16LE.")

    def search(self) -> Search:
        """The same as the trace takes it."""
        return Search.model_validate(
            {
                "sender_address": self.sender_address,
                "recipient_address": self.recipient_address,
                "message_id": self.message_id,
                "message_trace_id": self.network_message_id,
                "status": (self.delivery_status,) if self.delivery_status else (),
                "direction": _DIRECTIONS[self.direction],
                "from_ip": (self.original_client_ip,) if self.original_client_ip else (),
                "start_date": self.start_date,
                "end_date": self.end_date,
                **{name: getattr(self, name) for name in MORE_CRITERIA},
            }
        )


class HistoricalSearch(Output):
    """A historical search as Get-HistoricalSearch shows it."""

    table_columns: ClassVar[tuple[str, ...]] = ("job_id", "submit_date", "report_title", "status", "rows")
    job_id: str = Field(description="Its id.")
    submit_date: datetime = Field(description="When it was ordered.")
    report_title: str = Field(description="What it was called.")
    status: str = Field(description="NotStarted, InProgress, Done, Failed or Cancelled.")
    rows: int | None = Field(description="Lines of the report; of one that is being made, lines so far.")
    file_rows: int | None = Field(description="The same: nothing is left out of the file.")
    report_status_description: str = Field(description="The status in a sentence.")
    report_type: str = Field(description="MessageTrace or MessageTraceDetail.")
    start_date: datetime = Field(description="Received from then on.")
    end_date: datetime = Field(description="Received before then.")
    sender_address: tuple[str, ...] = Field(description="Senders.")
    recipient_address: tuple[str, ...] = Field(description="Recipients.")
    message_id: tuple[str, ...] = Field(alias="MessageID", description="Message-IDs.")
    delivery_status: str | None = Field(description="Status that was wanted.")
    direction: str = Field(description="All, Received or Sent.")
    notify_address: tuple[str, ...] = Field(description="Who gets it by mail.")
    submitted_by: str = Field(description="Who ordered it.")
    completion_date: datetime | None = Field(description="When it ended.")
    file_url: str | None = Field(description="Where a server gives the file.")
    file_size: int | None = Field(description="Bytes of the file.")
    error_code: str | None = Field(description="Empty, or Failed.")
    error_description: Sentence | None = Field(description="Why it failed, or was not mailed.")
