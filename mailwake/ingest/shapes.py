"""Regular expressions of shapes, translated for the matcher in `events/c/shapes.c`.

A program is a list of nodes (op, a, b, c, possessive, next), where the alternatives of each branch begin, the literals,
the sets, the number of marks, and the bytes that a text may begin with. Python's own parser reads the expression, so
both mean the same by it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mailwake.events.shape import Shape

_PARSER: Any = getattr(re, "_parser")  # noqa: B009  it has no public name, and types know nothing of it
LITERAL, RUN, MARK, BRANCH, END, ACCEPT = range(6)
_MOST = 1 << 30
_NOTHING = frozenset[int]()
_ALL = frozenset(range(256))
_GROUPS = 31

Node = tuple[int, int, int, int, int, int]
Program = tuple[int, list[Node], list[int], bytes, bytes, int, bytes]


def loadable(shapes: Sequence[Shape]) -> tuple[tuple[Program, str, int, tuple[Any, ...], Any], ...]:
    """What `native.Columns` takes for shapes; with each field a place to keep what its function gives.

    Raises ValueError for an expression that it cannot do.
    """
    return tuple(
        (program(shape.pattern), shape.kind, shape.key, tuple((*field, {}) for field in shape.fields), shape.finish)
        for shape in shapes
    )


def program(pattern: str) -> Program:
    """Translate one expression."""
    made, parsed = _Translation(), _PARSER.parse(pattern, re.DOTALL)
    if parsed.state.flags & ~(re.DOTALL | re.UNICODE):
        raise ValueError("flags within an expression")
    start = made.sequence(list(parsed), made.node(ACCEPT), sure=True)
    if made.groups > _GROUPS:
        raise ValueError(f"too many groups: {pattern}")
    begins = made.begins(start)
    first = bytes(byte in begins for byte in range(256))
    return start, made.nodes, made.branches, bytes(made.literals), bytes(made.sets), 2 * made.groups + 2, first


class _Translation:
    """Nodes are made from the end to the beginning: each knows the one after it."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.branches: list[int] = []
        self.literals = bytearray()
        self.sets = bytearray()
        self.groups = 0

    def node(self, op: int, a: int = 0, b: int = 0, c: int = 0, possessive: int = 0, following: int = 0) -> int:
        self.nodes.append((op, a, b, c, possessive, following))
        return len(self.nodes) - 1

    def sequence(self, items: list[Any], following: int, *, sure: bool = False) -> int:
        """The node at which the items begin. sure: no match can do without them."""
        while items:
            run = bytearray()
            while items and str(items[-1][0]) == "LITERAL":
                run.insert(0, _byte(items.pop()[1]))
            if run:
                following = self.node(LITERAL, len(self.literals), len(run), following=following)
                self.literals += run
                continue
            op, argument = items.pop()
            following = self._item(op, argument, following, sure)
        return following

    def _item(self, op: object, argument: Any, following: int, sure: bool) -> int:
        name = str(op)
        if name == "SUBPATTERN":
            group, added, removed, inner = argument
            if added or removed:
                raise ValueError("flags within an expression")
            if group is None:
                return self.sequence(list(inner), following, sure=sure)
            self.groups = max(self.groups, group)
            # A mark that every match sets anew need not be taken back where one way turns out to be wrong.
            after = self.node(MARK, 2 * group + 1, possessive=int(sure), following=following)
            inside = self.sequence(list(inner), after, sure=sure)
            return self.node(MARK, 2 * group, possessive=int(sure), following=inside)
        if name == "BRANCH":
            return self._branch([self.sequence(list(one), following) for one in argument[1]])
        if name == "AT" and str(argument) == "AT_END_STRING":
            return self.node(END, following=following)
        if name == "MAX_REPEAT":
            least, most, inner = argument
            if len(inner) == 1 and str(inner[0][0]) in ("IN", "ANY", "LITERAL", "NOT_LITERAL"):
                return self._run(_members(*inner[0]), least, min(int(most), _MOST), following)
            if (least, most) == (0, 1):
                return self._branch([self.sequence(list(inner), following), following])
        if name in ("IN", "ANY", "NOT_LITERAL"):
            return self._run(_members(op, argument), 1, 1, following)
        raise ValueError(f"an expression may not have {name} {argument}")

    def _branch(self, starts: list[int]) -> int:
        place = len(self.branches)
        self.branches += starts
        return self.node(BRANCH, place, len(starts))

    def _run(self, members: frozenset[int], least: int, most: int, following: int) -> int:
        number = len(self.sets) // 256
        self.sets += bytes(byte in members for byte in range(256))
        # Nothing is gained by giving back what the next node cannot begin with.
        possessive = int(least == most or not members & self._first(following))
        return self.node(RUN, number, least, most, possessive, following)

    def _first(self, number: int) -> frozenset[int]:
        """Bytes with which a node can go on; none for the end, where giving back is of no use either."""
        op, a, b, _, _, following = self.nodes[number]
        if op == LITERAL:
            return frozenset([self.literals[a]])
        if op == RUN:
            members = frozenset(byte for byte in range(256) if self.sets[256 * a + byte])
            return members if b else members | self._first(following)
        if op == MARK:
            return self._first(following)
        if op == BRANCH:
            return _NOTHING.union(*(self._first(start) for start in self.branches[a : a + b]))
        return _NOTHING

    def begins(self, number: int) -> frozenset[int]:
        """Bytes that a text may begin with which a node matches; all where it may be empty."""
        op, a, b, _, _, following = self.nodes[number]
        if op == BRANCH:
            return _NOTHING.union(*(self.begins(start) for start in self.branches[a : a + b]))
        if op == MARK:
            return self.begins(following)
        if op == RUN and not b:
            return self._first(number) | self.begins(following)
        return self._first(number) or _ALL


def _members(op: object, argument: Any) -> frozenset[int]:
    name = str(op)
    if name == "ANY":
        return frozenset(range(256))
    if name == "LITERAL":
        return frozenset([_byte(argument)])
    if name == "NOT_LITERAL":
        return frozenset(range(256)) - {_byte(argument)}
    found: set[int] = set()
    negated = False
    for kind, value in argument:
        match str(kind):
            case "NEGATE":
                negated = True
            case "LITERAL":
                found.add(_byte(value))
            case "RANGE":
                found.update(range(_byte(value[0]), _byte(value[1]) + 1))
            case _:
                raise ValueError(f"a set may not have {kind} {value}")
    return frozenset(range(256)) - found if negated else frozenset(found)


def _byte(code: int) -> int:
    if code > 127:
        raise ValueError("only ASCII")
    return code
