"""The way to the queue and to the sessions of a call; what loads Django is imported when it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailwake.operations.context import Context

if TYPE_CHECKING:
    from mailwake.jobs.queue import Queue
    from mailwake.jobs.sessions import Sessions


def queue(context: Context) -> Queue:
    """The jobs. Raises OperationError where there is no directory."""
    alias = context.settings.alias
    from mailwake.jobs.queue import Queue

    return Queue(alias)


def sessions(context: Context) -> Sessions:
    """The sessions of searches. Raises OperationError where there is no directory."""
    alias = context.settings.alias
    from mailwake.jobs.sessions import Sessions

    return Sessions(alias)
