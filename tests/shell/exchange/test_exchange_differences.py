"""The page of differences from Exchange is the registry's."""

from __future__ import annotations

from tests.shell.exchange.differences import EXCHANGE, PAGE, WHY, page


def test_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "write it anew: python -m tests.shell.exchange.differences"


def test_reasons_are_of_parameters_that_are_compared() -> None:
    known = {f"{name} {word.partition(':')[0]}" for name, words in EXCHANGE.items() for word in words.split()}
    assert set(WHY) <= known
