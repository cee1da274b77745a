"""Mailboxes and what is audited in them: the list, and one mailbox with its sets as boxes to tick."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from pydantic import ValidationError

from mailwake.audit.model import LogonType, MailboxType
from mailwake.audit.policy.actions import EVERYDAY_NAMES, in_order
from mailwake.audit.policy.matrix import allowed
from mailwake.events.told import tell
from mailwake.operations.contract import OperationError, all_operations
from mailwake.operations.mailbox_models import Mailbox
from mailwake.operations.perform import allowed as may
from mailwake.web.callers import ask, caller_of, context_of, page
from mailwake.web.labels import label
from mailwake.web.mistakes import mistakes
from mailwake.web.spoken import error_in_words, spoken

_SHOWN = 500
_FIELD = {LogonType.ADMIN: "audit_admin", LogonType.DELEGATE: "audit_delegate", LogonType.OWNER: "audit_owner"}


@page
def mailboxes(request: HttpRequest) -> HttpResponseBase:
    """The list, searched by a part of a name or address."""
    part, kind = request.GET.get("part", "").strip(), request.GET.get("type", "")
    given: dict[str, Any] = {"anr": part, "result_size": _SHOWN}
    if kind == MailboxType.GROUP:
        given["group_mailbox"] = True
    elif kind in set(MailboxType):
        given["recipient_type_details"] = (kind,)
    answer = ask(request, "get-mailbox", **given)
    found = [one for one in answer if isinstance(one, Mailbox)]
    shown = {
        "found": found,
        "part": part,
        "kind": kind,
        "kinds": [(one.value, label(one.value)) for one in MailboxType],
        "logon_types": [(one.value, label(one.value)) for one in _FIELD],
        "warnings": spoken(tuple(answer.warnings)),
        "more": len(found) == _SHOWN,
    }
    return render(request, "web/mailboxes.html", shown)


@page
def mailbox(request: HttpRequest, identity: str) -> HttpResponseBase:
    """One mailbox; with POST, a change of it."""
    group = request.GET.get("group") == "1"
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _change(request, identity, group)
            address = reverse("mailbox", args=[identity])
            return redirect(f"{address}?group=1" if group else address)
        except ValidationError as error:
            errors = mistakes(all_operations()["set-mailbox"].input, error)
        except OperationError as error:
            if error.status in (401, 403, 404):
                raise
            errors = {"": error_in_words(error)}
    box = _one(request, identity, group)
    shown = {
        "box": box,
        "type": label(box.recipient_type_details.value),
        "group": group,
        "sets": _sets(request, box),
        "bypass": _bypass(request, identity),
        "may_change": may(all_operations()["set-mailbox"], caller_of(request)),
        "errors": errors,
    }
    return render(request, "web/mailbox.html", shown, status=400 if errors else 200)


def _one(request: HttpRequest, identity: str, group: bool) -> Mailbox:
    found = next(iter(ask(request, "get-mailbox", identity=identity, group_mailbox=group)))
    assert isinstance(found, Mailbox)
    return found


def _sets(request: HttpRequest, box: Mailbox) -> list[dict[str, Any]]:
    """For each logon type the actions that can be recorded, those that are, and whose choice that is."""
    matrix = context_of(request).settings.organization.current().settings.matrix
    found = []
    for kind, name in _FIELD.items():
        current = set(getattr(box, name))
        actions = in_order(allowed(matrix, kind) | current)
        found.append(
            {
                "kind": kind.value,
                "label": label(kind.value),
                "managed": kind.value in box.default_audit_set,
                "actions": [(one, EVERYDAY_NAMES.get(one, ""), one in current) for one in actions],
            }
        )
    return found


def _bypass(request: HttpRequest, identity: str) -> bool | None:
    """Whether the mailbox's own account is not audited; None for who may not know."""
    try:
        answer = list(ask(request, "get-mailbox-audit-bypass-association", identity=identity))
    except OperationError:
        return None
    return any(getattr(one, "audit_bypass_enabled", False) for one in answer)


def _change(request: HttpRequest, identity: str, group: bool) -> None:
    """Do what the button that was pressed says. Raises OperationError, pydantic.ValidationError."""
    what = request.POST.get("what", "")
    base: dict[str, Any] = {"identity": identity, "group_mailbox": group}
    if what in set(LogonType):
        chosen = request.POST.getlist("action") or ["None"]
        list(ask(request, "set-mailbox", **base, **{_FIELD[LogonType(what)]: chosen}))
        messages.success(request, _("The set is kept; it is no longer vendor-managed."), "good")
    elif what.startswith("restore-"):
        list(ask(request, "set-mailbox", **base, default_audit_set=(what.removeprefix("restore-"),)))
        messages.success(request, _("The default set is back and vendor-managed."), "good")
    elif what == "age":
        list(ask(request, "set-mailbox", **base, audit_log_age_limit=request.POST.get("age_limit", "")))
        messages.success(request, _("The age limit is kept. It acts on records that are there, too."), "good")
    elif what == "bypass":
        on = request.POST.get("bypass") == "on"
        list(ask(request, "set-mailbox-audit-bypass-association", identity=identity, audit_bypass_enabled=on))
        text = _("Nothing that this account does is recorded any more.") if on else _("The account is audited again.")
        messages.success(request, text, "good")
    else:
        raise OperationError("no-such-change", tell("the form is not of this page"), tell("Load the page again."))
