"""Translations: PO files in the package, compiled into the data directory when they are newer than what is there."""

from __future__ import annotations

import io
from importlib import resources
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("sv", "nl", "fr", "zh_Hant")
"""Beside English, in which the texts are written."""


def compile_all(target: Path) -> None:
    """Bring `target/LANGUAGE/LC_MESSAGES/django.mo` up to date, as gettext wants it."""
    for language in LANGUAGES:
        text = resources.files("mailwake.web").joinpath(f"translations/{language}.po").read_bytes()
        folder = target / language / "LC_MESSAGES"
        stamp, compiled = folder / "source.po", folder / "django.mo"
        if compiled.exists() and stamp.exists() and stamp.read_bytes() == text:
            continue
        folder.mkdir(parents=True, exist_ok=True)
        catalogue = read_po(io.BytesIO(text), locale=language)
        with compiled.open("wb") as out:
            write_mo(out, catalogue)
        stamp.write_bytes(text)
