"""Text to tree: the lexer's tokens through the grammar (LALR), and its mistakes in PowerShell's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedToken, VisitError
from lark.lexer import Lexer as LarkLexer

from mailwake.shell.errors import Extent, ParseError, Source
from mailwake.shell.syntax import lexer
from mailwake.shell.syntax.builder import Builder
from mailwake.shell.syntax.tree import Node, Program

MAX_TEXT = 1_000_000
"""Characters of a script."""
MAX_TREE = 120
"""Levels of a tree: what is built upon what, such as the sums in `1 + 1 + 1`."""


class _Lexer(LarkLexer):
    """Our tokens in Lark's hands."""

    __future_interface__ = True  # Lark gives what it parses as it is

    def __init__(self, conf: Any) -> None:
        """Nothing of the grammar's configuration is needed: its terminals are declared only."""

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Token]:
        """The tokens, which travel as the text to parse."""
        return iter(lexer_state)

    def make_lexer_state(self, text: Any) -> Any:
        """As it is."""
        return text


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer=_Lexer, propagate_positions=True, maybe_placeholders=False)


def parse(text: str, name: str = "") -> Program:
    """The tree of a script; raises `ParseError`, which says whether more text could make it whole."""
    source = Source(text, name)
    if len(text) > MAX_TEXT:
        raise ParseError(f"The script is longer than {MAX_TEXT:,} characters.", "ScriptTooLong", Extent(0, 1), source)
    tokens = lexer.tokens(source)
    interactive = _parser().parse_interactive("")
    try:
        for token in tokens:
            interactive.feed_token(token)
        tree = interactive.feed_eof(tokens[-1] if tokens else None)  # type: ignore[no-untyped-call]
    except UnexpectedToken as error:
        raise _explained(error.token, tokens, source) from None
    try:
        built = Builder(source).transform(_whole(tree))
    except VisitError as error:  # Lark wraps what a rule's method raises
        raise error.orig_exc from None
    if not isinstance(built, Program):
        raise ParseError("The script is empty.", "Empty", Extent(0, 1), source)
    _check_depth(built, source)
    return built


def _whole(tree: Any) -> Tree[Any]:
    assert isinstance(tree, Tree)
    return tree


_AFTER = {
    "_PIPE": ("An empty pipe element is not allowed.", "EmptyPipeElement"),
    "_COMMA": ("Missing expression after ','.", "MissingExpressionAfterToken"),
    "_ARGSEP": ("Missing expression after ','.", "MissingExpressionAfterToken"),
    "ASSIGN": ("You must provide a value expression following the '=' operator.", "ExpectedValueExpression"),
    "PARAM_COLON": ("", "ParameterRequiresArgument"),
}
_SIGNS = frozenset({"LOGIC", "BITS", "COMPARE", "SUM", "PRODUCT", "FORMAT", "RANGE", "NOT", "JOIN"})


def _explained(token: Token, tokens: list[Token], source: Source) -> ParseError:
    """Why a token has no place."""
    ended = token.type == "$END"
    place = next((i for i, other in enumerate(tokens) if other is token), len(tokens))
    before = tokens[place - 1] if place else None
    kind = str(before.type) if before is not None else ""
    extent = _extent(before if ended and before is not None else token)
    if _is_expression_in_pipe(token, tokens[:place]):
        text = "Expressions are only allowed as the first element of a pipeline."
        return ParseError(text, "ExpressionsMustBeFirstInPipeline", extent, source)
    if before is not None and kind in _SIGNS:
        written = source.text[before.start_pos : before.end_pos]
        text = f"You must provide a value expression following the '{written}' operator."
        return ParseError(text, "ExpectedValueExpression", _extent(before), source, incomplete=ended)
    if before is not None and kind in _AFTER:
        text, name = _AFTER[kind]
        text = text or f"Parameter '-{before}:' requires an argument."
        return ParseError(text, name, _extent(before), source, incomplete=ended)
    if token.type in ("_RPAREN", "_BLOCK_OPEN") and kind in ("_LPAREN", "SUM"):
        return ParseError("An expression was expected after '('.", "ExpectedExpression", _extent(token), source)
    if ended:
        return ParseError("The statement is incomplete.", "IncompleteStatement", extent, source, incomplete=True)
    written = source.text[token.start_pos : token.end_pos] or str(token)
    if kind == "_PIPE" or (kind == "_SEP" and token.type == "_PIPE"):
        return ParseError("An empty pipe element is not allowed.", "EmptyPipeElement", extent, source)
    shown = written.strip() or "end of line"
    text = f"Unexpected token '{shown}' in expression or statement."
    return ParseError(text, "UnexpectedToken", extent, source)


def _is_expression_in_pipe(token: Token, before: list[Token]) -> bool:
    return (
        bool(before)
        and before[-1].type == "_PIPE"
        and token.type in ("VARIABLE", "NUMBER", "STRING", "_LPAREN", "STR_START")
    )


def _extent(token: Token) -> Extent:
    start = token.start_pos or 0
    return Extent(start, max(token.end_pos or 0, start + 1))


def _check_depth(body: Program, source: Source) -> None:
    """Refuse what is built too high: whatever walks a tree may then go down by recursion."""
    waiting: list[tuple[Node, int]] = [(body, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_TREE:
            text = f"The expression is nested too deeply: more than {MAX_TREE} levels."
            raise ParseError(text, "NestingTooDeep", node.extent, source)
        waiting.extend((child, depth + 1) for child in children(node))


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below a node."""
    for field in fields(node):
        yield from _nodes(getattr(node, field.name))


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
