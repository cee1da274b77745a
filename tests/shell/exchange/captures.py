"""What a session at a terminal looks like: `python -m tests.shell.exchange.captures` writes docs/shell-session.md.

Keys are typed into the real prompt by a pipe, one step when the prompt has drawn what the step before led to; the
screen is the one that the prompt draws, and the answers are those of the demo organization and the sample's mail.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from mailwake.shell import Interpreter
from mailwake.shell.exchange import exchange_registry
from mailwake.shell.exchange.services import LocalOperations, Services
from mailwake.shell.interactive import InteractiveShell
from tests.shell.exchange.conftest import NOW

PAGE = Path(__file__).resolve().parents[3] / "docs" / "shell-session.md"
WIDTH = 110
TAB, GIVE_UP = "\t", "\x03"
PERIOD = "-StartDate 11/19/2026 -EndDate 11/21/2026"


@dataclass(frozen=True)
class Step:
    """What is typed; `title` and `text` begin a section of the page."""

    keys: str
    title: str = ""
    text: str = ""


STEPS = (
    Step(
        f"get-messagetraced{TAB}",
        "Completion",
        "Tab after the beginning of a name, in any case, shows the cmdlets that it may become.",
    ),
    Step(f"Get-MessageTraceV2 -S{TAB}", text="Tab after a hyphen: the parameters."),
    Step(f"Get-MessageTraceV2 -Status Failed,{TAB}", text="Tab where a value stands: the values, also further ones."),
    Step(f"Get-Mailbox | Format-List Name,Audit{TAB}", text="Tab after a bar: properties of what comes down the pipe."),
    Step(
        "Get-Help Get-MessageTraceDetailV2",
        "Help",
        "`Get-Help` tells what a cmdlet does; `-Full` tells all about its parameters, `-Examples` shows some commands.",
    ),
    Step(
        f"Get-MessageTraceV2 {PERIOD} -RecipientAddress carol@example.com",
        "A table",
        "Many objects of a kind stand in a table. Columns are as wide as what is in them.",
    ),
    Step(
        "Get-Mailbox laura@{DOMAIN} | Format-List Name,Audit*,DefaultAuditSet",
        "A list",
        "`Format-List` writes one property below the other; a list of values shows the first four.",
    ),
    Step(
        "Set-Mailbox Laura -AuditOwner Copy",
        "An error",
        "An error says what is wrong, where it stands, and which values would do.",
    ),
    Step("Get-MessageTraceV2 -Sta 11/19/2026", text="An abbreviation must fit one parameter only."),
    Step("Get-Mailbx", text="A name that is not there."),
    Step(
        "foreach ($one in 'Laura', 'Mark') {\r(Get-Mailbox $one).AuditOwner -join ', '\r}",
        "Several lines",
        "A line that is not whole goes on in the next one.",
    ),
)


class _Screen(DummyOutput):
    def get_size(self) -> Size:
        return Size(rows=30, columns=WIDTH)


@dataclass
class _Typist:
    """Types the steps, each at an empty prompt; keeps the screen that holds a menu."""

    app: Any
    pipe: PipeInput
    out: io.StringIO
    steps: list[str]
    seen: list[str] = field(default_factory=list)
    waits: bool = False
    """Keys were typed whose menu has not been drawn."""

    def drawn(self, _: object) -> None:
        """After the prompt was drawn: go on if it shows what was waited for."""
        buffer = self.app.current_buffer
        if self.waits:
            screen = list(self._rows())
            if buffer.complete_state is not None and len(screen) > 1:
                self.waits = False
                self.seen.append("\n".join(screen))
                self.pipe.send_text(GIVE_UP)
            return
        if buffer.text:
            return
        if len(self.seen) < len(self.steps) and self._answered():
            keys = self.steps[len(self.seen)]
            self.waits = keys.endswith(TAB)
            self.pipe.send_text(keys if self.waits else keys + "\r")
        elif len(self.seen) == len(self.steps):
            self.pipe.send_text("exit\r")

    def _answered(self) -> bool:
        """Keep what the line before gave; True when the next may be typed."""
        told = self.out.getvalue()
        self.out.seek(0)
        self.out.truncate()
        if told:
            self.seen.append(_typed(self.steps[len(self.seen)]) + told)
        return len(self.seen) < len(self.steps)

    def _rows(self) -> Iterator[str]:
        screen = self.app.renderer.last_rendered_screen
        if screen is None:
            return
        for row in range(screen.height):
            line = "".join(screen.data_buffer[row][column].char for column in range(WIDTH)).rstrip()
            if line:
                yield line


def _typed(keys: str) -> str:
    first, *more = keys.split("\r")
    return "".join([f"PS> {first}\n", *(f">> {line}\n" for line in more)])


def captured(data: Path, domain: str) -> list[str]:
    """What the screen shows at each step."""
    operations = LocalOperations(data)
    out = io.StringIO()
    interpreter = Interpreter(
        exchange_registry(), out=out, zone=NOW.tzinfo, now=lambda: NOW, services=Services(operations)
    )
    try:
        with create_pipe_input() as pipe:
            shell = InteractiveShell(interpreter, input=pipe, output=_Screen())
            app = shell._session.app  # the prompt's own application: it knows what it drew
            typist = _Typist(app, pipe, out, [step.keys.replace("{DOMAIN}", domain) for step in STEPS])
            app.after_render += typist.drawn
            shell.run()
    finally:
        operations.close()
    return typist.seen


def page(data: Path, domain: str) -> str:
    """The page."""
    parts = [
        "# A session at the prompt\n",
        "`mailwake shell`, as its screen shows it: completion, help, a table, a list, errors. The organization is the"
        " one that\n`mailwake demo --organization contoso` makes, the mail that of `mailwake demo`. What the language"
        " knows is told in\n[the shell's language](shell.md), the cmdlets in [Exchange's cmdlets](cmdlets.md).\n",
    ]
    for step, screen in zip(STEPS, captured(data, domain), strict=True):
        if step.title:
            parts.append(f"## {step.title}\n")
        if step.text:
            parts.append(f"{step.text}\n")
        lines = "\n".join(line.rstrip() for line in screen.rstrip("\n").split("\n"))
        parts.append(f"```text\n{lines}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    from mailwake.operations.demo_organization import DOMAIN
    from tests.shell.exchange.conftest import make_estate

    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(page(make_estate(Path(folder)), DOMAIN))
