"""Parts of pages that are made once and shown many times: what differs from view to view is put into holes.

A template costs a look-up for each of its words; the frame and the form of a trace have hundreds, the same for
everybody who reads a language. What somebody may open, or has chosen, belongs into the key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

_MOST = 256
"""Parts that are kept; with more, all are made anew."""
_HOLE = re.compile("\ue000([a-z_]+)\ue001")
"""Characters for private use, which no template has and no escaping changes."""
_parts: dict[Hashable, list[str]] = {}


def kept(template: str, key: Hashable, shown: Callable[[], Mapping[str, Any]], holes: Mapping[str, str]) -> SafeString:
    """A template with texts in its holes, `{{ hole.name }}`; texts are escaped if they are not safe.

    key: all that `shown`, its context, depends on but the language; None for what is not to be kept.
    """
    name = (template, key, get_language())
    parts = None if key is None else _parts.get(name)
    if parts is None:
        marks = {one: mark_safe(f"\ue000{one}\ue001") for one in holes}
        parts = _HOLE.split(render_to_string(template, {**shown(), "hole": marks}))
        if key is not None:
            if len(_parts) >= _MOST:
                _parts.clear()
            _parts[name] = parts
    filled = list(parts)
    filled[1::2] = [conditional_escape(holes.get(one, "")) for one in parts[1::2]]
    return mark_safe("".join(filled))
