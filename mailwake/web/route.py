"""The way of a message as a picture: hosts from left to right, a line for each hand-over, an end for each recipient.

A drawing in numbers; the template writes the SVG. Lines that rest on inference are dashed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mailwake.trace.story import Story
from mailwake.trace.story_model import Node
from mailwake.web import words

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 188, 46, 44, 14
_MOST = 60
_LABEL = 26


@dataclass(frozen=True)
class Box:
    """A host, a client or an end."""

    x: int
    y: int
    title: str
    text: str
    tone: str
    whole: str
    """Title and text uncut, for the tooltip and for who cannot see."""


@dataclass(frozen=True)
class Line:
    """From one box to the next."""

    path: str
    grade: str


@dataclass
class Picture:
    """All of it; sizes in pixels."""

    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    width: int = 0
    height: int = 0
    more: int = 0
    """Ends that are left out of the picture."""

    box_width: int = _WIDTH
    box_height: int = _HEIGHT


def route(story: Story) -> Picture:
    """Draw a story's tree."""
    picture = Picture()
    message = story.message
    client = message.client_name or message.client_ip or message.local_user
    top = 0
    for root in story.tree:
        column = 1 if client else 0
        bottom = _node(picture, root, column, top, None)
        if client:
            x, y = 0, top
            whole = " ".join(filter(None, (message.client_name, message.client_ip)))
            picture.boxes.append(Box(x, y, _cut(client), _cut(message.client_ip), "plain", whole))
            picture.lines.append(_line(x, y, column * (_WIDTH + _GAP_X), top, "proven"))
        top = bottom
    picture.width = max((box.x for box in picture.boxes), default=0) + _WIDTH + 2
    picture.height = max((box.y for box in picture.boxes), default=0) + _HEIGHT + 2
    return picture


def _node(picture: Picture, node: Node, column: int, top: int, came: tuple[int, int, str] | None) -> int:
    """Draw a node and what comes out of it; the first free height below."""
    x = column * (_WIDTH + _GAP_X)
    picture.boxes.append(
        Box(x, top, _cut(node.host), _cut(node.queue_id), "plain", f"{node.host} {node.queue_id} {node.program}")
    )
    if came is not None:
        picture.lines.append(_line(came[0], came[1], x, top, came[2]))
    below = top
    for edge in node.edges:
        if len(picture.boxes) >= _MOST:
            picture.more += 1
            continue
        below = _node(picture, edge.node, column + 1, below, (x, top, edge.grade))
    for end in node.recipients:
        if end.status == "Transfer":
            continue
        if len(picture.boxes) >= _MOST:
            picture.more += 1
            continue
        right = x + _WIDTH + _GAP_X
        finer = str(words.DETAILS.get(end.detail, end.detail) if end.detail else words.status(end.status))
        whole = f"{end.address}: {finer}. {end.text}"
        picture.boxes.append(Box(right, below, _cut(end.address), finer, end.tone, whole))
        picture.lines.append(_line(x, top, right, below, "proven"))
        below += _HEIGHT + _GAP_Y
    return max(below, top + _HEIGHT + _GAP_Y)


def _line(x: int, y: int, to_x: int, to_y: int, grade: str) -> Line:
    start, middle = x + _WIDTH, (x + _WIDTH + to_x) // 2
    a, b = y + _HEIGHT // 2, to_y + _HEIGHT // 2
    return Line(f"M{start} {a} C{middle} {a} {middle} {b} {to_x} {b}", grade)


def _cut(text: str) -> str:
    return text if len(text) <= _LABEL else text[: _LABEL - 1] + "…"
