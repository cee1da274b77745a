"""The cmdlets of Exchange, each bound to an operation.

`exchange_registry()` gives them all: one is made of every operation that names a cmdlet (`generated`), with what
Exchange does in its own way said in `rules`. They speak to the operations through `services`: of this process, or of a
server (`shell.remote`).
"""

from __future__ import annotations

from mailwake.shell.exchange.connecting import CONNECT, CONNECTION, DISCONNECT
from mailwake.shell.exchange.exo import exo_cmdlets
from mailwake.shell.exchange.generated import generated
from mailwake.shell.registry import Registry

__all__ = ["exchange_registry"]


def exchange_registry() -> Registry:
    """All cmdlets that ask or order something of Mailwake."""
    registry = Registry()
    for cmdlet, known in generated():
        registry.add(cmdlet)
        registry.add_type(known)
    registry.add(*exo_cmdlets(cmdlet for cmdlet, _ in generated()))
    registry.add(CONNECT, DISCONNECT, CONNECTION)
    return registry
