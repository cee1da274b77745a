"""Operations in this process: the context of a data directory, and the caller that the operating system knows.

Who may read and write the data directory may do everything: there is nobody above who could be asked.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, tzinfo
from pathlib import Path

from mailwake.directory.opening import open_directory
from mailwake.directory.roles import ORGANIZATION_MANAGEMENT, ROLES
from mailwake.operations.context import Context
from mailwake.operations.contract import Caller
from mailwake.operations.loaded import keep_what_is_loaded


def local_caller(face: str = "cli") -> Caller:
    """The account of the operating system that runs this process."""
    return Caller(
        name=_account(),
        role_groups=frozenset({ORGANIZATION_MANAGEMENT}),
        roles=frozenset(ROLES),
        origin="local",
        face=face,
    )


@contextmanager
def open_context(
    data_dir: Path, *, store: bool = True, zone: tzinfo = UTC, caller: Caller | None = None, create: bool = True
) -> Iterator[Context]:
    """A context over a data directory; store: open the store, too; create: make the data directory if there is none.

    Raises DirectoryError, StoreError.
    """
    with ExitStack() as stack:
        database = None
        if store:
            from mailwake.store.database import Database

            database = stack.enter_context(Database(data_dir, create=create))
        # where there is a store, an empty directory beside it is as good as none
        directory = stack.enter_context(open_directory(data_dir, create=create or data_dir.exists()))
        keep_what_is_loaded()
        yield Context(caller or local_caller(), database, directory, zone, data_dir=data_dir)


def _account() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # an account that only has a number, as in a container
        return f"uid {os.geteuid()}"
