"""The cmdlets of the language itself: one file for each or for a small group."""

from __future__ import annotations

from mailwake.shell.builtin import (
    compare,
    csv_files,
    dates,
    discover,
    filtering,
    format,
    grouping,
    help,
    json_text,
    measure,
    output,
    selecting,
    sorting,
    variables,
    waiting,
)
from mailwake.shell.registry import Registry

_MODULES = (
    compare,
    csv_files,
    dates,
    discover,
    filtering,
    format,
    grouping,
    help,
    json_text,
    measure,
    output,
    selecting,
    sorting,
    variables,
    waiting,
)


def builtin_registry() -> Registry:
    """A registry with the language's own cmdlets."""
    registry = Registry()
    for module in _MODULES:
        module.register(registry)
    return registry
