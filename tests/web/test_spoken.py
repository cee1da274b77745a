"""Stories in the reader's language: every sentence remembers its template, and nothing of the product stays English."""

from __future__ import annotations

import gettext
import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from mailwake.events.told import Told, either, joined, kept, revived, tell, words_of
from mailwake.operations.criteria import Criteria, to_node
from mailwake.operations.opening import FileBackend
from mailwake.operations.show import show
from mailwake.trace.story_model import Message, Story, Verdict
from mailwake.web.catalogues import LANGUAGES, compile_all

TOP = Path(__file__).resolve().parents[2]
SENTENCES = {"headline", "text", "words", "relation", "details", "mailbox"}
"""Fields in which the product speaks; others hold names, ids and the words of servers."""


def test_parts_are_translated_in_their_turn() -> None:
    swedish = {" on {host}": " på {host}", "Kept{on}: {why}.": "Kvar{on}: {why}.", "full": "full låda", "{a}, {b}": ""}
    text = tell("Kept{on}: {why}.", on=tell(" on {host}", host="mx"), why=tell("full"))
    assert text == "Kept on mx: full."
    assert text.translated(lambda one: swedish.get(one, one)) == "Kvar på mx: full låda."
    both = joined(", ", [tell("full"), "{odd} name"])
    assert both == "full, {odd} name"
    assert both.translated(lambda one: swedish.get(one, one)) == "full låda, {odd} name"
    assert joined(", ", []) == ""


def test_a_text_that_was_written_down_comes_back_with_its_template() -> None:
    text = tell("{count} of {what}: {name!r}", count=3, what=tell("{share:g}%", share=1.5), name="{brace}")
    again = revived(str(text), json.loads(json.dumps(kept(text))))
    assert isinstance(again, Told)
    assert again == text == "3 of 1.5%: '{brace}'"
    swedish = {"{count} of {what}: {name!r}": "{name}, {what}", "{share:g}%": "{share} procent"}
    assert again.translated(swedish.__getitem__) == "{brace}, 1.5 procent"
    assert kept("plain") == {}


def test_one_of_several_and_the_words_of_an_error() -> None:
    words = {"{one} or {other}": "{one} eller {other}", "{a} is odd": "{a} är udda"}
    several = either(["a", "b", "c"])
    assert several == "a or b or c"
    assert isinstance(several, Told) and several.translated(words.__getitem__) == "a eller b eller c"
    assert either(["a"]) == "a"
    said = words_of(ValueError(tell("{a} is odd", a=3)))
    assert isinstance(said, Told) and said.translated(words.__getitem__) == "3 är udda"
    assert words_of(OSError(2, "No such file")) == "[Errno 2] No such file"
    assert str(ValueError(tell("{a} is odd", a=3))) == "3 is odd"


@pytest.mark.parametrize(
    "found",
    [None, {}, [], "x", {"template": "a"}, {"template": "{a}", "parts": {"b": 1}}, {"template": "b", "parts": {}}],
)
def test_a_text_whose_template_is_another_s_stays_as_it_is(found: object) -> None:
    text = revived("said", found)
    assert text == "said" and not isinstance(text, Told)


def texts(part: Any, name: str = "") -> Iterator[str]:
    """What a story says itself."""
    if isinstance(part, str):
        if name in SENTENCES:
            yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from texts(one, name)
    elif is_dataclass(part) and not isinstance(part, Message | Verdict):
        for field in fields(part):
            yield from texts(getattr(part, field.name), field.name)


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    """Of the sample estate, one for each way in which a message can end."""
    backend = FileBackend((str(TOP / "mailwake/sample/estate"),), "UTC")
    rows = backend.search(to_node(Criteria()), 10_000)
    ends = {(row.detail, row.reason[:20]): row.trace_id for row in rows}
    return [show(backend, trace_id) for trace_id in ends.values()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_sample_is_in_the_catalogue(stories: list[Story], tmp_path: Path, language: str) -> None:
    compile_all(tmp_path)
    with (tmp_path / language / "LC_MESSAGES/django.mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)
    lacking: set[str] = set()

    def translate(template: str) -> str:
        if re.search(r"[a-z]{3}", re.sub(r"\{.*?\}", "", template)) and template not in catalogue._catalog:  # type: ignore[attr-defined]
            lacking.add(template)
        return catalogue.gettext(template) if template else template

    told = 0
    for story in stories:
        for text in texts(story):
            if isinstance(text, Told):
                told += 1
                assert text.translated(str) == text  # the English template with its parts is the English text
                text.translated(translate)
    assert lacking == set()
    assert told > 300


def test_a_step_speaks_in_templates(stories: list[Story]) -> None:
    plain = {step.text for story in stories for step in story.timeline if not isinstance(step.text, Told)}
    plain |= {one.text for story in stories for one in story.outcomes if not isinstance(one.text, Told)}
    plain |= {one.text for story in stories for one in story.missing if not isinstance(one.text, Told)}
    plain |= {one.words for story in stories for one in story.evidence if not isinstance(one.words, Told)}
    assert plain == set()
