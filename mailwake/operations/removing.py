"""Taking away what has a name: what such orders share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from mailwake.operations.context import Context
from mailwake.operations.contract import Operation, Scope
from mailwake.operations.models import Input

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory


def removal(
    noun: str,
    summary: str,
    order: type[Input],
    output: Any,
    remove: Callable[[Directory, str], Any],
    *,
    role: str,
    command: str,
    cmdlet: str,
) -> Operation[Any]:
    """The operation that removes what `identity` names by `remove`, and shows what it was: `output.of` its record."""

    def handle(context: Context, given: Any) -> Iterator[Any]:
        gone = output.of(remove(context.settings, given.identity))
        context.changed(gone.name, gone.record(), {})
        yield gone

    return Operation(
        name=f"remove-{noun}",
        summary=summary,
        input=order,
        output=output,
        handler=handle,
        roles=(role,),
        scope=Scope.ORGANIZATION,
        changes=True,
        command=(command, "remove"),
        cmdlet=cmdlet,
        store=False,
    )
