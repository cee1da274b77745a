"""Tables fit the terminal, whatever stands in them."""

from __future__ import annotations

from datetime import UTC

import pytest
from memory import row

from mailwake.cli import table
from mailwake.cli.printable import cut, plain, width
from mailwake.cli.render_rows import table as rows_table

COLUMNS = (table.Column("A"), table.Column("Long", least=4), table.Column("Last", least=4, dispensable=1))


@pytest.mark.parametrize("room", [40, 60, 80, 100, 120, 160, 250])
def test_rows_fit(room: int) -> None:
    long = row(
        1,
        sender="somebody.with.a.long.name@department.example.org",
        subject="漢字 " * 30,
        reason="550 " * 50,
        status="Failed",
        detail="Greylisted",
    )
    for line in rows_table([long, row(2)], UTC, room):
        assert width(line) <= max(room, 78)  # below that the times, addresses and status keep their least widths


def test_nothing_is_cut_without_a_terminal() -> None:
    text = "x" * 500
    assert text in "\n".join(rows_table([row(1, subject=text)], UTC, None))


def test_columns_give_way_in_their_order() -> None:
    cells = [("a", "b" * 20, "c" * 20)]
    assert list(table.lines(COLUMNS, cells, 25))[1] == "a  bbbbbbbbb…  ccccccccc…"
    assert list(table.lines(COLUMNS, cells, 10)) == ["A  Long", "a  bbbbbb…"]


def test_widths_of_wide_and_combining_characters() -> None:
    assert width("漢字") == 4
    assert width("e\u0301") == 1
    assert cut("漢字漢字", 5) == "漢字…"
    assert cut("abc", 3) == "abc"


def test_plain_shows_what_would_move_the_cursor() -> None:
    assert plain("a\x1b[2J\x9b\u202eb\nc\td") == r"a\x1b[2J\x9b\u202eb c d"
