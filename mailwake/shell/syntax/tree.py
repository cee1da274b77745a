"""The tree of a script. Every node is frozen and knows its place in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mailwake.shell.errors import Extent


@dataclass(frozen=True, slots=True)
class Node:
    """Whatever stands at a place in the text."""

    extent: Extent


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, a string without variables in it, a bare word."""

    value: Any
    text: str
    """As it was written: `007` stays that where a string is wanted."""
    bare: bool = False
    """Whether it stood without quotes."""


@dataclass(frozen=True, slots=True)
class Expandable(Node):
    """A double-quoted string or a word with variables in it: strings and expressions in turn."""

    parts: tuple[str | Node, ...]
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """`$name`; the scope (`script`, `global`, `env` ...) is empty if none was written."""

    name: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """`[datetime]`"""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """`a, b, c`"""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Paren(Node):
    """`( statement )`"""

    inner: Node


@dataclass(frozen=True, slots=True)
class Body(Node):
    """Statements one after the other."""

    statements: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class SubExpression(Node):
    """`$( statements )`"""

    body: Body


@dataclass(frozen=True, slots=True)
class ArrayExpression(Node):
    """`@( statements )`"""

    body: Body


@dataclass(frozen=True, slots=True)
class HashLiteral(Node):
    """`@{ key = value; ... }`"""

    pairs: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class ParameterDefinition(Node):
    """One of `param(...)`: types in front of it, name, default."""

    types: tuple[str, ...]
    name: str
    default: Node | None
    mandatory: bool = False
    values: tuple[str, ...] = ()
    """Of `[ValidateSet(...)]`."""


@dataclass(frozen=True, slots=True)
class Script(Node):
    """`{ param(...) statements }`"""

    parameters: tuple[ParameterDefinition, ...]
    body: Body
    text: str
    """What stands between the braces, as written."""


@dataclass(frozen=True, slots=True)
class Program(Node):
    """A whole text: its `param(...)` and its statements."""

    parameters: tuple[ParameterDefinition, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`-not x`, `-x`, `-join x`; the operator in lower case."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`a -eq b`, `a + b`; the operator in lower case, its place for messages."""

    operator: str
    left: Node
    right: Node
    sign: Extent


@dataclass(frozen=True, slots=True)
class Step(Node):
    """`$i++`, `--$i`"""

    target: Node
    by: int
    prefix: bool


@dataclass(frozen=True, slots=True)
class Cast(Node):
    """`[int]$x`"""

    type: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`x.Name`, `[type]::Name`, `x.$name`"""

    target: Node
    name: str | Node
    static: bool = False


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`x.Method(a, b)`"""

    member: Member
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Index(Node):
    """`x[1]`, `x['key']`"""

    target: Node
    index: Node


@dataclass(frozen=True, slots=True)
class Option(Node):
    """`-Name` or `-Name:value` of a command."""

    name: str
    value: Node | None = None


@dataclass(frozen=True, slots=True)
class Splat(Node):
    """`@parameters`"""

    name: str


@dataclass(frozen=True, slots=True)
class Redirection(Node):
    """`2>$null`: the stream's number, or `*`; where to: `null`, `1`."""

    stream: str
    target: str


@dataclass(frozen=True, slots=True)
class Command(Node):
    """A cmdlet, or `& { ... }`, with what follows: options, splats, and arguments as any other nodes."""

    name: Node
    elements: tuple[Node, ...]
    redirections: tuple[Redirection, ...] = ()
    invoked: str = ""
    """`&` or `.`, if one stood in front of it."""


@dataclass(frozen=True, slots=True)
class Pipeline(Node):
    """Elements between bars: the first an expression or a command, the others commands."""

    elements: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """`target = statement`; the operator is `=`, `+=`, `-=`, `*=`, `/=` or `%=`."""

    target: Node
    operator: str
    value: Node


@dataclass(frozen=True, slots=True)
class If(Node):
    """Conditions with their blocks, and what to do else."""

    branches: tuple[tuple[Node, Body], ...]
    otherwise: Body | None


@dataclass(frozen=True, slots=True)
class ForEach(Node):
    """`foreach ($x in values) { ... }`"""

    variable: Variable
    values: Node
    body: Body


@dataclass(frozen=True, slots=True)
class While(Node):
    """`while (c) {}`, `do {} while (c)`, `do {} until (c)`, `for (a; c; b) {}`"""

    condition: Node | None
    body: Body
    first: Node | None = None
    after: Node | None = None
    test_last: bool = False
    until: bool = False


@dataclass(frozen=True, slots=True)
class Switch(Node):
    """`switch -Wildcard (values) { pattern { ... } default { ... } }`"""

    options: tuple[str, ...]
    values: Node
    clauses: tuple[tuple[Node, Script], ...]


@dataclass(frozen=True, slots=True)
class Try(Node):
    """`try {} catch {} finally {}`"""

    body: Body
    handlers: tuple[tuple[tuple[str, ...], Body], ...]
    finally_: Body | None


@dataclass(frozen=True, slots=True)
class Flow(Node):
    """`break`, `continue`, `return x`, `exit n`, `throw x`"""

    kind: str
    value: Node | None


@dataclass(frozen=True, slots=True)
class Function(Node):
    """`function Name { ... }`"""

    name: str
    script: Script
