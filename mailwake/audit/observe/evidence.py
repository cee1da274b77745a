"""What the facts of one key say, in order of time, each thing once: lines of mail_log, commands, openings, removals."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from mailwake.audit.keys import reasons_of, service_of
from mailwake.audit.observe.arguments import folder_name, inbox, split
from mailwake.events.fact import Fact

SECOND = 1_000_000
_CUT = 64
"""mail_log cuts folder names at so many characters."""
AUTOEXPUNGE = "storage:autoexpunge"
"""Reason of what the server removes by itself, of age, when a session ends: nobody's act."""
_BYTES_OUT = ("bytes_out", "net_out_bytes", "net_bytes_out")
"""What was written while a command ran: of 2.3, of 2.4, and as its upgrade notes have it."""
_ACTIONS = frozenset(("SELECT", "EXAMINE", "CREATE", "DELETE", "SETMETADATA"))


class Line(NamedTuple):
    """A line of mail_log. "", 0 and None: not said."""

    ts: int
    action: str
    folder: str
    from_folder: str
    uid: int
    message_id: str
    subject: str | None
    sender: str
    size: int
    flags: tuple[str, ...] | None

    @property
    def identity(self) -> tuple[object, ...]:
        """What tells one message from another, whichever folder it is in."""
        return (self.message_id, self.size) if self.message_id else (self.size, self.subject, self.sender)


class Command(NamedTuple):
    """A finished command (IMAP, ManageSieve, doveadm)."""

    name: str
    """Without `UID `; `doveadm flags_add` for doveadm."""
    by_uid: bool
    arguments: tuple[str, ...]
    folder: str
    """The selected or named folder."""
    start: int
    end: int
    state: str
    """OK, NO or BAD."""
    reply: str
    reasons: frozenset[str]
    data: dict[str, Any]

    def covers(self, ts: int) -> bool:
        """Whether something logged at ts (µs, maybe cut to the second) can be of this command."""
        return self.start // SECOND * SECOND <= ts <= self.end + SECOND


class Touch(NamedTuple):
    """A message opened or removed, as an event says."""

    folder: str
    uid: int
    start: int
    end: int
    command: str
    reasons: frozenset[str]


class Told(NamedTuple):
    """An event by name."""

    name: str
    start: int
    end: int
    data: dict[str, Any]
    host: str


@dataclass
class Evidence:
    """Of one key."""

    key: str
    lines: list[Line] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    opened: list[Touch] = field(default_factory=list)
    requested: list[Touch] = field(default_factory=list)
    expunged: list[Touch] = field(default_factory=list)
    events: list[Told] = field(default_factory=list)
    """All the others: logins, scripts."""
    facts: list[Fact] = field(default_factory=list)
    """Text about the session: login, logout, auth_failed, client, and the items behind `lines`."""
    hosts: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)
    """Users that events of a running session name: not those of a login, which may have failed."""
    ips: set[str] = field(default_factory=set)
    """Client addresses that events name."""


