"""What is done for a page once it has been sent: nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponseBase


def afterwards(response: HttpResponseBase, act: Callable[[], object]) -> None:
    """Do it when the server closes the answer, which it does when the last byte has been sent (PEP 3333); before the
    request's connections to the database are given back."""
    close = response.close

    def closed() -> None:
        try:
            act()
        finally:
            close()

    response.close = closed  # type: ignore[method-assign]
