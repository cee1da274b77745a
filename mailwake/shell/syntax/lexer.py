"""The lexer: tokens for the grammar, in the mode that holds where they stand (see `lexstate`)."""

from __future__ import annotations

from collections.abc import Callable

from lark import Token

from mailwake.shell.errors import Source
from mailwake.shell.syntax import lexemes
from mailwake.shell.syntax.lexemes import DASHES, DOUBLE_QUOTES, SINGLE_QUOTES
from mailwake.shell.syntax.lexstate import CLOSERS, Frame
from mailwake.shell.syntax.quoting import STRINGS, Quoting

_OPEN = frozenset(
    ["_SEP", "_PIPE", "_COMMA", "_ARGSEP", "LOGIC", "BITS", "COMPARE", "SUM", "PRODUCT", "FORMAT", "RANGE", "NOT", "JOIN", "ASSIGN", "SUBOPEN", "ATPAREN", "_LPAREN", "_BLOCK_OPEN", "SCRIPT_OPEN", "ATBRACE", "_IN", "_ELSE", "_TRY", "_FINALLY", "_DO"]
)
"""Tokens after which a line may go on in the next."""
_WITHOUT_LINES = frozenset({"index", "call", "params", "switch", "head", "foreach"})
_QUOTES = DOUBLE_QUOTES + SINGLE_QUOTES
_HEADS = frozenset({"if", "elseif", "while", "until", "switch", "for", "foreach"})
_BLOCKS = frozenset({"else", "try", "finally", "do", "catch"})
_FILES = (
    "This shell writes no files by redirection. Use Export-Csv -Path to write a file, -gt and -lt to compare, "
    "2>$null to silence errors."
)


