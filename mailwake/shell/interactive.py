"""The shell at a terminal: a prompt with completion and history, lines that go on, Ctrl-C that ends what runs."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import Output

from mailwake.shell.completion import complete
from mailwake.shell.errors import ExitCode, ParseError
from mailwake.shell.interpreter import Interpreter
from mailwake.shell.syntax.parser import parse

_SECRET = re.compile(r"-\w*(?:token|password|secret|credential)", re.IGNORECASE)


class ShellCompleter(Completer):
    """Candidates for what stands before the cursor."""

    def __init__(self, interpreter: Interpreter) -> None:
        """For the registry and the variables of an interpreter."""
        self._interpreter = interpreter

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """The candidates, as prompt-toolkit has them."""
        for found in complete(document.text_before_cursor, self._interpreter.session):
            yield Completion(found.text, found.start, display_meta=found.about)


def needs_more(text: str) -> bool:
    """Whether a text is the begin of one that could be whole: an open bracket, a pipe at its end."""
    try:
        parse(text)
    except ParseError as error:
        return error.incomplete
    return False


class InteractiveShell:
    """Reads lines and has them run until `exit` or Ctrl-D."""

    def __init__(
        self,
        interpreter: Interpreter,
        *,
        history: Path | None = None,
        prompt: str = "PS> ",
        greeting: str = "",
        input: Input | None = None,
        output: Output | None = None,
    ) -> None:
        """`history` is a file that lines are kept in from one session to the next; `input`/`output` are for tests."""
        self._interpreter = interpreter
        self._prompt = prompt
        self._greeting = greeting
        self._session: PromptSession[str] = PromptSession(
            history=_history(history),
            auto_suggest=AutoSuggestFromHistory(),
            completer=ShellCompleter(interpreter),
            complete_while_typing=False,
            multiline=True,
            prompt_continuation=">> ",
            key_bindings=_keys(),
            input=input,
            output=output,
        )
        self._questions: PromptSession[str] = PromptSession(input=input, output=output)
        host = interpreter.session.host
        host.ask = host.ask or self._ask

    def run(self) -> ExitCode | int:
        """Go on until the user leaves; gives what `exit` said."""
        if self._greeting:
            self._interpreter.session.host.line(self._greeting)
        while True:
            try:
                text = self._session.prompt(self._prompt)
            except KeyboardInterrupt:  # the line is given up
                continue
            except EOFError:
                return ExitCode.OK
            if not text.strip():
                continue
            code = self.run_line(text)
            if self._interpreter.exited:
                return code

    def _ask(self, what: str) -> bool:
        """Ask for confirmation as PowerShell does; Ctrl-C and Ctrl-D are a no."""
        text = f'Confirm\nAre you sure you want to perform this action?\n{what}\n[Y] Yes  [N] No  (default is "Y"): '
        try:
            return self._questions.prompt(text).strip().lower() in ("", "y", "yes")
        except (KeyboardInterrupt, EOFError):
            return False

    def run_line(self, text: str) -> ExitCode | int:
        """Run a line; Ctrl-C ends it at its next step, a second Ctrl-C wherever it is."""
        self._interpreter.session.host.width = max(self._session.app.output.get_size().columns, 20)
        with _cancelling(self._interpreter):
            code = self._interpreter.run(text)
        if code == ExitCode.CANCELLED:
            self._interpreter.session.host.line("^C")
        self._interpreter.session.host.out.flush()
        return code


class _Discreet(FileHistory):
    """A history that does not keep lines with a secret in them."""

    def store_string(self, string: str) -> None:
        """Keep a line."""
        if not _SECRET.search(string):
            super().store_string(string)


def _history(path: Path | None) -> History:
    """The history in a file that only its owner reads; in memory if it cannot be written."""
    if path is None:
        return InMemoryHistory()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    except OSError:
        return InMemoryHistory()
    return _Discreet(str(path))


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None
            return
        text = buffer.text
        two_blank = text.endswith("\n\n")  # an empty line after an empty one: the user wants to see the error
        if buffer.document.is_cursor_at_the_end and needs_more(text) and not two_blank:
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    return keys


@contextmanager
def _cancelling(interpreter: Interpreter) -> Iterator[None]:
    """Have Ctrl-C cancel the interpreter, where signals may be handled: in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        if interpreter.cancelled:
            raise KeyboardInterrupt
        interpreter.cancel()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
