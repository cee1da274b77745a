"""Strings of every kind: single and double quotes, here-strings, and bare words with variables in them."""

from __future__ import annotations

import re

from mailwake.shell.syntax import lexemes
from mailwake.shell.syntax.lexemes import DOUBLE_QUOTES, SINGLE_QUOTES
from mailwake.shell.syntax.lexstate import Frame, LexerState

STRINGS = frozenset({"string", "here", "word"})
"""Kinds of frames in which text is text."""

_SCOPES = frozenset({"script", "global", "local", "private", "using", "env", "variable"})
_IN_STRING = re.compile(f"[^{DOUBLE_QUOTES}`$]+")
_IN_HERE = re.compile(r"[^`$]+")
_IN_WORD = re.compile(r"[^\s(){};|,&<>`$\"'\u2018-\u201e]+")
_SINGLE = re.compile(f"(?:[^{SINGLE_QUOTES}]|[{SINGLE_QUOTES}]{{2}})*")
_DOUBLED = re.compile(f"[{SINGLE_QUOTES}]([{SINGLE_QUOTES}])")
_HERE = re.compile(f"@([{SINGLE_QUOTES}{DOUBLE_QUOTES}])[ \t]*\r?(?=\n)")
_CODE = re.compile(r"u\{([0-9a-fA-F]{1,6})\}")


class Quoting(LexerState):
    """The part of the lexer that reads strings."""

    __slots__ = ()

    def quoted(self) -> None:
        """A string starts here."""
        char = self.text[self.at]
        if char in DOUBLE_QUOTES:
            self.push("string", "text", "STR_START", self.at + 1)
            return
        found = _SINGLE.match(self.text, self.at + 1)
        end = found.end() if found else self.at + 1
        if end >= len(self.text):
            raise self.unterminated("'")
        inside = _DOUBLED.sub(r"\1", self.text[self.at + 1 : end])
        self.value("STRING", end + 1, inside)

    def unterminated(self, mark: str, start: int | None = None) -> Exception:
        """A string does not end."""
        start = self.at if start is None else start
        end = self.text.find("\n", start)
        return self.error(
            f"The string is missing the terminator: {mark}.",
            "TerminatorExpectedAtEndOfString",
            end if end >= 0 else len(self.text),
            start,
            incomplete=True,
        )

    def here_string(self) -> bool:
        """A here-string, if one starts here."""
        found = _HERE.match(self.text, self.at)
        if not found:
            return False
        marks = DOUBLE_QUOTES if found[1] in DOUBLE_QUOTES else SINGLE_QUOTES
        begin = found.end() + 1
        end = re.compile(f"\n[{marks}]@").search(self.text, found.end())
        if not end:
            raise self.unterminated(f"{marks[0]}@")
        if marks is SINGLE_QUOTES:
            self.value("STRING", end.end(), self.text[begin : max(begin, end.start())].replace("\r\n", "\n"))
            return True
        frame = self.push("here", "text", "STR_START", found.end() + 1)
        frame.end = max(begin, end.start())
        return True

    def variable(self) -> int:
        """The variable here becomes a token; 0 if there is none, else its end."""
        found = lexemes.VARIABLE.match(self.text, self.at)
        if not found:
            return 0
        end = found.end()
        if found["special"]:
            name = found["special"]
        elif found["braced"] is not None:
            name = found["braced"]
        elif found["scope"] and found["scope"].lower() not in _SCOPES:
            name, end = found["scope"], found.end("scope")  # "$name:text" in a string
        else:
            name = f"{found['scope']}:{found['name']}" if found["scope"] else found["name"]
        self.value("VARIABLE", end, name)
        return end

    def text_part(self, frame: Frame) -> None:
        """The next piece of the string, word or here-string that is open."""
        if self._ends(frame):
            return
        char = self.text[self.at]
        if char == "$":
            if self.text.startswith("$(", self.at):
                self.push("subexpr", "start", "SUBOPEN", self.at + 2)
            elif not self.variable():
                self.emit("STR_TEXT", self.at + 1)
        elif char == "`":
            self._escape()
        elif frame.kind == "word" and char in DOUBLE_QUOTES + SINGLE_QUOTES:
            self.quoted()
        else:
            pattern = {"string": _IN_STRING, "here": _IN_HERE, "word": _IN_WORD}[frame.kind]
            found = pattern.match(self.text, self.at)
            end = found.end() if found else self.at + 1
            if frame.kind == "here":
                end = min(end, frame.end)
            self.emit("STR_TEXT", end, self.text[self.at : end].replace("\r\n", "\n"))

    def _ends(self, frame: Frame) -> bool:
        """End the frame if its end is here; two quotes are one that does not end it."""
        if frame.kind == "word":
            if self.at < len(self.text) and not lexemes.WORD_END.match(self.text, self.at):
                return False
            self._pop(self.at)
            return True
        if frame.kind == "here":
            if self.at < frame.end:
                return False
            mark = self.text.index("@", frame.end)
            self._pop(mark + 1)
            return True
        if self.at >= len(self.text):
            raise self.unterminated('"', frame.opened)
        if self.text[self.at] not in DOUBLE_QUOTES:
            return False
        if self.text[self.at + 1 : self.at + 2] in tuple(DOUBLE_QUOTES):
            self.emit("STR_TEXT", self.at + 2, '"')
        else:
            self._pop(self.at + 1)
        return True

    def _pop(self, end: int) -> None:
        self.frames.pop()
        self.value("STR_END", end)

    def _escape(self) -> None:
        """A backtick and what it makes of the next character."""
        char = self.text[self.at + 1 : self.at + 2]
        code = _CODE.match(self.text, self.at + 1)
        if code and int(code[1], 16) <= 0x10FFFF and not 0xD800 <= int(code[1], 16) <= 0xDFFF:
            self.emit("STR_TEXT", code.end(), chr(int(code[1], 16)))
        elif char in ("\n", "\r"):
            self.emit("STR_TEXT", self.at + (3 if self.text.startswith("\r\n", self.at + 1) else 2), "")
        else:
            self.emit("STR_TEXT", min(self.at + 2, len(self.text)), lexemes.ESCAPES.get(char, char))
