"""What can go wrong with a store, in words for the person at the terminal."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot do what was asked.

    `what` is wrong, `hint` says what to do about it; `retry` whether trying again can help.
    """

    def __init__(self, what: str, hint: str = "", *, retry: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.retry = retry