def read(key: str, facts: Iterable[Fact]) -> Evidence:
    """Sort the facts of a key out."""
    found = Evidence(key)
    seen: set[object] = set()
    for fact in sorted(facts, key=lambda one: (one.ts, one.kind, one.raw)):
        if fact.host:
            found.hosts.add(fact.host)
        if fact.kind == "event":
            told = _told(fact)
            mark: object = (told.name, told.start, told.end, _mark(told.data))
            if mark not in seen:
                seen.add(mark)
                _file(found, told)
            continue
        found.facts.append(fact)
        if fact.kind == "item":
            line = _line(fact)
            mark = line._replace(ts=line.ts // SECOND)
            if mark not in seen:
                seen.add(mark)
                found.lines.append(line)
    _lengthen(found)
    for touches in (found.opened, found.requested, found.expunged):
        touches.sort(key=lambda one: (one.start, one.folder, one.uid))
    found.commands = [one for one in found.commands if not _is_idle(one)]
    found.commands.sort(key=lambda one: (one.start, one.end, one.name))
    found.events.sort(key=lambda one: (one.start, one.end, one.name))
    return found


def _mark(data: dict[str, Any]) -> tuple[str, ...]:
    """Fields that tell events of the same time apart, whatever type a format gives them."""
    return tuple(
        str(data.get(name, "")) for name in ("mailbox", "uid", "cmd_name", "cmd_tag", "cmd_args", "session", "id")
    )


def _line(fact: Fact) -> Line:
    fields = fact.fields
    flags = fields.get("flags")
    return Line(
        fact.ts,
        fields.get("action", ""),
        inbox(fields.get("folder", "")),
        inbox(fields.get("from_folder", "")),
        fields.get("uid", 0),
        fields.get("message_id", ""),
        fields.get("subject"),
        fields.get("sender", ""),
        fields.get("size") or fields.get("vsize") or 0,
        None if flags is None else tuple(flags),
    )


def _told(fact: Fact) -> Told:
    data = fact.fields["data"]
    start, end = time_of(data.get("start_time")), time_of(data.get("end_time"))
    start = start or end or fact.ts
    name, inner = fact.fields["name"], data.get("fields") or {}
    if name.startswith("auth_"):
        inner = {
            **inner,
            **_master_that_failed(inner),
            "service": service_of(inner),
            "success": _worked(inner.get("success")),
        }
    return Told(name, start, max(end, start), inner, str(data.get("hostname") or ""))


def _master_that_failed(data: dict[str, Any]) -> dict[str, str]:
    """Of a master user whose password is wrong: `user` is that name then, and `login_user` the mailbox's."""
    user, wanted = str(data.get("user") or ""), str(data.get("login_user") or "")
    if not wanted or wanted == user or data.get("master_user"):
        return {}
    return {"user": wanted, "master_user": user} if user else {}


def _worked(success: object) -> str:
    """`yes` of an event of auth, also as a shipper of logs has typed it anew."""
    return "yes" if str(success).casefold() in ("yes", "true") else ""


def time_of(value: object) -> int:
    """Microseconds of `2026-11-22T02:32:42.913764Z` or of seconds since 1970; 0 for what is neither."""
    try:
        if isinstance(value, str) and "T" in value:
            return round(datetime.fromisoformat(value).timestamp() * SECOND)
        return round(float(value) * SECOND) if isinstance(value, str | int | float) else 0
    except (ValueError, OverflowError):
        return 0


def number(value: object) -> int:
    """A whole number, or its text; 0 for what is none."""
    try:
        return int(value) if isinstance(value, str | int) else 0
    except ValueError:
        return 0


def _file(found: Evidence, told: Told) -> None:
    if told.host:
        found.hosts.add(told.host)
    data = told.data
    reasons = reasons_of(data)
    folder = inbox(str(data.get("mailbox") or ""))
    if data.get("remote_ip"):
        found.ips.add(str(data["remote_ip"]))
    if data.get("user") and not told.name.startswith("auth_"):
        found.users.add(str(data["user"]))
    if told.name in ("mail_opened", "mail_expunge_requested", "mail_expunged"):
        uid = number(data.get("uid"))
        touch = Touch(folder, uid, told.start, told.end, str(data.get("cmd_name") or ""), reasons)
        if uid and AUTOEXPUNGE not in reasons:
            filed = {"mail_opened": found.opened, "mail_expunged": found.expunged}
            filed.get(told.name, found.requested).append(touch)
    elif told.name in ("imap_command_finished", "managesieve_command_finished"):
        found.commands.append(_command(told, folder, reasons))
    elif told.name == "pop3_command_finished":
        name = str(data.get("cmd_name") or "").upper()
        state = "NO" if "ERR" in str(data.get("reply") or data.get("tagged_reply_state") or "").upper() else "OK"
        arguments = tuple(split(str(data.get("cmd_args") or "")))
        why = reasons or frozenset((f"pop3:cmd_{name.lower()}",))
        found.commands.append(Command(name, False, arguments, "INBOX", told.start, told.end, state, "", why, data))
    elif told.name == "mail_user_session_finished":
        for reason in sorted(reasons):
            name = f"doveadm {reason.removeprefix('doveadm:cmd_')}"
            found.commands.append(Command(name, False, (), "", told.start, told.end, "OK", "", reasons, data))
    else:
        found.events.append(told)


def _command(told: Told, folder: str, reasons: frozenset[str]) -> Command:
    data = told.data
    name = str(data.get("cmd_name") or data.get("cmd_input_name") or "").upper()
    arguments = split(str(data.get("cmd_args") or data.get("cmd_human_args") or ""))
    if not folder and name in _ACTIONS and arguments:
        folder = folder_name(arguments[0])
    state = str(data.get("tagged_reply_state") or "")
    if told.name == "managesieve_command_finished":
        state = "NO" if data.get("error") else "OK"
    return Command(
        name.removeprefix("UID "),
        name.startswith("UID "),
        tuple(arguments),
        folder,
        told.start,
        told.end,
        state.upper(),
        str(data.get("tagged_reply") or ""),
        reasons,
        data,
    )


def _is_idle(command: Command) -> bool:
    """Whether an EXPUNGE removed nothing: without the right to it, or of no message.

    The answer is OK all the same. But what it removes is told to the client before it (RFC 9051 6.4.3), and the event
    counts the bytes of that. A STORE is an act even if the flags were so already: somebody asked for it.
    """
    if command.state != "OK" or command.name != "EXPUNGE":
        return False
    told = [command.data[name] for name in _BYTES_OUT if name in command.data]
    return bool(told) and all(str(one) == "0" for one in told)


def _lengthen(found: Evidence) -> None:
    """Give folder names that mail_log has cut their whole length, where an event says it."""
    whole = {touch.folder for touch in (*found.opened, *found.requested, *found.expunged)}
    for command in found.commands:
        whole.add(command.folder)
        whole.update(map(folder_name, command.arguments[-1:]))
    long = [name for name in sorted(whole) if len(name) > _CUT - 4]

    def lengthened(name: str) -> str:
        if len(name) < _CUT - 4 or not name.endswith("..."):
            return name
        return next((one for one in long if one.startswith(name[:-3])), name)

    if long:
        found.lines = [
            line._replace(folder=lengthened(line.folder), from_folder=lengthened(line.from_folder))
            for line in found.lines
        ]


def near(lines: list[Line], command: Command, *actions: str) -> Iterator[Line]:
    """Lines (in order of time) of these actions that can be of a command, by their time."""
    first = bisect_left(lines, command.start // SECOND * SECOND, key=lambda line: line.ts)
    for line in lines[first:]:
        if line.ts > command.end + SECOND:
            return
        if line.action in actions:
            yield line


class Timeline:
    """Commands by time: sessions have thousands, and one after the other."""

    def __init__(self, commands: Iterable[Command]) -> None:
        self._commands = sorted(commands, key=lambda one: (one.start, one.end, one.name))
        self._starts = [one.start for one in self._commands]

    def at(self, ts: int) -> list[Command]:
        """Commands that something logged at ts (µs, maybe cut to the second) can be of, in order of time."""
        found: list[Command] = []
        missed = 0
        for number in range(bisect_right(self._starts, ts + SECOND) - 1, -1, -1):
            command = self._commands[number]
            if command.covers(ts):
                found.append(command)
                missed = 0
            elif (missed := missed + 1) > _OUT_OF_ORDER:
                break
        return found[::-1]


_OUT_OF_ORDER = 20
"""Commands that may have ended before one that began earlier: clients send several at once."""
