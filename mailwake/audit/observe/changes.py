"""Update: flags and keywords of messages that were changed.

A line `flag_change` says the flags afterwards, a command STORE what was to be changed; one STORE can give two lines
(the flags, the keywords) or none (nothing changed). So changes of one message within CLOSE are one Update. What is
part of another act is none: \\Seen set by the reading itself, \\Deleted (a mark, taken back or followed by the
expunge).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from mailwake.audit.model import Item, Observation
from mailwake.audit.observe.accesses import BODIES, marks_as_read
from mailwake.audit.observe.arguments import numbers
from mailwake.audit.observe.evidence import SECOND, Command, Line, Timeline, near
from mailwake.audit.observe.scene import Scene, result_of

CLOSE = 1
"""Seconds between changes of one message that are one Update."""


class Change(NamedTuple):
    """One sign of a change."""

    second: int
    """Time in whole seconds, which is all that the text may have."""
    ts: int
    exact: bool
    line: Line | None
    command: Command | None


def changes(scene: Scene) -> Iterator[Observation]:
    """All changes of flags in a session."""
    evidence = scene.evidence
    signs: dict[tuple[str, int], list[Change]] = defaultdict(list)
    stores = [one for one in evidence.commands if one.name == "STORE" and len(one.arguments) > 2]
    timeline = Timeline(one for one in evidence.commands if one.name in ("STORE", "FETCH"))
    read = _read(scene)
    for line in evidence.lines:
        if line.action == "flag_change" and not _is_reading(scene, line, timeline, read):
            around = [one for one in timeline.at(line.ts) if one.name == "STORE"]
            ended = [one.end for one in around if one.start // SECOND * SECOND <= line.ts <= one.end and _of(one, line)]
            second = min(ended, default=line.ts) // SECOND
            signs[line.folder, line.uid].append(Change(second, line.ts, False, line, None))
    told = {line.folder for line in evidence.lines if line.action == "flag_change"}
    for command in stores:
        yield from _stored(scene, command, signs, told)
    for (folder, uid), found in signs.items():
        for cluster in _clusters(found):
            yield _update(scene, folder, uid, cluster)
    for command in evidence.commands:
        if (
            command.name.startswith("doveadm flags_")
            and next(near(evidence.lines, command, "flag_change"), None) is None
        ):
            yield scene.observe(scene.id("change", "", command.start), command.end, "Update")


def _stored(
    scene: Scene, command: Command, signs: dict[tuple[str, int], list[Change]], told: set[str]
) -> Iterator[Observation]:
    """File a STORE under the messages it names; one whose messages nobody names is an Update of its own.

    told: folders of which the text tells changes at all.
    """
    if command.state == "BAD" or not changes_flags(command):
        return
    named = numbers(command.arguments[0])
    sign = Change(command.end // SECOND, command.end, True, None, command)
    if command.state == "OK":
        if command.by_uid and named.plain:
            for uid in named.plain:
                signs[command.folder, uid].append(sign)
            return
        lines = near(scene.evidence.lines, command, "flag_change")
        uids = {one.uid for one in lines if one.folder == command.folder and (not command.by_uid or named.has(one.uid))}
        for uid in uids:
            signs[command.folder, uid].append(sign)
        if uids or command.folder in told:
            return
    yield scene.observe(
        scene.id("change", command.folder, command.start),
        command.end,
        "Update",
        command.folder,
        items=tuple(Item(uid=uid) for uid in named.plain) if command.by_uid else (),
        result=result_of(command),
        properties={"Messages": named.text, "Change": _delta(command)},
    )


def changes_flags(command: Command) -> bool:
    """Whether a STORE is more than a mark for deletion. With \\Deleted, mail_log tells of keywords apart only."""
    flags = command.arguments[-1].strip("()").split()
    if any(flag.casefold() == "\\deleted" for flag in flags):
        return any(not flag.startswith("\\") for flag in flags)
    return True


def _delta(command: Command) -> str:
    sign = command.arguments[1][:1] if command.arguments[1][:1] in "+-" else ""
    return sign + command.arguments[-1].strip("()")


def _is_reading(scene: Scene, line: Line, timeline: Timeline, read: Read) -> bool:
    """Whether \\Seen was set by reading the message, and not by the user's hand."""
    if line.flags is not None and "\\Seen" not in line.flags:
        return False
    if scene.service == "pop3":
        return True  # POP3 has no flags: the server marks what was retrieved
    around = [one for one in timeline.at(line.ts) if one.arguments and _of(one, line)]
    if any(one.name == "STORE" and len(one.arguments) > 2 and changes_flags(one) for one in around):
        return False
    if any(marks_as_read(one) for one in around):
        return True
    return any(
        start // SECOND * SECOND <= line.ts <= end + SECOND for start, end in read.get((line.folder, line.uid), ())
    )


Read = dict[tuple[str, int], list[tuple[int, int]]]
"""When messages were read of which no command says how."""


def _read(scene: Scene) -> Read:
    found: Read = defaultdict(list)
    fetches = Timeline(one for one in scene.evidence.commands if one.name == "FETCH")
    for touch in scene.evidence.opened:
        told = any(one.start <= touch.start <= one.end for one in fetches.at(touch.start))
        if touch.reasons & BODIES and not told:
            found[touch.folder, touch.uid].append((touch.start, touch.end))
    return found


def _of(command: Command, line: Line) -> bool:
    """Whether a command may concern the message of a line."""
    return command.folder == line.folder and (not command.by_uid or numbers(command.arguments[0]).has(line.uid))


def _clusters(found: list[Change]) -> Iterator[list[Change]]:
    found.sort(key=lambda one: (one.second, one.ts, one.exact))
    cluster: list[Change] = []
    for change in found:
        if cluster and change.second - cluster[-1].second > CLOSE:
            yield cluster
            cluster = []
        cluster.append(change)
    if cluster:
        yield cluster


def _update(scene: Scene, folder: str, uid: int, cluster: list[Change]) -> Observation:
    lines = [change.line for change in cluster if change.line is not None]
    commands = [change.command for change in cluster if change.command is not None]
    exact = [change.ts for change in cluster if change.exact]
    last = lines[-1] if lines else None
    # Lines of one second have no order: what the flags are in the end is said only where these agree.
    flags = {frozenset(one.flags or ()): one.flags for one in lines if one.ts // SECOND == lines[-1].ts // SECOND}
    ended = next(iter(flags.values())) if len(flags) == 1 else None
    item = Item(uid=uid)
    if last is not None:
        item = Item("", uid, 0, last.message_id, last.subject, last.sender, last.size)
    return scene.observe(
        scene.id("change", folder, uid),
        exact[0] if exact else cluster[0].ts,
        "Update",
        folder,
        items=(item,),
        properties={
            "Flags": " ".join(ended or ()),
            "Change": "; ".join(dict.fromkeys(map(_delta, commands))),
        },
    )