class Lexer(Quoting):
    """Goes through a text once."""

    __slots__ = ()

    def run(self) -> list[Token]:
        """All tokens of the text."""
        modes: dict[str, Callable[[Frame, str], None]] = {
            "start": self._start,
            "expr": self._expression,
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
            self._separate(frame, self.at + 1)

    def _separate(self, frame: Frame, end: int) -> None:
        """A statement, or a pair of a hashtable, ends here."""
        if self.last() != "_SEP" or frame.kind == "for":
            self.emit("_SEP", end)
        else:
            self.at = end
        frame.mode = "key" if frame.kind == "hash" else "start"
        frame.operand = frame.first = True

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
            self._separate(outer, self.at)
            return
        self.at = after
        word = lexemes.CONTINUED_BLOCK.match(self.text, after)
        if word and frame.opener == "do":
            self.emit("_WHILE" if word[0].lower() == "while" else "_UNTIL", word.end())
            outer.head = "until"

    def _missing(self, frame: Frame, *, incomplete: bool = False) -> None:
        if frame.head:
            raise self.error(
                f"Missing opening '(' after keyword '{frame.head}'.",
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
            if not (lexemes.MEMBER.match(text, at + 1) or text[at + 1 : at + 2] in (*"($", *_QUOTES)):
                if frame.mode == "arg" or not text[at + 1 : at + 2].strip():
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
                (self.tokens
                and self.last() not in ("_BLOCK_OPEN", "SCRIPT_OPEN", "SUBOPEN", "ATPAREN"))
                or frame.kind == "for"
            ):
                self._separate(frame, at + 1)
            else:
                self.at += 1
        elif char == "|":
            raise self.error("An empty pipe element is not allowed.", "EmptyPipeElement", at + 1)
        elif char == "&" or (char == "." and (text[at + 1 : at + 2].isspace() or text[at + 1 : at + 2] in ("{", "$"))):
            self.emit("AMP", at + 1)
            frame.mode = "arg"
        elif char in DASHES + "!+,@$[({" + _QUOTES or lexemes.NUMBER.match(text, at):
            frame.mode, frame.operand = "expr", True
        elif word := lexemes.COMMAND.match(text, at):
            self._word(frame, word[0])
        else:
            raise self._reserved(char)

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

    def _reserved(self, char: str) -> Exception:
        """What stands for something else in PowerShell, or for nothing."""
        if char == "<":
            return self.error(
                "The '<' operator is reserved for future use. Replace placeholders like <MailboxIdentity> by a value.",
                "RedirectionNotSupported",
                self.at + 1,
            )
        if char == ">":
            return self.error(_FILES, "RedirectionNotSupported", self.at + 1)
        if self.text.startswith(("&&", "||"), self.at):
            pair = self.text[self.at : self.at + 2]
            return self.error(
                f"The token '{pair}' is not a valid statement separator in this shell. Use ';' or if ($?) {{ ... }}.",
                "InvalidEndOfLine",
                self.at + 2,
            )
        if char == "&":
            return self.error(
                "The ampersand (&) character is not allowed here. Put it in quotes.", "AmpersandNotAllowed", self.at + 1
            )
        return self.unexpected(char)

    # Expressions

    def _opens(self, char: str) -> bool:
        """A bracket or string that is a value in every mode."""
        text, at = self.text, self.at
        pair = text[at : at + 2]
        if char == "(":
            self.push("paren", "start", "_LPAREN", at + 1)
        elif char == "{":
            self.push("script", "start", "SCRIPT_OPEN", at + 1)
        elif pair == "$(":
            self.push("subexpr", "start", "SUBOPEN", at + 2)
        elif pair == "@(":
            self.push("array", "start", "ATPAREN", at + 2)
        elif pair == "@{":
            self.push("hash", "key", "ATBRACE", at + 2)
        elif char in _QUOTES:
            self.quoted()
        else:
            return char == "@" and self.here_string()
        return True

    def _expression(self, frame: Frame, char: str) -> None:
        if char == ",":
            self.emit("_ARGSEP" if frame.kind in ("call", "params") else "_COMMA", self.at + 1)
            frame.operand = True
        elif frame.operand:
            self._operand(frame, char)
        else:
            self._operator(frame, char)

    def _operand(self, frame: Frame, char: str) -> None:
        text, at = self.text, self.at
        if self._opens(char):
            return
        if char == "$" and self.variable():
            return
        if char in DASHES or char in "+!":
            self._sign(char)
        elif number := lexemes.NUMBER.match(text, at):
            self.value("NUMBER", number.end())
        elif found := lexemes.TYPE.match(text, at):
            self.value("TYPE", found.end(), found["name"])
            frame.operand = bool(lexemes.CAST_FOLLOWS.match(text, self.at))
        elif char == "@" and (splat := lexemes.SPLAT.match(text, at)):
            raise self.error(
                "The splatting operator '@' cannot be used to reference variables in an expression. "
                f"'{splat[0]}' can be used only as an argument to a command. To reference variables in an expression "
                f"use '${splat['name']}'.",
                "SplattingNotPermitted",
                splat.end(),
            )
        elif char in "|;":
            raise self.error(f"You must provide a value expression before '{char}'.", "ExpectedValueExpression", at + 1)
        else:
            word = lexemes.WORD.match(text, at)
            raise self.unexpected(word[0] if word else char) if char not in "<>&" else self._reserved(char)

    def _sign(self, char: str) -> None:
        text, at = self.text, self.at
        name = lexemes.OPERATOR.match(text, at)
        if char == "!":
            self.emit("NOT", at + 1, "not")
        elif char == "+":
            self.emit("STEP" if text.startswith("++", at) else "SUM", at + (2 if text.startswith("++", at) else 1))
        elif name and name["name"].lower() in lexemes.UNARY:
            lowered = name["name"].lower()
            self.emit("JOIN" if lowered.endswith(("join", "split")) else "NOT", name.end(), lowered)
        elif name:
            raise self.unexpected(name[0])
        elif text.startswith("--", at):
            self.emit("STEP", at + 2)
        else:
            self.emit("SUM", at + 1, "-")

    def _operator(self, frame: Frame, char: str) -> None:
        text, at = self.text, self.at
        pair = text[at : at + 2]
        name = lexemes.OPERATOR.match(text, at)
        if name and pair != "--":
            self._named_operator(frame, name["name"].lower(), name.end(), name[0])
        elif pair in ("++", "--"):
            self.value("STEP", at + 2)
        elif pair == "==":
            raise self.error("There is no '==' operator; compare with -eq.", "UnexpectedToken", at + 2)
        elif char == "=" or (pair[1:] == "=" and char in "+*/%" + DASHES):
            self.emit(
                "ASSIGN",
                at + len(char if char == "=" else pair),
                "=" if char == "=" else pair.replace(char, "-") if char in DASHES else pair,
            )
            frame.mode, frame.operand, frame.first = "start" if frame.kind != "params" else "expr", True, False
        elif pair == "..":
            self._binary(frame, "RANGE", at + 2, "..")
        elif char in "*/%":
            self._binary(frame, "PRODUCT", at + 1, char)
        elif char == "+" or char in DASHES:
            self._binary(frame, "SUM", at + 1, "+" if char == "+" else "-")
        elif frame.kind == "foreach" and text[at : at + 2].lower() == "in" and not text[at + 2 : at + 3].isalnum():
            self.emit("_IN", at + 2)
            frame.mode, frame.operand, frame.first = "start", True, False
        else:
            self._after_value(frame, char)

    def _binary(self, frame: Frame, token: str, end: int, value: str) -> None:
        self.emit(token, end, value)
        frame.operand = True

    def _named_operator(self, frame: Frame, name: str, end: int, written: str) -> None:
        if name in lexemes.LOGIC:
            token = "LOGIC"
        elif name in lexemes.BITS:
            token = "BITS"
        elif name in lexemes.COMPARISONS:
            token = "COMPARE"
        elif name == "f":
            token = "FORMAT"
        else:
            raise self.unexpected(written)
        self._binary(frame, token, end, name)

    def _after_value(self, frame: Frame, char: str) -> None:
        """What ends an expression or an argument, or has no place."""
        at = self.at
        redirection = lexemes.REDIRECTION.match(self.text, at)
        if char == "|" and not self.text.startswith("||", at):
            self.emit("_PIPE", at + 1)
            frame.mode, frame.first, frame.operand = "start", False, True
        elif char == ";":
            self._separate(frame, at + 1)
        elif redirection:
            self.emit("REDIRECT", redirection.end())
        elif char in "<>&|":
            raise self._reserved(char)
        else:
            word = lexemes.WORD.match(self.text, at)
            raise self.unexpected(word[0] if word else char)

    # Arguments of commands

    def _argument(self, frame: Frame, char: str) -> None:
        text, at = self.text, self.at
        parameter = lexemes.PARAMETER.match(text, at)
        redirection = lexemes.REDIRECTION.match(text, at)
        if frame.kind == "switch" and char == ";":
            self.at += 1
        elif redirection or char in "|;&<>":
            self._after_value(frame, char)
        elif char == ",":
            self.emit("_COMMA", at + 1)
        elif parameter and frame.kind != "switch":
            self.emit("PARAM_COLON" if parameter["colon"] else "PARAM", parameter.end(), parameter["name"])
        elif self._opens(char):
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
        if not word or text[end : end + 1] in ("$", "`", *_QUOTES):
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
                self._separate(frame, self.at + 1)
        elif key := lexemes.KEY.match(self.text, self.at):
            self.value("WORD", key.end())
        elif not (self._opens(char) or (char == "$" and self.variable())):
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
