"""Searches in the background: ordered, run once whoever asks, mailed or kept."""

from __future__ import annotations

import threading
from typing import Any
from xml.etree import ElementTree

import pytest
from audited_estate import OLA, ROSA, Estate, at, fetched, purge
from smtp_server import running

from mailwake.events.told import Told, tell
from mailwake.operations import job_runner
from mailwake.operations.contract import OperationError
from mailwake.operations.job_access import queue
from mailwake.operations.mailing import SENDER, URL, MailError, server

SHARED = "shared/rosa@example.org/INBOX"
MINUTE = 60_000_000


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL, raising=False)


def order(estate: Estate, **given: Any) -> dict[str, Any]:
    given = {"StartDate": at("00:00"), "EndDate": at("00:00", 21), "Mailboxes": ROSA, "ShowDetails": True} | given
    return estate.run("new-mailbox-audit-log-search", **given)[0]


def result(estate: Estate, guid: str) -> ElementTree.Element:
    text = "".join(piece["Text"] for piece in estate.run("audit-log-search-result", Identity=guid))
    return ElementTree.fromstring(text.encode())


def test_a_result_is_kept_without_a_mail_server(estate: Estate) -> None:
    estate.read(purge(at("08:00"), ROSA, "s1", 1, "Trash"), fetched(at("08:05"), OLA, "s5", 5, SHARED))
    made = order(estate, Name="Case 17", StatusMailRecipients="auditor@example.org")
    assert (made["Status"], made["Name"]) == ("NotStarted", "Case 17")
    assert [one["Identity"] for one in estate.run("get-audit-log-search")] == [made["Identity"]]
    with pytest.raises(OperationError, match="has no result: its status is NotStarted"):
        result(estate, made["Identity"])
    (done,) = estate.run("run-jobs")
    assert (done["Status"], done["Rows"], done["Mailed"]) == ("Done", 2, False)
    assert "MAILWAKE_SMTP_URL" in done["Note"]
    root = result(estate, made["Identity"])
    assert [(event.get("Operation"), event.get("LogonType")) for event in root] == [
        ("HardDelete", "Owner"),
        ("MailItemsAccessed", "Delegate"),
    ]
    assert root[0].find("SourceItems/Item").get("Subject") == "Offer"  # type: ignore[union-attr]
    assert estate.run("get-audit-log-search") == [], "what has ended is no longer pending"
    assert len(estate.run("get-audit-log-search", All=True)) == 1
    assert estate.run("run-jobs") == [], "it runs once"


def test_all_kinds_of_jobs_are_run(estate: Estate) -> None:
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    estate.run("new-admin-audit-log-search", Name="Who", StartDate=at("00:00"), EndDate=at("23:00"))
    estate.run("start-historical-search", ReportTitle="Mail", ReportType="MessageTrace", RecipientAddress=[ROSA],
               StartDate=at("00:00"), EndDate=at("23:00"))  # fmt: skip
    order(estate)
    done = estate.run("run-jobs")
    ran = sorted((one["Type"], one["Status"]) for one in done)
    assert ran == [("Admin", "Done"), ("Mailbox", "Done"), ("MessageTrace", "Done")]


def test_without_details_owners_acts_are_left_out(estate: Estate) -> None:
    estate.read(purge(at("08:00"), ROSA, "s1", 1), fetched(at("08:05"), OLA, "s5", 5, SHARED))
    made = order(estate, ShowDetails=False)
    estate.run("run-jobs")
    assert [event.get("LogonType") for event in result(estate, made["Identity"])] == ["Delegate"]


