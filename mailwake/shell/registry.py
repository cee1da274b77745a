"""The contract between the language and the cmdlets that are bound to it.

A cmdlet is one `Cmdlet` value: its name, its typed `Parameter`s, and a handler that is called with an `Invocation` and
gives objects. To add cmdlets, make a module with the values and one function that adds them:

    def _get_mailbox(call: Invocation) -> Iterable[PSObject]:
        for mailbox in call.services.mailboxes(call.get("Identity")):
            yield PSObject({"Name": mailbox.name, "AuditEnabled": mailbox.audit}, "Example.Mailbox", text=mailbox.name)

    GET_MAILBOX = Cmdlet(
        "Get-Mailbox",
        _get_mailbox,
        (
            Parameter("Identity", STRING, position=1, from_pipeline=True, from_pipeline_by_name=True,
                      help="Name, alias or address of the mailbox."),
            Parameter("ResultSize", UNLIMITED, help="The most mailboxes; 1000 unless given."),
        ),
        synopsis="Shows mailboxes.",
        output=("Example.Mailbox",),
    )

    def register(registry: Registry) -> None:
        registry.add(GET_MAILBOX)
        registry.add_type(OutputType("Example.Mailbox", ("Name", "AuditEnabled"), View.TABLE, (Column("Name"), ...)))

What the binder has done when a handler is called: names matched without regard to case and by unambiguous
abbreviation, values converted to the parameters' types, valid values and ranges checked, mandatory parameters present,
one parameter set chosen. A handler is called once for each object of the pipeline, with what was bound from it; with
`takes_stream` it is called once and reads `Invocation.input` itself.

Errors: a handler raises `ShellError`. It is written as a non-terminating error of this call (the next object of the
pipeline goes on), unless `-ErrorAction Stop` or an enclosing `$ErrorActionPreference` makes it terminating.
`Invocation.error` writes one and lets the handler go on.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from mailwake.shell.objects import Value

if TYPE_CHECKING:
    from mailwake.shell.invocation import Invocation
    from mailwake.shell.values.convert import Settings

ALL_SETS = "__AllParameterSets"


@dataclass(frozen=True, slots=True)
class ParameterType:
    """A type of parameters."""

    name: str
    """As help and messages name it: `System.DateTime`, `MultiValuedProperty`."""
    convert: Callable[[Value, Settings], Value]
    """Makes a value of the type; raises `ShellError` with the reason."""
    many: bool = False
    """Whether it is a list: each item is converted, one value is a list of one."""
    textual: bool = False
    """Whether a number is taken as it was written: `007`."""
    switch: bool = False
    """Whether the parameter takes no value, but `-Name:$false`."""
    nullable: bool = False
    """Whether $null is a value of it, handed on as None."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What `@{Add="a","b"; Remove="c"}` asks of a MultiValuedProperty."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a cmdlet."""

    name: str
    type: ParameterType
    position: int | None = None
    """From 1: where it may stand without its name."""
    mandatory: bool = False
    aliases: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    """Parameter sets it belongs to; empty for all."""
    values: tuple[str, ...] | Callable[[], Sequence[str]] = ()
    """The only values it takes, spelled as they are to be handed on; empty for any."""
    completer: Callable[[str], Iterable[str]] | None = None
    """Gives values that begin with a text, for completion; where `values` does not say."""
    help: str = ""
    from_pipeline: bool = False
    """Whether an object of the pipeline may be its value."""
    from_pipeline_by_name: bool = False
    """Whether a property of its name (or alias) of an object of the pipeline may be its value."""
    minimum: int | None = None
    maximum: int | None = None
    default: str = ""
    """What holds when it is not given, for help."""
    remaining: bool = False
    """Whether it takes all positional arguments that are left."""
    hidden: bool = False
    """Left out of completion and help."""

    def valid(self) -> tuple[str, ...]:
        """The only values it takes."""
        return tuple(self.values() if callable(self.values) else self.values)

    def in_set(self, name: str) -> bool:
        """Whether it belongs to a parameter set."""
        return not self.sets or name in self.sets

    def spellings(self) -> tuple[str, ...]:
        """Its name and aliases in lower case."""
        return (self.name.lower(), *(alias.lower() for alias in self.aliases))


@dataclass(frozen=True, slots=True)
class Example:
    """An example in a cmdlet's help."""

    command: str
    text: str


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """A command of the language."""

    name: str
    """Verb-Noun, spelled as it is shown."""
    handler: Callable[[Invocation], Iterable[Value]]
    """Gives the output, best lazily. A list among it is one object."""
    parameters: tuple[Parameter, ...] = ()
    synopsis: str = ""
    description: str = ""
    examples: tuple[Example, ...] = ()
    output: tuple[str, ...] = ()
    """Names of the types that it gives, for completion and help."""
    aliases: tuple[str, ...] = ()
    takes_stream: bool = False
    """Whether the handler is called once for the whole pipeline and reads `Invocation.input`."""
    should_process: bool = False
    """Whether it changes something: it gets -WhatIf and -Confirm."""
    asks: bool = False
    """Whether it asks before it changes something, unless `-Confirm:$false`."""
    default_set: str = ""
    """The parameter set that holds when several would do."""

    def sets(self) -> tuple[str, ...]:
        """Names of its parameter sets."""
        names = {name: None for parameter in self.parameters for name in parameter.sets}
        return tuple(names) or (ALL_SETS,)


class View(Enum):
    """How objects of a type are shown when nothing says how."""

    LIST = "list"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a default table."""

    name: str
    """The property."""
    label: str = ""
    """The heading, if not the property's name."""
    right: bool | None = None
    """Whether it stands right; by the values if not said."""


@dataclass(frozen=True, slots=True)
class OutputType:
    """What is known of a type of objects."""

    name: str
    """As in `PSObject.type_name`."""
    properties: tuple[str, ...] = ()
    """Its properties in order, for completion and Get-Member."""
    view: View = View.LIST
    columns: tuple[Column, ...] = ()
    """Of the default table; for a list, the properties shown (all if empty)."""
    group_by: str = ""
    """A property whose value stands above each run of objects in the default table."""


@dataclass(slots=True)
class Registry:
    """All cmdlets, aliases and types that a shell knows."""

    cmdlets: dict[str, Cmdlet] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    types: dict[str, OutputType] = field(default_factory=dict)

    def add(self, *cmdlets: Cmdlet) -> None:
        """Make cmdlets known; one of the same name is replaced."""
        for cmdlet in cmdlets:
            self.cmdlets[cmdlet.name.lower()] = cmdlet
            for alias in cmdlet.aliases:
                self.aliases[alias.lower()] = cmdlet.name

    def add_type(self, *types: OutputType) -> None:
        """Make types known."""
        for known in types:
            self.types[known.name.lower()] = known

    def find(self, name: str) -> Cmdlet | None:
        """A cmdlet by name or alias, without regard to case."""
        lowered = name.lower()
        return self.cmdlets.get(lowered) or self.cmdlets.get(self.aliases.get(lowered, "").lower())

    def type(self, name: str) -> OutputType | None:
        """What is known of a type."""
        return self.types.get(name.lower())

    def nearest(self, name: str) -> str:
        """The cmdlet whose name is most like another, or an empty string."""
        found = difflib.get_close_matches(name.lower()[:60], list(self.cmdlets), 1, 0.75)
        return self.cmdlets[found[0]].name if found else ""

    def copy(self) -> Registry:
        """A registry of its own with the same in it."""
        return Registry(dict(self.cmdlets), dict(self.aliases), dict(self.types))


Services = Any
"""What an integrator hands to the handlers: the operations and who asks."""
