"""A trace shows its first rows at once and fetches the rest of 250; without a script one goes on by a link."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from mailwake.directory.configuration import ensure

ensure()

from mailwake.web.views.trace import FIRST  # noqa: E402

pytestmark = pytest.mark.slow
EVERYTHING = "/messagetrace/?range=all"


def ids(page: Any) -> list[str]:
    """What the rows of the page lead to, in order."""
    found: list[str] = page.locator("#grid a.open").evaluate_all("(links) => links.map((one) => one.href)")
    return found


def test_the_rest_comes_by_itself_and_is_like_the_rows_before(visit: Any) -> None:
    visitor = visit("help")
    page = visitor.page
    page.goto(EVERYTHING)
    expect(page.locator("tr.more")).to_have_count(0)
    everything = ids(page)
    assert FIRST < len(everything) < 250
    assert len(set(everything)) == len(everything)
    expect(page.locator(".count")).to_have_text(f"{len(everything)} rows")
    page.locator("#all").check()
    assert page.locator("#grid .pick input:checked").count() >= len(everything)
    page.locator("#grid a.open").last.click()
    expect(page.locator("#flyout .body")).to_be_visible()
    assert visitor.complaints == []


def test_what_was_done_with_the_first_rows_holds_for_the_rest(visit: Any) -> None:
    visitor = visit("help")
    page = visitor.page
    held: list[Any] = []
    page.route(re.compile("/messagetrace/rows/"), lambda route: held.append(route))
    page.goto(EVERYTHING)
    expect(page.locator("#grid a.open")).to_have_count(FIRST)
    expect(page.locator(".count")).to_have_text(f"{FIRST} rows and more")
    page.get_by_role("button", name="Reason").click()
    page.locator("#all").check()
    page.fill("#quick", "example.com")
    page.wait_for_timeout(3000)  # the rest is asked for when there is time, and is held back above
    held[0].continue_()
    expect(page.locator("tr.more")).to_have_count(0)
    assert len(held) == 1
    boxes = page.locator("#grid tbody .pick input")
    assert boxes.count() > FIRST
    assert page.locator("#grid tbody .pick input:checked").count() == boxes.count()
    reasons = [text.strip() for text in page.locator("#grid tbody tr td:nth-child(7)").all_text_contents()]
    assert (
        page.evaluate("(texts) => [...texts].sort(new Intl.Collator('en', {numeric: true}).compare)", reasons)
        == reasons
    )
    for text in page.locator("#grid tbody tr:visible").all_inner_texts():
        assert "example.com" in text
    assert visitor.complaints == []


def test_a_head_sorts_all_that_was_found(visit: Any) -> None:
    """While there are more rows than are loaded, the server sorts; once all are there, the page does by itself."""
    visitor = visit("help")
    page = visitor.page
    page.goto(EVERYTHING)
    expect(page.locator("tr.more")).to_have_count(0)
    everything = page.locator("#grid tbody tr td:nth-child(3)").all_text_contents()
    page.locator("th[data-column=sender_address] a").click()
    assert page.url.endswith(EVERYTHING)
    page.route(re.compile("/messagetrace/rows/"), lambda route: None)
    page.goto(EVERYTHING)
    page.locator("th[data-column=sender_address] a").click()
    page.wait_for_url(re.compile("sort=sender_address"))
    head = page.locator("th[data-column=sender_address]")
    assert head.get_attribute("aria-sort") == "ascending"
    first = page.locator("#grid a.open").count()
    assert first == FIRST
    senders = page.locator("#grid tbody tr:not(.more) td:nth-child(3)").all_text_contents()
    assert senders == sorted(everything)[:FIRST]
    head.locator("a").click()
    page.wait_for_url(re.compile("sort=-sender_address"))
    assert head.get_attribute("aria-sort") == "descending"
    senders = page.locator("#grid tbody tr:not(.more) td:nth-child(3)").all_text_contents()
    assert senders == sorted(everything, reverse=True)[:FIRST]
    assert visitor.complaints == []


def test_where_nothing_is_found_the_page_says_when_there_was(visit: Any) -> None:
    visitor = visit("help")
    page = visitor.page
    page.goto("/messagetrace/?range=custom&start=2020-01-01T00:00&end=2020-01-02T00:00&recipient=carol@example.com")
    expect(page.get_by_text("At other times there are some: the newest came in at 2026-11-20")).to_be_visible()
    page.get_by_role("link", name="Search any time").click()
    assert page.locator("#grid a.open").count() > 0
    assert "carol" in page.url
    page.goto("/messagetrace/?range=1h&recipient=nobody@example.com")
    expect(page.get_by_text("No message found")).to_be_visible()
    expect(page.get_by_text("At other times")).to_have_count(0)
    assert visitor.complaints == []


def test_a_time_that_is_none_finds_nothing(visit: Any) -> None:
    """What was not understood is said; rows of some other time would look like an answer."""
    page = visit("help").page
    answer = page.goto("/messagetrace/?range=custom&start=x")
    assert answer is not None
    assert answer.status == 400
    expect(page.locator("#results .note.bad")).to_contain_text("no date and time")
    expect(page.locator("#grid")).to_have_count(0)


def test_the_slider_goes_back_by_days(visit: Any) -> None:
    visitor = visit("help")
    page = visitor.page
    page.goto("/messagetrace/")
    page.select_option("#range", "days")
    slider = page.locator("#days")
    expect(slider).to_be_visible()
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("[data-says=days]")).to_have_text("5")
    page.locator("#criteria button.primary").click()
    page.wait_for_url(re.compile("range=days&days=5"))
    page.reload()
    expect(page.locator("#days")).to_have_value("5")
    assert visitor.complaints == []


def test_without_a_script_a_link_leads_on_and_back(visit: Any) -> None:
    everything = visit("help").page
    everything.goto(EVERYTHING)
    expect(everything.locator("tr.more")).to_have_count(0)
    page = visit("help", java_script_enabled=False).page
    page.goto(EVERYTHING)
    found = ids_without_script(page)
    assert len(found) == FIRST
    while page.get_by_role("link", name="More rows").count():
        page.get_by_role("link", name="More rows").click()
        found += ids_without_script(page)
    assert found == [address.partition("/messagetrace/")[2] for address in ids(everything)]
    page.get_by_role("link", name="Back to the first rows").click()
    assert ids_without_script(page) == found[:FIRST]


def ids_without_script(page: Any) -> list[str]:
    """The same where the page may run no script."""
    return [link.get_attribute("href").partition("/messagetrace/")[2] for link in page.locator("#grid a.open").all()]
