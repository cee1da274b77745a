"""A process that changes settings and is killed at the very statement that it is told: `... DATA_DIR NUMBER PREFIX`.

Statements are counted from 1, the beginning and the end of transactions among them; it dies before an odd half, that is
`2 * n - 1` dies before the n-th and `2 * n` after it. It prints "done" when it was not killed.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connections

from mailwake.directory.configuration import ensure
from mailwake.operations.contract import all_operations
from mailwake.operations.local import open_context
from mailwake.operations.parameters import build_input
from mailwake.operations.perform import perform


class Deadly:
    """Counts what is done, and ends it all."""

    def __init__(self, at: int) -> None:
        self._left = at

    def around(self, do: Callable[..., Any], *given: Any) -> Any:
        """Do it, with a chance to die before and after."""
        self._step()
        done = do(*given)
        self._step()
        return done

    def execute(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        """For Django's `execute_wrapper`."""
        return self.around(execute, sql, params, many, context)

    def _step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def change(data_dir: Path, at: int, prefix: str) -> None:
    """One order to the organization and one to a mailbox, each a change and its entry in the log."""
    operations = all_operations()
    deadly = Deadly(at)
    with open_context(data_dir, store=False) as context:
        connection = connections[context.settings.alias]
        for name in ("_commit", "_savepoint_commit", "_start_transaction_under_autocommit"):
            real = getattr(connection, name, None)
            if real is not None:
                setattr(connection, name, lambda *given, real=real: deadly.around(real, *given))
        with connection.execute_wrapper(deadly.execute):
            order = build_input(operations["set-organization-config"], {"SharedPrefixes": {"Add": [prefix]}})
            perform(operations["set-organization-config"], context, order)
            values = {"Identity": "rosa@corp.test", "DisplayName": prefix, "AuditOwner": {"Add": "MailboxLogin"}}
            perform(operations["set-mailbox"], context, build_input(operations["set-mailbox"], values))


def _warm() -> None:
    """Load what every child needs; no connection may be open when they part."""
    ensure()
    for name in ("set-organization-config", "set-mailbox"):
        build_input(all_operations()[name], {"Identity": "rosa"} if name == "set-mailbox" else {})
    for name in ("mailwake.directory.directory", "django.core.management", "django.db.migrations.executor"):
        importlib.import_module(name)


def main(data_dir: str, first: str, count: str) -> None:
    """Try the deaths from `first` on, `count` of them, each in a process of its own; say how each ended."""
    _warm()
    for at in range(int(first), int(first) + int(count)):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                change(Path(data_dir), at, f"at-{at}/")
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(f"at-{at}/", "killed" if os.WIFSIGNALED(status) else f"ended {os.WEXITSTATUS(status)}", flush=True)
        if not os.WIFSIGNALED(status):
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
