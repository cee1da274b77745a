"""Folder names: whose mailbox a folder is in, and what kind of folder it is.

The log has names only; what a folder is for (RFC 6154) is known by the organization's names, by the usual names in many
languages, and where the session itself shows it (CREATE ... USE, the counter of moves to trash at its end).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from mailwake.audit.model import PUBLIC_FOLDERS
from mailwake.audit.observe.arguments import inbox

_TRASH = """
trash|deleted items|deleted messages|deleted|bin|wastebasket|[gmail]/trash|[gmail]/bin|[google mail]/trash
papierkorb|gelöschte elemente|gelöschte objekte|gelöscht|gelöschte nachrichten|[gmail]/papierkorb
corbeille|éléments supprimés|messages supprimés|supprimés|[gmail]/corbeille
prullenbak|prullenmand|verwijderde items|verwijderde berichten|verwijderd|[gmail]/prullenbak
papperskorg|papperskorgen|borttaget|borttagna objekt|borttagna meddelanden|[gmail]/papperskorgen
papelera|papelera de reciclaje|elementos eliminados|mensajes eliminados|eliminados|[gmail]/papelera
lixeira|lixo|itens excluídos|itens eliminados|mensagens excluídas|[gmail]/lixeira
cestino|posta eliminata|elementi eliminati|messaggi eliminati|[gmail]/cestino
kosz|elementy usunięte|usunięte|slettet post|slettede elementer|papirkurv|søppel|søppelpost
roskakori|poistetut|koš|odstraněná pošta|odstraněné položky|kôš|kuka|törölt elemek
корзина|удаленные|удалённые|кошик|видалені|çöp kutusu|silinmiş öğeler|ゴミ箱|削除済みアイテム
已删除邮件|已删除|垃圾箱|删除的邮件|已刪除的郵件|刪除的郵件|垃圾桶|寄件備份垃圾桶|휴지통|지운 편지함
"""
_ITEM_KINDS = {
    "Calendar": "calendar|calendars|kalender|calendrier|agenda|calendario|calendário|行事曆|日历",
    "Contacts": "contacts|kontakte|kontakter|contacten|contactpersonen|contatti|contactos|contatos|連絡人|联系人",
    "Notes": "notes|notizen|anteckningar|notities|remarques|note|notas|記事|便笺",
    "Tasks": "tasks|aufgaben|uppgifter|taken|tâches|attività|tareas|tarefas|工作|任务",
    "Drafts": "drafts|draft|entwürfe|utkast|concepten|brouillons|bozze|borradores|rascunhos|草稿|[gmail]/drafts",
}
TRASH = frozenset(_TRASH.strip().replace("\n", "|").split("|"))
"""Usual names of Deleted Items."""
_KIND_OF = {name: kind for kind, names in _ITEM_KINDS.items() for name in names.split("|")}
_KEPT = frozenset((".expunged", "expunged"))
"""First part of the names where Dovecot's lazy_expunge puts what was expunged (`location` of its namespace)."""


_OTHERS = re.compile(
    r"(?:INBOX[./])?[#~]?(?:shared(?: folders)?|users?|other users|geteilt|freigegeben|andere benutzer|benutzer"
    r"|partag[eé]s?|autres utilisateurs|gedeeld|andere gebruikers|delade?|andra användare|compartid[ao]s?"
    r"|otros usuarios|compartilhad[ao]s|outros usuários|condivis[ie]|altri utenti|共用|共享)([./])",
    re.IGNORECASE,
)
"""How prefixes for others' mailboxes are usually written, where the organization names none that fits."""


class Place(NamedTuple):
    """A folder of a mailbox."""

    mailbox: str
    folder: str
    shared: bool
    """Seen through a namespace for others' mailboxes, or for everybody's folders."""


def place(name: str, user: str, prefixes: Iterable[str], public: Iterable[str] = ()) -> Place:
    """Where a folder is that `user` calls by this name: `shared/alice@example.com/Projects` is in alice's mailbox.

    public: prefixes of folders that belong to nobody (RFC 2342, the third kind of namespace): they are in one mailbox
    of public folders, under their whole names.
    """
    if any(prefix and name.startswith(prefix) for prefix in public):
        return Place(PUBLIC_FOLDERS, name, True)
    for prefix in prefixes:
        if not prefix or not name.startswith(prefix):
            continue
        owner, folder = _owner(name[len(prefix) :], prefix[-1])
        if owner:
            return Place(_address(owner, user), inbox(folder) or "INBOX", True)
    usual = _OTHERS.match(name) if "@" in name else None
    if usual is not None:  # a folder of one's own may be called so, but what is in it has no address for a name
        owner, folder = _owner(name[usual.end() :], usual[1])
        if "@" in owner:
            return Place(owner, inbox(folder) or "INBOX", True)
    return Place(user, inbox(name), False)


def _address(owner: str, user: str) -> str:
    """The account that a prefix with the local part alone (`user/%%n/`) names, where logins are addresses."""
    domain = user.rpartition("@")[2] if "@" in user else ""
    return f"{owner}@{domain}" if domain and "@" not in owner and " " not in owner else owner


def _owner(rest: str, separator: str) -> tuple[str, str]:
    """The account and the folder of `alice@example.com/Projects`.

    A dot as separator divides an address, too: the domain ends before the first part that looks like a folder.
    """
    owner, _, folder = rest.partition(separator)
    if separator == "." and "@" in owner:
        parts = rest.split(".")
        end = next((i for i, part in enumerate(parts) if i and (part[:1].isupper() or " " in part)), len(parts))
        return ".".join(parts[:end]), ".".join(parts[end:])
    return owner, folder


def bare(folder: str) -> str:
    """A folder name for comparing: without the INBOX that some servers put before all others, in lower case."""
    name = folder
    if name[:6].upper() in ("INBOX.", "INBOX/"):
        name = name[6:]
    return name.casefold()


def is_trash(folder: str, names: Iterable[str]) -> bool:
    """Whether a folder means Deleted Items. names: those of the organization and those that the session showed."""
    one = bare(folder)
    return one in TRASH or any(one == bare(name) for name in names)


def is_kept(folder: str) -> bool:
    """Whether a folder is where expunged mail is kept."""
    return folder.replace(".", "/").strip("/").casefold().partition("/")[0] in _KEPT or folder.casefold() in _KEPT


def item_kind(folder: str, flags: Iterable[str] = ()) -> str:
    """What an item put into this folder is: Calendar, Contacts, Notes, Tasks, Drafts, or Message."""
    if "\\draft" in {flag.casefold() for flag in flags}:
        return "Drafts"
    return _KIND_OF.get(bare(folder).replace(".", "/").partition("/")[0], "Message")


def parent(folder: str) -> str:
    """The folder that a folder lies in; "" for one at the top."""
    for separator in ("/", "."):
        if separator in folder:
            return folder.rpartition(separator)[0]
    return ""
