"""Who acts in a session, from where, and how its observations are built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from mailwake.audit.model import Item, LogonType, Observation
from mailwake.audit.observe.arguments import folder_name, split
from mailwake.audit.observe.evidence import Command, Evidence
from mailwake.audit.observe.folders import Place, is_trash, place
from mailwake.audit.settings import OrganizationSettings, Settings

CLIENTS = {
    **{"imap": "IMAP", "pop3": "POP3", "managesieve": "ManageSieve", "sieve": "ManageSieve"},
    **{"submission": "SMTP", "doveadm": "doveadm"},
}
_IMAP_ID = ("name", "version")


def identity(*parts: object) -> str:
    """32 hex digits of what an observation is about."""
    text = "\0".join(map(str, parts))
    return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


class Scene:
    """One session: its evidence, its people, the settings."""

    def __init__(self, evidence: Evidence, settings: Settings) -> None:
        self.evidence = evidence
        self.settings = settings
        self.user = _user(evidence)
        self.service = _service(evidence)
        master = _other_login(evidence, self.user, settings)
        self.is_doveadm = evidence.key.startswith("d:")
        self.is_admin = bool(master) or self.is_doveadm
        self.actor = "doveadm" if self.is_doveadm else master or self.user
        self.client_ip = "" if self.is_doveadm else _client_ip(evidence)
        self.client = _client(evidence, self.service)
        self.session = evidence.key[2:] if evidence.key.startswith("s:") else ""
        self.host = min(evidence.hosts, key=lambda name: (name.count("."), name), default="")
        self._organizations: dict[int, OrganizationSettings] = {}
        self._ordinals: Counter[tuple[object, ...]] = Counter()
        self.trash: frozenset[str] = frozenset()
        """Folders that the session shows to be Deleted Items, set by `removals`."""

    def organization(self, ts: int) -> OrganizationSettings:
        """Settings of the organization at a time."""
        found = self._organizations.get(ts)
        if found is None:
            found = self._organizations[ts] = self.settings.organization(ts)
        return found

    def place(self, folder: str, ts: int) -> Place:
        """Whose folder it is."""
        organization = self.organization(ts)
        return place(folder, self.user, organization.shared_prefixes, organization.public_prefixes)

    def is_trash(self, folder: str, ts: int) -> bool:
        """Whether a folder (as the user calls it) is Deleted Items of its mailbox."""
        names = self.organization(ts).trash_folders
        return folder in self.trash or is_trash(self.place(folder, ts).folder, names)

    def same_mailbox(self, one: str, other: str, ts: int) -> bool:
        """Whether two folders are in one mailbox."""
        return self.is_same(self.place(one, ts).mailbox, self.place(other, ts).mailbox)

    def is_same(self, one: str, other: str) -> bool:
        """Whether two names are of one account."""
        return is_same(one, other, self.settings)

    def id(self, *parts: object) -> str:
        """The id of an observation: of the session, what was done, and how many of the like came before."""
        self._ordinals[parts] += 1
        return identity(self.evidence.key, *parts, self._ordinals[parts])

    def observe(self, id: str, ts: int, action: str, folder: str = "", **more: Any) -> Observation:
        """An observation in a folder as the user calls it; dest_folder is taken apart likewise."""
        where = self.place(folder, ts) if folder else Place(self.user, "", False)
        target = more.pop("dest_folder", "")
        if target:
            there = self.place(target, ts)
            more["dest_folder"] = there.folder
            if not self.is_same(there.mailbox, where.mailbox):
                more["dest_mailbox"] = there.mailbox
        items = more.pop("items", ())
        if items:
            items = tuple(_in(item, where.folder) for item in items)
        properties = tuple(sorted((name, text) for name, text in more.pop("properties", {}).items() if text))
        return Observation(
            id=id,
            ts=ts,
            action=action,
            actor=more.pop("actor", self.actor),
            mailbox=where.mailbox,
            logon_type=self.logon_type(where),
            folder=where.folder if folder else "",
            items=items,
            client_ip=self.client_ip,
            client=self.client,
            session=self.session,
            host=self.host,
            properties=properties,
            keys=(self.evidence.key,),
            **more,
        )

    def logon_type(self, where: Place) -> LogonType:
        """Admin before Delegate before Owner."""
        if self.is_admin:
            return LogonType.ADMIN
        if where.shared and not self.is_same(where.mailbox, self.user):
            return LogonType.DELEGATE
        return LogonType.OWNER


def _in(item: Item, folder: str) -> Item:
    return Item(folder, item.uid, item.dest_uid, item.message_id, item.subject, item.sender, item.size)


def is_same(one: str, other: str, settings: Settings) -> bool:
    """Whether two names are of one account: equal but for case, one of them without the domain, or by the directory."""
    first, second = one.casefold().rpartition("\\")[2], other.casefold().rpartition("\\")[2]  # DOMAIN\user
    if first == second:
        return True
    if not first or not second:
        return False
    bare, _, domain = first.partition("@")
    other_bare, _, other_domain = second.partition("@")
    if bare == other_bare and not (domain and other_domain):
        return True
    return settings.same_account(one, other)


def result_of(command: Command | None) -> str:
    """Succeeded, or Failed when the server refused."""
    return "Failed" if command is not None and command.state == "NO" else "Succeeded"


def target_of(command: Command) -> str:
    """The folder that a COPY or MOVE goes to."""
    return folder_name(command.arguments[-1]) if len(command.arguments) > 1 else ""


def _first(values: Iterable[object]) -> str:
    return min((str(value) for value in values if value), default="")


def _user(evidence: Evidence) -> str:
    """Whose mailbox was opened: what the session itself says, else what was tried."""
    of_session = evidence.users
    of_items = [fact.fields.get("user") for fact in evidence.facts if fact.kind in ("item", "logout")]
    of_login = [fact.fields.get("user") for fact in evidence.facts if fact.kind == "login"]
    of_events = [told.data.get("user") for told in evidence.events if _succeeded(told.data)]
    failed = [fact.fields for fact in evidence.facts if fact.kind == "auth_failed"]
    tried = [one.get("username") for one in failed if one.get("username") != one.get("auth_user")]
    if not any(tried):  # of a master that fails, the mailbox is in other lines, or in none
        tried = [one.get("username") for one in failed]
    tried += [told.data.get("user") or told.data.get("original_user") for told in evidence.events]
    if evidence.key[:2] in ("d:", "o:"):
        tried.append(evidence.key[2:].rsplit("/", 1)[0].rpartition("/")[2])
    return next((name for name in map(_first, (of_session, of_items, of_login, of_events, tried)) if name), "")


def _succeeded(data: dict[str, Any]) -> bool:
    return data.get("success") == "yes"


def _service(evidence: Evidence) -> str:
    if evidence.key.startswith("d:"):
        return "doveadm"
    if evidence.key.startswith("o:"):
        return evidence.key[2:].partition("/")[0]
    of_text = [fact.fields.get("service") for fact in evidence.facts if fact.fields.get("service") in CLIENTS]
    of_events = [told.data.get("service") for told in evidence.events if told.data.get("service") in CLIENTS]
    named = _first(of_text) or _first(of_events)
    if named:
        return named
    reasons = {reason for touch in (*evidence.opened, *evidence.requested) for reason in touch.reasons}
    if any(reason.startswith("pop3:") for reason in reasons):
        return "pop3"
    sieve = any("script_name" in command.data for command in evidence.commands)
    return "managesieve" if sieve else "imap"


def _other_login(evidence: Evidence, user: str, settings: Settings) -> str:
    """The name that logged in, when it is not the mailbox's own: a master user."""
    masters = _first(told.data.get("master_user") for told in evidence.events)
    if masters:
        return masters
    named = {fact.fields["auth_user"] for fact in evidence.facts if fact.fields.get("auth_user")}
    named |= {str(told.data["auth_user"]) for told in evidence.events if told.data.get("auth_user")}
    return _first(name for name in named if not is_same(name, user, settings))


def _client_ip(evidence: Evidence) -> str:
    return _first(fact.fields.get("client_ip") for fact in evidence.facts) or _first(evidence.ips)


def _client(evidence: Evidence, service: str) -> str:
    """`Client=IMAP`, with name and version if the client said them (RFC 2971)."""
    told: dict[str, set[str]] = {name: set() for name in _IMAP_ID}
    for fact in evidence.facts:
        if fact.kind == "client":
            for name in _IMAP_ID:
                told[name].add(str(fact.fields.get(name, "")))
    for event in evidence.events:
        if event.name == "imap_id_received":
            for name in _IMAP_ID:
                told[name].add(str(event.data.get(f"id_{name}") or event.data.get(name) or ""))
    for command in evidence.commands:
        if command.name == "ID" and command.arguments:
            words = split(command.arguments[0].strip("()"))
            pairs = dict(zip(map(str.casefold, words[::2]), words[1::2], strict=False))
            for name in _IMAP_ID:
                told[name].add(pairs.get(name, ""))
    name, version = (_first(told[one]) for one in _IMAP_ID)
    text = f"Client={CLIENTS.get(service, service)}"
    if name:
        text += f";Name={name}"
    return f"{text};Version={version}" if name and version else text
