"""What a form did not take, in the reader's language: pydantic's kinds of error in the words of the pages.

What an operation's own validators say (`value_error`) is their own template, translated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ValidationError

from mailwake.events.told import words_of
from mailwake.web.spoken import sentence

TEXTS: dict[str, Promise] = {
    "missing": _("This is needed."),
    "int_parsing": _("This is no whole number."),
    "int_type": _("This is no whole number."),
    "int_from_float": _("This is no whole number."),
    "float_parsing": _("This is no number."),
    "float_type": _("This is no number."),
    "finite_number": _("This is no number."),
    "bool_parsing": _("Say yes or no."),
    "bool_type": _("Say yes or no."),
    "datetime_parsing": _("This is no date and time, such as 2026-11-24 14:30."),
    "datetime_from_date_parsing": _("This is no date and time, such as 2026-11-24 14:30."),
    "datetime_type": _("This is no date and time, such as 2026-11-24 14:30."),
    "timezone_aware": _("The time needs a zone."),
    "enum": _("One of these is asked for: %(expected)s."),
    "literal_error": _("One of these is asked for: %(expected)s."),
    "greater_than": _("This must be more than %(gt)s."),
    "greater_than_equal": _("This must be %(ge)s or more."),
    "less_than": _("This must be less than %(lt)s."),
    "less_than_equal": _("This must be %(le)s or less."),
    "string_too_short": _("This is too short."),
    "string_too_long": _("This is too long."),
    "too_short": _("There are too few of them."),
    "too_long": _("There are too many of them."),
    "string_pattern_mismatch": _("This does not have the form that is asked for."),
}
"""By kind of error; placeholders are from its context (pydantic's list of validation errors)."""


def in_words(one: Mapping[str, Any]) -> str:
    """One of `ValidationError.errors()`, for the person who typed."""
    text = TEXTS.get(one["type"])
    context: Mapping[str, Any] = one.get("ctx", {})
    if text is None:
        said = context.get("error")
        return sentence(words_of(said)) if isinstance(said, ValueError) else str(one["msg"])
    return str(text) % context


def mistakes(model: type[BaseModel], error: ValidationError) -> dict[str, str]:
    """What was not understood, by the names of the fields; "" has what concerns none of them."""
    inside = {info.alias or name: name for name, info in model.model_fields.items()}
    found: dict[str, str] = {}
    for one in error.errors():
        place = str(one["loc"][0]) if one["loc"] else ""
        found.setdefault(inside.get(place, place), in_words(one))
    return found
