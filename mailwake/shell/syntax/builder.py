"""The grammar's tree to ours: one method for each rule, called from the leaves up without recursion."""

from __future__ import annotations

import re
from typing import Any

from lark import Token
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive, v_args

from mailwake.shell.errors import Extent, ParseError, Source
from mailwake.shell.syntax import lexemes
from mailwake.shell.syntax import tree as t

_MANDATORY = re.compile(r"\bmandatory\b(?!\s*=\s*\$false)", re.IGNORECASE)
_IGNORED = frozenset({"alias", "allownull", "allowemptystring", "allowemptycollection"})
"""Attributes of parameters that say what holds here anyway, or give another name."""
_SWITCHES = ("exact", "regex", "wildcard", "casesensitive")


@v_args(meta=True)
class Builder(Transformer_NonRecursive[Token, Any]):
    """Builds the nodes of one source text."""

    def __init__(self, source: Source) -> None:
        """For messages and for the text of script blocks."""
        super().__init__()
        self._source = source

    def _extent(self, meta: Meta) -> Extent:
        start = getattr(meta, "start_pos", None)
        if start is None:
            return Extent(0, 0)
        return Extent(start, getattr(meta, "end_pos", start))

    def _token(self, token: Token) -> Extent:
        return Extent(token.start_pos or 0, token.end_pos or 0)

    def _error(self, text: str, name: str, extent: Extent) -> ParseError:
        return ParseError(text, name, extent, self._source)

    # Statements

    def start(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `start`."""
        parameters = items[0] if len(items) > 1 else []
        return t.Program(self._extent(meta), tuple(parameters), items[-1])

    def only(self, meta: Meta, items: list[Any]) -> Any:
        """A rule whose outcome is that of what it holds."""
        return items[0]

    def body(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `body`."""
        return t.Body(self._extent(meta), tuple(items))

    block = only

    def assignment(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `assignment`."""
        target, sign, value = items
        self._assignable(target)
        return t.Assignment(self._extent(meta), target, str(sign), value)

    def _assignable(self, target: t.Node) -> None:
        if isinstance(target, t.ListOf):
            for item in target.items:
                self._assignable(item)
            return
        inner = target.operand if isinstance(target, t.Cast) else target
        if not isinstance(inner, t.Variable | t.Member | t.Index):
            text = "The assignment expression is not valid. The input to an assignment operator must be an object that "
            text += "is able to accept assignments, such as a variable or a property."
            raise self._error(text, "InvalidLeftHandSide", target.extent)

    def pipeline(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `pipeline`."""
        items = [item for item in items if not isinstance(item, Token)]
        if len(items) == 1 and not isinstance(items[0], t.Command):
            return items[0]
        return t.Pipeline(self._extent(meta), tuple(items))

    def branch(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `branch`."""
        otherwise = items.pop() if len(items) % 2 else None
        pairs = tuple(zip(items[::2], items[1::2], strict=True))
        return t.If(self._extent(meta), pairs, otherwise)

    otherwise = only

    def for_part(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `for_part`."""
        return items[0] if items else None

    def each(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `each`."""
        return t.ForEach(self._extent(meta), *items)

    def while_loop(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `while_loop`."""
        return t.While(self._extent(meta), items[0], items[1])

    def do_while(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `do_while`."""
        return t.While(self._extent(meta), items[1], items[0], test_last=True)

    def do_until(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `do_until`."""
        return t.While(self._extent(meta), items[1], items[0], test_last=True, until=True)

    def for_loop(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `for_loop`."""
        first, condition, after, body = items
        return t.While(self._extent(meta), condition, body, first, after)

    def switch(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `switch`."""
        options = tuple(str(item).lower() for item in items if isinstance(item, Token))
        for token in items:
            if isinstance(token, Token) and token.lower() not in _SWITCHES:
                text = f"The switch statement has no option '-{token}': -Exact, -Regex, -Wildcard, -CaseSensitive."
                raise self._error(text, "InvalidSwitchFlag", self._token(token))
        rest = [item for item in items if not isinstance(item, Token)]
        return t.Switch(self._extent(meta), options, rest[0], tuple(rest[1:]))

    def clause(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `clause`."""
        return (items[0], items[1])

    def attempt(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `attempt`."""
        body, *rest = items
        handlers = tuple(item for item in rest if isinstance(item, tuple))
        last = next((item for item in rest if isinstance(item, t.Body)), None)
        if not handlers and last is None:
            text = "The Try statement is missing its Catch or Finally block."
            raise self._error(text, "MissingCatchOrFinally", self._extent(meta))
        return t.Try(self._extent(meta), body, handlers, last)

    def handler(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `handler`."""
        types = items[0] if len(items) > 1 else ()
        return (types, items[-1])

    def handled(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `handled`."""
        return tuple(str(item) for item in items)

    last_of_all = only

    def flow(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `flow`."""
        return t.Flow(self._extent(meta), str(items[0]).lower(), items[1] if len(items) > 1 else None)

    def function(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `function`."""
        name, *rest = items
        parameters = next((item for item in rest if isinstance(item, list)), [])
        body = rest[-1]
        script = t.Script(self._extent(meta), tuple(parameters), body, self._text(body.extent))
        return t.Function(self._extent(meta), str(name), script)

    parameter_block = only

    def parameters(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `parameters`."""
        return items

    def parameter(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `parameter`."""
        (types, marks), name, *default = items
        value = default[1] if default else None
        mandatory, values = False, ()
        for mark in marks:
            kind, inside = mark["name"].lower(), mark["inside"]
            if kind == "parameter":
                mandatory = mandatory or bool(_MANDATORY.search(inside))
            elif kind == "validateset":
                values = tuple(one.strip().strip("'\"") for one in inside.split(","))
            elif kind not in _IGNORED:
                text = f"The attribute [{mark['name']}(...)] is not part of this shell's language."
                raise self._error(text, "NotSupported", self._extent(meta))
        return t.ParameterDefinition(self._extent(meta), types, str(name), value, mandatory, values)

    def parameter_types(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `parameter_types`: the types, and the attributes as matches."""
        types = tuple(str(item) for item in items if item.type == "TYPE")
        marks = [lexemes.ATTRIBUTE.match(item) for item in items if item.type == "ATTRIBUTE"]
        return types, [mark for mark in marks if mark is not None]

    def _text(self, extent: Extent) -> str:
        return self._source.text[extent.start : extent.end]

    # Commands

    def command(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `command`."""
        invoked = str(items[0]) if isinstance(items[0], Token) and items[0].type == "AMP" else ""
        if invoked:
            items = items[1:]
        name = items[0]
        if isinstance(name, Token):
            name = t.Literal(self._token(name), str(name), str(name), bare=True)
        moved = tuple(item for item in items[1:] if isinstance(item, t.Redirection))
        rest = tuple(item for item in items[1:] if not isinstance(item, t.Redirection))
        return t.Command(self._extent(meta), name, rest, moved, invoked)

    def option(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `option`."""
        return t.Option(self._extent(meta), str(items[0]), items[1] if len(items) > 1 else None)

    def splat(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `splat`."""
        return t.Splat(self._extent(meta), str(items[0]))

    def redirection(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `redirection`."""
        found = lexemes.REDIRECTION.match(items[0])
        assert found is not None
        return t.Redirection(self._extent(meta), found["stream"] or "1", found["merge"] or "null")

    # Expressions

    def binary(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `binary`."""
        left, sign, right = items
        return t.Binary(self._extent(meta), str(sign), left, right, self._token(sign))

    def unary(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `unary`."""
        return t.Unary(self._extent(meta), str(items[0]), items[1])

    def array(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `array`."""
        return t.ListOf(self._extent(meta), tuple(items))

    def _step(self, meta: Meta, target: t.Node, sign: Token, *, prefix: bool) -> t.Step:
        if not isinstance(target, t.Variable | t.Member | t.Index):
            text = f"The '{sign}' operator works only on variables or on properties."
            raise self._error(text, "OperatorRequiresVariableOrProperty", target.extent)
        return t.Step(self._extent(meta), target, 1 if sign == "++" else -1, prefix)

    def step_before(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `step_before`."""
        return self._step(meta, items[1], items[0], prefix=True)

    def step_after(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `step_after`."""
        return self._step(meta, items[0], items[1], prefix=False)

    def cast(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `cast`."""
        return t.Cast(self._extent(meta), str(items[0]), items[1])

    def member(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `member`."""
        target, sign, name = items
        name = str(name) if isinstance(name, Token) else name
        return t.Member(self._extent(meta), target, name, static=sign.type == "COLONS")

    def call(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `call`."""
        target, sign, name, _, *arguments = items
        member = t.Member(self._extent(meta), target, str(name), static=sign.type == "COLONS")
        return t.Call(self._extent(meta), member, tuple(arguments))

    def index(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `index`."""
        return t.Index(self._extent(meta), items[0], items[2])

    def variable(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `variable`."""
        scope, _, name = str(items[0]).rpartition(":")
        return t.Variable(self._extent(meta), name, scope.lower())

    def number(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `number`."""
        text = str(items[0])
        sign, digits = ("-", text[1:]) if text[0] in lexemes.DASHES else ("", text.removeprefix("+"))
        value = lexemes.number(digits)
        return t.Literal(self._extent(meta), -value if sign else value, text, bare=True)

    def string(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `string`."""
        return t.Literal(self._extent(meta), str(items[0]), str(items[0]))

    def word(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `word`."""
        return t.Literal(self._extent(meta), str(items[0]), str(items[0]), bare=True)

    def type_name(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `type_name`."""
        return t.TypeName(self._extent(meta), str(items[0]))

    def expandable(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `expandable`."""
        bare = items[0].start_pos == items[0].end_pos
        parts: list[str | t.Node] = []
        for item in items[1:-1]:
            text = str(item) if isinstance(item, Token) else item
            if isinstance(text, t.Literal):
                text = str(text.value)
            if isinstance(text, str) and parts and isinstance(parts[-1], str):
                parts[-1] += text
            else:
                parts.append(text)
        if all(isinstance(part, str) for part in parts):
            joined = "".join(str(part) for part in parts)
            return t.Literal(self._extent(meta), joined, joined, bare=bare)
        return t.Expandable(self._extent(meta), tuple(parts), bare)

    def paren(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `paren`."""
        return t.Paren(self._extent(meta), items[0])

    def sub_expression(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `sub_expression`."""
        return t.SubExpression(self._extent(meta), items[-1])

    def array_expression(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `array_expression`."""
        return t.ArrayExpression(self._extent(meta), items[-1])

    def hash(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `hash`."""
        return t.HashLiteral(self._extent(meta), tuple(items[1:]))

    def pair(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `pair`."""
        return (items[0], items[2])

    def script(self, meta: Meta, items: list[Any]) -> Any:
        """The rule `script`."""
        parameters = next((item for item in items if isinstance(item, list)), [])
        extent = self._extent(meta)
        text = self._text(Extent(extent.start + 1, extent.end - 1))
        return t.Script(extent, tuple(parameters), items[-1], text)
