"""What logs say never becomes markup of the grid."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from mailwake.directory.configuration import ensure

ensure()

from mailwake.operations.trace_models import TraceRow  # noqa: E402
from mailwake.web.grid import COLUMNS, rows  # noqa: E402

EVIL = "\"'><script>alert(1)</script>&lt;{{ x }}\udcff"
TAGS = {"tr", "td", "a", "label", "input", "time", "span", "small"}


class Tags(HTMLParser):
    """Names of elements and of their attributes, and all texts."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def row(text: str, **more: Any) -> TraceRow:
    """One that has this text wherever a text can be."""
    values: dict[str, Any] = {}
    for name, info in TraceRow.model_fields.items():
        kinds = {info.annotation, *get_args(info.annotation)}
        values[name] = text if str in kinds else [text] if any("list" in str(kind) for kind in kinds) else None
    return TraceRow.model_construct(**{**values, "size": 1200, "received": datetime(2026, 11, 20, tzinfo=UTC), **more})


@given(st.text() | st.just(EVIL))
def test_no_text_becomes_markup(text: str) -> None:
    seen = Tags()
    seen.feed(rows([row(text), row(text, status="Delivered", received=None)], COLUMNS, "/messagetrace/message/"))
    assert seen.names <= TAGS
    assert not {name for name in seen.attributes if name.startswith("on")}


def test_it_is_shown_as_it_is() -> None:
    seen = Tags()
    seen.feed(rows([row("<b>&amp;")], COLUMNS, "/m/"))
    assert seen.texts.count("<b>&amp;") >= 8
