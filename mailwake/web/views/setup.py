"""The first run: the page that makes the first account."""

from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from mailwake.directory.errors import DirectoryError
from mailwake.directory.models import Account
from mailwake.web import first_run
from mailwake.web.spoken import error_in_words


def setup(request: HttpRequest) -> HttpResponseBase:
    """Ask for the code, a name and a password."""
    if not first_run.is_needed():
        return redirect("home")
    errors: dict[str, list[str]] = {}
    given = {name: request.POST.get(name, "").strip() for name in ("name", "email")}
    code = (request.POST.get("code") or request.GET.get("code", "")).strip()
    if request.method == "POST":
        password = request.POST.get("password", "")
        errors = _check(code, given, password, request.POST.get("again", ""))
        if not errors:
            try:
                first_run.make_first_account(given["name"], given["email"], password)
            except DirectoryError as error:
                errors["name"] = [error_in_words(error)]
            else:
                account = Account.objects.get_by_natural_key(given["name"])
                login(request, account, backend="allauth.account.auth_backends.AuthenticationBackend")
                return redirect("home")
    shown = {"errors": errors, "given": given, "code": code}
    return render(request, "web/setup.html", shown, status=400 if errors else 200)


def _check(code: str, given: dict[str, str], password: str, again: str) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not first_run.is_code(code):
        errors["code"] = [_("This is not the code. It is in the file setup-code of the data directory.")]
    if not given["name"]:
        errors["name"] = [_("Give a name to sign in with.")]
    if password != again:
        errors["again"] = [_("The two passwords differ.")]
    try:
        validate_password(password, Account(name=given["name"], email=given["email"]))
    except ValidationError as error:
        errors["password"] = list(error.messages)
    return errors
