"""Retention policies on their page: added, changed and removed; a mistake is told, and what was typed stays."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow
ADDRESS = "/auditing/retention/"


def test_a_policy_is_added_changed_and_removed(visit: Any) -> None:
    visitor = visit("admin")
    page = visitor.page
    page.goto(ADDRESS)
    expect(page.get_by_text("There are none")).to_be_visible()
    page.fill("#id_name", "Rules for a year")
    page.fill("#id_priority", "soon")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Priority")
    (said,) = visitor.complaints  # the browser's, of the answer 400
    assert "400" in said
    visitor.complaints.clear()
    page.fill("#id_priority", "10")
    page.select_option("#add_duration", "TwelveMonths")
    page.fill("#id_operations", "UpdateInboxRules, Set-Mailbox")
    page.get_by_role("button", name="Add", exact=True).click()
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    for text in ("Rules for a year", "10", "TwelveMonths", "UpdateInboxRules", "Set-Mailbox"):
        expect(row).to_contain_text(text)
    page.select_option("#change_duration", "ThreeYears")
    page.get_by_role("button", name="Keep").click()
    expect(row).to_contain_text("ThreeYears")
    expect(row).to_contain_text("10")
    visitor.shot("retention")

    other = visit("compliance").page
    other.goto(ADDRESS)
    expect(other.locator("tbody tr")).to_have_count(1)
    expect(other.get_by_role("button", name="Remove")).to_have_count(0)

    page.get_by_role("button", name="Remove Rules for a year").click()
    expect(page.get_by_text("There are none")).to_be_visible()
    assert visitor.complaints == []
