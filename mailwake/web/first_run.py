"""The first account: made by whoever can read the data directory, not by whoever comes first.

While there is no account, the data directory holds a code that the page of the first run asks for; `mailwake serve`
prints the address with it. No default password ever exists.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from mailwake.directory.accounts import AccountRecord
from mailwake.directory.roles import ORGANIZATION_MANAGEMENT
from mailwake.operations.serving import Runtime, runtime

_FILE = "setup-code"
_done: set[Path] = set()


def is_needed() -> bool:
    """Whether there is no account yet."""
    here = runtime()
    if here.data_dir in _done:
        return False
    if here.directory.accounts.all():
        _done.add(here.data_dir)
        (here.data_dir / _FILE).unlink(missing_ok=True)
        return False
    return True


def code(here: Runtime) -> str:
    """The code, made when there is none."""
    path = here.data_dir / _FILE
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        text = secrets.token_urlsafe(18)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        return text


def is_code(text: str) -> bool:
    """Whether it is the code, in constant time."""
    return hmac.compare_digest(code(runtime()).encode(), text.strip().encode())


def make_first_account(name: str, email: str, password: str) -> AccountRecord:
    """The account that may do everything. Raises DirectoryError."""
    import time

    directory = runtime().directory
    with directory.writing():
        account = directory.accounts.create(name, time.time_ns() // 1000, email=email, password=password)
        directory.people.add_member(ORGANIZATION_MANAGEMENT, account.name)
    is_needed()
    return account
