"""What holds on every page: accessibility, nothing inline, headers, and texts in all languages."""

from __future__ import annotations

import re
import urllib.request
from typing import Any

import pytest
from visiting import Site

pytestmark = pytest.mark.slow

PAGES = (
    "/overview/?range=90d",
    "/messagetrace/?range=all",
    "/messagetrace/?range=custom&start=x",
    "/messagetrace/paste/",
    "/messagetrace/queries/default/",
    "/messagetrace/queries/custom/",
    "/messagetrace/queries/autosaved/",
    "/messagetrace/queries/save/?recipient=bob@example.com&status=Failed",
    "/messagetrace/reports/",
    "/messagetrace/reports/order/?range=all&recipient=bob@example.com&subject=x",
    "/list/mailbox-search/?identity=carol@example.com&sent=1",
    "/list/non-owner-access/",
    "/list/unified/",
    "/list/explain/?identity=carol@example.com&action=HardDelete&sent=1",
    "/list/coverage/",
    "/list/hosts/",
    "/list/unrecorded/",
    "/list/bypass/",
    "/list/admin-log/",
    "/list/role-groups/",
    "/list/domains/",
    "/auditing/mailboxes/",
    "/auditing/mailboxes/carol@example.com/",
    "/auditing/organization/",
    "/administration/people/",
    "/auditing/retention/",
    "/api-reference/#message-trace",
    "/accounts/2fa/",
    "/accounts/password/change/",
    "/nowhere/",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_the_rules_of_accessibility(visit: Any, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
    visitor = visit("admin", color_scheme=scheme, bypass_csp=True)
    page = visitor.page
    found = []
    for address in PAGES:
        go(visitor, address)
        visitor.shot(f"{name_of(address)}-wide-{scheme}")
        for one in Axe().run(page, options=options).response["violations"]:
            found.append((address, one["id"], one["nodes"][0]["html"][:200]))
    page.goto("/messagetrace/?range=all")
    page.locator("a.open").first.click()
    page.wait_for_selector("#flyout .body")
    page.wait_for_function("document.getAnimations().every(one => one.playState == 'finished')")  # it fades in
    visitor.shot(f"flyout-wide-{scheme}")
    for one in Axe().run(page, options=options).response["violations"]:
        found.append(("fly-out", one["id"], one["nodes"][0]["html"][:200]))
    assert found == []


def go(visitor: Any, address: str) -> None:
    """Open a page, and wait for what its script makes."""
    visitor.page.goto(address)
    if "api-reference" in address:
        visitor.page.locator("details.operation[open] .try").wait_for()


def name_of(address: str) -> str:
    """A page as its screenshot is called."""
    return re.sub(r"[^\w]+", "-", address).strip("-")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_on_a_phone_and_the_policy_for_content_holds(visit: Any, scheme: str) -> None:
    visitor = visit("admin", viewport={"width": 390, "height": 800}, color_scheme=scheme)
    wide = []
    for address in PAGES:
        go(visitor, address)
        if visitor.page.evaluate("document.documentElement.scrollWidth") > 390:
            wide.append(address)
        visitor.shot(f"{name_of(address)}-phone-{scheme}")
    visitor.page.goto("/messagetrace/?range=all")
    visitor.page.locator("a.open").first.click()
    visitor.page.wait_for_selector("#flyout .body")
    visitor.shot(f"flyout-phone-{scheme}")
    assert wide == []
    assert [text for text in visitor.complaints if "404" not in text and "400" not in text] == []


def test_no_page_does_what_its_policy_for_content_forbids(visit: Any) -> None:
    visitor = visit("admin")
    page, heard = visitor.page, []
    visitor.context.expose_binding("violated", lambda _source, *what: heard.append(what))
    visitor.context.add_init_script(
        "document.addEventListener('securitypolicyviolation', (e) =>"
        " violated(location.pathname, e.violatedDirective, e.blockedURI, e.sample))"
    )
    for address in (*PAGES, "/accounts/2fa/totp/activate/", "/accounts/logout/"):
        go(visitor, address)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.goto("/messagetrace/?range=all")
    page.locator("a.open").first.click()
    page.locator("#flyout .steps details > summary").first.click()
    page.keyboard.press("Escape")
    page.locator("[data-sort]").nth(1).click()
    page.locator("#quick").fill("example")
    assert heard == []
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    page.wait_for_timeout(200)
    assert [directive for _, directive, _, _ in heard] == ["script-src-elem"]


def test_the_sign_in_page_does_nothing_that_its_policy_forbids(visit: Any) -> None:
    visitor = visit()
    visitor.page.goto("/accounts/login/")
    visitor.page.fill("[name=login]", "admin@example.com")
    visitor.page.fill("[name=password]", "wrong")
    visitor.page.click("button.primary")
    visitor.page.locator("main").wait_for()
    assert [text for text in visitor.complaints if "Content Security Policy" in text] == []


def test_headers_narrow_what_a_browser_may_do(site: Site) -> None:
    with urllib.request.urlopen(f"{site.url}/accounts/login/") as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"]
    cookie = headers.get("Set-Cookie", "")
    assert not cookie or "HttpOnly" in cookie


def test_other_names_of_the_host_are_refused(site: Site) -> None:
    request = urllib.request.Request(f"{site.url}/accounts/login/", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 400
