"""The cmdlets of the language itself: one file for each or for a small group, found by looking through this folder."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from mailwake.shell.registry import Registry


def builtin_registry() -> Registry:
    """A registry with the language's own cmdlets."""
    registry = Registry()
    for info in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{info.name}").register(registry)
    return registry
