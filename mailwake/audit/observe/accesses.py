"""MailItemsAccessed: bodies of messages that were read.

Bind is one message: an event `mail_opened` whose reason is the fetch of a body (not of headers, not a search, not a
preview), also where the client asked for a part or did not want it marked as read. Where those events are missing, a
command that names its messages one by one tells the same; one that names ranges tells that something was read.

Sync is one command that read a whole lot of a folder: SYNC_FROM messages and more. IMAP has no operation of that name,
so the bound is a convention of ours; Exchange has one record for a synchronized folder and takes all its items as read.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailwake.audit.model import Item, Observation
from mailwake.audit.observe.arguments import numbers
from mailwake.audit.observe.evidence import SECOND, Command, Touch
from mailwake.audit.observe.scene import Scene, result_of

SYNC_FROM = 100
"""Messages read by one command from which on it is the synchronization of a folder."""
BODIES = frozenset(("imap:fetch_body", "pop3:cmd_retr", "pop3:cmd_top", "doveadm:cmd_fetch"))
"""Reasons for opening a message that mean its body was read."""


def accesses(scene: Scene) -> Iterator[Observation]:
    """All readings of a session."""
    evidence = scene.evidence
    opened = [touch for touch in evidence.opened if touch.reasons & BODIES]
    fetches = [one for one in evidence.commands if one.name == "FETCH" and one.reasons & BODIES]
    of_command: dict[int, list[Touch]] = {id(command): [] for command in fetches}
    single: list[Touch] = []
    for touch in opened:
        command = _command_of(touch, fetches)
        (single if command is None else of_command[id(command)]).append(touch)
    reads: list[tuple[int, str, int]] = []
    for command in fetches:
        touches = of_command[id(command)]
        if len(touches) >= SYNC_FROM:
            yield _sync(scene, command, touches)
        elif touches:
            single.extend(touches)
        elif command.state == "OK" and command.by_uid and numbers(command.arguments[0]).plain:
            reads.extend((command.end, command.folder, uid) for uid in numbers(command.arguments[0]).plain)
        elif command.state in ("OK", "NO") and command.arguments:
            yield _unnamed(scene, command)
    reads.extend((touch.end, touch.folder, touch.uid) for touch in single)
    for ts, folder, uid in sorted(reads):
        where = scene.id("read", folder, uid)
        yield scene.observe(where, ts, "MailItemsAccessed", folder, items=(Item(uid=uid),), access="Bind")
    if scene.service == "pop3" and not opened:
        yield from _counted(scene)
    if scene.is_doveadm:
        yield from _by_doveadm(scene, opened)


def _command_of(touch: Touch, fetches: list[Command]) -> Command | None:
    """The command in which a message was opened."""
    for command in fetches:
        if command.folder == touch.folder and command.start <= touch.start <= command.end:
            named = numbers(command.arguments[0]) if command.arguments else None
            if named is None or not command.by_uid or named.has(touch.uid):
                return command
    return None


def _sync(scene: Scene, command: Command, touches: list[Touch]) -> Observation:
    return scene.observe(
        scene.id("sync", command.folder, command.start),
        command.end,
        "MailItemsAccessed",
        command.folder,
        access="Sync",
        properties={"Messages": command.arguments[0], "Read": str(len(touches))},
    )


def _unnamed(scene: Scene, command: Command) -> Observation:
    return scene.observe(
        scene.id("read", command.folder, command.start),
        command.end,
        "MailItemsAccessed",
        command.folder,
        access="Bind",
        result=result_of(command),
        properties={"Messages": command.arguments[0]},
    )


def _counted(scene: Scene) -> Iterator[Observation]:
    """What the end of a POP3 session counts, when nothing says which messages: `retr=1/998`, and the same of TOP."""
    for fact in scene.evidence.facts:
        counters = fact.fields.get("counters") or {}
        found = [str(counters.get(name, "")).partition("/")[0] for name in ("retr", "top")]
        count = sum(int(text) for text in found if text.isdecimal())
        if fact.kind == "logout" and count:
            yield scene.observe(
                scene.id("read", "INBOX"),
                fact.ts,
                "MailItemsAccessed",
                "INBOX",
                access="Bind",
                properties={"Read": str(count)},
            )
            return


def _by_doveadm(scene: Scene, opened: list[Touch]) -> Iterator[Observation]:
    """`doveadm fetch` of which no opening is told."""
    for command in scene.evidence.commands:
        if command.name == "doveadm fetch" and not any(
            command.start - SECOND <= touch.start <= command.end + SECOND for touch in opened
        ):
            yield scene.observe(scene.id("read", "", command.start), command.end, "MailItemsAccessed", access="Bind")


def marks_as_read(command: Command) -> bool:
    """Whether a FETCH sets \\Seen by itself (RFC 9051 6.4.5): BODY[..], BINARY[..] and RFC822 without PEEK."""
    if command.name != "FETCH" or len(command.arguments) < 2:
        return False
    wanted = " ".join(command.arguments[1:]).upper()
    return (
        any(word in wanted for word in ("BODY[", "BINARY[", "RFC822.TEXT", "RFC822 ", "RFC822)")) or wanted == "RFC822"
    )
