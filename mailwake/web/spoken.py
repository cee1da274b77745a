"""A story, or an error, in the reader's language: its templates are keys of the catalogues, its parts are put in."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from django.utils.translation import gettext

from mailwake.directory.errors import DirectoryError
from mailwake.events.told import Told
from mailwake.operations.contract import OperationError
from mailwake.operations.criteria import CriteriaError
from mailwake.trace.causes import Cause

Part = TypeVar("Part")
_ENDS = (".", "?", "!", "。", "？", "！")


def spoken(part: Part) -> Part:
    """A story, or a part of one, with all that the product itself says of it translated; servers' words stay."""
    found: Any = _spoken(part)
    return found  # type: ignore[no-any-return]


def sentence(text: str) -> str:
    """What the product says, translated and with a capital at its beginning, where that is a word of ours."""
    found = spoken(text)
    ours = isinstance(text, Told) and not _text(text.template).startswith("{")
    return found[:1].upper() + found[1:] if ours else found


def error_in_words(error: OperationError | DirectoryError | CriteriaError) -> str:
    """What went wrong and what to do, in one line."""
    what, advice = (error.what, error.hint) if isinstance(error, CriteriaError) else (error.message, error.advice)
    what, advice = _ended(sentence(what)), _ended(sentence(advice))
    return gettext("{what} {advice}").format(what=what, advice=advice) if advice else what


def spoken_error(error: OperationError) -> OperationError:
    """The same error in the reader's language."""
    return OperationError(error.code, sentence(error.message), sentence(error.advice), status=error.status)


def _ended(text: str) -> str:
    """With a full stop, where it has no end yet."""
    return gettext("{text}.").format(text=text) if text and not text.endswith(_ENDS) else text


def _spoken(part: Any) -> Any:
    if isinstance(part, Told):
        return part.translated(_text)
    if isinstance(part, Cause):
        return replace(
            part,
            title=_words(part.title),
            sentence=_words(part.sentence),
            advice=_words(part.advice),
            who=_words(part.who),
        )
    if isinstance(part, tuple):
        return tuple(_spoken(one) for one in part)
    if is_dataclass(part) and not isinstance(part, type):
        found = {field.name: _spoken(getattr(part, field.name)) for field in fields(part)}
        changed = {name: value for name, value in found.items() if value is not getattr(part, name)}
        return replace(part, **changed) if changed else part
    return part


def _words(text: str) -> str:
    """A text that is the product's own, with a template or without."""
    return text.translated(_text) if isinstance(text, Told) else _text(text)


def _text(text: str) -> str:
    return gettext(text) if text else text  # the translation of "" is the catalogue's head
