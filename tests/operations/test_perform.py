"""Every operation for every role group, in and out of scope; and the record of who asked what."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from amounts import few
from asking import Desk, member_of
from directories import Directory
from pydantic import BaseModel

from mailwake.directory.roles import ROLE_GROUPS, ROLES
from mailwake.operations.callers import caller_of
from mailwake.operations.context import Context
from mailwake.operations.contract import (
    Caller,
    CallerScope,
    Operation,
    OperationError,
    Refused,
    Scope,
    all_operations,
)
from mailwake.operations.models import Answer, Input, Output
from mailwake.operations.perform import perform

OPERATIONS = all_operations()
PART = CallerScope(everything=False, domains=("one.test",))


class _Stop(Exception):
    """The handler was reached."""


def reached(operation: Operation[Any], context: Context) -> str:
    """Whether a caller gets as far as the handler: "yes", or the code of the refusal."""

    def handler(context: Context, given: BaseModel) -> Iterator[BaseModel]:
        raise _Stop

    probe = Operation(
        **{
            **{name: getattr(operation, name) for name in operation.__dataclass_fields__},
            "handler": handler,
            "input": Nothing,
        }
    )
    try:
        perform(probe, context, Nothing())
    except _Stop:
        return "yes"
    except OperationError as error:
        assert isinstance(error, Refused)
        assert all(role in error.message or "whole organization" in error.message for role in operation.roles)
        return error.code
    raise AssertionError("the handler was not asked and nobody was refused")


class Nothing(Input):
    """Takes nothing."""


class Item(Output):
    """An item."""

    number: int


@pytest.mark.parametrize("size", few((0, 1, 2)))
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_and_every_role_group(desk: Desk, name: str, size: int) -> None:
    """Allowed are exactly those whose groups give one of the operation's roles; one thing for whole and part."""
    operation = OPERATIONS[name]
    for groups in itertools.combinations(ROLE_GROUPS, size):
        roles = {role for group in groups for role in ROLE_GROUPS[group][1]}
        fits = not operation.roles or bool(roles & set(operation.roles))
        assert reached(operation, desk.context(member_of(*groups))) == ("yes" if fits else "permission-denied")
        wanted = fits and (operation.scope is not Scope.ORGANIZATION or not operation.roles)
        told = reached(operation, desk.context(member_of(*groups, scope=PART)))
        assert told == ("yes" if wanted else "permission-denied")


@pytest.mark.parametrize("name", OPERATIONS)
def test_contract_is_kept(name: str) -> None:
    operation = OPERATIONS[name]
    assert set(operation.roles) <= set(ROLES)
    assert operation.name == name and operation.summary.endswith(".")
    assert all(info.description for info in operation.input.model_fields.values())
    if operation.cmdlet:
        assert all(info.description for info in operation.output.model_fields.values())
    assert operation.scope is not Scope.MAILBOX or "identity" in operation.input.model_fields
    if operation.changes:
        assert operation.roles, "who may change something is always asked"


def test_T06_refusal_names_roles_and_role_groups(desk: Desk) -> None:
    desk.directory.people.create_role_group("Tracers", ["Message Trace"])
    with pytest.raises(Refused) as caught:
        perform(OPERATIONS["message-trace"], desk.context(member_of("Security Reader")), Nothing())
    assert "management role Message Trace" in caught.value.message
    for group in ("Compliance Management", "Help Desk", "Organization Management", "Tracers"):
        assert group in caught.value.advice
    assert caught.value.status == 403
    (entry,) = desk.directory.log.search(users=["kim"])
    assert not entry.succeeded and "Message Trace" in entry.error


@pytest.mark.parametrize("name", ["set-mailbox", "remove-mailbox", "add-mailbox-permission", "get-mailbox"])
def test_outside_the_scope_is_as_not_there(desk: Desk, name: str) -> None:
    desk("New-Mailbox", Name="Bob", PrimarySmtpAddress="bob@two.test")
    desk("New-Mailbox", Name="Ada", PrimarySmtpAddress="ada@one.test")
    caller = member_of("Organization Management", scope=PART)
    more: dict[str, Any] = {"set-mailbox": {"GeoLocation": "X"}, "add-mailbox-permission": {"User": "x"}}.get(name, {})
    told = []
    for identity in ("bob@two.test", "nobody@two.test"):
        with pytest.raises(OperationError) as caught:
            desk(name, caller, Identity=identity, **more)
        error = caught.value
        told.append((error.code, error.status, error.message.replace(identity, ""), error.advice))
    assert told[0] == told[1]
    assert desk(name, caller, Identity="ada@one.test", **more)


