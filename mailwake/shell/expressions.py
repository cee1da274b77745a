"""What expressions give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mailwake.shell import members
from mailwake.shell.errors import ShellError, Source
from mailwake.shell.limits import check_string
from mailwake.shell.methods import Context
from mailwake.shell.objects import MISSING, HashTable, PSObject, TypeReference, Value, as_list, gathered, type_name
from mailwake.shell.scripts import ScriptBlock
from mailwake.shell.session import Session
from mailwake.shell.statics import static
from mailwake.shell.syntax import tree as t
from mailwake.shell.values import operators, patterns
from mailwake.shell.values.convert import cast, resolve_type, to_bool, to_int
from mailwake.shell.values.written import to_text


class Expressions:
    """Evaluates the nodes of expressions; statements inside them are run by a subclass."""

    def __init__(self, session: Session) -> None:
        """For one session."""
        self.session = session
        self.context = Context(session.settings)
        self.source = Source("")
        self._expressions: dict[type, Callable[[Any], Value]] = {
            t.Literal: lambda node: node.value,
            t.Expandable: self._expandable,
            t.Variable: lambda node: session.variable(node.name, node.scope),
            t.TypeName: lambda node: TypeReference(self.type_of(node.name)),
            t.ListOf: lambda node: [self.value(item) for item in node.items],
            t.Paren: lambda node: self.outcome(node.inner),
            t.SubExpression: lambda node: gathered(self.collect(node.body)),
            t.ArrayExpression: lambda node: list(self.collect(node.body)),
            t.HashLiteral: self._hash,
            t.Script: lambda node: ScriptBlock(node, self.source, self),  # type: ignore[arg-type]
            t.Unary: self._unary,
            t.Binary: self._binary,
            t.Step: self._step,
            t.Cast: self._cast,
            t.Member: self._member,
            t.Call: self._call,
            t.Index: self._index,
        }

    def collect(self, node: t.Node) -> list[Value]:
        """What the statements of a node give; the subclass knows."""
        raise NotImplementedError

    def is_expression(self, node: t.Node) -> bool:
        """Whether a node is an expression."""
        return type(node) in self._expressions

    def is_nothing(self, node: t.Node) -> bool:
        """Whether a node is a variable that holds what a command gave that gave nothing."""
        while isinstance(node, t.Paren):
            node = node.inner
        return isinstance(node, t.Variable) and self.session.holds_nothing(node.name, node.scope)

    def outcome(self, node: t.Node) -> Value:
        """The value of a statement: of an expression its own, else what it gives; an assignment gives its value."""
        if type(node) in self._expressions:
            return self.value(node)
        if isinstance(node, t.Assignment):
            self.collect(node)
            return self.value(node.target)
        return gathered(self.collect(node))

    def value(self, node: t.Node) -> Value:
        """The value of an expression; errors know their place."""
        self.session.budget.step()
        try:
            return self._expressions[type(node)](node)
        except ShellError as error:
            raise error.at(node.extent, self.source) from None

    def type_of(self, name: str) -> str:
        """The .NET name of a type; raises `ShellError`."""
        found = resolve_type(name)
        if found is None:
            text = f"Unable to find type [{name}]."
            raise ShellError(text, "TypeNotFound", category="InvalidOperation", target=f"{name}:TypeName")
        return found

    def _expandable(self, node: t.Expandable) -> str:
        parts = [part if isinstance(part, str) else self._text_of(part) for part in node.parts]
        check_string(sum(map(len, parts)))
        made = "".join(parts)
        self.session.budget.weigh(made)
        return made

    def _text_of(self, node: t.Node) -> str:
        value = self.value(node)
        if isinstance(value, list):
            self.session.budget.step(len(value))
        return to_text(value)

    def _hash(self, node: t.HashLiteral) -> HashTable:
        made = HashTable()
        for key_node, value_node in node.pairs:
            key = (
                key_node.text
                if isinstance(key_node, t.Literal) and isinstance(key_node.value, str)
                else self.value(key_node)
            )
            if key is None:
                raise ShellError("A null key is not allowed in a hash literal.", "InvalidNullKey").at(
                    key_node.extent, self.source
                )
            if key in made:
                text = f"Duplicate keys '{to_text(key)}' are not allowed in hash literals."
                raise ShellError(text, "DuplicateKeyInHashLiteral").at(key_node.extent, self.source)
            made.set(key, self.outcome(value_node))
        return made

    # Operators

    def _unary(self, node: t.Unary) -> Value:
        value = self.value(node.operand)
        name = node.operator
        if name == "not":
            return not to_bool(value)
        if name == "join":
            return operators.join_with(value, "")
        if name.endswith("split"):
            return [part for item in as_list(value) for part in to_text(item).split()]
        if name == "bnot":
            return ~to_int(value, "System.Int64")
        return operators.arithmetic(name, 0, value, self.session.settings)

    def _binary(self, node: t.Binary) -> Value:
        name = node.operator
        left = self.value(node.left)
        if name in ("and", "or"):
            if to_bool(left) is (name == "or"):
                return name == "or"
            return to_bool(self.value(node.right))
        right = self.value(node.right)
        try:
            made = self._operated(name, left, right)
        except ShellError as error:
            raise error.at(node.extent, self.source) from None
        self.session.budget.weigh(made)
        return made

    def _operated(self, name: str, left: Value, right: Value) -> Value:
        settings = self.session.settings
        if name in ("+", "-", "*", "/", "%"):
            return operators.arithmetic(name, left, right, settings)
        if name == "f":
            return operators.format_with(left, right, settings)
        if name == "..":
            return operators.numbers_between(left, right)
        if name == "xor":
            return to_bool(left) is not to_bool(right)
        if name == "join":
            return operators.join_with(left, right)
        if name in ("is", "isnot"):
            return operators.is_of_type(left, right) is (name == "is")
        if name == "as":
            return operators.as_type(left, right, settings)
        if name in ("band", "bor", "bxor", "shl", "shr"):
            return operators.bits(name, left, right)
        plain = name[1:] if name[0] in "ci" and name[1:] in _TEXTUAL else name
        if plain in _TEXTUAL:
            return self._textual(plain, left, right, case=name[0] == "c")
        if isinstance(left, list):
            self.session.budget.step(len(left))
        return operators.compare(name, left, right, settings)

    def _textual(self, name: str, left: Value, right: Value, *, case: bool) -> Value:
        """`-match`, `-replace`, `-split` and their kin."""
        if name in ("match", "notmatch"):
            return self._matched(left, to_text(right), case=case, wanted=name == "match")
        if name == "replace":
            pattern, template = _filled(right, "", "")
            made = [
                patterns.replaced(to_text(pattern), to_text(item), to_text(template), case=case)
                for item in (left if isinstance(left, list) else [left])
            ]
            return made if isinstance(left, list) else made[0]
        pattern, count, options = _filled(right, "", 0, "")
        simple = "simple" in to_text(options).lower()
        return [
            part
            for item in as_list(left)
            for part in patterns.split(to_text(pattern), to_text(item), to_int(count), case=case, simple=simple)
        ]

    def _matched(self, left: Value, pattern: str, *, case: bool, wanted: bool) -> Value:
        if isinstance(left, list):
            self.session.budget.step(len(left))
            return [item for item in left if (patterns.search(pattern, to_text(item), case=case) is not None) is wanted]
        found = patterns.search(pattern, to_text(left), case=case)
        if found is not None:
            self.session.assign("Matches", HashTable(patterns.groups(found)))
        return (found is not None) is wanted

    def _cast(self, node: t.Cast) -> Value:
        if node.type.lower() == "ordered" and isinstance(node.operand, t.HashLiteral):
            return HashTable(self._hash(node.operand).items(), ordered=True)
        return cast(self.value(node.operand), self.type_of(node.type), self.session.settings)

    def _step(self, node: t.Step) -> Value:
        before = self.value(node.target)
        if before is not None and not isinstance(before, int | float):
            sign = "++" if node.by > 0 else "--"
            text = f"The '{sign}' operator works only on numbers. The operand is a '{type_name(before)}'."
            raise ShellError(text, "OperatorRequiresNumber")
        after = operators.arithmetic("+", before or 0, node.by, self.session.settings)
        self.store(node.target, after)
        return after if node.prefix else (before or 0)

    # Members and places

    def _name(self, name: str | t.Node) -> str:
        return name if isinstance(name, str) else to_text(self.value(name))

    def _member(self, node: t.Member) -> Value:
        if node.static:
            target = self.value(node.target)
            if not isinstance(target, TypeReference):
                raise ShellError("The operand of '::' must be a type, as in [datetime]::Now.", "StaticMemberOfValue")
            return static(target.name, self._name(node.name), [], self.context, called=False)
        target = self.value(node.target)
        if isinstance(target, list):
            self.session.budget.step(len(target))
        found = members.member(target, self._name(node.name))
        return None if found is MISSING else found

    def _call(self, node: t.Call) -> Value:
        target = self.value(node.member.target)
        arguments = [self.value(argument) for argument in node.arguments]
        name = self._name(node.member.name)
        if node.member.static:
            if not isinstance(target, TypeReference):
                raise ShellError("The operand of '::' must be a type, as in [datetime]::Now.", "StaticMemberOfValue")
            return static(target.name, name, arguments, self.context, called=True)
        if isinstance(target, ScriptBlock) and name.lower() == "invoke":
            return target.run(arguments=arguments, own_scope=True)
        if name.lower() in ("where", "foreach") and arguments and isinstance(arguments[0], ScriptBlock):
            return self._list_method(name.lower(), as_list(target), arguments[0])
        made = members.call(target, name, arguments, self.context)
        self.session.budget.weigh(made)
        return made

    def _list_method(self, name: str, items: list[Value], script: ScriptBlock) -> list[Value]:
        if name == "where":
            return [item for item in items if to_bool(gathered(script.run(item)))]
        return [made for item in items for made in script.run(item)]

    def _index(self, node: t.Index) -> Value:
        target, index = self.value(node.target), self.value(node.index)
        if target is None:
            raise ShellError("Cannot index into a null array.", "NullArray", category="InvalidOperation")
        if isinstance(index, list):
            return [self._item(target, one) for one in index]
        return self._item(target, index)

    def _item(self, target: Value, index: Value) -> Value:
        if isinstance(target, HashTable):
            found = target.get(index, MISSING)
            if found is MISSING and isinstance(index, int) and target.ordered and -len(target) <= index < len(target):
                return target.values()[index]
            return None if found is MISSING else found
        if isinstance(target, list | str):
            place = to_int(index)
            return target[place] if -len(target) <= place < len(target) else None
        if isinstance(target, PSObject) and isinstance(index, str):
            return target.get(index)
        place = to_int(index)
        return target if place in (0, -1) else None

    def store(self, target: t.Node, value: Value) -> None:
        """Assign to a variable, a property, an item, or several of them."""
        if isinstance(target, t.Variable):
            self.session.assign(target.name, value, target.scope)
        elif isinstance(target, t.Cast):
            made = cast(value, self.type_of(target.type), self.session.settings)
            self.store(target.operand, made)
        elif isinstance(target, t.Member):
            members.set_member(self.value(target.target), self._name(target.name), value)
        elif isinstance(target, t.Index):
            self._store_item(self.value(target.target), self.value(target.index), value)
        elif isinstance(target, t.ListOf):
            items = as_list(value)
            last = len(target.items) - 1
            for place, one in enumerate(target.items):
                self.store(
                    one, gathered(items[place:]) if place == last else items[place] if place < len(items) else None
                )

    def _store_item(self, target: Value, index: Value, value: Value) -> None:
        if isinstance(target, HashTable):
            target.set(index, value)
        elif isinstance(target, PSObject):
            members.set_member(target, to_text(index), value)
        elif isinstance(target, list):
            place = to_int(index)
            if not -len(target) <= place < len(target):
                raise ShellError("Index was outside the bounds of the array.", "IndexOutOfRangeException")
            target[place] = value
        else:
            raise ShellError(f"Unable to index into an object of type {type_name(target)}.", "CannotIndex")


_TEXTUAL = frozenset({"match", "notmatch", "replace", "split"})


def _filled(value: Value, *defaults: Value) -> list[Value]:
    """The operands in a list, those that are not there by their defaults."""
    given = as_list(value)[: len(defaults)]
    return [*given, *defaults[len(given) :]]
