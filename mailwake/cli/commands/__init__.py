"""The commands, one module each: `COMMAND` is its click command, the module's name (without a trailing `_`) its name.

They are found by looking through this folder, so a new command needs no edit anywhere else. Rooms above this one add
folders of their own. Operations of the catalog are commands by themselves (`cli.generated`).
"""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module
from pkgutil import ModuleInfo
from types import ModuleType

import click

_folders: list[ModuleType] = [sys.modules[__name__]]


def add(folder: ModuleType) -> None:
    """Look for commands in this package, too."""
    if folder not in _folders:
        _folders.append(folder)


def names() -> list[str]:
    """Names of all commands."""
    from mailwake.cli import generated

    return sorted({info.name.rstrip("_") for _, info in _modules()} | generated.names())


def load(name: str) -> click.Command | None:
    """The command of a name; only its own module is imported."""
    for folder, info in _modules():
        if info.name.rstrip("_") == name:
            command = import_module(f"{folder.__name__}.{info.name}").COMMAND
            assert isinstance(command, click.Command)
            if isinstance(command, click.Group):
                from mailwake.cli import generated

                generated.extend(command, name)
            return command
    from mailwake.cli import generated

    return generated.load(name)


def _modules() -> list[tuple[ModuleType, ModuleInfo]]:
    return [(folder, info) for folder in _folders for info in pkgutil.iter_modules(folder.__path__)]