def test_lists_show_the_scope_only(desk: Desk) -> None:
    for name in ("ada@one.test", "bob@two.test"):
        desk("New-Mailbox", Name=name, PrimarySmtpAddress=name)
        desk("Add-MailboxPermission", Identity=name, User="cleo")
        desk("New-AcceptedDomain", DomainName=name.partition("@")[2])
    caller = member_of("Organization Management", scope=PART)
    assert [one["Name"] for one in desk("Get-Mailbox", caller)] == ["ada@one.test"]
    assert [one["Identity"] for one in desk("Get-MailboxPermission", caller)] == ["ada@one.test"]
    assert [one["Name"] for one in desk("Get-MailboxAuditBypassAssociation", caller)] == ["ada@one.test"]
    assert [one["Name"] for one in desk("Get-AcceptedDomain", caller)] == ["one.test"]
    with pytest.raises(OperationError, match="outside your scope"):
        desk("New-Mailbox", caller, Name="x", PrimarySmtpAddress="x@two.test")
    with pytest.raises(OperationError, match="no mailbox"):
        desk("Set-MailboxAuditBypassAssociation", caller, Identity="svc", AuditBypassEnabled=True, Force=True)


def test_each_role_holds_over_its_own_scope_only(desk: Desk, directory: Directory) -> None:
    """Help Desk everywhere does not widen Organization Management of a part."""
    for name in ("ada@one.test", "bob@two.test"):
        desk("New-Mailbox", Name=name, PrimarySmtpAddress=name)
    desk("New-RoleGroup", Name="Admins One", Roles="Audit Logs", ScopeDomains="one.test")
    desk("Add-RoleGroupMember", Identity="Admins One", Member="Kim")
    desk("Add-RoleGroupMember", Identity="help desk", Member="kim")
    kim = caller_of(directory, "kim")
    assert len(desk("Get-Mailbox", kim)) == 2
    assert desk("Set-Mailbox", kim, Identity="ada@one.test", GeoLocation="X")
    with pytest.raises(OperationError, match="no mailbox"):
        desk("Set-Mailbox", kim, Identity="bob@two.test", GeoLocation="X")


def test_a_change_is_recorded_with_before_and_after(desk: Desk) -> None:
    desk("New-Mailbox", Name="Rosa", PrimarySmtpAddress="rosa@one.test")
    desk.wait()
    caller = member_of("Records Management", name="kim@corp.test")
    desk(
        "Set-Mailbox",
        caller,
        Identity="rosa",
        AuditOwner={"Add": ["ApplyRecord", "Move"], "Remove": ["Update"]},
        AuditLogAgeLimit=120,
    )
    desk("Set-Mailbox", caller, Identity="rosa", AuditAdmin=["HardDelete", "SoftDelete"])
    second, first = desk.directory.log.search(users=["KIM@corp.test"], changes=True)
    assert first.parameters == (
        *(("Identity", "rosa"), ("AuditLogAgeLimit", "120.00:00:00"), ("AuditOwner", "+ApplyRecord;+Move;-Update")),
    )
    assert second.parameters[1] == ("AuditAdmin", "HardDelete;SoftDelete")
    assert (first.cmdlet, first.origin, first.face, first.run_date) == ("Set-Mailbox", "192.0.2.7", "api", desk.micros)
    assert first.object_modified == "rosa@one.test" and first.succeeded and first.server
    properties = {name: (old, new) for name, old, new in first.modified_properties}
    assert properties["AuditLogAgeLimit"] == ("90.00:00:00", "120.00:00:00")
    assert properties["DefaultAuditSet"] == ("Admin;Delegate;Owner", "Admin;Delegate")
    assert "Name" not in properties
    shown = desk("Search-AdminAuditLog", Cmdlets="set-mailbox", Parameters="auditadmin")
    assert [one["CmdletParameters"][1] for one in shown] == ["AuditAdmin:HardDelete;SoftDelete"]