def test_the_result_comes_by_mail(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    with running() as mail:
        monkeypatch.setenv(URL, mail.url)
        monkeypatch.setenv(SENDER, "audit@example.org")
        order(estate, Name="Case 18", StatusMailRecipients="auditor@example.org,chief@example.org")
        (done,) = estate.run("run-jobs")
    assert (done["Mailed"], done["Note"]) == (True, None)
    ((to, found),) = mail.mails
    assert to == ("auditor@example.org", "chief@example.org")
    assert (found["Subject"], found["From"]) == ("Audit log search: Case 18", "audit@example.org")
    body = found.get_body()
    assert body is not None and "StartDate: 2026-11-20T00:00:00+00:00" in body.get_content()
    (attached,) = found.iter_attachments()
    assert attached.get_filename() == "SearchResult.xml"
    assert len(ElementTree.fromstring(attached.get_content())) == 1


@pytest.mark.parametrize("how", ["refused", "gone"])
def test_a_mail_that_fails_leaves_the_result(estate: Estate, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    with running() as mail:
        url = mail.url
        monkeypatch.setenv(URL, url)
        made = order(estate, StatusMailRecipients="nobody@example.org")
        if how == "refused":
            (done,) = estate.run("run-jobs")
    if how == "gone":
        (done,) = estate.run("run-jobs")
    assert (done["Status"], done["Mailed"]) == ("Done", False)
    assert "no mail went out" in done["Note"] and "kept for download" in done["Note"]
    assert len(result(estate, made["Identity"])) == 1


@pytest.mark.parametrize("text", ["mail.example.org", "http://x", "smtp://", "smtp://h:x", "smtp://h?starttls=maybe"])
def test_no_such_server(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(URL, text)
    with pytest.raises(MailError, match=URL):
        server()


def test_one_worker_takes_a_job_and_another_takes_it_up_when_that_one_is_gone(estate: Estate) -> None:
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    order(estate)
    with estate.context() as context:
        jobs = queue(context)
        kinds = list(job_runner.runners())
        now = context.micros
        first = jobs.claim(kinds, now)
        assert first is not None and jobs.claim(kinds, now + MINUTE) is None
        jobs.renew(first, now + 4 * MINUTE)
        assert jobs.claim(kinds, now + 8 * MINUTE) is None
        second = jobs.claim(kinds, now + 10 * MINUTE)
        assert second is not None and (second.guid, second.attempts) == (first.guid, 2)
        with pytest.raises(Exception, match=first.guid):
            jobs.finish(first, now, rows=1, size=1, file_name="x")
        third = jobs.claim(kinds, now + 30 * MINUTE)
        assert third is not None and third.attempts == 3
        assert jobs.claim(kinds, now + 60 * MINUTE) is None
        given_up = jobs.get(first.guid)
        assert given_up is not None and (given_up.state, given_up.error) == ("Failed", "the worker vanished 3 times")


def test_many_workers_claim_each_job_once(estate: Estate) -> None:
    estate.mailbox(ROSA)
    for _ in range(6):
        order(estate)
    taken: list[str] = []
    lock = threading.Lock()
    with estate.context(store=False) as context:

        def work() -> None:
            from django.db import connections

            while (job := queue(context).claim(list(job_runner.runners()), context.micros)) is not None:
                with lock:
                    taken.append(job.guid)
            connections.close_all()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(taken) == len(set(taken)) == 6


def test_a_server_runs_them_by_itself(estate: Estate) -> None:
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    made = order(estate)
    with estate.context() as context:
        worker = job_runner.Worker(lambda: context, every=0.01)
        worker.start()
        ended = threading.Event()
        for _ in range(1000):
            job = queue(context).get(made["Identity"])
            if job is not None and job.state in ("Done", "Failed"):
                break
            ended.wait(0.02)
        worker.stop()
    assert job is not None and (job.state, job.rows, job.error) == ("Done", 1, "")


def test_what_goes_wrong_is_kept_with_the_job(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    order(estate)

    def broken(*_: Any) -> Any:
        raise OperationError("no-store", "there are no audit records")

    monkeypatch.setattr(job_runner, "runners", lambda: {"mailbox-audit-log-search": broken})
    with estate.context() as context:
        (job,) = job_runner.run_pending(context)
    assert (job.state, job.error) == ("Failed", "there are no audit records")


def test_why_it_failed_and_was_not_mailed_stays_translatable(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    order(estate, StatusMailRecipients="auditor@example.org")
    with estate.context() as context:
        (job,) = job_runner.run_pending(context)
    assert isinstance(job.note, Told)
    assert job.note == "no SMTP server is configured (MAILWAKE_SMTP_URL); the result is kept for download"
    assert job.note.translated({job.note.template: "ingen ({variable})"}.__getitem__) == "ingen (MAILWAKE_SMTP_URL)"

    def broken(*_: Any) -> Any:
        raise OperationError("odd", tell("{what} {name!r} broke", what=tell("the part"), name="{x}"))

    monkeypatch.setattr(job_runner, "runners", lambda: {"mailbox-audit-log-search": broken})
    order(estate)
    with estate.context() as context:
        (job,) = job_runner.run_pending(context)
    assert isinstance(job.error, Told)
    swedish = {"{what} {name!r} broke": "{name!r}: {what} gick sönder", "the part": "delen"}
    assert (job.error, job.error.translated(swedish.__getitem__)) == (
        "the part '{x}' broke",
        "'{x}': delen gick sönder",
    )


def test_a_worker_that_vanished_again_and_again_is_told(estate: Estate) -> None:
    from mailwake.jobs.queue import ATTEMPTS, LEASE

    estate.read(purge(at("08:00"), ROSA, "s1", 1))
    made = order(estate)
    with estate.context() as context:
        jobs, now = queue(context), context.micros
        for _ in range(ATTEMPTS):
            assert jobs.claim(("mailbox-audit-log-search",), now) is not None
            now += LEASE + 1
        assert jobs.claim(("mailbox-audit-log-search",), now) is None
        job = jobs.get(made["Identity"])
    assert job is not None and (job.state, job.error) == ("Failed", f"the worker vanished {ATTEMPTS} times")
    assert isinstance(job.error, Told)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"LogonTypes": "Owner", "ShowDetails": False}, "needs ShowDetails"),
        ({"LogonTypes": "Guest"}, "no logon type is called 'Guest'"),
        ({"Operations": "Frobnicate"}, "no action of the mailbox audit log"),
        ({"StatusMailRecipients": "not an address"}, "is no mail address"),
        ({"Mailboxes": "ghost@example.org"}, "there is no mailbox 'ghost@example.org'"),
        ({"StartDate": at("00:00", 22)}, "EndDate lies before StartDate"),
    ],
)
def test_orders_that_cannot_be_meant_so(estate: Estate, given: dict[str, Any], told: str) -> None:
    estate.mailbox(ROSA)
    with pytest.raises(OperationError, match=told):
        order(estate, **given)


def test_a_search_of_the_admin_log_in_the_background(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who changed what, as SearchResult.xml: kept, and mailed where there is a server."""
    estate.mailbox(ROSA)
    estate.run("set-mailbox", Identity=ROSA, AuditOwner={"Add": ["MailboxLogin"], "Remove": ["Update"]})
    estate.run("write-admin-audit-log", Comment="Case 19: looked at <everything> & more")
    period = {"StartDate": at("00:00"), "EndDate": at("00:00", 26)}
    with running() as mail:
        monkeypatch.setenv(URL, mail.url)
        made = estate.run(
            "new-admin-audit-log-search", Name="Case 19", StatusMailRecipients="chief@example.org", **period
        )[0]
        assert (made["Type"], made["Status"]) == ("Admin", "NotStarted")
        assert [one["Identity"] for one in estate.run("get-audit-log-search", Type="Admin")] == [made["Identity"]]
        assert estate.run("get-audit-log-search", Type="Mailbox") == []
        (done,) = estate.run("run-jobs")
    assert (done["Status"], done["Mailed"]) == ("Done", True)
    ((to, mailed),) = mail.mails
    assert (to, mailed["Subject"]) == (("chief@example.org",), "Admin audit log search: Case 19")
    root = result(estate, made["Identity"])
    events = {event.get("Cmdlet"): event for event in root}
    assert {"Set-Mailbox", "Write-AdminAuditLog", "New-AdminAuditLogSearch"} <= set(events)
    written = events["Write-AdminAuditLog"].find("CmdletParameters/Parameter")
    assert written is not None and written.get("Value") == "Case 19: looked at <everything> & more"
    changed = events["Set-Mailbox"]
    given = changed.find("CmdletParameters/Parameter[@Name='AuditOwner']")
    assert given is not None and given.get("Value") == "+MailboxLogin;-Update"
    properties = {one.get("Name"): one for one in changed.findall("ModifiedProperties/Property")}
    assert "MailboxLogin" in str(properties["AuditOwner"].get("NewValue"))
    assert "MailboxLogin" not in str(properties["AuditOwner"].get("OldValue"))
    assert (changed.get("Succeeded"), changed.get("Error")) == ("true", "None")


def test_what_a_search_of_the_admin_log_asks_for(estate: Estate) -> None:
    estate.run("write-admin-audit-log", Comment="one")
    period = {"StartDate": at("00:00"), "EndDate": at("00:00", 26)}
    made = estate.run("new-admin-audit-log-search", Cmdlets="Write-AdminAuditLog", **period)[0]
    estate.run("run-jobs")
    assert [event.get("Cmdlet") for event in result(estate, made["Identity"])] == ["Write-AdminAuditLog"]
    with pytest.raises(OperationError, match="goes with Cmdlets"):
        estate.run("new-admin-audit-log-search", Parameters="Comment", **period)
    with pytest.raises(OperationError, match="no mail address"):
        estate.run("new-admin-audit-log-search", StatusMailRecipients="nobody", **period)
    with pytest.raises(OperationError, match="no type of search"):
        estate.run("get-audit-log-search", Type="Other")
    with pytest.raises(OperationError, match="is empty"):
        estate.run("write-admin-audit-log", Comment="  ")
