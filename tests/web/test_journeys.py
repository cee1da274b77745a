"""What people do on the pages, in a real browser."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from visiting import PASSWORD, Site, Visitor, serve

pytestmark = pytest.mark.slow


def test_the_first_run_makes_the_first_account(tmp_path: Path, browser: Browser) -> None:
    site = serve(tmp_path / "data")
    try:
        assert "/setup/?code=" in site.invitation
        visitor = Visitor(browser, site)
        page = visitor.page
        page.goto("/messagetrace/")
        expect(page).to_have_url(re.compile("/setup/"))
        page.select_option("#language", "sv")
        expect(page.locator("html")).to_have_attribute("lang", "sv")
        page.select_option("#language", "en")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.fill("[name=code]", "guessed")
        page.fill("[name=name]", "ann@example.com")
        page.fill("[name=password]", PASSWORD)
        page.fill("[name=again]", PASSWORD)
        page.click("button.primary")
        expect(page.get_by_text("This is not the code")).to_be_visible()
        page.goto(site.invitation)
        page.fill("[name=name]", "ann@example.com")
        page.fill("[name=password]", "short")
        page.fill("[name=again]", "short")
        page.click("button.primary")
        expect(page.get_by_text("too short")).to_be_visible()
        page.fill("[name=password]", PASSWORD)
        page.fill("[name=again]", PASSWORD)
        page.click("button.primary")
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        page.goto("/setup/")
        expect(page).not_to_have_url(re.compile("/setup/"))
        assert not (tmp_path / "data/setup-code").exists()
    finally:
        site.stop()


def test_trace_to_the_raw_lines(visit: Any) -> None:
    visitor = visit("help")
    page = visitor.page
    page.goto("/messagetrace/?range=all")
    page.fill("#recipient", "office@down.example")
    page.click("#criteria button.primary")
    expect(page.locator("#grid tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("recipient=office"))
    visitor.shot("trace")
    page.locator("a.open").first.click()
    flyout = page.locator("#flyout")
    expect(flyout.get_by_role("heading", name="Contract draft")).to_be_visible()
    expect(flyout.get_by_text("Connection refused").first).to_be_visible()
    flyout.get_by_text("log lines").first.click()
    expect(flyout.locator("pre", has_text="postfix").first).to_be_visible()
    visitor.shot("message")
    page.keyboard.press("Escape")
    expect(flyout).not_to_be_visible()
    expect(page.locator("a.open").first).to_be_focused()
    assert visitor.complaints == []


def test_the_search_box_guesses_what_is_meant(visit: Any) -> None:
    page = visit("help").page
    page.goto("/messagetrace/")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("office@down.example")
    page.keyboard.press("Enter")
    expect(page.locator("#grid tbody tr")).to_have_count(1)
    page.fill("#find", "ann@example.net")  # who only ever wrote
    page.press("#find", "Enter")
    expect(page).to_have_url(re.compile("sender=ann"))
    expect(page.locator("#grid tbody tr")).to_have_count(1)


def test_a_bounce_that_is_pasted_leads_to_its_message(visit: Any) -> None:
    page = visit("help").page
    page.goto("/messagetrace/?range=all&recipient=office@down.example")
    queue_id = page.locator("#grid tbody tr").first.get_attribute("data-message-id")
    page.goto("/messagetrace/paste/")
    page.fill("#text", "no such thing here")
    page.get_by_role("button", name="Find the message").click()
    expect(page.get_by_text("no message is named")).to_be_visible()
    page.fill("#text", f"Hello, see below.\n> Message-ID: {queue_id}\n> Subject: Contract draft\n")
    page.get_by_role("button", name="Find the message").click()
    expect(page.locator("#grid tbody tr")).to_have_count(1)


def test_rows_are_filtered_sorted_and_ticked(visit: Any) -> None:
    page = visit("help").page
    page.goto("/messagetrace/?range=all")
    expect(page.locator("tr.more")).to_have_count(0)
    rows = page.locator("#grid tbody tr:not([hidden])")
    everything = rows.count()
    page.fill("#quick", "weekly failed")
    expect(page.locator("#grid tbody tr[hidden]").first).to_be_attached()
    assert 0 < rows.count() < everything
    page.fill("#quick", "")
    page.get_by_role("link", name="Sender", exact=True).click()
    senders = page.locator("#grid tbody td.address:nth-child(3)").all_inner_texts()
    collated = "texts => texts.slice().sort(new Intl.Collator('en', {numeric: true}).compare)"
    assert senders == page.evaluate(collated, senders)
    page.locator("#grid tbody .pick input").nth(3).check()
    page.get_by_role("button", name="Find related").click()
    expect(page).to_have_url(re.compile("message_id="))
    with page.expect_download() as download:
        page.get_by_text("Export results").click()
        page.get_by_role("link", name="All rows as CSV").click()
    text = Path(download.value.path()).read_text()
    assert text.startswith("Received,SenderAddress,RecipientAddress")


def test_audit_search_and_the_message_behind_a_record(visit: Any) -> None:
    visitor = visit("compliance")
    page = visitor.page
    page.goto("/list/mailbox-search/")
    page.fill("#f_identity", "carol@example.com")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("cell", name="MoveToDeletedItems")).to_be_visible()
    row = page.locator("#grid tbody tr", has_text="HardDelete")
    expect(row).to_contain_text("Admin")
    expect(row).to_contain_text("root@example.com")
    visitor.shot("audit-search")
    row.get_by_role("button", name="Details").click()
    expect(page.locator("#flyout")).to_contain_text("192.0.2.66")
    visitor.shot("audit-record")
    assert visitor.complaints == []


def test_a_set_is_changed_and_restored(visit: Any) -> None:
    page = visit("compliance").page
    page.goto("/auditing/mailboxes/")
    page.get_by_role("link", name="carol@example.com").click()
    owner = page.locator("section.panel", has=page.get_by_role("heading", name="Owner"))
    expect(owner.get_by_text("vendor-managed")).to_be_visible()
    owner.get_by_label("MailboxLogin").check()
    owner.get_by_role("button", name="Keep this set").click()
    expect(owner.get_by_text("customized")).to_be_visible()
    expect(owner.get_by_label("MailboxLogin")).to_be_checked()
    owner.get_by_role("button", name="Restore the default").click()
    expect(owner.get_by_text("vendor-managed")).to_be_visible()
    expect(owner.get_by_label("MailboxLogin")).not_to_be_checked()
    page.goto("/list/admin-log/?changes_only=on&sent=1")
    expect(page.get_by_role("cell", name="Set-Mailbox").first).to_be_visible()


@pytest.mark.parametrize(
    ("name", "address", "is_open"),
    [
        ("admin", "/messagetrace/", True),
        ("help", "/messagetrace/", True),
        ("compliance", "/messagetrace/", True),
        ("records", "/messagetrace/", False),
        ("nobody", "/messagetrace/", False),
        ("help", "/list/mailbox-search/?identity=carol@example.com&sent=1", False),
        ("records", "/list/mailbox-search/?identity=carol@example.com&sent=1", True),
        ("help", "/administration/people/", True),
        ("compliance", "/administration/people/", False),
        ("nobody", "/overview/", False),
        ("carol", "/my/messages/", True),
        ("carol", "/messagetrace/", False),
        ("carol", "/list/mailbox-search/?identity=carol@example.com&sent=1", False),
        ("help", "/my/messages/", False),
    ],
)
def test_pages_are_for_those_whose_role_group_allows(visit: Any, name: str, address: str, is_open: bool) -> None:
    page = visit(name).page
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == (200 if is_open else 403)
    if not is_open:
        expect(page.get_by_text("role groups give it")).to_be_visible()


def test_nobody_gets_in_without_signing_in(visit: Any) -> None:
    page = visit().page
    page.goto("/messagetrace/?recipient=bob@example.com")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/messagetrace/"))
    page.fill("[name=login]", "help@example.com")
    page.fill("[name=password]", "wrong wrong wrong")
    page.click("button.primary")
    expect(page.get_by_role("alert")).to_be_visible()


def totp(secret: str) -> str:
    """The code of now (RFC 6238 with the usual 30 seconds and 6 digits)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def test_a_second_factor(visit: Any) -> None:
    visitor = visit("records")
    page = visitor.page
    page.goto("/accounts/2fa/totp/activate/")
    if "reauthenticate" in page.url:
        page.fill("[name=password]", PASSWORD)
        page.locator("main form button").first.click()
    secret = page.locator("#authenticator_secret").input_value()
    visitor.shot("totp")
    page.fill("[name=code]", totp(secret))
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile("/2fa/(recovery-codes|$)"))
    visitor.context.clear_cookies()
    page.goto("/accounts/login/")
    page.fill("[name=login]", "records@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("button.primary")
    expect(page.locator("[name=code]")).to_be_visible()
    page.goto("/messagetrace/")
    expect(page).to_have_url(re.compile("/accounts/"))  # the password alone opens nothing
    page.goto("/accounts/2fa/authenticate/")
    page.fill("[name=code]", "000000")
    page.locator("main form button").first.click()
    expect(page.locator("[name=code]")).to_be_visible()


def test_the_pass_through_entry(visit: Any) -> None:
    page = visit("help").page
    page.goto("/email-and-collaboration/exchange-message-trace/?range=all")
    expect(page).to_have_url(re.compile(r"/messagetrace/\?range=all"))


def test_everything_by_keyboard(visit: Any) -> None:
    page = visit("help").page
    page.goto("/messagetrace/?range=all")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("j")
    expect(page.locator("a.open").first).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("a.open").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#flyout .body")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#flyout")).not_to_be_visible()


def test_phone_width_has_the_menu_behind_a_button(visit: Any) -> None:
    visitor = visit("help", viewport={"width": 390, "height": 800}, color_scheme="dark")
    page = visitor.page
    page.goto("/messagetrace/?range=all")
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Overview")).to_be_visible()
    visitor.shot("phone-menu")


def test_theme_and_language_are_kept(visit: Any, site: Site) -> None:
    page = visit("help").page
    page.goto("/messagetrace/")
    page.locator(".bar summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator(".bar summary").click()
    page.get_by_role("button", name="Nederlands").click()
    expect(page.locator("html")).to_have_attribute("lang", "nl")