def test_questions_refusals_and_failures_are_recorded(desk: Desk) -> None:
    desk("Get-OrganizationConfig")
    with pytest.raises(OperationError):
        desk("Set-Mailbox", Identity="nobody", GeoLocation="X")
    entries = list(desk.directory.log.search())
    assert [(one.cmdlet, one.succeeded, one.changes) for one in entries] == [
        ("Set-Mailbox", False, True),
        ("Get-OrganizationConfig", True, False),
    ]
    assert "nobody" in entries[0].error and entries[0].object_modified == "nobody"
    assert len(desk("Search-AdminAuditLog", IsSuccess=False)) == 1


def _operation(handler: Any, **more: Any) -> Operation[Nothing]:
    values: dict[str, Any] = {"roles": (), "scope": Scope.OWN, "changes": False} | more
    return Operation("probe", "Try.", Nothing, Item, handler, **values)


def test_a_change_and_its_record_are_kept_together_or_not_at_all(desk: Desk) -> None:
    def half(context: Context, given: Nothing) -> Iterator[Item]:
        context.settings.organization.change(context.micros, lazy_expunge=True)
        yield Item(number=1)
        raise OperationError("broken", "it broke")

    with pytest.raises(OperationError, match="it broke"):
        perform(_operation(half, changes=True), desk.context(), Nothing())
    assert not desk.directory.organization.current().settings.lazy_expunge
    (entry,) = desk.directory.log.search()
    assert not entry.succeeded and entry.error == "it broke"


def test_what_if_keeps_nothing(desk: Desk) -> None:
    operation = OPERATIONS["set-organization-config"]
    context = desk.context()
    context.what_if = True
    (shown,) = perform(operation, context, operation.input(lazy_expunge=True))
    assert shown.model_dump()["lazy_expunge"] is True
    assert not desk.directory.organization.current().settings.lazy_expunge
    (entry,) = desk.directory.log.search()
    assert not entry.succeeded and "what if" in entry.error


def test_an_answer_comes_as_it_is_read(desk: Desk) -> None:
    made: list[int] = []

    class Paged(Answer):
        """Knows where it goes on when it has been read."""

    def many(context: Context, given: Nothing) -> Answer:
        answer = Paged((), warnings=["careful"])

        def items() -> Iterator[Item]:
            for number in range(3):
                made.append(number)
                yield Item(number=number)
            answer.next_cursor = "there"

        answer.items = items()
        return answer

    answer = perform(_operation(many), desk.context(), Nothing())
    assert made == [0] and answer.warnings == ["careful"] and answer.next_cursor is None
    assert len(list(desk.directory.log.search())) == 1, "who asks is known before anything is read"
    assert len(list(answer)) == 3
    assert answer.next_cursor == "there"


def test_a_failure_in_the_middle_is_recorded_too(desk: Desk) -> None:
    def broken(context: Context, given: Nothing) -> Iterator[Item]:
        yield Item(number=1)
        raise OperationError("late", "too late")

    answer = perform(_operation(broken), desk.context(), Nothing())
    with pytest.raises(OperationError, match="too late"):
        list(answer)
    assert [(one.succeeded, one.error) for one in desk.directory.log.search()] == [(False, "too late"), (True, "")]


def test_without_a_directory_there_is_no_record() -> None:
    def one(context: Context, given: Nothing) -> Iterator[Item]:
        yield Item(number=1)

    assert len(list(perform(_operation(one), Context(Caller("me"), None), Nothing()))) == 1
    with pytest.raises(OperationError, match="needs the directory"):
        operation = OPERATIONS["get-organization-config"]
        perform(operation, Context(Caller("me", roles=frozenset(ROLES)), None), operation.input())


def test_which_role_a_cmdlet_needs(desk: Desk) -> None:
    found = desk("Get-ManagementRole", Cmdlet="set-mailbox")
    assert [one["Name"] for one in found] == ["Audit Logs"]
    assert "Records Management" in found[0]["RoleGroups"]
    with pytest.raises(OperationError, match="no cmdlet"):
        desk("Get-ManagementRole", Cmdlet="Get-Nonsense")
