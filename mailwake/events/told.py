"""Sentences that stay translatable: a text that remembers the template and the parts that it was made of.

A story, and what went wrong, is told in English, as plain `str`. Whoever shows it in another language asks a text for
its template, which is the key of a catalogue, and puts the parts, translated in their turn, into the translation. Texts
that are no `Told` are words of somebody else: a server's reply, an address, a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


class Told(str):
    """A text made of a template (`str.format`) and parts."""

    template: str
    parts: dict[str, object]

    def translated(self, translate: Callable[[str], str]) -> str:
        """The same in another language; translate: from a template, or a sentence, to its translation."""
        found = translate(self.template)
        if not self.parts:
            return found
        parts = {
            name: part.translated(translate) if isinstance(part, Told) else part for name, part in self.parts.items()
        }
        return found.format(**parts)


def tell(template: str, **parts: object) -> Told:
    """Make a text. A template that is no literal is of a closed set, whose texts stand in a table or another `tell`.

    Without parts the template is the text: braces in it stand for themselves.
    """
    made = Told(template.format(**parts) if parts else template)
    made.template = template
    made.parts = parts
    return made


def joined(separator: str, texts: Iterable[str]) -> Told:
    """Texts in a row, as `str.join` does it; the separator is a template of its own."""
    parts = {f"part{number}": text for number, text in enumerate(texts)}
    if not parts:
        return tell("")
    return tell(separator.join(f"{{{name}}}" for name in parts), **parts)


def either(texts: Iterable[str]) -> str:
    """One of some: `a`, `a or b`, `a or b or c`."""
    first, *others = texts
    return tell("{one} or {other}", one=first, other=either(others)) if others else first


def kept(text: str) -> dict[str, object]:
    """The template and parts of a text, as JSON has them: what is to be told in any language later on."""
    if not isinstance(text, Told):
        return {}
    return {"template": text.template, "parts": {name: _kept_part(part) for name, part in text.parts.items()}}


def revived(text: str, found: object) -> str:
    """A text that was written down, with what `kept` gave; plain when the two do not belong together."""
    if not isinstance(found, dict) or not found:
        return text
    try:
        made = _revived(found)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return text
    return made if made == text else text


def _kept_part(part: object) -> object:
    if isinstance(part, Told):
        return kept(part)
    return part if isinstance(part, int | float) else str(part)


def _revived(found: dict[str, Any]) -> Told:
    parts = {name: _revived(part) if isinstance(part, dict) else part for name, part in found["parts"].items()}
    return tell(found["template"], **parts)


def words_of(error: Exception) -> str:
    """What an error says: `str(error)`, still with its template if it was made of one."""
    first = error.args[0] if len(error.args) == 1 else None
    return first if isinstance(first, Told) else str(error)
