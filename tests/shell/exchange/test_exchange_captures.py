"""The page that shows a session at the prompt is what the prompt shows."""

from __future__ import annotations

from pathlib import Path

from mailwake.operations.demo_organization import DOMAIN
from tests.shell.exchange.captures import PAGE, STEPS, TAB, page


def test_page_is_up_to_date(admin_estate: Path) -> None:
    assert PAGE.read_text() == page(admin_estate, DOMAIN), "write it anew: python -m tests.shell.exchange.captures"


def test_page_shows_what_it_should() -> None:
    """Completion, help, a table, a list and an error."""
    titles = [step.title for step in STEPS if step.title]
    assert titles[:5] == ["Completion", "Help", "A table", "A list", "An error"]
    assert sum(step.keys.endswith(TAB) for step in STEPS) >= 4
