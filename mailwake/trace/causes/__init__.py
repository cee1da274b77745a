"""Causes: why a message was refused, returned, postponed or kept, in plain words, and who can do something about it.

Each module of this package is a theme and holds one tuple `CAUSES`. Adding a cause is one entry there; adding a theme
is one file. All are found by looking through the folder.
"""

from __future__ import annotations

from mailwake.trace.causes.cause import ADMIN, NOBODY, RECIPIENT_ADMIN, SENDER, Cause
from mailwake.trace.causes.explain import causes, explain, explain_words, texts

__all__ = ["ADMIN", "NOBODY", "RECIPIENT_ADMIN", "SENDER", "Cause", "causes", "explain", "explain_words", "texts"]
