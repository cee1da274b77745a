"""What may come next in a line that is being typed: cmdlets, parameters, values, variables, properties. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from lark import Token

from mailwake.shell.binder import find_parameter, parameters_of
from mailwake.shell.errors import ParseError, ShellError, Source
from mailwake.shell.members import pairs
from mailwake.shell.parameter_types import BOOLEAN, OBJECT, OBJECTS, STRINGS
from mailwake.shell.registry import Cmdlet, Parameter
from mailwake.shell.session import Session
from mailwake.shell.syntax import lexemes
from mailwake.shell.syntax.lexer import Lexer

_WORD = re.compile(r"[^\s|;(){},=@'\"]*\Z")
_OPENING = frozenset({"SCRIPT_OPEN", "_BLOCK_OPEN", "_LPAREN", "SUBOPEN", "ATPAREN", "ATBRACE", "CALLOPEN", "LBRACKET"})
_CLOSING = frozenset({"_SCRIPT_CLOSE", "_BLOCK_CLOSE", "_RPAREN", "_HASH_CLOSE", "_RBRACKET"})
_KEYWORDS = ("foreach", "function", "if", "return", "switch", "throw", "try", "while")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to go on."""

    text: str
    """What stands in place of the word that was begun."""
    start: int
    """Where that word starts: characters before the end, as a negative number."""
    about: str = ""
    """A few words on it."""


@dataclass(slots=True)
class _Place:
    """Where the line ends."""

    session: Session
    word: str
    mode: str
    tokens: list[Token]
    command: Cmdlet | None = None
    used: list[Token] = field(default_factory=list)
    """The tokens of the command so far, its name left out."""


def complete(text: str, session: Session) -> list[Candidate]:
    """The candidates for the end of a text, best first."""
    found = _WORD.search(text)
    word = found[0] if found else ""
    lexer = Lexer(Source(text[: len(text) - len(word)]))
    with suppress(ParseError):
        lexer.run()
    place = _Place(session, word, lexer.frames[-1].mode, lexer.tokens)
    _find_command(place)
    seen = set()
    made = []
    for candidate in _candidates(place):
        if candidate.text.lower() not in seen:
            seen.add(candidate.text.lower())
            made.append(candidate)
    return made


def _find_command(place: _Place) -> None:
    """The command whose arguments the line is in."""
    depth = 0
    for at in range(len(place.tokens) - 1, -1, -1):
        kind = place.tokens[at].type
        if kind in _CLOSING:
            depth += 1
        elif kind in _OPENING:
            if depth == 0:
                return
            depth -= 1
        elif depth == 0 and kind in ("_PIPE", "_SEP"):
            return
        elif depth == 0 and kind == "COMMAND":
            place.command = place.session.registry.find(str(place.tokens[at]))
            place.used = place.tokens[at + 1 :]
            return


def _candidates(place: _Place) -> Iterator[Candidate]:
    word = place.word
    if word.startswith("$") and "." in word:
        yield from _members(place)
    elif word.startswith("$"):
        yield from _variables(place)
    elif place.mode == "start":
        yield from _commands(place)
    elif place.mode == "arg" and place.command is not None:
        if word[:1] in tuple(lexemes.DASHES):
            yield from _parameters(place, place.command)
        else:
            yield from _values(place, place.command)
    elif place.mode == "expr" and word[:1] in tuple(lexemes.DASHES):
        yield from _matching(place, [f"-{name}" for name in sorted(lexemes.COMPARISONS | lexemes.LOGIC)])


def _matching(place: _Place, texts: Iterable[str], about: str = "") -> Iterator[Candidate]:
    word = place.word.lower()
    for text in texts:
        if text.lower().startswith(word):
            yield Candidate(text, -len(place.word), about)


def _commands(place: _Place) -> Iterator[Candidate]:
    registry = place.session.registry
    word = place.word.lower()
    for _, cmdlet in sorted(registry.cmdlets.items()):
        if cmdlet.name.lower().startswith(word):
            yield Candidate(cmdlet.name, -len(word), cmdlet.synopsis)
    if word:
        yield from _matching(place, sorted(place.session.scope.root().functions), "function")
        yield from _matching(place, _KEYWORDS, "keyword")
        for alias, name in sorted(registry.aliases.items()):
            if alias.startswith(word):
                yield Candidate(alias, -len(word), name)
    if "-" in word:  # *-mailbox: the noun alone finds its verbs
        noun = word.partition("-")[2]
        for _, cmdlet in sorted(registry.cmdlets.items()):
            if noun and word.startswith("-") and cmdlet.name.lower().partition("-")[2].startswith(noun):
                yield Candidate(cmdlet.name, -len(word), cmdlet.synopsis)


