"""XML documents: the same records however the text comes in pieces, and nothing but ElementError for any text."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwake.ingest.elements import ElementError, Elements, is_elements

TEXT = """<?xml version="1.0"?><!-- <Event Id="no" /> --><Results xmlns="x">
<Event Id='1' Text="a &lt; b > c &#233; &#x1F600; &unknown;"><Items><Item Id="x"/><Item Id="y"></Item></Items></Event>
<Event Id="2"><Items><Item Id="z"/></Items><Extra Name="n" /><Extra Name="m" /></Event><Event Id="3">
<Items><ItemId="w" Text="run together" /></Results>
"""
FOUND = [
    {"Id": "1", "Text": "a < b > c é 😀 &unknown;", "Items": [{"Id": "x"}, {"Id": "y"}]},
    {"Id": "2", "Items": [{"Id": "z"}], "Extra": [{"Name": "n"}, {"Name": "m"}]},
    {"Id": "3", "Items": [{"Id": "w", "Text": "run together"}]},
]


def claims(name: str, attributes: tuple[str, ...]) -> bool:
    return name == "Event" and "Id" in attributes


def read(*pieces: bytes) -> list[object]:
    elements = Elements(claims)
    found = [line for piece in pieces for line in elements.feed(piece)]
    return [json.loads(line) for line in [*found, *elements.feed(b"", last=True)]]


def test_records_of_a_document() -> None:
    assert read(TEXT.encode()) == FOUND


@given(st.lists(st.integers(0, len(TEXT.encode())), max_size=6))
def test_any_pieces(cuts: list[int]) -> None:
    data = TEXT.encode()
    places = [0, *sorted(cuts), len(data)]
    assert read(*(data[one:other] for one, other in pairwise(places))) == FOUND


@given(
    st.lists(st.sampled_from(["<", ">", "/>", "</", "Event", " Id", "=", '"', "'", "&#0;", "<!--", "x", "\x00", "é"]))
)
def test_any_text(parts: list[str]) -> None:
    text = ("<Event Id='1'>" + "".join(parts)).encode()
    is_elements(text, claims)
    with suppress(ElementError):
        read(text)


def test_what_is_no_xml_is_told() -> None:
    with pytest.raises(ElementError, match="this is no XML: '<Event Id="):
        read(b'<Event Id="never closed')


@pytest.mark.parametrize(
    ("text", "is_ours"),
    [
        ("<Event Id='1'/>", True),
        ("\ufeff<?xml version='1.0'?>\n<Results><Event Id='1'>", True),
        ("<Other Id='1'/>", False),
        ("<22>Nov  1 00:00:00 mx postfix: x", False),
        ("text <Event Id='1'/>", False),
    ],
)
def test_what_is_taken_for_xml(text: str, is_ours: bool) -> None:
    assert is_elements(text.encode(), claims) is is_ours
