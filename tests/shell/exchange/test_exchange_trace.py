"""The cmdlets of message trace on the sample estate: paging, piping, dates, reports."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from amounts import few

from mailwake.operations.catalog.get_message_trace_v2 import MORE
from mailwake.operations.job_access import queue
from mailwake.operations.job_runner import run_pending
from mailwake.operations.local import open_context
from mailwake.operations.trace_models import TraceRow
from mailwake.operations.trace_pages import after, ordered, page
from tests.shell.exchange.conftest import NOW, Shell

ALL = "-StartDate 2026-11-10 -EndDate 2026-11-25"
PIPELINE = (
    "Get-MessageTraceV2 -RecipientAddress bob@example.com -StartDate (Get-Date).AddDays(-12) -EndDate (Get-Date)"
    ' | Where-Object {$_.Status -eq "Failed"} | Sort-Object Received'
    " | Select-Object -First 5 Received,SenderAddress,Subject | ConvertTo-Json"
)
Place = tuple[str, str, str]


def places(shell: Shell, command: str) -> list[Place]:
    """Rows of a trace: when, for whom, of which message."""
    told = shell.said(f"@({command}) | Select-Object Received,RecipientAddress,MessageTraceId | ConvertTo-Csv")
    rows = csv.reader(io.StringIO(told))
    return [(row[0], row[1], row[2]) for row in rows if len(row) == 3][1:]


def test_pipeline_to_json(estate: Shell) -> None:
    found = json.loads(estate.said(PIPELINE))
    assert 1 < len(found) <= 5
    assert all(set(row) == {"Received", "SenderAddress", "Subject"} for row in found)
    assert [row["Received"] for row in found] == sorted(row["Received"] for row in found)


def test_properties_begin_as_in_exchange(estate: Shell) -> None:
    told = estate.said(f"Get-MessageTraceV2 {ALL} -ResultSize 1 -WarningAction Ignore | ConvertTo-Json")
    names = list(json.loads(told))
    assert names[:6] == ["Received", "SenderAddress", "RecipientAddress", "Subject", "Status", "FromIP"]
    assert names[6:10] == ["ToIP", "Size", "MessageId", "MessageTraceId"]


def test_default_table(estate: Shell) -> None:
    heading = estate.said(f"Get-MessageTraceV2 {ALL} -ResultSize 1 -WarningAction Ignore").splitlines()[1]
    assert heading.split() == ["Received", "SenderAddress", "RecipientAddress", "Subject", "Status"]


@pytest.mark.parametrize("size", few([7, 40, 1], 1))
def test_following_the_warnings_gives_every_row_once(estate: Shell, size: int) -> None:
    whole = places(estate, f"Get-MessageTraceV2 {ALL} -ResultSize 5000")
    assert len(whole) > 60
    command, taken = f"Get-MessageTraceV2 {ALL} -ResultSize {size}", []
    for _ in range(len(whole) + 1):
        before = len(estate.warn.getvalue())
        taken += places(estate, command)
        said = estate.warn.getvalue()[before:]
        if not said:
            break
        assert said.startswith(f"WARNING: {MORE}Get-MessageTraceV2 -StartDate ")
        command = said.removeprefix(f"WARNING: {MORE}").strip()
    assert taken == whole


def test_going_on_by_the_last_row(estate: Shell) -> None:
    """As scripts do it: EndDate and StartingRecipientAddress of the last row, until there are fewer."""
    whole = places(estate, f"Get-MessageTraceV2 {ALL} -ResultSize 5000")
    estate.said(f"$rows = @(Get-MessageTraceV2 {ALL} -ResultSize 40 -WarningAction SilentlyContinue)")
    step = (
        "Get-MessageTraceV2 -StartDate 2026-11-10 -EndDate $rows[-1].Received -ResultSize 5000"
        " -StartingRecipientAddress $rows[-1].RecipientAddress"
    )
    first = places(estate, "$rows")
    assert first + places(estate, step) == whole


def _row(second: int, recipient: str, number: int) -> TraceRow:
    values = dict.fromkeys(TraceRow.model_fields)
    values |= {
        "received": NOW - timedelta(seconds=second),
        "recipient_address": recipient,
        "message_trace_id": f"{number:032x}",
        "status": "Delivered",
        "attempts": 1,
        "hosts": [],
        "queue_ids": [],
    }
    return TraceRow.model_validate(values)


@pytest.mark.parametrize("size", range(1, 9))
def test_rows_of_one_moment_are_never_lost_or_doubled(size: int) -> None:
    """Several messages within the same microsecond, also to the same recipient."""
    rows = [
        _row(second, name, number) for second in (0, 0, 1) for number in (3, 1, 2) for name in ("B@x", "a@x", "c@x")
    ]
    rows.sort(key=lambda row: row.received or NOW, reverse=True)
    whole = list(ordered(rows))
    taken: list[TraceRow] = []
    left = iter(whole)
    while True:
        found, more = page(left, size)
        taken += found
        if not more:
            break
        last = taken[-1]
        until = last.received or NOW
        within = (row for row in whole if (row.received or NOW) <= until)
        left = after(within, until, last.recipient_address or "")
    assert taken == whole


def test_every_parameter_has_its_position(estate: Shell) -> None:
    by_name = places(estate, f"Get-MessageTraceV2 {ALL} -RecipientAddress carol@example.com -ResultSize 2")
    by_place = places(
        estate,
        f"Get-MessageTraceV2 2026-11-25 -FromIP '' -MessageId @() {by_name[0][2]} carol@example.com 2 @() 2026-11-10",
    )
    assert by_place == by_name[:1]
    cmdlet = estate.interpreter.session.registry.find("Get-MessageTraceV2")
    assert cmdlet is not None
    names = [one.name for one in sorted(cmdlet.parameters, key=lambda one: one.position or 0)]
    assert names == sorted(names, key=str.lower)
    assert len(names) == 13


def test_last_48_hours_without_dates(estate: Shell) -> None:
    """The estate ends days before the present."""
    assert places(estate, "Get-MessageTraceV2 -RecipientAddress carol@example.com") == []


def test_details_of_piped_rows(estate: Shell) -> None:
    told = estate.said(
        f"Get-MessageTraceV2 {ALL} -Status Delivered -ResultSize 2 -WarningAction Ignore | Get-MessageTraceDetailV2"
        " | Select-Object MessageTraceId,RecipientAddress,Date,Event,Data | ConvertTo-Json"
    )
    events = json.loads(told)
    assert len({one["MessageTraceId"] for one in events}) == 2
    assert {"Receive", "Deliver"} <= {one["Event"] for one in events} | {"Deliver"}
    assert all(one["Data"].startswith("<root><MEP Name=") for one in events)


def test_pages_of_the_older_cmdlet(estate: Shell) -> None:
    whole = places(estate, f"Get-MessageTrace {ALL} -PageSize 5000")
    pages = [
        place for number in (1, 2, 3) for place in places(estate, f"Get-MessageTrace {ALL} -PageSize 30 -Page {number}")
    ]
    assert pages == whole[:90]
    assert whole == places(estate, f"Get-MessageTraceV2 {ALL} -ResultSize 5000")


def test_details_of_the_older_cmdlet(estate: Shell) -> None:
    row = f"Get-MessageTrace {ALL} -PageSize 1"
    whole = estate.said(f"{row} | Get-MessageTraceDetail | Select-Object -ExpandProperty Event").split("\n")
    second = estate.said(f"{row} | Get-MessageTraceDetail -PageSize 1 -Page 2 | Select-Object -ExpandProperty Event")
    assert second.strip() == whole[1]


def test_tracking_log(estate: Shell) -> None:
    told = estate.said(
        "Get-MessageTrackingLog -Recipients carol@example.com -EventId deliver -ResultSize Unlimited"
        " | Select-Object Timestamp,EventId,Source,Recipients,MessageSubject | ConvertTo-Json"
    )
    events = json.loads(told)
    assert len(events) > 3
    assert {(one["EventId"], one["Source"]) for one in events} == {("DELIVER", "STOREDRIVER")}
    part = estate.said(
        "Get-MessageTrackingLog -MessageSubject 'holiday' -Start 2026-11-20 -End 2026-11-21 -ResultSize Unlimited"
        " | Select-Object -ExpandProperty MessageSubject"
    )
    assert set(part.splitlines()) == {"Holiday list"}


def test_dates_that_cannot_be(estate: Shell) -> None:
    failed = estate.failed("Get-MessageTraceV2 -StartDate 2026-11-20 -EndDate 2026-11-10")
    assert "lies after EndDate" in failed and "InvalidPeriod,Get-MessageTraceV2" in failed


@pytest.fixture
def reports(tmp_path: Path, shell_of: Callable[..., Shell]) -> tuple[Shell, Path]:
    """A shell over an estate of its own, whose jobs wait until they are run."""
    from mailwake import sample
    from mailwake.operations import importing

    data = tmp_path / "data"
    importing.run(data, [str(path) for path in sample.paths()], zone="UTC")
    return shell_of(data), data


def _run_jobs(shell: Shell, data: Path) -> None:
    shell.interpreter.session.services.operations.release()
    with open_context(data) as context:
        run_pending(context)


def test_historical_searches(reports: tuple[Shell, Path]) -> None:
    shell, data = reports
    start = f"Start-HistoricalSearch {ALL} -RecipientAddress *@example.com"
    for title, kind, more in (
        ("Summary", "MessageTrace", ""),
        ("Extended", "MessageTraceDetail", ""),
        ("Wide", "messagetrace", " -Encoding Unicode"),
        ("Narrow", "MessageTrace", " -Subject Newsletter -StatusDetail Discarded"),
    ):
        shell.said(f"{start} -ReportTitle {title} -ReportType {kind}{more} | Format-List")
    assert "NotStarted" in shell.said("Get-HistoricalSearch")
    _run_jobs(shell, data)
    told = json.loads(shell.said("Get-HistoricalSearch | Select-Object ReportTitle,Status,Rows | ConvertTo-Json"))
    assert {one["Status"] for one in told} == {"Done"}
    rows = {one["ReportTitle"]: one["Rows"] for one in told}
    result = "Get-HistoricalSearch | Where-Object ReportTitle -eq {0} | Get-HistoricalSearchResult"
    summary = list(csv.DictReader(io.StringIO(shell.said(result.format("Summary")))))
    assert len(summary) == rows["Summary"] == rows["Wide"]
    narrow = list(csv.DictReader(io.StringIO(shell.said(result.format("Narrow")))))
    assert narrow and {row["message_subject"].split()[0] for row in narrow} == {"Newsletter"}
    assert len(narrow) < len(summary)
    messages = places(shell, f"Get-MessageTraceV2 {ALL} -RecipientAddress *@example.com -ResultSize 5000")
    assert {row["network_message_id"] for row in summary} == {place[2] for place in messages}
    assert list(summary[0])[:3] == ["origin_timestamp_utc", "sender_address", "recipient_status"]
    assert all(re.fullmatch(r"[^;]*##Receive, \w+(;[^;]*##Receive, \w+)*", row["recipient_status"]) for row in summary)
    extended = list(csv.DictReader(io.StringIO(shell.said(result.format("Extended")))))
    assert len(extended) == rows["Extended"] > len(summary)
    assert len(extended[0]) == 27 and next(iter(extended[0])) == "date_time_utc"
    assert shell.said(result.format("Wide")) == shell.said(result.format("Summary"))
    shell.interpreter.session.services.operations.release()
    with open_context(data) as context:
        job = next(one for one in queue(context).list() if one.name == "Wide")
        text = b"".join(queue(context).result(job.guid)).decode("utf-16-le")
        kept = b"".join(queue(context).result(job.guid))
    assert text.startswith('"origin_timestamp_utc","sender_address"') and text.count("\r\n") == rows["Wide"] + 1
    line = [sys.executable, "-m", "mailwake", "--data-dir", str(data), "report", "result", job.guid]
    assert subprocess.run(line, capture_output=True, check=True, timeout=120).stdout == kept


def test_a_search_can_be_stopped_until_it_begins(contoso: Path, shell_of: Callable[..., Shell]) -> None:
    shell = shell_of(contoso)
    start = f"Start-HistoricalSearch {ALL} -ReportTitle One -ReportType MessageTrace -SenderAddress a@example.com"
    shell.said(f"$one = {start}; Stop-HistoricalSearch $one.JobId")
    assert shell.said("(Get-HistoricalSearch).Status") == "Cancelled\n"
    assert "cannot be stopped" in shell.failed("Stop-HistoricalSearch -JobId $one.JobId")
    assert "needs a MessageID" in shell.failed(start.partition(" -Sender")[0])
    assert "MessageTrace, MessageTraceDetail" in shell.failed(
        start.replace("-ReportType MessageTrace", "-ReportType Spoof")
    )


def test_exchanges_limits_under_parity(contoso: Path, shell_of: Callable[..., Shell]) -> None:
    shell = shell_of(contoso)
    long = "Get-MessageTraceV2 -StartDate (Get-Date '2026-11-01') -EndDate (Get-Date '2026-11-20')"
    assert shell.said(long) == ""
    shell.said("Set-OrganizationConfig -ExchangeParity $true")
    assert "longer than 10 days" in shell.failed(long)
    assert "90 days back" in shell.failed("Get-MessageTraceV2 -StartDate 2020-01-01 -EndDate 2020-01-02")
    assert "10 days back" in shell.failed("Get-MessageTrace -StartDate 2020-01-01 -EndDate 2020-01-02")
    many = ",".join(f"a{number}@example.com" for number in range(101))
    order = f"Start-HistoricalSearch {ALL} -ReportTitle One -ReportType MessageTrace -SenderAddress {many}"
    assert "101 addresses" in shell.failed(order)
