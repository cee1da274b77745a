"""Start-Sleep: scripts that go easy on a server, or wait for a report, pause between their questions."""

from __future__ import annotations

from collections.abc import Iterator

from mailwake.shell.errors import ShellError
from mailwake.shell.invocation import Invocation
from mailwake.shell.objects import Value
from mailwake.shell.parameter_types import DOUBLE, INT
from mailwake.shell.registry import Cmdlet, Example, Parameter, Registry


def _sleep(call: Invocation) -> Iterator[Value]:
    if not call.given("Seconds") and not call.given("Milliseconds"):
        raise ShellError("Start-Sleep needs Seconds or Milliseconds.", "MissingMandatoryParameter")
    host = call.session.host
    host.flush()
    host.out.flush()
    call.session.budget.wait(call.get("Seconds", 0.0) + call.get("Milliseconds", 0) / 1000)
    yield from ()


def register(registry: Registry) -> None:
    """Add the cmdlet."""
    registry.add(
        Cmdlet(
            "Start-Sleep",
            _sleep,
            (
                Parameter("Seconds", DOUBLE, 1, minimum=0, help="How long."),
                Parameter("Milliseconds", INT, aliases=("ms",), minimum=0, help="How long, more exactly."),
            ),
            "Waits a while; Ctrl-C ends it.",
            examples=(Example("Start-Sleep -Seconds 2", "Two seconds."),),
            aliases=("sleep",),
        )
    )
