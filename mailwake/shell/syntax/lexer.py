"""The lexer: tokens for the grammar, in the mode that holds where they stand (see `lexstate`)."""

from __future__ import annotations

from collections.abc import Callable

from lark import Token

from mailwake.shell.errors import Source
from mailwake.shell.syntax import lexemes
from mailwake.shell.syntax.lexemes import DASHES
from mailwake.shell.syntax.lexstate import CLOSERS, Frame
from mailwake.shell.syntax.operands import QUOTES, Operands
from mailwake.shell.syntax.quoting import STRINGS

_OPEN = frozenset(
    [
        "_SEP",
        "_PIPE",
        "_COMMA",
        "_ARGSEP",
        "LOGIC",
        "BITS",
        "COMPARE",
        "SUM",
        "PRODUCT",
        "FORMAT",
        "RANGE",
        "NOT",
        "JOIN",
        "ASSIGN",
        "SUBOPEN",
        "ATPAREN",
        "_LPAREN",
        "_BLOCK_OPEN",
        "SCRIPT_OPEN",
        "ATBRACE",
        "_IN",
        "_ELSE",
        "_TRY",
        "_FINALLY",
        "_DO",
    ]
)
"""Tokens after which a line may go on in the next."""
_WITHOUT_EFFECT = frozenset({"cmdletbinding", "outputtype"})
"""Attributes in front of `param` that mean nothing here."""
_WITHOUT_LINES = frozenset({"index", "call", "params", "switch", "head", "foreach"})
_HEADS = frozenset({"if", "elseif", "while", "until", "switch", "for", "foreach"})
_BLOCKS = frozenset({"else", "try", "finally", "do", "catch"})


