"""Start-HistoricalSearch: a report on messages, made in the background."""

from __future__ import annotations

from collections.abc import Iterator

from mailwake.events.told import tell
from mailwake.jobs.records import Order
from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, OperationError, Scope
from mailwake.operations.criteria import CriteriaError, to_node
from mailwake.operations.historical_jobs import KIND, as_shown, criteria_of
from mailwake.operations.historical_models import HistoricalOrder, HistoricalSearch
from mailwake.operations.job_access import queue
from mailwake.operations.trace_pages import parity

_MOST_ADDRESSES = 100
_MOST_A_DAY = 250
_DAY = 86_400_000_000


def handle(context: Context, order: HistoricalOrder) -> Iterator[HistoricalSearch]:
    """Put it into the queue. Raises OperationError for an order that cannot be meant so."""
    _check(context, order)
    shown = {
        "StartDate": order.start_date.isoformat(),
        "EndDate": order.end_date.isoformat(),
        "SenderAddress": ", ".join(order.sender_address),
        "RecipientAddress": ", ".join(order.recipient_address),
    }
    made = Order(
        KIND, context.caller.name, order.report_title, criteria_of(context, order), shown, order.notify_address
    )
    job = queue(context).add(made, context.micros)
    context.changed(job.guid, {}, {"ReportTitle": order.report_title, "ReportType": order.report_type})
    yield as_shown(job)


def _check(context: Context, order: HistoricalOrder) -> None:
    if not (order.sender_address or order.recipient_address or order.message_id):
        raise OperationError(
            "criterion-missing",
            tell("a historical search needs a MessageID, RecipientAddress or SenderAddress"),
            tell("give one of them"),
        )
    if order.start_date >= order.end_date:
        raise OperationError(
            "invalid-period", tell("EndDate does not lie after StartDate"), tell("give a later EndDate")
        )
    for address in order.notify_address:
        if "@" not in address.strip("@") or any(char.isspace() for char in address):
            raise OperationError(
                "not-an-address",
                tell("{address!r} is no mail address", address=address),
                tell("Give it as name@example.org."),
            )
    try:
        to_node(order.search().criteria())
    except CriteriaError as error:
        raise OperationError("criterion-not-understood", error.what, error.hint) from error
    if parity(context):
        _check_limits(context, order)


def _check_limits(context: Context, order: HistoricalOrder) -> None:
    for name, addresses in (("SenderAddress", order.sender_address), ("RecipientAddress", order.recipient_address)):
        if len(addresses) > _MOST_ADDRESSES:
            what = tell(
                "{name} has {count} addresses, and Exchange takes {most_addresses}",
                name=name,
                count=len(addresses),
                most_addresses=_MOST_ADDRESSES,
            )
            raise OperationError(
                "too-many-addresses", what, tell("order several searches, or set ExchangeParity to $false")
            )
    # what others ordered is nothing that a caller with a scope could tell by being refused
    mine = "" if context.caller.scope.everything else context.caller.name
    jobs = queue(context).list(kinds=(KIND,), created_after=context.micros - _DAY, caller=mine)
    if sum(1 for _ in jobs) >= _MOST_A_DAY:
        what = tell(
            "{most_a_day} searches were ordered within 24 hours, as many as Exchange takes", most_a_day=_MOST_A_DAY
        )
        raise OperationError("too-many-searches", what, tell("wait, or set ExchangeParity to $false"), status=429)


OPERATION = Operation(
    name="start-historical-search",
    summary="Order a report on messages as CSV, made in the background.",
    input=HistoricalOrder,
    output=HistoricalSearch,
    handler=handle,
    roles=("Message Trace",),
    scope=Scope.FILTERED,
    changes=True,
    store=False,
    command=("report", "order"),
    cmdlet="Start-HistoricalSearch",
    details="The server makes it; without one, `mailwake jobs run` does. Get-HistoricalSearch shows how far it is.",
)
