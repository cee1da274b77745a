"""Logins, folders opened, items put in, folders made and renamed, rights, rules, searches.

What Exchange has no word for has names of ours and is never recorded, only counted: CreateFolder, RenameFolder,
DeleteFolder, SetMetadata. A folder renamed into Deleted Items, which is how many clients delete one, is a
MoveToDeletedItems; into another parent, a Move. The messages of a deleted folder are HardDelete, each by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailwake.audit.model import Item, Observation
from mailwake.audit.observe.arguments import appended, folder_name
from mailwake.audit.observe.evidence import SECOND, Command, Line, near
from mailwake.audit.observe.folders import item_kind, parent
from mailwake.audit.observe.scene import Scene, result_of

_SEARCHES = frozenset(("SEARCH", "SORT", "THREAD", "ESEARCH"))
_APART = 3 * SECOND
_FOLDER_WORDS = {
    "mailbox_create": ("CREATE", "CreateFolder"),
    "mailbox_delete": ("DELETE", "DeleteFolder"),
    "mailbox_rename": ("RENAME", "RenameFolder"),
}


def binds(scene: Scene) -> Iterator[Observation]:
    """FolderBind: SELECT and EXAMINE; refused ones too (no right, or no such folder: the answer is the same)."""
    for command in scene.evidence.commands:
        if command.name in ("SELECT", "EXAMINE") and command.state in ("OK", "NO"):
            id = scene.id("bind", command.folder, command.start)
            reply = command.reply if command.state == "NO" else ""
            more = {"Command": command.name, "Reply": reply}
            result = result_of(command)
            yield scene.observe(id, command.end, "FolderBind", command.folder, result=result, properties=more)


def creations(scene: Scene) -> Iterator[Observation]:
    """Create: an item put into a folder by the client (APPEND), with the kind of item as ItemKind.

    A delivery is none. Which kinds are audited is the policy's to say: a message is not.
    """
    evidence = scene.evidence
    saved = [line for line in evidence.lines if line.action == "save"]
    by_uid = {(line.folder, line.uid): number for number, line in enumerate(saved) if line.uid}
    if any(not line.uid for line in saved):
        by_uid["", 0] = -1  # the site leaves UIDs out of its log
    taken: set[int] = set()
    for command in evidence.commands:
        if command.name != "APPEND" or command.state not in ("OK", "NO") or not command.arguments:
            continue
        folder = command.folder or folder_name(command.arguments[0])
        flags = command.arguments[1].strip("()").split() if command.arguments[1:2] else []
        line = _saved(command, folder, saved, by_uid, taken)
        uid = line.uid if line is not None else appended(command.reply)
        id = scene.id("arrived", folder, uid) if uid else scene.id("append", folder, command.start)
        yield _created(scene, id, command.end, folder, uid, line, flags, result_of(command))
    for number, line in enumerate(saved):
        if number not in taken:
            id = scene.id("arrived", line.folder, line.uid or line.message_id)
            yield _created(scene, id, line.ts, line.folder, line.uid, line, list(line.flags or ()), "Succeeded")


def _saved(
    command: Command, folder: str, saved: list[Line], by_uid: dict[tuple[str, int], int], taken: set[int]
) -> Line | None:
    """The line of what an APPEND put in."""
    uid = appended(command.reply)
    if uid and (folder, uid) in by_uid:
        number = by_uid[folder, uid]
        taken.add(number)
        return saved[number]
    if command.state != "OK" or (uid and ("", 0) not in by_uid):
        return None
    for number, line in enumerate(saved):
        fits = line.folder == folder and not (uid and line.uid)
        if fits and number not in taken and command.covers(line.ts):
            taken.add(number)
            return line
    return None


def _created(
    scene: Scene, id: str, ts: int, folder: str, uid: int, line: Line | None, flags: list[str], result: str
) -> Observation:
    item = Item(uid=uid)
    if line is not None:
        item = Item("", uid, 0, line.message_id, line.subject, line.sender, line.size)
    items = (item,) if uid or line is not None else ()
    kind = item_kind(scene.place(folder, ts).folder, flags)
    return scene.observe(id, ts, "Create", folder, items=items, result=result, properties={"ItemKind": kind})


def folders(scene: Scene) -> Iterator[Observation]:
    """Folders made, renamed and deleted: told by a line, by a command, or by both."""
    evidence = scene.evidence
    taken: set[int] = set()
    lines = [line for line in evidence.lines if line.action in _FOLDER_WORDS]
    for command in evidence.commands:
        line_action = next((one for one, (name, _) in _FOLDER_WORDS.items() if name == command.name), "")
        if not line_action or command.state not in ("OK", "NO"):
            continue
        old, new = _names(command)
        for number, line in enumerate(lines):
            if number not in taken and (line.action, line.folder) == (line_action, new) and command.covers(line.ts):
                taken.add(number)
                break
        yield _folder(scene, line_action, command.end, old, new, result_of(command))
    for number, line in enumerate(lines):
        if number not in taken:
            yield _folder(scene, line.action, line.ts, line.from_folder, line.folder, "Succeeded")
    for command in evidence.commands:
        words = {f"doveadm mailbox_{name.lower()}": action for name, action in _FOLDER_WORDS.values()}
        if command.name in words and next(near(lines, command, *_FOLDER_WORDS), None) is None:
            yield scene.observe(scene.id(words[command.name], command.start), command.end, words[command.name])


def _names(command: Command) -> tuple[str, str]:
    """Old and new name; the old one only of a RENAME."""
    if command.name != "RENAME":
        return "", command.folder or folder_name(command.arguments[0] if command.arguments else "")
    said = [str(command.data.get(name) or "") for name in ("old_mailbox", "new_mailbox")]
    given = [*map(folder_name, command.arguments), "", ""]
    return said[0] or given[0], said[1] or given[1]


def _folder(scene: Scene, kind: str, ts: int, old: str, new: str, result: str) -> Observation:
    action = _FOLDER_WORDS[kind][1]
    id = scene.id(action, old, new)
    if kind != "mailbox_rename":
        return scene.observe(id, ts, action, new, result=result)
    if parent(new) != parent(old):
        trashed = scene.is_trash(parent(new), ts) and scene.same_mailbox(old, new, ts)
        action = "MoveToDeletedItems" if trashed else "Move"
    return scene.observe(id, ts, action, old, dest_folder=new, result=result, properties={"SourceFolder": old})


def rights(scene: Scene) -> Iterator[Observation]:
    """UpdateFolderPermissions: SETACL and DELETEACL (RFC 4314); of doveadm nothing but that it was done."""
    for command in scene.evidence.commands:
        if command.name in ("SETACL", "DELETEACL") and command.state in ("OK", "NO") and len(command.arguments) > 1:
            folder = command.folder or folder_name(command.arguments[0])
            given = command.arguments[2] if len(command.arguments) > 2 else ""
            id = scene.id("rights", folder, command.arguments[1], command.start)
            more = {"Command": command.name, "MemberUpn": command.arguments[1], "MemberRights": given}
            result = result_of(command)
            yield scene.observe(id, command.end, "UpdateFolderPermissions", folder, result=result, properties=more)
        elif command.name.startswith("doveadm acl_") and command.name[12:] in ("set", "add", "remove", "delete"):
            id = scene.id("rights", command.name, command.start)
            more = {"Command": command.name}
            yield scene.observe(id, command.end, "UpdateFolderPermissions", properties=more)
        elif command.name == "SETMETADATA" and command.state in ("OK", "NO"):
            id = scene.id("metadata", command.folder, command.start)
            yield scene.observe(id, command.end, "SetMetadata", command.folder, result=result_of(command))


def searches(scene: Scene) -> Iterator[Observation]:
    """SearchQueryInitiated, with the query as the client wrote it."""
    for command in scene.evidence.commands:
        if command.name in _SEARCHES and command.state in ("OK", "NO"):
            query = str(command.data.get("cmd_args") or command.data.get("cmd_human_args") or "")
        elif command.name == "doveadm search":
            query = ""
        else:
            continue
        id = scene.id("search", command.folder, command.start)
        more = {"QueryText": query}
        result = result_of(command)
        yield scene.observe(id, command.end, "SearchQueryInitiated", command.folder, result=result, properties=more)


_RULE_COMMANDS = frozenset(("PUTSCRIPT", "SETACTIVE", "DELETESCRIPT", "RENAMESCRIPT"))
_RULE_EVENTS = {
    "sieve_storage_save_finished": "PUTSCRIPT",
    "sieve_script_activated": "SETACTIVE",
    "sieve_storage_deactivated": "SETACTIVE",
    "sieve_script_deleted": "DELETESCRIPT",
    "sieve_script_renamed": "RENAMESCRIPT",
}


def rules(scene: Scene) -> Iterator[Observation]:
    """UpdateInboxRules: Sieve scripts put, activated, renamed, deleted (RFC 5804); what is in them no log says."""
    evidence = scene.evidence
    done = [one for one in evidence.commands if one.name in _RULE_COMMANDS]
    by_doveadm = [one for one in evidence.commands if one.name.startswith("doveadm sieve_")]
    by_doveadm = [one for one in by_doveadm if one.name[14:] not in ("get", "list")]
    named: dict[int, str] = {}
    for told in evidence.events:
        command_name = _RULE_EVENTS.get(told.name)
        if command_name is None:
            continue
        script = str(told.data.get("script_name") or told.data.get("new_script_name") or "")
        around = [one for one in (*done, *by_doveadm) if one.start - SECOND <= told.end <= one.end + SECOND]
        around = [one for one in around if one.name == command_name or one.name.startswith("doveadm ")]
        if around:
            named[id(around[0])] = script
            continue
        state = "NO" if told.data.get("error") else "OK"
        done.append(Command(command_name, False, (), "", told.start, told.end, state, "", frozenset(), told.data))
    for command in sorted((*done, *by_doveadm), key=lambda one: (one.start, one.end, one.name)):
        data = command.data
        script = str(data.get("script_name") or data.get("new_script_name") or "") or named.get(id(command), "")
        given = " ".join(command.arguments)
        more = {"Command": command.name, "Script": script or given, "Error": str(data.get("error") or "")}
        if data.get("old_script_name"):
            more["OldScript"] = str(data["old_script_name"])
        key = scene.id("rules", command.name.removeprefix("doveadm "), command.end // SECOND, script or given)
        yield scene.observe(key, command.end, "UpdateInboxRules", result=result_of(command), properties=more)


def logins(scene: Scene) -> Iterator[Observation]:
    """MailboxLogin, one of a session; and one that says Failed if any attempt failed before."""
    evidence = scene.evidence
    if scene.service == "submission" or scene.is_doveadm:
        return
    worked = [told.end for told in evidence.events if told.data.get("success") == "yes"]
    failed = [told.end for told in evidence.events if _failed(told.data, told.name)]
    text = [fact for fact in evidence.facts if fact.kind == "login" and not fact.fields.get("reason")]
    text += [fact for fact in evidence.facts if fact.kind == "login" and fact.fields.get("reason")]
    good = [fact.ts for fact in text if fact.fields.get("success")]
    worked += [t.end for t in evidence.events if t.name == "auth_client_request_finished" and not t.data.get("error")]
    bad = [fact.ts for fact in evidence.facts if fact.kind == "auth_failed"]
    bad += [fact.ts for fact in text if fact.fields.get("success") is False]
    if max(worked, default=0) < max(failed, default=0) and not good and not evidence.commands:
        worked = []  # nobody tries again who is in: a proxy took the password, and the server behind it did not
    methods = [str(fact.fields.get("method") or "") for fact in evidence.facts]
    methods += [str(told.data.get("mechanism") or "") for told in evidence.events]
    more = {"Method": max(methods, default=""), "Protocol": scene.service}
    if failed or bad:
        reasons = [str(fact.fields.get("reason") or "") for fact in evidence.facts if fact.kind == "auth_failed"]
        why = {**more, "Reason": min(filter(None, reasons), key=len, default="")}
        ts = min(failed) if failed else min(bad)
        yield scene.observe(scene.id("login failed"), ts, "MailboxLogin", result="Failed", properties=why)
    if worked or good:
        ts = min(worked) if worked else min(good)
        yield scene.observe(scene.id("login"), ts, "MailboxLogin", properties=more)


def _failed(data: dict[str, object], name: str) -> bool:
    if name == "auth_request_finished":
        return data.get("success") != "yes"
    return name == "auth_client_request_finished" and bool(data.get("error"))
