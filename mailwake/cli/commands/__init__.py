"""The commands, one module each: `COMMAND` is its click command, the module's name (without a trailing `_`) its name.

They are found by looking through this folder, so a new command needs no edit anywhere else.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

import click


def names() -> list[str]:
    """Names of all commands."""
    return sorted(module.name.rstrip("_") for module in pkgutil.iter_modules(__path__))


def load(name: str) -> click.Command | None:
    """The command of a name; only its own module is imported."""
    for module in pkgutil.iter_modules(__path__):
        if module.name.rstrip("_") == name:
            command = import_module(f"{__name__}.{module.name}").COMMAND
            assert isinstance(command, click.Command)
            return command
    return None
