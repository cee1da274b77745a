"""Questions as trees of frozen dataclasses.

One formatter (`sql`) turns a tree into SQL with bound parameters, one evaluator (`trace.match`) into a Python
predicate;
a property test holds them to the same answers. Columns are the names of `rows.Row`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Equals:
    """Column equals value; addresses and names without regard to case (see FOLDED)."""

    column: str
    value: str | int | None


@dataclass(frozen=True)
class Matches:
    """Column matches a pattern in which `*` stands for any text and `?` for one character; the whole value, any
    case."""

    column: str
    pattern: str


@dataclass(frozen=True)
class Contains:
    """Column contains text, any case; where: anywhere, start or end."""

    column: str
    text: str
    where: str = "anywhere"


@dataclass(frozen=True)
class Between:
    """low <= column < high; None leaves a side open."""

    column: str
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Has:
    """An array column holds value exactly."""

    column: str
    value: str


@dataclass(frozen=True)
class HasMatch:
    """An array column holds a value that matches a pattern, as in `Matches`."""

    column: str
    pattern: str


@dataclass(frozen=True)
class InNetwork:
    """An IP column lies in a network in CIDR form."""

    column: str
    network: str


@dataclass(frozen=True)
class And:
    """All of them; an empty And is true."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    """Any of them; an empty Or is false."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """The opposite."""

    part: Node


Node = Equals | Matches | Contains | Between | Has | HasMatch | InNetwork | And | Or | Not

SEARCHABLE = frozenset(
    {
        *("received", "last", "trace_id", "leaf", "sender", "recipient", "original_recipient", "subject"),
        *("status", "detail", "outcome", "direction", "from_ip", "to_ip", "to_host", "size", "message_id", "sasl_user"),
        *("hosts", "queue_ids", "keys"),
    }
)
"""Columns of a row that can be asked for."""

NUMBERS = frozenset({"received", "last", "size"})
"""Columns of numbers that rows can be had in the order of."""
TEXTS = frozenset({"sender", "recipient", "original_recipient", "subject", "sasl_user", "to_host", "to_ip"})
"""Columns that the store keeps in lower case."""

UNKNOWN = "\x01"
"""What the store has for a text that is not known (None); the null sender is ""."""
SAME = "\x02"
"""What it has for an original recipient that is the final one, too."""

FOLDED = TEXTS
"""Columns that `Equals` compares without regard to case."""


SORTABLE = frozenset(
    {
        *("received", "last", "sender", "recipient", "subject", "status", "direction", "from_ip", "to_ip", "size"),
        *("message_id", "sasl_user"),
    }
)
"""Columns that rows can be had in the order of."""


@dataclass(frozen=True)
class Order:
    """Rows by a column; texts without regard to case where `TEXTS` says so, what is not known before all others. Rows
    of one value are oldest first, or newest first if descending."""

    column: str = "received"
    descending: bool = True


NEWEST = Order()
"""The usual order, which the store is laid out for."""


@dataclass(frozen=True)
class Cursor:
    """Place of a row in the order newest first: (received, trace_id, leaf); in others, `value` stands before them."""

    received: int
    trace_id: str
    leaf: int
    value: str | int | None = None
