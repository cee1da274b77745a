"""What Debian's Dovecot (2.3) cannot show, said explicitly: of every act, what a feed can show of it at most.

Each rule here has to be told to users too: `docs/observations.md`, `mailwake audit hosts`, `mailwake audit coverage`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from people import Act

ONLY_EVENTS = frozenset(("FolderBind", "SearchQueryInitiated", "UpdateFolderPermissions", "UpdateInboxRules"))
"""The text tells nothing of these."""


def whole(acts: Iterable[Act]) -> Iterator[Act]:
    """Text and events together: of doveadm, whose lines go to its own terminal, events tell half."""
    for act in acts:
        yield _of_doveadm(act) if act.way == "doveadm" else act


def _of_doveadm(act: Act) -> Act:
    """Where an event names a message (it was opened or expunged), its folder is known; where it goes to, never."""
    if act.action in ("MailItemsAccessed", "HardDelete", "Move"):
        return replace(act, dest_folder="")
    return replace(act, folder="", dest_folder="", message_id="")


def events(acts: Iterable[Act]) -> Iterator[Act]:
    """Events alone: everything, by folder and UID; no line says what the messages are called."""
    for act in whole(acts):
        yield act if act.way == "smtp" else replace(act, message_id="", what=act.message_id)


def text(acts: Iterable[Act]) -> Iterator[Act]:
    """mail_log and logins alone."""
    read_by_pop: set[int] = set()
    for act in acts:
        if act.way == "doveadm" or act.action in ONLY_EVENTS:
            continue  # doveadm writes its lines to its own terminal
        if act.result == "Failed" and act.action != "MailboxLogin":
            continue  # what was refused leaves no line
        if act.action != "MailItemsAccessed":
            yield act
        elif act.way == "pop3":
            if act.visit not in read_by_pop:  # the end of the session counts, and names none
                read_by_pop.add(act.visit)
                yield replace(act, message_id="")
        elif act.marks:  # that \Seen was set shows; that it was by reading does not
            yield replace(act, action="Update")
