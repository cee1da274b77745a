"""What became of messages that were copied or that left a folder: Copy, Move, MoveToDeletedItems, SoftDelete,
HardDelete.

A message leaves a folder when it is expunged; whether that was a move is told by the command (MOVE), or by a copy of
the same message out of the same folder before: at once (MOVE in the text alone), or followed by the flag \\Deleted
(clients without MOVE). The copy of a move is no observation of its own, nor is the flag.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from mailwake.audit.model import Item, Observation
from mailwake.audit.observe.arguments import copied, folder_name, numbers
from mailwake.audit.observe.evidence import SECOND, Command, Line, Timeline, Touch, near
from mailwake.audit.observe.folders import is_kept
from mailwake.audit.observe.scene import Scene, result_of, target_of

_AT_ONCE = 2 * SECOND
"""A copy of which no command tells and an expunge by MOVE this close are of one MOVE."""
_SOON = 10 * SECOND
"""A copy and an expunge of one message this close are one move although nobody is seen to set \\Deleted."""
_REMOVING = frozenset(("EXPUNGE", "CLOSE"))


@dataclass
class Copied:
    """A message that was put into another folder."""

    ts: int
    folder: str
    """Where it was copied from."""
    target: str
    uid: int = 0
    """0 when not known."""
    target_uid: int = 0
    line: Line | None = None
    commands: tuple[Command, ...] = ()
    """Those that it can be of: the text has whole seconds, in which a client gives several."""
    taken: bool = False
    """It is the first half of a move."""


@dataclass
class Gone:
    """A message that left a folder."""

    ts: int
    folder: str
    uid: int
    line: Line | None = None
    touch: Touch | None = None
    command: Command | None = None
    copy: Copied | None = None


def removals(scene: Scene) -> Iterator[Observation]:
    """All copies, moves and deletions of a session."""
    copies = _copies(scene)
    gone = _gone(scene)
    shelf = _Shelf(scene, copies)
    for one in gone:
        one.copy = _copy_of(scene, one, shelf)
        if one.copy is not None:
            one.copy.taken = True
    scene.trash = _shown_trash(scene, copies)
    for one in gone:
        yield _left(scene, one)
    seen_leaving = {id(one.command) for one in gone if one.command is not None}
    for copy in copies:
        if not copy.taken:
            yield _copy(scene, copy, seen_leaving)
    yield from _untold(scene, copies, gone)


def _copies(scene: Scene) -> list[Copied]:
    evidence = scene.evidence
    found: list[Copied] = []
    by_target: dict[tuple[str, int], list[Copied]] = defaultdict(list)
    for done in evidence.commands:
        if done.name != "COPY" or done.state != "OK":
            continue
        for uid, target_uid in copied(done.reply):
            target = target_of(done)
            copy = Copied(done.end, done.folder, target, uid, target_uid, None, (done,))
            found.append(copy)
            by_target[target, target_uid].append(copy)
    transfers = Timeline(one for one in evidence.commands if one.name in ("COPY", "MOVE") and one.state == "OK")
    for line in evidence.lines:
        if line.action != "copy":
            continue
        known = next((one for one in by_target[line.folder, line.uid] if one.line is None), None) if line.uid else None
        if known is not None:
            known.line = line
            continue
        commands = tuple(one for one in transfers.at(line.ts) if _may_copy(one, line))
        found.append(Copied(line.ts, line.from_folder, line.folder, 0, line.uid, line, commands))
    found.sort(key=lambda one: (one.ts, one.folder, one.target, one.target_uid, one.uid))
    return found


def _may_copy(command: Command, line: Line) -> bool:
    """Whether a command can have made a copy that no COPYUID names: a COPY that has one names all of its own."""
    if target_of(command) != line.folder or (command.folder and command.folder != line.from_folder):
        return False
    return command.name == "MOVE" or not line.uid or not copied(command.reply)


def _gone(scene: Scene) -> list[Gone]:
    """Everything that left a folder, by (folder, UID): told by a line, by events, or by both."""
    evidence = scene.evidence
    places: dict[tuple[str, int], tuple[list[Line], list[Touch], list[Touch]]] = defaultdict(lambda: ([], [], []))
    for line in evidence.lines:
        if line.action == "expunge":
            places[line.folder, line.uid][0].append(line)
    for one in evidence.requested:
        places[one.folder, one.uid][1].append(one)
    for one in evidence.expunged:
        places[one.folder, one.uid][2].append(one)
    found: list[Gone] = []
    for (folder, uid), (lines, requested, expunged) in places.items():
        if not uid:
            found.extend(Gone(line.ts, folder, 0, line) for line in lines)
            continue
        # More than once only when the folder was made anew meanwhile.
        touches = requested if len(requested) >= len(expunged) else expunged
        for number in range(max(len(lines), len(touches))):
            told = lines[number] if number < len(lines) else None
            touch = touches[number] if number < len(touches) else None
            ts = touch.end if touch is not None else told.ts if told is not None else 0
            found.append(Gone(ts, folder, uid, told, touch))
    removing = ("MOVE", "DELETE", "doveadm move", *_REMOVING)
    timeline = Timeline(one for one in evidence.commands if one.name in removing and one.state == "OK")
    for gone in found:
        gone.command = _command_of(gone, timeline)
    found.sort(key=lambda one: (one.ts // SECOND, one.folder, one.uid))
    found.extend(_silent(scene))
    return found


def _command_of(gone: Gone, timeline: Timeline) -> Command | None:
    """The command that removed a message."""
    name = _remover(gone.touch)
    for command in timeline.at(gone.ts):
        if command.folder and command.folder != gone.folder:
            continue
        if (not name or command.name == name) and _may_concern(command, gone.uid):
            return command
    return None


def _remover(touch: Touch | None) -> str:
    """The name of the command that an event of a removal gives: `MOVE`, `EXPUNGE`, `doveadm move`; "" for none."""
    if touch is None:
        return ""
    for reason in sorted(touch.reasons):
        if reason.startswith("doveadm:cmd_"):
            return f"doveadm {reason.removeprefix('doveadm:cmd_')}"
    return touch.command.upper().removeprefix("UID ")


def _may_concern(command: Command, uid: int) -> bool:
    return not command.by_uid or not command.arguments or numbers(command.arguments[0]).has(uid)


def _silent(scene: Scene) -> Iterator[Gone]:
    """Removals that only commands tell of: where neither mail_log nor the events of removals are there at all."""
    evidence = scene.evidence
    if evidence.lines or evidence.requested or evidence.expunged:
        return
    marked: dict[tuple[str, int], None] = {}
    for command in evidence.commands:
        if command.state != "OK":
            continue
        if command.name == "STORE" and command.by_uid and "\\deleted" in " ".join(command.arguments[1:]).casefold():
            for uid in numbers(command.arguments[0]).plain:
                if command.arguments[1].startswith("-"):
                    marked.pop((command.folder, uid), None)
                else:
                    marked[command.folder, uid] = None
        elif command.name in _REMOVING:
            for folder, uid in list(marked):
                if folder == command.folder and _may_concern(command, uid):
                    del marked[folder, uid]
                    yield Gone(command.end, folder, uid, command=command)


class _Shelf:
    """Copies, and marks for deletion, by the message they are of."""

    def __init__(self, scene: Scene, copies: list[Copied]) -> None:
        self._copies: dict[tuple[object, ...], list[Copied]] = defaultdict(list)
        for copy in copies:
            if copy.uid:
                self._copies[copy.folder, copy.uid].append(copy)
            elif copy.line is not None:
                self._copies[copy.folder, copy.line.identity].append(copy)
        self._lines: dict[tuple[str, int], int] = {}
        for line in scene.evidence.lines:
            if line.action == "delete":
                self._lines[line.folder, line.uid] = max(line.ts, self._lines.get((line.folder, line.uid), 0))
        self._stores: dict[str, list[Command]] = defaultdict(list)
        for command in scene.evidence.commands:
            adds = command.name == "STORE" and len(command.arguments) > 1 and not command.arguments[1].startswith("-")
            if adds and "\\deleted" in command.arguments[-1].casefold():
                self._stores[command.folder].append(command)

    def of(self, gone: Gone) -> list[Copied]:
        """Copies of a message that left its folder; both know its UID, or the text of both tells the same."""
        found = list(self._copies.get((gone.folder, gone.uid), ())) if gone.uid else []
        if gone.line is not None:
            found += self._copies.get((gone.folder, gone.line.identity), ())
        return found

    def marked(self, gone: Gone, copy: Copied) -> bool:
        """Whether the message was flagged \\Deleted in this session when it had been copied."""
        since = copy.ts // SECOND * SECOND
        if self._lines.get((gone.folder, gone.uid), 0) >= since:
            return True
        stores = self._stores.get(gone.folder, ())
        return any(one.end >= since and _may_concern(one, gone.uid) for one in stores)


def _copy_of(scene: Scene, gone: Gone, shelf: _Shelf) -> Copied | None:
    """The copy that makes a move of a removal: the last one before it.

    Of copies in one second (the text has no order within it) the one into Deleted Items.
    """
    best: Copied | None = None
    rank = (-1, False)
    for copy in shelf.of(gone):
        if copy.taken or copy.ts > gone.ts + SECOND or not _makes_move(gone, copy, shelf):
            continue
        own = (copy.ts // SECOND, scene.is_trash(copy.target, copy.ts))
        if own > rank:
            best, rank = copy, own
    return best


def _makes_move(gone: Gone, copy: Copied, shelf: _Shelf) -> bool:
    apart = gone.ts // SECOND * SECOND - copy.ts // SECOND * SECOND
    if gone.command is not None and gone.command.name == "MOVE":
        by_it = any(one is gone.command for one in copy.commands)
        return by_it or (not copy.commands and apart <= _AT_ONCE)
    if copy.commands and all(one.name == "MOVE" for one in copy.commands):
        return False
    return apart <= _SOON or shelf.marked(gone, copy)


def _shown_trash(scene: Scene, copies: list[Copied]) -> frozenset[str]:
    """Folders that the session shows to be Deleted Items.

    By CREATE with USE (RFC 6154), or by the counter at the end of the session: `trashed` counts what was put into a
    folder with that special use, so a folder of another name that accounts for just these is it.
    """
    shown = set()
    for command in scene.evidence.commands:
        if command.name == "CREATE" and "\\trash" in " ".join(command.arguments[1:]).casefold():
            shown.add(command.folder or folder_name(command.arguments[0]))
    counted = [fact.fields.get("counters", {}).get("trashed", "") for fact in scene.evidence.facts]
    trashed = max((int(text) for text in counted if text.isdecimal()), default=0)
    if trashed:
        targets: dict[str, int] = defaultdict(int)
        known = 0
        for copy in copies:
            if scene.is_trash(copy.target, copy.ts):
                known += 1
            else:
                targets[copy.target] += 1
        fitting = [name for name, count in targets.items() if known + count == trashed]
        if known != trashed and len(fitting) == 1:
            shown.add(fitting[0])
    return frozenset(shown)


def _left(scene: Scene, gone: Gone) -> Observation:
    """The observation of a message that left its folder."""
    copy, command = gone.copy, gone.command
    remover = command.name if command is not None else _remover(gone.touch)
    moved = remover in ("MOVE", "doveadm move")
    target = copy.target if copy is not None else target_of(command) if command is not None and moved else ""
    action = _fate(scene, gone, target) if target or not moved else "Move"
    told = gone.line or (copy.line if copy is not None else None)
    item = _item(told, gone.uid, copy.target_uid if copy is not None else 0)
    key = ("gone", gone.folder, gone.uid or item.message_id)
    shown = target if action in ("Move", "MoveToDeletedItems") else ""
    return scene.observe(scene.id(*key), gone.ts, action, gone.folder, dest_folder=shown, items=(item,))


def _fate(scene: Scene, gone: Gone, target: str) -> str:
    if target and not is_kept(scene.place(target, gone.ts).folder):
        # In another mailbox it is not among the deleted items of this one.
        own = scene.same_mailbox(gone.folder, target, gone.ts)
        return "MoveToDeletedItems" if own and scene.is_trash(target, gone.ts) else "Move"
    kept = is_kept(scene.place(gone.folder, gone.ts).folder)
    if target or (scene.organization(gone.ts).lazy_expunge and not kept):
        return "SoftDelete"
    return "HardDelete"


def _item(line: Line | None, uid: int, target_uid: int = 0) -> Item:
    if line is None:
        return Item(uid=uid, dest_uid=target_uid)
    return Item("", uid, target_uid, line.message_id, line.subject, line.sender, line.size)


def _copy(scene: Scene, copy: Copied, seen_leaving: set[int]) -> Observation:
    """A copy, or the half of a MOVE of which nobody saw the message leave.

    seen_leaving: commands (their id()) whose messages were seen to leave; a copy beside them is not of their messages.
    """
    action = "Copy"
    if copy.commands and all(one.name == "MOVE" and id(one) not in seen_leaving for one in copy.commands):
        own = scene.same_mailbox(copy.folder, copy.target, copy.ts)
        action = "MoveToDeletedItems" if own and scene.is_trash(copy.target, copy.ts) else "Move"
    elif is_kept(scene.place(copy.target, copy.ts).folder):
        action = "SoftDelete"
    key = (
        ("arrived", copy.target, copy.target_uid) if copy.target_uid else ("copied", copy.folder, copy.uid, copy.target)
    )
    item = _item(copy.line, copy.uid, copy.target_uid)
    return scene.observe(scene.id(*key), copy.ts, action, copy.folder, dest_folder=copy.target, items=(item,))


def _untold(scene: Scene, copies: list[Copied], gone: list[Gone]) -> Iterator[Observation]:
    """COPY and MOVE commands of whose messages nothing else tells, and those that were refused."""
    used = {id(command) for copy in copies for command in copy.commands}
    used |= {id(one.command) for one in gone if one.command is not None}
    evidence = scene.evidence
    for command in evidence.commands:
        if command.name in ("doveadm move", "doveadm copy"):
            lines = near(evidence.lines, command, "copy", "expunge")
            told = any(_remover(one) == command.name and command.covers(one.end) for one in evidence.requested)
            if id(command) not in used and not told and next(lines, None) is None:
                action = command.name.removeprefix("doveadm ").capitalize()
                yield scene.observe(scene.id(action, command.start), command.end, action)
            continue
        if command.name not in ("COPY", "MOVE") or command.state == "BAD" or not command.arguments:
            continue
        if command.state != "NO" and id(command) in used:
            continue
        yield from _by_command(scene, command)


def _by_command(scene: Scene, command: Command) -> Iterator[Observation]:
    target = target_of(command)
    action = "Copy"
    if command.name == "MOVE":
        own = scene.same_mailbox(command.folder, target, command.end)
        action = "MoveToDeletedItems" if own and scene.is_trash(target, command.end) else "Move"
    named = numbers(command.arguments[0])
    result = result_of(command)
    if command.by_uid and named.plain and command.name == "MOVE" and result == "Succeeded":
        for uid in named.plain:
            id = scene.id("gone", command.folder, uid)
            item = Item(uid=uid)
            yield scene.observe(id, command.end, action, command.folder, dest_folder=target, items=(item,))
        return
    items = tuple(Item(uid=uid) for uid in named.plain) if command.by_uid else ()
    yield scene.observe(
        scene.id(command.name, command.folder, command.start),
        command.end,
        action,
        command.folder,
        dest_folder=target,
        items=items,
        result=result,
        properties={} if items else {"Messages": named.text},
    )
