"""Names of a new mailbox that mailboxes beyond a scope have already: see `models.Aside`.

To refuse them would tell those who see a part of the organization what there is in the rest of it, and to take them as
they are would give them the acts that logs tell of under these names.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Q

from mailwake.directory import lookup, names
from mailwake.directory.models import Aside, MailboxName, NameKind
from mailwake.directory.records import Reach

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

Pair = tuple[NameKind, str]


def of_pairs(directory: Directory, pairs: Collection[Pair], reach: Reach | None) -> dict[Pair, Aside]:
    """Which names of a new mailbox stand aside, made by somebody who sees what is within reach.

    One question, whatever there is. A plain name stands aside also for the local part of an address beyond: a log that
    has no domains may mean that one by it.
    """
    if reach is None or reach.everything:
        return {}
    wanted = {name for kind, name in pairs if kind != NameKind.DISPLAY}
    locals_ = {names.split(name)[0] for kind, name in pairs if kind == NameKind.ADDRESS}
    plain = [name for name in wanted if not names.is_address(name)]
    rows = names.claiming(MailboxName.objects.using(directory.alias)).filter(until=None)
    called = Q(name__in=wanted | locals_) & ~Q(kind=NameKind.DISPLAY.value)
    near = Q(local__in=plain, kind=NameKind.ADDRESS.value)
    hit = rows.filter(called | near).select_related("mailbox", "mailbox__same_as")
    beyond = [row for row in hit if not lookup.reaches(reach, row.mailbox.same_as or row.mailbox)]
    taken = {row.name for row in beyond} | {row.local for row in beyond}
    logins = {row.name for row in beyond if row.kind == NameKind.LOGIN.value}
    found: dict[Pair, Aside] = {
        (kind, name): Aside.WHOLE for kind, name in pairs if kind != NameKind.DISPLAY and name in taken
    }
    for kind, name in pairs:
        if kind == NameKind.ADDRESS and names.split(name)[0] in logins:
            found.setdefault((kind, name), Aside.LOCAL)
    return found
