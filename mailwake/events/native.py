"""The part of the house that is written in C (`c/`), or None: then the same is done in Python, only slower."""

from __future__ import annotations

from typing import Any

native: Any
try:
    from mailwake.events import _native as native  # type: ignore[attr-defined,no-redef,unused-ignore]
except ImportError:  # there was no C compiler
    native = None
