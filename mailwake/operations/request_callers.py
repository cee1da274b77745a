"""Who sent a request to the serving process: by a token in the header, or by the session of a page."""

from __future__ import annotations

import time

from django.http import HttpRequest

from mailwake.operations.callers import caller_of
from mailwake.operations.contract import Caller
from mailwake.operations.serving import runtime

SESSION_GROUPS = "provider_groups"
"""Where the session keeps the groups that the identity provider named at sign-in."""


def caller_of_request(request: HttpRequest, face: str) -> Caller | None:
    """The caller of a request; None when nobody is known by it."""
    directory = runtime().directory
    origin = str(request.META.get("REMOTE_ADDR", ""))
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind:
        if kind.lower() != "bearer":
            return None
        found = directory.accounts.verify_token(secret.strip(), _now())
        if found is None:
            return None
        account, token = found
        return caller_of(directory, account.name, only=token.role_groups, origin=origin, face="api")
    if not request.user.is_authenticated:
        return None
    groups = request.session.get(SESSION_GROUPS, [])
    return caller_of(directory, request.user.get_username(), provider_groups=groups, origin=origin, face=face)


def _now() -> int:
    return time.time_ns() // 1000