class Lexer(Operands):
    """Goes through a text once."""

    __slots__ = ()

    def run(self) -> list[Token]:
        """All tokens of the text."""
        modes: dict[str, Callable[[Frame, str], None]] = {
            "start": self._start,
            "expr": self.expression,
            "arg": self._argument,
            "key": self._key,
        }
        while True:
            frame = self.frames[-1]
            if frame.kind in STRINGS:
                self.text_part(frame)
            elif self.at >= len(self.text):
                break
            elif self.skip_blank():
                continue
            elif self.text[self.at] == "\n":
                self._newline(frame)
            elif self._sticks(frame) or self._awaited(frame):
                continue
            elif self.text[self.at] in CLOSERS:
                self._close(self.text[self.at])
            else:
                modes[frame.mode](frame, self.text[self.at])
        if len(self.frames) > 1:
            raise self.unclosed(self.frames[-1], incomplete=True)
        if self.frames[0].head or self.frames[0].block:
            self._missing(self.frames[0], incomplete=True)
        return self.tokens

    # Lines and brackets

    def _newline(self, frame: Frame) -> None:
        after = self.peek()
        next_char = self.text[after : after + 1]
        goes_on = (
            frame.kind in _WITHOUT_LINES
            or frame.block
            or frame.head
            or self.last() in _OPEN
            or not self.tokens
            or (frame.kind == "paren" and next_char == ")")
            or (next_char == "|" and frame.mode in ("expr", "arg"))
        )
        if goes_on:
            self.at = max(after, self.at + 1)
        else:
            self.separate(frame, self.at + 1)

    def _close(self, char: str) -> None:
        frame = self.frames[-1]
        if frame.kind not in CLOSERS[char]:
            if any(outer.kind in CLOSERS[char] for outer in self.frames[:-1]) and frame.kind != "top":
                raise self.unclosed(frame)
            raise self.unexpected(char)
        if frame.head or frame.block:
            self._missing(frame)
        self.frames.pop()
        outer = self.frames[-1]
        if frame.kind in ("block", "switch"):
            self._end_block(frame, outer)
            return
        tokens = {"}": "_SCRIPT_CLOSE", ")": "_RPAREN", "]": "_RBRACKET"}
        self.value("_HASH_CLOSE" if frame.kind == "hash" else tokens[char], self.at + 1)
        if frame.kind in ("head", "foreach", "for") and frame.opener != "until":
            outer.block = frame.opener
        elif frame.kind == "params":
            outer.block = "function" if frame.opener == "function" else ""
            outer.mode, outer.operand, outer.first = "start", True, True

    def _end_block(self, frame: Frame, outer: Frame) -> None:
        self.emit("_BLOCK_CLOSE", self.at + 1)
        after = self.peek()
        outer.mode, outer.operand, outer.first = "start", True, True
        if not lexemes.CONTINUED_BLOCK.match(self.text, after) or frame.opener not in (
            "if",
            "elseif",
            "try",
            "catch",
            "do",
        ):
            self.separate(outer, self.at)
            return
        self.at = after
        word = lexemes.CONTINUED_BLOCK.match(self.text, after)
        if word and frame.opener == "do":
            self.emit("_WHILE" if word[0].lower() == "while" else "_UNTIL", word.end())
            outer.head = "until"

    def _missing(self, frame: Frame, *, incomplete: bool = False) -> None:
        if frame.head:
            raise self.error(
                f"Missing '(' after '{frame.head}' in {frame.head} statement.",
                "MissingOpenParenthesisAfterKeyword",
                self.at + 1,
                incomplete=incomplete,
            )
        raise self.error(
            f"Missing statement block after '{frame.block}'.",
            "MissingStatementBlock",
            self.at + 1,
            incomplete=incomplete,
        )

    def _awaited(self, frame: Frame) -> bool:
        """The bracket or block that a keyword asks for."""
        char = self.text[self.at]
        if frame.head:
            if frame.head == "switch" and (option := lexemes.PARAMETER.match(self.text, self.at)):
                self.emit("PARAM", option.end("name"), option["name"])
                return True
            if char != "(":
                self._missing(frame)
            head, frame.head = frame.head, ""
            kind, mode = {"foreach": ("foreach", "expr"), "for": ("for", "start")}.get(head, ("head", "start"))
            self.push(kind, mode, "_LPAREN", self.at + 1, head)
            return True
        if frame.block:
            found = lexemes.TYPE.match(self.text, self.at) if frame.block == "catch" else None
            if found:
                self.emit("TYPE", found.end(), found["name"])
            elif frame.block == "catch" and char == "," and self.last() == "TYPE":
                self.emit("_COMMA", self.at + 1)
            elif char == "{":
                block, frame.block = frame.block, ""
                kind, mode = ("switch", "arg") if block == "switch" else ("block", "start")
                self.push(kind, mode, "_BLOCK_OPEN", self.at + 1, block)
            else:
                self._missing(frame)
            return True
        return False

    def _sticks(self, frame: Frame) -> bool:
        """`.member`, `::member`, `[index]` without a blank in front."""
        if self.at != self.value_end or not self.tokens:
            return False
        text, at = self.text, self.at
        last = self.last()
        if text.startswith("::", at) and last in ("TYPE", "VARIABLE", "_RPAREN", "MEMBER"):
            self.emit("COLONS", at + 2)
        elif text[at] == "." and not text.startswith("..", at) and last not in ("NUMBER", "WORD", "TYPE"):
            if not (lexemes.MEMBER.match(text, at + 1) or text[at + 1 : at + 2] in (*"($", *QUOTES)):
                if frame.mode == "arg":
                    return False
                raise self.error("Missing property name after reference operator.", "MissingPropertyName", at + 1)
            self.emit("DOT", at + 1)
        elif text[at] == "[" and last not in ("NUMBER", "WORD", "TYPE"):
            self.push("index", "expr", "LBRACKET", at + 1)
            return True
        else:
            return False
        frame.operand = True
        name = lexemes.MEMBER.match(text, self.at)
        if name:
            self.value("MEMBER", name.end())
            if text.startswith("(", self.at):
                self.push("call", "expr", "CALLOPEN", self.at + 1)
        return True

    # Statements

    def _start(self, frame: Frame, char: str) -> None:
        text, at = self.text, self.at
        if char == ";":
            if self.last() in _OPEN - {
                "_SEP",
                "_BLOCK_OPEN",
                "SCRIPT_OPEN",
                "SUBOPEN",
                "ATPAREN",
                "_LPAREN",
                "ATBRACE",
            }:
                raise self.unexpected(char)
            if (
                self.tokens and self.last() not in ("_BLOCK_OPEN", "SCRIPT_OPEN", "SUBOPEN", "ATPAREN")
            ) or frame.kind == "for":
                self.separate(frame, at + 1)
            else:
                self.at += 1
        elif char == "|":
            raise self.error("An empty pipe element is not allowed.", "EmptyPipeElement", at + 1)
        elif char == "&" or (char == "." and (text[at + 1 : at + 2].isspace() or text[at + 1 : at + 2] in ("{", "$"))):
            self.emit("AMP", at + 1)
            frame.mode = "arg"
        elif char == "[" and (mark := lexemes.ATTRIBUTE.match(text, at)) and mark["name"].lower() in _WITHOUT_EFFECT:
            self.at = self.peek_from(mark.end())
        elif char in DASHES + "!+,@$[({" + QUOTES or lexemes.NUMBER.match(text, at):
            frame.mode, frame.operand = "expr", True
        elif word := lexemes.COMMAND.match(text, at):
            self._word(frame, word[0])
        else:
            raise self.reserved(char)

    def _word(self, frame: Frame, word: str) -> None:
        """A keyword or a command's name."""
        lowered, end = word.lower(), self.at + len(word)
        if not frame.first or (lowered not in lexemes.KEYWORDS and lowered not in lexemes.NOT_OURS):
            self.emit("COMMAND", end)
            frame.mode = "arg"
            return
        if lowered in lexemes.NOT_OURS:
            raise self.error(lexemes.NOT_OURS[lowered], "NotSupported", end)
        token = "_" + lowered.upper()
        if lowered in ("break", "continue"):
            self.emit("LEAVE", end)
            frame.mode, frame.operand = "expr", False
        elif lowered in ("return", "exit", "throw"):
            self.emit("GIVE", end)
            frame.first = False
        elif lowered in ("function", "filter"):
            self.emit("_FUNCTION", end)
            self._function(frame)
        elif lowered == "param":
            self.emit(token, end)
            self.at = self.peek()
            if not self.text.startswith("(", self.at):
                raise self.error("Missing opening '(' after keyword 'param'.", "MissingOpenParenthesis", self.at + 1)
            self.push("params", "expr", "_LPAREN", self.at + 1)
        elif lowered in _HEADS:
            self.emit(token, end)
            frame.head = lowered
        elif lowered in _BLOCKS:
            self.emit(token, end)
            frame.block = lowered

    def _function(self, frame: Frame) -> None:
        self.at = self.peek()
        name = lexemes.COMMAND.match(self.text, self.at)
        if not name:
            raise self.error("Missing name after function keyword.", "MissingNameAfterKeyword", self.at + 1)
        self.emit("NAME", name.end())
        self.at = self.peek()
        if self.text.startswith("(", self.at):
            self.push("params", "expr", "_LPAREN", self.at + 1, "function")
        else:
            frame.block = "function"

    # Arguments of commands

    def _argument(self, frame: Frame, char: str) -> None:
        text, at = self.text, self.at
        parameter = lexemes.PARAMETER.match(text, at)
        redirection = lexemes.REDIRECTION.match(text, at)
        if frame.kind == "switch" and char == ";":
            self.at += 1
        elif redirection or char in "|;&<>":
            self.after_value(frame, char)
        elif char == ",":
            self.emit("_COMMA", at + 1)
        elif parameter and frame.kind != "switch":
            self.emit("PARAM_COLON" if parameter["colon"] else "PARAM", parameter.end(), parameter["name"])
        elif self.opens(char):
            return
        elif char == "@" and (splat := lexemes.SPLAT.match(text, at)):
            self.emit("SPLAT", splat.end(), splat["name"])
        elif char == "$" and (found := lexemes.VARIABLE.match(text, at)) and self._stands_alone(found.end()):
            self.variable()
        else:
            self._bare(char)

    def _stands_alone(self, end: int) -> bool:
        """Whether a variable that ends there is a value, not the begin of a word."""
        after = self.text[end : end + 1]
        return not after or after in ".[" or self.text.startswith("::", end) or bool(lexemes.WORD_END.match(after))

    def _bare(self, char: str) -> None:
        text, at = self.text, self.at
        word = lexemes.WORD.match(text, at)
        end = word.end() if word else at
        if not word or text[end : end + 1] in ("$", "`", *QUOTES):
            if char not in "$`" and not word:
                raise self.unexpected(char)
            self.push("word", "text", "STR_START", at)
            return
        number = lexemes.NUMBER.match(text, at + (1 if char in DASHES + "+" else 0))
        is_number = number is not None and number.end() == end
        self.value("NUMBER" if is_number else "WORD", end)

    # Keys of hashtables

    def _key(self, frame: Frame, char: str) -> None:
        if char == "=":
            self.emit("ASSIGN", self.at + 1)
            frame.mode, frame.operand, frame.first = "start", True, True
        elif char == ";":
            if self.last() in ("_SEP", "ATBRACE"):
                self.at += 1
            else:
                self.separate(frame, self.at + 1)
        elif key := lexemes.KEY.match(self.text, self.at):
            self.value("WORD", key.end())
        elif not (self.opens(char) or (char == "$" and self.variable())):
            number = lexemes.NUMBER.match(self.text, self.at)
            if not number:
                raise (
                    self.error("Missing key before '=' in hash literal.", "MissingKeyInHashLiteral", self.at + 1)
                    if char == ","
                    else self.unexpected(char)
                )
            self.value("NUMBER", number.end())


def tokens(source: Source) -> list[Token]:
    """The tokens of a text; raises `ParseError`."""
    return Lexer(source).run()