def _variables(place: _Place) -> Iterator[Candidate]:
    names = {"true", "false", "null", "_"}
    scope = place.session.scope
    while True:
        names.update(scope.variables)
        if scope.parent is None:
            break
        scope = scope.parent
    yield from _matching(place, [f"${name}" for name in sorted(names)])


def _parameters(place: _Place, command: Cmdlet) -> Iterator[Candidate]:
    used = {str(token).lower() for token in place.used if token.type in ("PARAM", "PARAM_COLON")}
    word = place.word[1:].lower()
    for parameter in parameters_of(command):
        taken = used & set(parameter.spellings())
        if parameter.name.lower().startswith(word) and not parameter.hidden and not taken:
            yield Candidate(f"-{parameter.name}", -len(place.word), parameter.help or parameter.type.name)


def _values(place: _Place, command: Cmdlet) -> Iterator[Candidate]:
    parameter = _awaiting(place, command)
    if parameter is None:
        return
    valid = parameter.valid()
    if valid:
        yield from _matching(place, valid)
    elif parameter.completer is not None:
        yield from _matching(place, map(_quoted, parameter.completer(place.word)))
    elif parameter.type is BOOLEAN:
        yield from _matching(place, ("$true", "$false"))
    elif command.name in ("Get-Help", "Get-Command") and parameter.name == "Name":
        yield from _commands(place)
    elif parameter.type in (OBJECT, OBJECTS, STRINGS) or parameter.name.endswith("Property"):
        yield from _matching(place, _upstream(place))


def _quoted(text: str) -> str:
    plain = re.fullmatch(r"[\w.@+-]+", text) is not None
    return text if plain else "'" + text.replace("'", "''") + "'"


def _awaiting(place: _Place, command: Cmdlet) -> Parameter | None:
    """The parameter that the word is a value of."""
    used = list(place.used)
    while len(used) > 1 and used[-1].type == "_COMMA":  # a, b, <here>
        used = used[:-2]
    if used and used[-1].type in ("PARAM", "PARAM_COLON"):
        with suppress(ShellError):
            parameter = find_parameter(command, str(used[-1]))
            if not parameter.type.switch or used[-1].type == "PARAM_COLON":
                return parameter
    given = {str(token).lower() for token in used if token.type in ("PARAM", "PARAM_COLON")}
    free = [
        parameter
        for parameter in command.parameters
        if parameter.position is not None and not given & set(parameter.spellings())
    ]
    loose = sum(1 for at, token in enumerate(used) if _is_loose(used, at, token, command))
    free.sort(key=lambda parameter: parameter.position or 0)
    return free[loose] if loose < len(free) else None


def _is_loose(used: list[Token], at: int, token: Token, command: Cmdlet) -> bool:
    """Whether a token is a positional argument."""
    if token.type not in ("WORD", "NUMBER", "STRING", "STR_START", "VARIABLE"):
        return False
    before = used[at - 1] if at else None
    if before is None or before.type == "PARAM":
        with suppress(ShellError):
            return before is None or find_parameter(command, str(before)).type.switch
        return False
    return before.type not in ("_COMMA", "PARAM_COLON", "DOT", "STR_START", "STR_TEXT")


def _members(place: _Place) -> Iterator[Candidate]:
    head, _, word = place.word.rpartition(".")
    if head == "$_":
        names = _upstream(place)
    else:
        name = head.removeprefix("$")
        value = place.session.variable(name) if name.isidentifier() else None
        value = value[0] if isinstance(value, list) and value else value
        names = [known for known, _ in pairs(value)]
    for known in names:
        if known.lower().startswith(word.lower()) and known.isidentifier():
            yield Candidate(f"{head}.{known}", -len(place.word))


def _upstream(place: _Place) -> list[str]:
    """The properties of what comes down the pipeline here: those of the last command known to give something."""
    depth = 0
    for at in range(len(place.tokens) - 1, -1, -1):
        token = place.tokens[at]
        if token.type in _CLOSING:
            depth += 1
        elif token.type in _OPENING:
            depth = max(depth - 1, 0)
        elif token.type == "_SEP" and depth == 0 and not _inside_block(place.tokens[at:]):
            return []
        elif token.type == "COMMAND" and depth == 0:
            cmdlet = place.session.registry.find(str(token))
            known = [place.session.registry.type(name) for name in (cmdlet.output if cmdlet is not None else ())]
            names = [name for one in known if one is not None for name in one.properties]
            if names:
                return names
    return []


def _inside_block(tokens: list[Token]) -> bool:
    """Whether more is opened than closed: a separator before it stands outside."""
    return sum((token.type in _OPENING) - (token.type in _CLOSING) for token in tokens) < 0
