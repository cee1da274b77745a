"""What the terminal can do."""

from __future__ import annotations

import os
import shutil
import sys

import click

COLOURS = {"good": "green", "bad": "red", "wait": "yellow"}
"""Tones of a story's steps and of a row's status."""
TONES = {
    "Delivered": "good",
    "Expanded": "good",
    "Failed": "bad",
    "Pending": "wait",
    "Quarantined": "wait",
    "FilteredAsSpam": "bad",
}


def columns() -> int | None:
    """Columns to fit into; None when the output is no terminal, where nothing is to be cut off."""
    return max(shutil.get_terminal_size((100, 24)).columns, 40) if sys.stdout.isatty() else None


def ellipsis() -> str:
    """An ellipsis that the output can write."""
    try:
        "…".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "..."
    return "…"


def toned(text: str, tone: str, *, bold: bool = False) -> str:
    """A text in the colour of its tone, where colours are seen and wanted (https://no-color.org)."""
    if not (tone in COLOURS or bold) or not sys.stdout.isatty():
        return text
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return click.style(text, fg=COLOURS.get(tone), bold=bold or None)
