"""Cmdlets that nobody writes: each operation of the catalog with a `cmdlet` name is one.

Parameters are the fields of the operation's input under their outside names, types by the fields' types, properties of
the output those of the output's model, in its order.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, PlainSerializer
from pydantic.fields import FieldInfo

from mailwake.operations.contract import Operation, OperationError, all_operations
from mailwake.operations.fields import ListChange, ResultSize, bytes_text
from mailwake.operations.parameters import bare, choices_of, is_list, outside_name
from mailwake.shell import parameter_types as kinds
from mailwake.shell.exchange.rules import Rule, rule_of
from mailwake.shell.exchange.told import error_of
from mailwake.shell.exchange.values import object_of, plain
from mailwake.shell.invocation import Invocation
from mailwake.shell.objects import Value
from mailwake.shell.registry import Cmdlet, Column, OutputType, Parameter, ParameterType, View

_PIECE = "Text"
"""The only property of items that are pieces of a document."""
_IDENTITIES = ("Identity", "JobId", "Name", "DomainName")
_MOST_COLUMNS = 5
_UNLIMITED = get_args(ResultSize)[1:]
"""What tells a number that may be `Unlimited` from another."""


@cache
def generated() -> tuple[tuple[Cmdlet, OutputType], ...]:
    """The cmdlets with the types of what they give."""
    return tuple((cmdlet_of(one), type_of(one)) for one in all_operations().values() if one.cmdlet)


def cmdlet_of(operation: Operation[Any]) -> Cmdlet:
    """The cmdlet of an operation."""
    rule = rule_of(operation)

    def run(call: Invocation) -> Iterator[Value]:
        return _run(operation, rule, call)

    return Cmdlet(
        operation.cmdlet,
        run,
        tuple(_parameters(operation, rule)),
        synopsis=operation.summary,
        description=operation.details,
        output=() if rule.silent else (type_name(operation),),
        should_process=operation.changes and not rule.harmless,
        asks=rule.asks,
    )


def type_name(operation: Operation[Any]) -> str:
    """The name of the type that a cmdlet gives."""
    return rule_of(operation).type_name or f"Mailwake.{operation.output.__name__}"


def type_of(operation: Operation[Any]) -> OutputType:
    """The type that a cmdlet gives, with its default view."""
    model = operation.output
    names = tuple(outside_name(model, name) for name in model.model_fields)
    columns = rule_of(operation).view
    if not columns:
        chosen = getattr(model, "table_columns", ())
        columns = tuple(outside_name(model, name) for name in chosen)
        columns = columns or (names if len(names) <= _MOST_COLUMNS else ())
    if not columns:
        return OutputType(type_name(operation), names, View.LIST)
    return OutputType(type_name(operation), names, View.TABLE, tuple(map(Column, columns)))


def _parameters(operation: Operation[Any], rule: Rule) -> Iterator[Parameter]:
    model = operation.input
    names = {name: outside_name(model, name) for name in model.model_fields}
    order = sorted(names.values(), key=str.lower)
    for name, info in model.model_fields.items():
        outside = names[name]
        yield Parameter(
            outside,
            type_of_field(outside, info, rule),
            position=order.index(outside) + 1 if rule.alphabetical else _place(info),
            mandatory=info.is_required(),
            aliases=rule.aliases.get(outside, ()),
            values=tuple(choices_of(info)),
            help=info.description or "",
            from_pipeline=outside == "Identity",
            from_pipeline_by_name=outside == "Identity" or outside in rule.piped,
            default=_default(info),
        )
    for outside in rule.accepted:
        yield Parameter(outside, kinds.STRING, help="Accepted, and of no effect here.", hidden=True)
    for outside in rule.switches:
        yield Parameter(outside, kinds.SWITCH, help="Accepted, and of no effect here.", hidden=True)
    for outside in rule.toggles:
        yield Parameter(outside, kinds.BOOLEAN, help="Accepted, and of no effect here.", hidden=True)


def _place(info: FieldInfo) -> int | None:
    extra = info.json_schema_extra
    place = extra.get("position") if isinstance(extra, dict) else None
    return place if isinstance(place, int) else None


def _default(info: FieldInfo) -> str:
    value = None if info.is_required() else info.default
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) and value != "" else ""


_SIMPLE: tuple[tuple[type, ParameterType], ...] = (
    (datetime, kinds.DATE),
    (timedelta, kinds.TIMESPAN),
    (float, kinds.DOUBLE),
)


def type_of_field(outside: str, info: FieldInfo, rule: Rule) -> ParameterType:
    """The type of the parameter of a field."""
    kind = bare(info.annotation)
    if outside in rule.guids:
        return kinds.GUID
    if kind is ListChange:
        return kinds.MULTI
    if kind is bool:
        return kinds.BOOLEAN if info.default is not False or outside in rule.booleans else kinds.SWITCH
    if is_list(info):
        return kinds.MULTI_VALUES
    if _is_size(info):
        return kinds.SIZE
    if kind is int:
        return kinds.UNLIMITED if _may_be_all(info) else kinds.INT
    return next((made for known, made in _SIMPLE if kind is known), kinds.STRING)


def _is_size(info: FieldInfo) -> bool:
    return "bytes_text" in repr(info.annotation) or any(
        isinstance(one, PlainSerializer) and one.func is bytes_text for one in info.metadata
    )


def _may_be_all(info: FieldInfo) -> bool:
    """Whether a number may be `Unlimited`: see `fields.ResultSize`."""
    return any(one in _UNLIMITED for one in info.metadata)


def _run(operation: Operation[Any], rule: Rule, call: Invocation) -> Iterator[Value]:
    """Ask or order, for one object of the pipeline."""
    ignored = {name.lower() for name in rule.ignored}
    values = _values(operation.input, call, ignored)
    target = next((str(values[name]) for name in _IDENTITIES if values.get(name)), operation.cmdlet.partition("-")[2])
    perform = call.services.operations.perform
    try:
        if operation.changes and not rule.harmless:
            if call.common.what_if:
                list(perform(operation, values, what_if=True).items)
            if not call.should_process(target):
                return
        reply = perform(operation, values)
        count = 0
        for record in reply.items:
            count += 1
            call.step()
            if not rule.silent:
                yield _shown(operation, record)
    except OperationError as error:
        raise error_of(error, target) from error
    for text in reply.warnings:
        call.warning(text)
    if operation.changes and not count:
        call.warning(f"The command completed successfully but no settings of '{target}' have been modified.")


def _shown(operation: Operation[Any], record: dict[str, Any]) -> Value:
    if list(record) == [_PIECE]:
        return record[_PIECE]
    return object_of(record, operation.output, type_name(operation))


def _values(model: type[BaseModel], call: Invocation, ignored: set[str]) -> dict[str, Any]:
    """What was given, by outside names, as JSON has it."""
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        outside = outside_name(model, name)
        if outside.lower() in ignored or not call.given(outside):
            continue
        value = plain(call.get(outside), call.settings.zone)
        if value is None:
            if type_of_field(outside, info, Rule()) is not kinds.UNLIMITED:
                continue
            value = "Unlimited"
        found[outside] = value
    return found
