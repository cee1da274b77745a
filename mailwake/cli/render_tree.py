"""The way of a message through queues and hosts, as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mailwake.cli.printable import cut, one_line
from mailwake.cli.terminal import toned
from mailwake.trace.story_model import Edge, End, Node

_DEEPEST = 40
"""Loops of mail make deep trees; nobody reads further."""


def tree(nodes: Iterable[Node], room: int | None) -> Iterator[str]:
    """The trees of all roots, line by line."""
    for node in nodes:
        yield _fit(f"  {_name(node)}", room, "")
        yield from _below(node, "  ", room, 1)


def _below(node: Node, margin: str, room: int | None, depth: int) -> Iterator[str]:
    """What a node's recipients came to, then the nodes that came out of it."""
    parts: Sequence[End | Edge] = [*(end for end in node.recipients if end.status != "Transfer"), *node.edges]
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        branch, below = ("`- ", "   ") if last else ("|- ", "|  ")
        if isinstance(part, End):
            yield _fit(margin + branch + _end(part), room, part.tone)
            continue
        yield _fit(margin + branch + _edge(part), room, "")
        if depth < _DEEPEST:
            yield from _below(part.node, margin + below, room, depth + 1)


def _name(node: Node) -> str:
    sender = "" if node.sender is None else f" from {node.sender or '<>'}"
    unended = "" if node.ended else ", end not seen"
    return one_line(f"{node.host} {node.queue_id}{sender} ({node.program}{unended})")


def _edge(edge: Edge) -> str:
    recipients = f" for {', '.join(edge.recipients)}" if edge.recipients else ""
    return one_line(f"{_name(edge.node)}{recipients} [{edge.rule}, {edge.grade}]")


def _end(end: End) -> str:
    who = f"{end.original} -> {end.address}" if end.original and end.original != end.address else end.address
    status = end.status if end.detail in ("", end.status) else f"{end.status} ({end.detail})"
    tries = f", {end.attempts} attempts" if end.attempts > 1 else ""
    return one_line(f"{who}: {status}{tries}{f': {end.text}' if end.text else ''}")


def _fit(line: str, room: int | None, tone: str) -> str:
    return toned(cut(line, room) if room else line, tone)
