"""What the operations take that are Exchange's trace cmdlets, parameter by parameter."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mailwake.operations.catalog.message_trace import Question as Search
from mailwake.operations.fields import Moment, WordList
from mailwake.operations.models import Input
from mailwake.operations.trace_models import Status


class TraceV2(Input):
    """Parameters of Get-MessageTraceV2; all by position, in alphabetical order."""

    end_date: Moment | None = Field(None, description="Received until then; now when left out.")
    from_ip: str = Field("", alias="FromIP", description="IP or network of the sending server.")
    message_id: WordList = Field((), description="Message-IDs.")
    message_trace_id: str = Field("", description="Id of one message.")
    recipient_address: WordList = Field((), description="Recipients; *@domain for all of a domain.")
    result_size: int = Field(1000, ge=1, le=5000, description="Rows at most, 1 to 5000.")
    sender_address: WordList = Field((), description="Senders; *@domain for all of a domain, <> for bounces.")
    start_date: Moment | None = Field(None, description="Received from then on; 48 hours before EndDate if left out.")
    starting_recipient_address: str = Field("", description="Go on behind the row of EndDate and this recipient.")
    status: tuple[Status, ...] = Field((), description="Delivery status.")
    subject: str = Field("", description="Text in the subject.")
    subject_filter_type: Literal["Contains", "EndsWith", "StartsWith"] = Field(
        "Contains", description="Where in the subject."
    )
    to_ip: str = Field("", alias="ToIP", description="IP or name of the next hop.")

    def search(self) -> Search:
        """The same as the trace takes it, without its period."""
        return Search.model_validate(
            {
                "sender_address": self.sender_address,
                "recipient_address": self.recipient_address,
                "message_id": self.message_id,
                "message_trace_id": (self.message_trace_id,) if self.message_trace_id else (),
                "status": self.status,
                "subject": self.subject,
                "subject_filter_type": self.subject_filter_type,
                "from_ip": (self.from_ip,) if self.from_ip else (),
                "to_ip": (self.to_ip,) if self.to_ip else (),
            }
        )


OldStatus = Literal[
    "None", "Delivered", "Failed", "Pending", "Expanded", "Quarantined", "FilteredAsSpam", "GettingStatus"
]


class TraceV1(Input):
    """Parameters of Get-MessageTrace."""

    end_date: Moment | None = Field(None, description="Received until then; now when left out.")
    from_ip: str = Field("", alias="FromIP", description="IP or network of the sending server.")
    message_id: WordList = Field((), description="Message-IDs.")
    message_trace_id: str = Field("", description="Id of one message.")
    page: int = Field(1, ge=1, le=1000, description="Number of the page.")
    page_size: int = Field(1000, ge=1, le=5000, description="Rows of a page, 1 to 5000.")
    probe_tag: str = Field("", description="Accepted and not used.")
    recipient_address: WordList = Field((), description="Recipients; *@domain for all of a domain.")
    sender_address: WordList = Field((), description="Senders; *@domain for all of a domain, <> for bounces.")
    start_date: Moment | None = Field(None, description="Received from then on; 48 hours before EndDate if left out.")
    status: tuple[OldStatus, ...] = Field((), description="Delivery status; None is any.")
    to_ip: str = Field("", alias="ToIP", description="IP or name of the next hop.")

    def search(self) -> Search:
        """The same as the trace takes it, without its period."""
        return Search.model_validate(
            {
                "sender_address": self.sender_address,
                "recipient_address": self.recipient_address,
                "message_id": self.message_id,
                "message_trace_id": (self.message_trace_id,) if self.message_trace_id else (),
                "status": tuple(one for one in self.status if one != "None"),
                "from_ip": (self.from_ip,) if self.from_ip else (),
                "to_ip": (self.to_ip,) if self.to_ip else (),
            }
        )


class Detail(Input):
    """Parameters of Get-MessageTraceDetailV2; all by position, in alphabetical order."""

    action: WordList = Field((), description="Only events with one of these actions.")
    end_date: Moment | None = Field(None, description="Events until then.")
    event: WordList = Field((), description="Only these events: Receive, Send, Fail, Deliver, Expand, Transfer, Defer.")
    message_id: str = Field("", description="Message-ID that the message must have.")
    message_trace_id: str = Field(min_length=1, description="MessageTraceId of the row.")
    recipient_address: str = Field(min_length=1, description="The recipient of the row.")
    sender_address: str = Field("", description="Sender that the message must have.")
    start_date: Moment | None = Field(None, description="Events from then on.")


class DetailV1(Detail):
    """Parameters of Get-MessageTraceDetail."""

    page: int = Field(1, ge=1, le=1000, description="Number of the page.")
    page_size: int = Field(1000, ge=1, le=5000, description="Events of a page, 1 to 5000.")
    probe_tag: str = Field("", description="Accepted and not used.")
