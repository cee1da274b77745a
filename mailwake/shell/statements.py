"""Statements: assignments, conditions, loops, functions, errors caught and thrown."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

from mailwake.shell.commands import Commands
from mailwake.shell.errors import Exit, LimitError, LoopExit, Return, ShellError
from mailwake.shell.invocation import error_object
from mailwake.shell.limits import check_items
from mailwake.shell.objects import MISSING, NOTHING, PSObject, Value, as_list, gathered
from mailwake.shell.scripts import ScriptBlock
from mailwake.shell.session import Session
from mailwake.shell.syntax import tree as t
from mailwake.shell.values import operators, patterns
from mailwake.shell.values.convert import to_bool, to_int
from mailwake.shell.values.written import to_text


class Statements(Commands):
    """Runs statements; each gives what it puts out."""

    def __init__(self, session: Session) -> None:
        """For one session."""
        super().__init__(session)
        self._trying = 0
        self._statements: dict[type, Callable[[Any], Iterator[Value]]] = {
            t.Pipeline: self.pipeline,
            t.Assignment: self._assignment,
            t.If: self._if,
            t.ForEach: self._foreach,
            t.While: self._while,
            t.Switch: self._switch,
            t.Try: self._try,
            t.Flow: self._flow,
            t.Function: self._function,
            t.Body: self.body,
        }

    def program(self, node: t.Program) -> Iterator[Value]:
        """What a whole text puts out; its parameters are variables with their defaults, set unless they are already."""
        for parameter in node.parameters:
            if not self.session.known(parameter.name):
                value = self.value(parameter.default) if parameter.default is not None else None
                self.session.assign(parameter.name, value)
        yield from self.body(node.body)

    def statement(self, node: t.Node) -> Iterator[Value]:
        """What a statement puts out. A bare `$i++` puts out nothing."""
        self.session.budget.step()
        run = self._statements.get(type(node))
        if run is not None:
            yield from run(node)
            return
        if isinstance(node, t.Step):
            self.value(node)
        else:
            yield from self._values(node)

    def collect(self, node: t.Node) -> list[Value]:
        """The same at once."""
        values: list[Value] = []
        for value in self.statement(node):
            values.append(value)
            check_items(len(values))
        return values

    def body(self, node: t.Body) -> Iterator[Value]:
        """What statements put out; an error ends one of them, unless a `try` awaits it or it is to stop all."""
        for statement in node.statements:
            self.session.last_succeeded, self.session.succeeded = self.session.succeeded, True
            try:
                yield from self.statement(statement)
            except LimitError as error:
                raise error.at(statement.extent, self.source) from None
            except ShellError as error:
                self._failed(error, statement)

    def _failed(self, error: ShellError, statement: t.Node) -> None:
        """An error ended a statement: write it, or raise it where a `try` awaits it or it is to stop all."""
        action = self.session.preference("ErrorActionPreference", "continue")
        if error.stops or self._trying or action == "stop":
            error.stops = True
            raise error
        record = error.at(statement.extent, self.source).record
        self.session.note_error(record, show=action in ("continue", "inquire"))

    def _block(self, body: t.Body) -> list[Value]:
        """What a block gives; a block of one expression, as most are, by a shorter way."""
        if len(body.statements) != 1 or not self.is_expression(body.statements[0]):
            return super()._block(body)
        statement = body.statements[0]
        self.session.last_succeeded, self.session.succeeded = self.session.succeeded, True
        try:
            value = self.value(statement)
        except LimitError as error:
            raise error.at(statement.extent, self.source) from None
        except ShellError as error:
            self._failed(error, statement)
            return []
        if isinstance(statement, t.Step) or (value is None and self.is_nothing(statement)):
            return []
        return list(value) if isinstance(value, list) else [value]

    # Assignments

    def _assignment(self, node: t.Assignment) -> Iterator[Value]:
        value = self._assigned(node.value)
        if value is NOTHING and not (node.operator == "=" and isinstance(node.target, t.Variable)):
            value = None
        if node.operator != "=":
            try:
                value = operators.arithmetic(node.operator[0], self.value(node.target), value, self.session.settings)
            except ShellError as error:
                raise error.at(node.extent, self.source) from None
            self.session.budget.weigh(value)
        try:
            self.store(node.target, value)
        except ShellError as error:
            raise error.at(node.target.extent, self.source) from None
        return iter(())

    def _assigned(self, node: t.Node) -> Value:
        """The right side of an assignment; NOTHING if it is what a command gave that gave nothing."""
        if self.is_nothing(node):
            return NOTHING
        inner = node.inner if isinstance(node, t.Paren) else node
        if self.is_expression(inner) or isinstance(inner, t.Assignment):
            return self.outcome(node)
        values = self.collect(inner)
        return gathered(values) if values else NOTHING

    def _function(self, node: t.Function) -> Iterator[Value]:
        block = ScriptBlock(node.script, self.source, self)
        self.session.scope.functions[node.name.lower()] = block
        return iter(())

    # Conditions and loops

    def _if(self, node: t.If) -> Iterator[Value]:
        for condition, body in node.branches:
            if to_bool(self.outcome(condition)):
                yield from self.body(body)
                return
        if node.otherwise is not None:
            yield from self.body(node.otherwise)

    def _turn(self, turns: int) -> int:
        """Count a turn of a loop."""
        self.session.budget.step()
        most = self.session.budget.limits.turns
        if turns >= most:
            raise LimitError(f"The loop was stopped: it took more than {most:,} turns.")
        return turns + 1

    def _once(self, body: t.Body) -> Generator[Value, None, bool]:
        """The body of a loop; gives its values and returns whether the loop goes on."""
        try:
            yield from self.body(body)
        except LoopExit as way:
            return way.kind == "continue"
        return True

    def _foreach(self, node: t.ForEach) -> Iterator[Value]:
        values = self.collect(node.values) if not self.is_expression(node.values) else as_list(self.value(node.values))
        turns = 0
        for value in list(values):
            turns = self._turn(turns)
            self.session.assign(node.variable.name, value, node.variable.scope)
            if not (yield from self._once(node.body)):
                break

    def _while(self, node: t.While) -> Iterator[Value]:
        if node.first is not None:
            self.collect(node.first)
        turns = 0
        while node.test_last or self._holds(node):
            turns = self._turn(turns)
            if not (yield from self._once(node.body)):
                break
            if node.after is not None:
                self.collect(node.after)
            if node.test_last and not self._holds(node):
                break

    def _holds(self, node: t.While) -> bool:
        return node.condition is None or to_bool(self.outcome(node.condition)) is not node.until

    def _switch(self, node: t.Switch) -> Iterator[Value]:
        values = self.collect(node.values) if not self.is_expression(node.values) else as_list(self.value(node.values))
        before = self.session.scope.variables.get("_", MISSING)
        try:
            for value in values:
                self.session.budget.step()
                self.session.scope.variables["_"] = value
                if not (yield from self._clauses(node, value)):
                    break
        finally:
            self.session.scope.variables.pop("_", None)
            if before is not MISSING:
                self.session.scope.variables["_"] = before

    def _clauses(self, node: t.Switch, value: Value) -> Generator[Value, None, bool]:
        """The clauses for one value; returns whether the next value comes."""
        taken = False
        for pattern, script in node.clauses:
            default = isinstance(pattern, t.Literal) and pattern.bare and str(pattern.value).lower() == "default"
            if default and taken:
                continue
            if default or self._fits(node, pattern, value):
                taken = True
                try:
                    yield from self.body(script.body)
                except LoopExit as way:
                    return way.kind == "continue"
        return True

    def _fits(self, node: t.Switch, pattern: t.Node, value: Value) -> bool:
        wanted = self.value(pattern)
        if isinstance(wanted, ScriptBlock):
            return to_bool(gathered(wanted.run(value)))
        case = "casesensitive" in node.options
        if "wildcard" in node.options:
            return patterns.like(to_text(value), to_text(wanted), case=case)
        if "regex" in node.options:
            return bool(self._matched(to_text(value), to_text(wanted), case=case, wanted=True))
        return operators.equal(value, wanted, self.session.settings, case=case)

    # Errors and ends

    def _try(self, node: t.Try) -> Iterator[Value]:
        values: list[Value] = []
        way: Exception | None = None
        try:
            self._attempt(node, values)
        except LimitError:
            raise
        except (ShellError, Return, LoopExit, Exit) as left:
            way = left
        if node.finally_ is not None:
            values.extend(self.collect(node.finally_))
        yield from values
        if way is not None:
            raise way

    def _attempt(self, node: t.Try, values: list[Value]) -> None:
        self._trying += 1
        scope, source, depth = self.session.scope, self.source, self.depth
        try:
            try:
                for value in self.body(node.body):
                    values.append(value)
                    check_items(len(values))
            finally:
                self._trying -= 1
        except LimitError:
            raise
        except ShellError as error:
            self.session.scope, self.source, self.depth = scope, source, depth
            handler = _handler(node, error)
            if handler is None:
                raise
            self._caught(error, handler, values)

    def _caught(self, error: ShellError, handler: t.Body, values: list[Value]) -> None:
        record = error.at(None, self.source).record
        self.session.note_error(record, show=False)
        variables = self.session.scope.variables
        before = variables.get("_", MISSING)
        variables["_"] = error_object(record)
        try:
            values.extend(self.collect(handler))
        finally:
            variables.pop("_", None)
            if before is not MISSING:
                variables["_"] = before

    def _flow(self, node: t.Flow) -> Iterator[Value]:
        if node.kind in ("break", "continue"):
            raise LoopExit(node.kind)
        values = [] if node.value is None else self.collect(node.value)
        if node.kind == "return":
            raise Return(values)
        if node.kind == "exit":
            raise Exit(to_int(gathered(values)) & 255 if values else 0)
        raise self._thrown(gathered(values), node)

    def _thrown(self, value: Value, node: t.Flow) -> ShellError:
        if isinstance(value, PSObject) and value.type_name.endswith("ErrorRecord"):
            value = to_text(value)
        text = to_text(value) if value is not None else "ScriptHalted"
        error = ShellError(
            text, text[:100] or "ScriptHalted", category="OperationStopped", target=f"{text[:60]}:String"
        )
        error.stops = True
        return error.at(node.extent, self.source)


_ANY_ERROR = frozenset({"exception", "systemexception", "runtimeexception"})


def _handler(node: t.Try, error: ShellError) -> t.Body | None:
    """The first `catch` that takes an error: one without types, of all errors, or of its very class or id."""
    own = {error.record.reason.lower(), error.record.error_id.lower()}
    for types, body in node.handlers:
        names = {name.rpartition(".")[2].lower() for name in types}
        if not types or names & (_ANY_ERROR | own):
            return body
    return None
