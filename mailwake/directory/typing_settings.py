"""The directory's settings as a module, for tools that want one: the type checker, `python -m mailwake.directory`."""

from __future__ import annotations

from mailwake.directory.configuration import compose

globals().update(compose({"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}))
