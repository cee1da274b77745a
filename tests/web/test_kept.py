"""Parts of pages that are made once: their holes, and what keeps two of them apart."""

from __future__ import annotations

from typing import Any

from mailwake.directory.configuration import ensure

ensure()

from django.template import Context, Engine  # noqa: E402
from django.utils.safestring import mark_safe  # noqa: E402
from pytest import MonkeyPatch  # noqa: E402

from mailwake.web import kept as module  # noqa: E402
from mailwake.web.kept import kept  # noqa: E402

TEMPLATE = '<a title="{{ hole.one }}">{{ word }}</a>{{ hole.two }}'


def stands_in(monkeypatch: MonkeyPatch) -> list[Any]:
    """Templates are made of TEMPLATE; gives what they were made with."""
    made: list[Any] = []

    def render(_name: str, shown: dict[str, Any]) -> str:
        made.append(shown["word"])
        return str(Engine().from_string(TEMPLATE).render(Context(shown)))

    monkeypatch.setattr(module, "render_to_string", render)
    monkeypatch.setattr(module, "_parts", {})
    return made


def test_holes_are_filled_and_texts_escaped(monkeypatch: MonkeyPatch) -> None:
    stands_in(monkeypatch)
    holes = {"one": '"><script>', "two": mark_safe("<b>safe</b>")}
    text = kept("any", "key", lambda: {"word": "<i>"}, holes)
    assert text == '<a title="&quot;&gt;&lt;script&gt;">&lt;i&gt;</a><b>safe</b>'


def test_a_text_with_the_marks_of_a_hole_is_a_text(monkeypatch: MonkeyPatch) -> None:
    stands_in(monkeypatch)
    text = kept("any", "key", lambda: {"word": "\ue000nobody\ue001"}, {"one": "\ue000two\ue001", "two": "secret"})
    assert text == '<a title="\ue000two\ue001"></a>secret'


def test_what_is_kept_is_made_once_for_each_key(monkeypatch: MonkeyPatch) -> None:
    made = stands_in(monkeypatch)
    for key, word in (("a", "first"), ("a", "second"), ("b", "third"), (None, "fourth"), (None, "fifth")):
        kept("any", key, lambda word=word: {"word": word}, {"one": "", "two": ""})  # type: ignore[misc]
    assert made == ["first", "third", "fourth", "fifth"]
