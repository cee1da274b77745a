"""The same imports with the directory in PostgreSQL: the same records as with SQLite, also after crashes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from directories import cluster, database
from test_imports import (
    test_a_login_that_comes_late,
    test_killed,
    test_mail_without_sessions_is_due_nothing,
    test_mailboxes_of_the_log_are_audited_from_their_first_act,
    test_rebuilt,
    test_several_processes,
    test_twice_and_in_other_order,
    whole,
)

pytestmark = pytest.mark.slow
__all__ = [
    "cluster",
    "test_a_login_that_comes_late",
    "test_killed",
    "test_mail_without_sessions_is_due_nothing",
    "test_mailboxes_of_the_log_are_audited_from_their_first_act",
    "test_rebuilt",
    "test_several_processes",
    "test_twice_and_in_other_order",
    "whole",
]


@pytest.fixture(autouse=True)
def on_postgresql(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test opens lies there; `whole`, which serves them all, was made on SQLite."""
    with database(request, "postgresql"):
        yield
