"""What the lexer keeps while it goes through a text: where it is, what is open, which tokens there were.

PowerShell reads the same characters in two ways: as expressions (`$a - 1`) and as arguments of a command (`-Name a-1`).
Which one holds depends on where a statement starts and what has been opened, so the lexer keeps a stack of *frames*,
one for each open bracket or string, each with its mode:

- `start`: a statement, or what follows a bar: a command's name, a keyword, or the begin of an expression;
- `expr`: an expression, where an operand or an operator is awaited in turn;
- `arg`: the arguments of a command;
- `key`: the keys of a hashtable.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lark import Token

from mailwake.shell.errors import Extent, ParseError, Source
from mailwake.shell.syntax import lexemes

MAX_DEPTH = 48
"""Brackets and strings that may be open at once."""
MAX_STATEMENT = 10_000
"""Tokens of one statement: what is longer is data that somebody pasted, and would take seconds to parse."""


@dataclass(slots=True)
class Frame:
    """One open bracket or string."""

    kind: str
    mode: str
    opened: int = 0
    operand: bool = True
    """In mode `expr`: whether an operand is awaited, else an operator."""
    first: bool = True
    """In mode `start`: whether a statement starts; false after a bar, where keywords are commands."""
    head: str = ""
    """The keyword whose bracket must come next."""
    block: str = ""
    """The keyword whose block must come next."""
    opener: str = ""
    """Of a block: the keyword it belongs to."""
    end: int = 0
    """Of a here-string: where its text ends."""


CLOSERS = {
    ")": ("paren", "subexpr", "array", "call", "head", "foreach", "for", "params"),
    "}": ("script", "block", "hash", "switch"),
    "]": ("index",),
}
_MISSING = {
    ")": ("Missing closing ')' in expression.", "MissingEndParenthesisInExpression"),
    "}": ("Missing closing '}' in statement block or type definition.", "MissingEndCurlyBrace"),
    "]": ("Missing ']' after array index expression.", "MissingEndSquareBracket"),
}


@dataclass(slots=True)
class LexerState:
    """The text, the place in it, the open frames and the tokens so far."""

    source: Source
    text: str = ""
    at: int = 0
    value_end: int = -1
    """Where a value ended to which `.`, `::` or `[` may stick."""
    length: int = 0
    """Tokens of the present statement."""
    frames: list[Frame] = field(default_factory=lambda: [Frame("top", "start")])
    tokens: list[Token] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.text = self.source.text

    def emit(self, kind: str, end: int, value: str | None = None) -> None:
        """Add a token from here to `end`, and go there."""
        text = self.text[self.at : end] if value is None else value
        self.length = 0 if kind == "_SEP" else self.length + 1
        if self.length > MAX_STATEMENT:
            raise self.error(f"The statement is too long: more than {MAX_STATEMENT:,} words.", "StatementTooLong", end)
        self.tokens.append(
            Token(kind, text, start_pos=self.at, end_pos=end, line=1, column=1, end_line=1, end_column=1)
        )
        self.at = end
        self.value_end = -1

    def value(self, kind: str, end: int, text: str | None = None) -> None:
        """Add a token that is a value."""
        self.emit(kind, end, text)
        self.valued()

    def valued(self) -> None:
        """A value ended here: an operator may come, a member may stick to it."""
        self.frames[-1].operand = False
        self.value_end = self.at

    def push(self, kind: str, mode: str, token: str, end: int, opener: str = "") -> Frame:
        """Open a frame with a token."""
        if len(self.frames) > MAX_DEPTH:
            raise self.error("The script is nested too deeply: more than 48 open brackets.", "NestingTooDeep", end)
        frame = Frame(kind, mode, self.at, opener=opener)
        self.emit(token, end)
        self.frames.append(frame)
        return frame

    def last(self) -> str:
        """Kind of the last token."""
        return str(self.tokens[-1].type) if self.tokens else ""

    def error(
        self, message: str, name: str, end: int, start: int | None = None, *, incomplete: bool = False
    ) -> ParseError:
        """An error about the text from here (or `start`) to `end`."""
        extent = Extent(self.at if start is None else start, end)
        return ParseError(message, name, extent, self.source, incomplete=incomplete)

    def unexpected(self, word: str) -> ParseError:
        """The word here has no place."""
        return self.error(
            f"Unexpected token '{word}' in expression or statement.", "UnexpectedToken", self.at + len(word)
        )

    def unclosed(self, frame: Frame, *, incomplete: bool = False) -> ParseError:
        """The bracket of a frame is not closed."""
        if frame.kind == "hash":
            text, name = "The hash literal was incomplete.", "IncompleteHashLiteral"
        elif frame.kind == "call":
            text, name = "Missing ')' in method call.", "MissingEndParenthesisInMethodCall"
        else:
            text, name = _MISSING[next(char for char, kinds in CLOSERS.items() if frame.kind in kinds)]
        return self.error(text, name, frame.opened + 1, frame.opened, incomplete=incomplete)

    def separate(self, frame: Frame, end: int) -> None:
        """A statement, or a pair of a hashtable, ends here."""
        if self.last() != "_SEP" or frame.kind == "for":
            self.emit("_SEP", end)
        else:
            self.at = end
        frame.mode = "key" if frame.kind == "hash" else "start"
        frame.operand = frame.first = True

    def peek(self) -> int:
        """Offset of the next character that is neither blank, newline nor comment."""
        at = self.at
        while at < len(self.text):
            if self.text[at] == "\n":
                at += 1
            elif self.text[at] == "#":
                at = self._line_end(at)
            elif self.text.startswith("<#", at):
                end = self.text.find("#>", at + 2)
                at = end + 2 if end >= 0 else len(self.text)
            elif blank := lexemes.BLANKS.match(self.text, at):
                at = blank.end()
            else:
                break
        return at

    def peek_from(self, at: int) -> int:
        """The same from another place."""
        here, self.at = self.at, at
        after = self.peek()
        self.at = here
        return after

    def skip_blank(self) -> bool:
        """Go over blanks or a comment; false if there is none here."""
        if blank := lexemes.BLANKS.match(self.text, self.at):
            self.at = blank.end()
            return True
        if self.text.startswith("#", self.at):
            self.at = self._line_end(self.at)
            return True
        if self.text.startswith("<#", self.at):
            end = self.text.find("#>", self.at + 2)
            if end < 0:
                raise self.error(
                    "The terminator '#>' is missing from the multiline comment.",
                    "MissingTerminatorMultiLineComment",
                    self.at + 2,
                    incomplete=True,
                )
            self.at = end + 2
            return True
        return False

    def _line_end(self, at: int) -> int:
        end = self.text.find("\n", at)
        return end if end >= 0 else len(self.text)
