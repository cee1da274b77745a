"""People and tokens: who signs in, in which role groups they are, and which programs act for them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from pydantic import ValidationError

from mailwake.operations.account_models import Token
from mailwake.operations.contract import OperationError, all_operations
from mailwake.operations.perform import allowed
from mailwake.web.callers import ask, caller_of, items, page
from mailwake.web.mistakes import in_words
from mailwake.web.spoken import error_in_words


@page
def accounts(request: HttpRequest) -> HttpResponseBase:
    """Show them; with POST, do what the button says."""
    problem, secret = "", ""
    if request.method == "POST":
        try:
            secret = _do(request)
            if not secret:
                return redirect("accounts")
        except ValidationError as error:
            problem = in_words(error.errors()[0])
        except OperationError as error:
            if error.status == 403:
                raise
            problem = error_in_words(error)
    caller = caller_of(request)
    may_change = allowed(all_operations()["new-account"], caller)
    shown: dict[str, Any] = {
        "accounts": items(request, "get-account"),
        "tokens": items(request, "get-api-token") if may_change else [],
        "groups": items(request, "get-role-group") if may_change else [],
        "may_change": may_change,
        "problem": problem,
        "secret": secret,
        "typed": request.POST,
    }
    return render(request, "web/accounts.html", shown, status=400 if problem else 200)


def _do(request: HttpRequest) -> str:
    """Carry the order out; the secret of a token that was made, else "". Raises OperationError."""
    given = request.POST
    what, name = given.get("what", ""), given.get("name", "").strip()
    if what == "add":
        groups = tuple(group for group in given.getlist("role_groups") if group)
        who = {"name": name, "display_name": given.get("display_name", ""), "email": given.get("email", "")}
        list(ask(request, "new-account", **who, password=given.get("password", ""), role_groups=groups))
        messages.success(request, _("The account is made."), "good")
    elif what in ("enable", "disable"):
        list(ask(request, "set-account", identity=name, enabled=what == "enable"))
    elif what == "join":
        list(ask(request, "add-role-group-member", identity=given.get("group", ""), member=name))
        messages.success(request, _("The account is in the role group now."), "good")
    elif what == "leave":
        list(ask(request, "remove-role-group-member", identity=given.get("group", ""), member=name))
    elif what == "token":
        made = next(iter(ask(request, "new-api-token", account=name, name=given.get("for", "").strip())))
        assert isinstance(made, Token)
        return made.secret or ""
    elif what == "revoke":
        list(ask(request, "remove-api-token", account=name, name=given.get("for", "")))
        messages.success(request, _("The token counts no more."), "good")
    return ""
