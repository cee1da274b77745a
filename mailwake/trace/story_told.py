"""The sentences of stories: made as all of the product's sentences are, see `mailwake.events.told`."""

from __future__ import annotations

from mailwake.events.told import Told, joined, tell

__all__ = ["Told", "joined", "tell"]
