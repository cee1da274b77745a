"""Expressions: operands and operators in turn, and what ends them."""

from __future__ import annotations

from mailwake.shell.syntax import lexemes
from mailwake.shell.syntax.lexemes import DASHES, DOUBLE_QUOTES, SINGLE_QUOTES
from mailwake.shell.syntax.lexstate import Frame
from mailwake.shell.syntax.quoting import Quoting

QUOTES = DOUBLE_QUOTES + SINGLE_QUOTES
_FILES = (
    "This shell writes no files by redirection. Use Export-Csv -Path to write a file, -gt and -lt to compare, "
    "2>$null to silence errors."
)


class Operands(Quoting):
    """The part of the lexer that reads expressions."""

    __slots__ = ()

    def reserved(self, char: str) -> Exception:
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

    def opens(self, char: str) -> bool:
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
        elif char in QUOTES:
            self.quoted()
        else:
            return char == "@" and self.here_string()
        return True

    def expression(self, frame: Frame, char: str) -> None:
        """The next token of an expression."""
        if char == ",":
            self.emit("_ARGSEP" if frame.kind in ("call", "params") else "_COMMA", self.at + 1)
            frame.operand = True
        elif frame.operand:
            self._operand(frame, char)
        else:
            self._operator(frame, char)

    def _operand(self, frame: Frame, char: str) -> None:
        text, at = self.text, self.at
        if self.opens(char):
            return
        if char == "$" and self.variable():
            return
        if char in DASHES or char in "+!":
            self._sign(char)
        elif number := lexemes.NUMBER.match(text, at):
            self.value("NUMBER", number.end())
        elif char == "[" and frame.kind == "params" and (mark := lexemes.ATTRIBUTE.match(text, at)):
            self.emit("ATTRIBUTE", mark.end())
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
            raise self.unexpected(word[0] if word else char) if char not in "<>&" else self.reserved(char)

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
            sign = "=" if char == "=" else pair
            self.emit("ASSIGN", at + len(sign), "-=" if char in DASHES else sign)
            frame.mode, frame.operand, frame.first = "start" if frame.kind != "params" else "expr", True, True
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
            self.after_value(frame, char)

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

    def after_value(self, frame: Frame, char: str) -> None:
        """What ends an expression or an argument, or has no place."""
        at = self.at
        redirection = lexemes.REDIRECTION.match(self.text, at)
        if char == "|" and not self.text.startswith("||", at):
            self.emit("_PIPE", at + 1)
            frame.mode, frame.first, frame.operand = "start", False, True
        elif char == ";":
            self.separate(frame, at + 1)
        elif redirection:
            self.emit("REDIRECT", redirection.end())
        elif char in "<>&|":
            raise self.reserved(char)
        else:
            word = lexemes.WORD.match(self.text, at)
            raise self.unexpected(word[0] if word else char)
