"""The commands, one module each: `COMMAND` is its click command, the module's name (without a trailing `_`) its name.

They are found by looking through this folder, so a new command needs no edit anywhere else. Operations of the catalog
are commands by themselves (`cli.generated`).
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

import click


def names() -> list[str]:
    """Names of all commands."""
    from mailwake.cli import generated

    return sorted({module.name.rstrip("_") for module in pkgutil.iter_modules(__path__)} | generated.names())


def load(name: str) -> click.Command | None:
    """The command of a name; only its own module is imported."""
    for module in pkgutil.iter_modules(__path__):
        if module.name.rstrip("_") == name:
            command = import_module(f"{__name__}.{module.name}").COMMAND
            assert isinstance(command, click.Command)
            if isinstance(command, click.Group):
                from mailwake.cli import generated

                generated.extend(command, name)
            return command
    from mailwake.cli import generated

    return generated.load(name)
