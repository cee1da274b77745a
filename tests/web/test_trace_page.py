"""What surrounds a trace: queries that are kept, reports, what happened afterwards, one's own messages."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow


def test_a_query_is_kept_run_renamed_changed_and_removed(visit: Any) -> None:
    visitor = visit("help")
    page = visitor.page
    page.goto("/messagetrace/?range=all")
    page.fill("#recipient", "office@down.example")
    page.get_by_role("button", name="Save query").click()
    expect(page.get_by_text("office@down.example")).to_be_visible()
    page.fill("#name", "Contracts")
    visitor.shot("query-save")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The query is kept")).to_be_visible()
    visitor.shot("queries-custom")
    page.get_by_role("link", name="Contracts").click()
    expect(page.locator("#grid tbody tr")).to_have_count(1)
    page.goto("/messagetrace/queries/custom/")
    page.get_by_role("link", name="Edit").click()
    page.fill("#recipient", "*@example.com")
    page.get_by_role("button", name="Save query").click()
    expect(page.locator("#name")).to_have_value("Contracts")
    page.fill("#name", "Our mail")
    page.get_by_role("button", name="Keep the changes").click()
    row = page.locator("#grid tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("*@example.com")
    expect(row).to_contain_text("Our mail")

    other = visit("compliance").page
    other.goto("/messagetrace/queries/custom/")
    expect(other.get_by_role("link", name="Our mail")).to_be_visible()
    expect(other.get_by_role("button", name="Remove")).to_have_count(0)

    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No query is kept yet")).to_be_visible()
    assert visitor.complaints == []


def test_what_cannot_be_searched_for_is_said_with_the_status_of_an_error(visit: Any) -> None:
    page = visit("help").page
    for query, said in (("from_ip=999.1.1.1", "is no IP address or network"), ("start=x&range=custom", "time")):
        answer = page.goto(f"/messagetrace/?{query}")
        assert answer is not None and answer.status == 400, query
        expect(page.locator("main")).to_contain_text(said)
    page.goto("/messagetrace/?range=all")
    page.get_by_text("More criteria").click()
    page.fill("#from_ip", "999.1.1.1")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("main")).to_contain_text("is no IP address or network")


def test_a_name_that_is_taken_is_said(visit: Any) -> None:
    page = visit("admin").page
    for _ in range(2):
        page.goto("/messagetrace/queries/save/?range=7d&status=Failed")
        page.fill("#name", "Failures")
        page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("already")


def test_searches_keep_themselves_and_defaults_are_there(visit: Any) -> None:
    visitor = visit("compliance")
    page = visitor.page
    page.goto("/messagetrace/?range=all")
    page.fill("#sender", "news@weekly.example")
    page.click("#criteria button.primary")
    expect(page).to_have_url(re.compile("sender=news"))
    page.goto("/messagetrace/queries/autosaved/")
    expect(page.locator("#grid tbody tr").first).to_contain_text("news@weekly.example")
    visitor.shot("queries-autosaved")
    page.goto("/messagetrace/queries/default/")
    visitor.shot("queries-default")
    page.get_by_role("link", name="Messages that failed").click()
    expect(page.locator("#status")).to_have_value("Failed")
    expect(page.locator("#range")).to_have_value("2d")


def test_from_a_report_s_order_to_its_download(visit: Any) -> None:
    visitor = visit("help")
    page = visitor.page
    page.goto("/messagetrace/?range=all&recipient=*@example.com")
    page.get_by_role("button", name="Prepare a report").click()
    expect(page.locator("#title")).to_have_value(re.compile("Message trace report"))
    visitor.shot("report-order")
    page.fill("#title", "Our mail")
    page.get_by_label("Extended").check()
    page.get_by_role("button", name="Prepare report").click()
    row = page.locator("#grid tbody tr", has_text="Our mail")
    expect(row).to_contain_text("Completed", timeout=60_000)
    visitor.shot("reports")
    with page.expect_download() as download:
        row.get_by_role("link", name=re.compile("^Download Our mail")).click()
    assert download.value.suggested_filename == "Our_mail.csv"
    plain = Path(download.value.path()).read_bytes()
    with page.expect_download() as download:
        row.get_by_role("link", name=re.compile("UTF-16")).click()
    wide = Path(download.value.path()).read_bytes()
    assert wide.startswith(b"\xff\xfe")
    assert wide.decode("utf-16") == plain.decode()
    rows = list(csv.DictReader(io.StringIO(plain.decode())))
    assert "date_time_utc" in rows[0] and len(rows) > 50
    assert "DELIVER" in {one["event_id"].upper() for one in rows}
    assert visitor.complaints == []


def test_a_report_needs_somebody_to_look_for(visit: Any) -> None:
    page = visit("help").page
    page.goto("/messagetrace/reports/order/?range=7d&subject=Offer&direction=Internal")
    expect(page.get_by_text("A report needs a sender")).to_be_visible()
    expect(page.get_by_text("not narrowed by these criteria: Direction")).to_be_visible()
    expect(page.get_by_role("button", name="Prepare report")).to_be_disabled()


def test_ticked_rows_are_exported(visit: Any) -> None:
    page = visit("help").page
    page.goto("/messagetrace/?range=all&sender=news@weekly.example")
    page.locator("#grid tbody .pick input").first.check()
    page.get_by_text("Export results").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Ticked rows as JSON").click()
    rows = json.loads(Path(download.value.path()).read_text())["value"]
    assert len({one["MessageTraceId"] for one in rows}) == 1


def test_columns_are_chosen_and_a_custom_range_has_a_zone(visit: Any) -> None:
    visitor = visit("help")
    page = visitor.page
    page.goto("/messagetrace/?range=all")
    page.get_by_text("Columns").click()
    page.get_by_label("Message ID", exact=True).nth(1).check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("columnheader", name="Message ID")).to_be_visible()
    page.select_option("#range", "custom")
    page.fill("#start", "2026-11-17T00:00")
    page.fill("#end", "2026-11-19T00:00")
    page.select_option("#zone", "Asia/Taipei")
    page.click("#criteria button.primary")
    expect(page).to_have_url(re.compile("zone=Asia"))
    expect(page.locator("#grid tbody tr").first).to_be_visible()
    shown = page.locator("#grid tbody time").first.get_attribute("datetime")
    assert shown is not None and shown.endswith("+08:00")
    visitor.shot("trace-custom-range")


@pytest.mark.parametrize(("name", "is_told"), [("compliance", True), ("help", False)])
def test_what_happened_in_the_mailbox_is_for_who_may_know(visit: Any, name: str, is_told: bool) -> None:
    visitor = visit(name)
    page = visitor.page
    page.goto("/messagetrace/?range=all&message_id=m1@example.net")
    page.locator("a.open").first.click()
    flyout = page.locator("#flyout")
    expect(flyout.locator(".body")).to_be_visible()
    if is_told:
        expect(flyout.locator("#afterwards")).to_contain_text("Moved messages to Deleted Items folder")
        visitor.shot("afterwards")
    else:
        expect(flyout.locator("#afterwards")).to_have_count(0)


def test_people_see_their_own_messages_and_who_was_in_their_mailbox(visit: Any) -> None:
    visitor = visit("carol")
    page = visitor.page
    page.goto("/")
    expect(page.get_by_role("heading", name="My messages")).to_be_visible()
    expect(page.get_by_role("link", name="Message trace")).to_have_count(0)
    page.goto("/my/messages/?range=all")
    rows = page.locator("#grid tbody tr")
    expect(rows.first).to_be_visible()
    for text in rows.all_inner_texts():
        assert "carol@example.com" in text
    visitor.shot("my-messages")
    page.locator("a.open").first.click()
    expect(page.locator("#flyout .body")).to_be_visible()
    expect(page.locator("#flyout pre", has_text="postfix")).to_have_count(0)
    visitor.shot("my-message")
    page.goto("/my/messages/")
    page.fill("#find", "ann@example.net")
    page.press("#find", "Enter")
    expect(page).to_have_url(re.compile(r"/my/messages/\?"))
    expect(page.locator("#grid tbody tr")).to_have_count(1)
    page.goto("/list/my-mailbox/")
    expect(page.get_by_role("cell", name="root@example.com")).to_be_visible()
    expect(page.get_by_role("cell", name="MoveToDeletedItems")).to_have_count(0)
    visitor.shot("my-mailbox")
    for address in ("/api/v1/message-trace", "/api/v1/search-mailbox-audit-log?Identity=carol@example.com"):
        assert visitor.context.request.get(address).status == 403
    assert visitor.complaints == []


def test_the_reference_of_the_api_tries_what_it_tells(visit: Any) -> None:
    visitor = visit("help")
    page = visitor.page
    page.goto("/api-reference/")
    expect(page.locator("#get-mailbox")).to_be_visible()
    page.fill("#operations", "my saved query")
    expect(page.locator("details.operation:visible")).to_have_count(0)
    page.fill("#operations", "saved query new")
    page.locator("details.operation:visible summary").click()
    order = page.locator("#new-saved-query")
    order.get_by_label("Name *").fill("From the reference")
    order.get_by_label("SenderAddress").fill("a@example.net; b@example.net")
    order.get_by_label("Only say what would change").check()
    order.get_by_role("button", name="Try it").click()
    expect(order.locator(".answer .body")).to_contain_text('"b@example.net"')
    visitor.shot("reference-order")
    page.goto("/api-reference/#get-saved-query")
    asked = page.locator("#get-saved-query")
    asked.get_by_role("button", name="Try it").click()
    expect(asked.locator(".answer .body")).to_contain_text("Messages that failed")
    expect(asked.locator(".answer .body")).not_to_contain_text("From the reference")
    expect(asked.locator(".answer .request")).to_contain_text("curl -X GET")
    page.goto("/api-reference/#get-role-group")
    page.locator("#get-role-group").get_by_role("button", name="Try it").click()
    expect(page.locator("#get-role-group .answer .tag")).to_have_text("403")
    assert [text for text in visitor.complaints if "403" not in text] == []


def test_a_story_is_told_in_the_reader_s_language(visit: Any) -> None:
    page = visit("help", locale="sv-SE").page
    page.goto("/messagetrace/?range=all&sender=news@weekly.example&recipient=dave@example.com&status=Failed")
    page.locator("a.open").first.click()
    flyout = page.locator("#flyout")
    expect(flyout).to_contain_text("Kastat av mottagarens eget filter")
    expect(flyout).to_contain_text("Se på mottagarens Sieve-skript om detta inte var avsikten.")
    expect(flyout).to_contain_text("tog tillbaka det från sitt filter (kö-ID före:")
    page.goto("/list/mailbox-search/?identity=carol@example.com&sent=1")
    expect(page.get_by_text("kräver hanteringsrollen")).to_be_visible()
