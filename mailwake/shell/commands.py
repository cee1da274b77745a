"""Pipelines: commands one after the other, each object handed on as soon as it is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailwake.shell.binder import Bound, Given, bind_line, bind_object, settle_set
from mailwake.shell.errors import LimitError, Return, ShellError
from mailwake.shell.expressions import Expressions
from mailwake.shell.functions import as_cmdlet
from mailwake.shell.invocation import Common, Invocation
from mailwake.shell.limits import check_items
from mailwake.shell.objects import MISSING, ArrayList, HashTable, Unrolled, Value, each
from mailwake.shell.registry import Cmdlet
from mailwake.shell.scripts import ScriptBlock
from mailwake.shell.session import Scope
from mailwake.shell.syntax import tree as t
from mailwake.shell.values.written import to_text


def _as_written(node: t.Node, value: Value) -> Value:
    """A value with its numbers as they were written."""
    if isinstance(node, t.Literal):
        return node.text
    if isinstance(node, t.ListOf):
        return [item.text if isinstance(item, t.Literal) else one for item, one in zip(node.items, value, strict=True)]
    return value


_REFUSED = frozenset(
    {
        *("add-content", "get-childitem", "get-content", "get-item", "import-csv", "invoke-command", "out-gridview"),
        *("invoke-expression", "invoke-restmethod", "invoke-webrequest", "new-item", "out-file", "read-host"),
        *("remove-item", "set-content", "start-job", "start-process", "test-path"),
    }
)
"""Cmdlets of PowerShell that this language leaves out on purpose."""


class Commands(Expressions):
    """Runs commands and pipelines of them."""

    depth = 0
    """Script blocks and functions that are running inside each other."""

    def pipeline(self, node: t.Pipeline) -> Iterator[Value]:
        """What comes out of a pipeline."""
        stream: Iterator[Value] | None = None
        for element in node.elements:
            stream = self.command(element, stream) if isinstance(element, t.Command) else self._values(element)
        return stream if stream is not None else iter(())

    def _values(self, node: t.Node) -> Iterator[Value]:
        found = self.value(node)
        if found is None and self.is_nothing(node):
            return
        for value in each(found):
            self.session.budget.step()
            yield value

    def command(self, node: t.Command, stream: Iterator[Value] | None) -> Iterator[Value]:
        """What comes out of a command; its errors know their place."""
        source, called = self.source, ""
        try:
            target = self._target(node)
            if isinstance(target, ScriptBlock):
                yield from self._call_block(target, node, stream)
                return
            called = target.name
            for value in self._run(target, node, stream):
                self.session.budget.step()
                if isinstance(value, Unrolled):
                    yield from value.values
                else:
                    yield value
        except ShellError as error:
            own = error.record.extent is None or error.record.reason == "ParameterBindingException"
            command = called if own and not isinstance(error, LimitError) else ""
            raise error.at(node.name.extent, source, command) from None

    def _target(self, node: t.Command) -> Cmdlet | ScriptBlock:
        """What a command's name stands for; raises `ShellError`."""
        value = node.name.text if isinstance(node.name, t.Literal) else self.value(node.name)
        if isinstance(value, ScriptBlock):
            return value
        name = to_text(value)
        function = self.session.scope.function(name.lower())
        if function is not None:
            return as_cmdlet(name, function)
        found = self.session.registry.find(name)
        if found is not None:
            return found
        text = f"The term '{name[:200]}' is not recognized as the name of a cmdlet, function, script file, or operable "
        text += (
            "program. Check the spelling of the name, or if a path was included, verify that the path is correct and "
        )
        text += "try again."
        nearest = self.session.registry.nearest(name)
        if name.lower() in _REFUSED:
            text += " This shell reads no files and runs no programs."
        elif nearest:
            text += f" Did you mean {nearest}?"
        raise ShellError(
            text,
            "CommandNotFoundException",
            category="ObjectNotFound",
            target=f"{name[:200]}:String",
            reason="CommandNotFoundException",
            extent=node.name.extent,
        )

    def _call_block(self, block: ScriptBlock, node: t.Command, stream: Iterator[Value] | None) -> Iterator[Value]:
        arguments = [one.value for one in self._given(node) if not one.option]
        own = node.invoked != "."
        if stream is None:
            yield from block.run(arguments=arguments, own_scope=own)
            return
        for item in stream:
            yield from block.run(item, arguments, own_scope=own)

    def _given(self, node: t.Command) -> list[Given]:
        """The arguments of a command, evaluated."""
        given: list[Given] = []
        for element in node.elements:
            if isinstance(element, t.Option):
                if element.value is None:
                    given.append(Given(element.extent, element.name))
                else:
                    value = self.value(element.value)
                    given.append(Given(element.extent, element.name, value, _as_written(element.value, value)))
            elif isinstance(element, t.Splat):
                given.extend(self._splat(element))
            else:
                value = self.value(element)
                given.append(Given(element.extent, "", value, _as_written(element, value)))
        return given

    def _splat(self, node: t.Splat) -> Iterator[Given]:
        value = self.session.variable(node.name)
        if isinstance(value, HashTable):
            for key, item in value.items():
                yield Given(node.extent, to_text(key), item, item)
        else:
            for item in each(value) if value is not None else ():
                yield Given(node.extent, "", item, item)

    # Cmdlets

    def _run(self, cmdlet: Cmdlet, node: t.Command, stream: Iterator[Value] | None) -> Iterator[Value]:
        bound = bind_line(cmdlet, self._given(node), self.session.settings)
        common = self._common(bound, node)
        call = Invocation(
            cmdlet, bound.values, iter(()), self.session, common, node.extent, self.source, stream is not None
        )
        made = self._calls(call, bound, stream)
        if common.out_variable:
            made = self._kept(common.out_variable, made)
        if any(one.stream in ("1", "*") and one.target == "null" for one in node.redirections):
            for _ in made:
                pass
            return
        yield from made

    def _kept(self, name: str, values: Iterator[Value]) -> Iterator[Value]:
        if not name.startswith("+"):
            self.session.assign(name, ArrayList())
        for value in values:
            self.session.append_variable(name, value)
            check_items(len(self.session.variable(name.lstrip("+"))))
            yield value

    def _calls(self, call: Invocation, bound: Bound, stream: Iterator[Value] | None) -> Iterator[Value]:
        """Call the handler: once, or for each object of the pipeline."""
        cmdlet = call.cmdlet
        if cmdlet.takes_stream or stream is None:
            call.set = settle_set(cmdlet, bound, bound.values)
            call.input = self._counted(stream) if stream is not None else iter(())
            if cmdlet.takes_stream:
                yield from cmdlet.handler(call)
            else:
                yield from self._guarded(call)
            return
        settle_set(cmdlet, bound, bound.values, from_pipe=True)
        for item in stream:
            self.session.budget.step()
            one = replace(call)
            try:
                one.bound = bind_object(cmdlet, bound, item, self.session.settings)
                one.set = settle_set(cmdlet, bound, dict(one.bound))
            except ShellError as error:
                one.record(error.record)
                continue
            yield from self._guarded(one)

    def _counted(self, stream: Iterator[Value]) -> Iterator[Value]:
        for item in stream:
            self.session.budget.step()
            yield item

    def _guarded(self, call: Invocation) -> Iterator[Value]:
        """The output of one call; what it raises is a non-terminating error of this call."""
        try:
            yield from call.cmdlet.handler(call)
        except LimitError:
            raise
        except ShellError as error:
            if error.stops:
                raise
            call.record(error.record)

    def _common(self, bound: Bound, node: t.Command) -> Common:
        """The common parameters, and the preference variables where they do not say."""
        values = bound.values
        session = self.session
        action = str(values.get("erroraction") or session.preference("ErrorActionPreference", "continue")).lower()
        warning = str(values.get("warningaction") or session.preference("WarningPreference", "continue")).lower()
        for one in node.redirections:
            if one.target == "null" and one.stream in ("2", "*") and action != "stop":
                action = "silentlycontinue"
            if one.target == "null" and one.stream in ("3", "*"):
                warning = "silentlycontinue"
        verbose = bool(values.get("verbose", session.preference("VerbosePreference", "") == "continue"))
        common = Common(action, warning, verbose, bool(values.get("whatif", session.variable("WhatIfPreference"))))
        common.confirm = values.get("confirm")
        common.error_variable = str(values.get("errorvariable") or "")
        common.warning_variable = str(values.get("warningvariable") or "")
        common.out_variable = str(values.get("outvariable") or "")
        for name in (common.error_variable, common.warning_variable):
            if name and not name.startswith("+"):
                session.assign(name, ArrayList())
        return common

    # Script blocks

    def run_script(self, script: ScriptBlock, item: Value, arguments: list[Value], *, own_scope: bool) -> list[Value]:
        """Run a script block; `item` is `$_`."""
        self.session.budget.step()
        if self.depth >= self.session.budget.limits.depth:
            text = f"The script failed due to call depth overflow: more than {self.depth} calls inside each other."
            raise LimitError(text)
        scope, source = self.session.scope, self.source
        before = scope.variables.get("_", MISSING)
        self.depth += 1
        self.source = script.source
        if own_scope:
            self.session.scope = Scope(scope)
        try:
            if item is not MISSING:
                self.session.scope.variables["_"] = item
            self._set_arguments(script, arguments, own_scope=own_scope)
            return self._block(script.script.body)
        finally:
            self.depth -= 1
            self.session.scope, self.source = scope, source
            if before is MISSING:
                scope.variables.pop("_", None)
            else:
                scope.variables["_"] = before

    def _set_arguments(self, script: ScriptBlock, arguments: list[Value], *, own_scope: bool) -> None:
        variables = self.session.scope.variables
        for place, parameter in enumerate(script.script.parameters):
            if place < len(arguments):
                variables[parameter.name.lower()] = arguments[place]
            elif own_scope or parameter.default is not None:
                variables[parameter.name.lower()] = self.value(parameter.default) if parameter.default else None
        if own_scope:
            variables["args"] = arguments[len(script.script.parameters) :]

    def _block(self, body: t.Body) -> list[Value]:
        values: list[Value] = []
        try:
            for value in self.body(body):
                values.append(value)
                check_items(len(values))
        except Return as done:
            values.extend(done.values)
        return values

    def body(self, node: t.Body) -> Iterator[Value]:
        """What statements give; the subclass knows."""
        raise NotImplementedError
