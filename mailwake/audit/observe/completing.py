"""Folder and UID of lines of mail_log that say them not, from the events beside them.

A site chooses what mail_log writes (`mail_log_fields`). Where lines leave the UID or the folder out, nothing joins them
with the events of the same act, and each act would be told twice. So a line that lacks one is given to an act of its
kind that an event of that second tells and no other line does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mailwake.audit.observe.accesses import BODIES, marks_as_read
from mailwake.audit.observe.arguments import copied, folder_name, numbers
from mailwake.audit.observe.changes import changes_flags
from mailwake.audit.observe.evidence import SECOND, Command, Evidence, Line, Timeline
from mailwake.audit.observe.scene import target_of

_MARKS = frozenset(("delete", "undelete"))
_CHANGE = frozenset(("flag_change",))
_FLAGS = _MARKS | _CHANGE


class _Known(NamedTuple):
    """An act on one message as events tell it."""

    start: int
    end: int
    folder: str
    uid: int
    source: tuple[str, int]
    """The message: its folder and UID before."""
    target: str = ""
    """Where MOVE put a copy of it; "" when it was removed otherwise."""
    marked: bool = False
    """It was flagged \\Deleted in this session."""


def complete(found: Evidence) -> None:
    """Give the lines that lack folder or UID those of the acts they can be of."""
    open_lines = [n for n, line in enumerate(found.lines) if _lacks(line)]
    if not open_lines or not (found.commands or found.requested or found.expunged):
        return
    pool = _Pool(found.lines, open_lines)
    marked = _marked(found.commands)
    for known in _copies(found.commands, marked):
        pool.give(known, frozenset(("copy",)))
    for known in _removals(found, marked):
        pool.give(known, frozenset(("expunge",)))
    for known, actions in _flags(found):
        pool.give(known, actions)


def _lacks(line: Line) -> bool:
    of_item = line.action in ("copy", "expunge") or line.action in _FLAGS
    return of_item and not (line.uid and line.folder)


class _Pool:
    """Lines that lack something and are still to be had."""

    def __init__(self, lines: list[Line], lacking: list[int]) -> None:
        self._lines = lines
        self._by_second: dict[tuple[str, int], list[int]] = defaultdict(list)
        for number in lacking:
            self._by_second[lines[number].action, lines[number].ts // SECOND].append(number)
        self._targets: dict[tuple[str, object], set[str]] = defaultdict(set)
        """Where the text says that a message of a folder was copied to."""
        for line in lines:
            if line.action == "copy":
                self._targets[line.from_folder, line.identity].add(line.folder)
        self._marked = {(line.folder, line.identity) for line in lines if line.action == "delete"}
        self._names: dict[tuple[str, int], object] = {}
        """What the text calls a message whose folder and UID are known."""

    def give(self, known: _Known, actions: frozenset[str]) -> None:
        """Give an act the line of each kind that is most likely of it."""
        for action in sorted(actions):
            best, rank = -1, (-1, False)
            for number in self._near(action, known):
                line = self._lines[number]
                if line.folder not in ("", known.folder) or line.uid not in (0, known.uid):
                    continue
                likely = self._likely(line, known)
                own = (likely, number < best)
                if likely >= 0 and own > rank:
                    best, rank = number, own
            if best >= 0:
                self._take(best, action, known)

    def _near(self, action: str, known: _Known) -> Iterator[int]:
        for second in range(known.start // SECOND, known.end // SECOND + 2):
            yield from self._by_second.get((action, second), ())

    def _likely(self, line: Line, known: _Known) -> int:
        """How likely a line is of an act; below 0 when it is of another message."""
        named = self._names.get(known.source)
        if named is not None:
            return 4 if named == line.identity else -1
        if line.action in _FLAGS:
            return 1
        folder = known.source[0]
        alike = int(((folder, line.identity) in self._marked) == known.marked)
        if line.action == "copy":
            return alike
        targets = self._targets.get((folder, line.identity), set())
        return alike + 2 * int(known.target in targets if known.target else not targets)

    def _take(self, number: int, action: str, known: _Known) -> None:
        line = self._lines[number]
        self._by_second[action, line.ts // SECOND].remove(number)
        self._names.setdefault(known.source, line.identity)
        from_folder = known.source[0] if action == "copy" else line.from_folder
        self._lines[number] = line._replace(folder=known.folder, uid=known.uid, from_folder=from_folder)


def _marked(commands: Iterable[Command]) -> set[tuple[str, int]]:
    """Messages that were flagged \\Deleted."""
    return {
        (one.folder, uid)
        for one in commands
        if one.name == "STORE" and one.by_uid and "\\deleted" in " ".join(one.arguments[1:]).casefold()
        for uid in numbers(one.arguments[0]).plain
    }


def _copies(commands: Iterable[Command], marked: set[tuple[str, int]]) -> Iterator[_Known]:
    for one in commands:
        if one.name == "COPY" and one.state == "OK" and len(one.arguments) > 1:
            target = folder_name(one.arguments[-1])
            for uid, target_uid in copied(one.reply):
                source = (one.folder, uid)
                yield _Known(one.start, one.end, target, target_uid, source, marked=source in marked)


def _removals(found: Evidence, marked: set[tuple[str, int]]) -> Iterator[_Known]:
    moves = Timeline(one for one in found.commands if one.name == "MOVE" and one.state == "OK")
    for touch in found.requested or found.expunged:
        here = (one for one in moves.at(touch.end) if one.start <= touch.end <= one.end and one.folder == touch.folder)
        by = next(here, None) if touch.command.upper().endswith("MOVE") else None
        target = target_of(by) if by is not None else ""
        source = (touch.folder, touch.uid)
        yield _Known(touch.start, touch.end, touch.folder, touch.uid, source, target, source in marked)


def _flags(found: Evidence) -> Iterator[tuple[_Known, frozenset[str]]]:
    changing = [one for one in found.commands if one.name == "STORE" or marks_as_read(one)]
    for one in changing:
        if one.by_uid and len(one.arguments) > 1:
            marks = "\\deleted" in " ".join(one.arguments[1:]).casefold()
            actions = (_MARKS if marks else frozenset()) | (_CHANGE if changes_flags(one) else frozenset())
            for uid in numbers(one.arguments[0]).plain:
                yield _Known(one.start, one.end, one.folder, uid, (one.folder, uid)), actions
    if not any(one.name == "FETCH" for one in found.commands):
        for touch in found.opened:
            if touch.reasons & BODIES:
                yield _Known(touch.start, touch.end, touch.folder, touch.uid, (touch.folder, touch.uid)), _CHANGE
