"""Who has which right on whose mailbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mailwake.directory import lookup, names
from mailwake.directory.errors import DirectoryError
from mailwake.directory.models import Mailbox, Permission
from mailwake.directory.pieces import in_pieces
from mailwake.directory.records import PermissionRecord, Reach
from mailwake.events.told import either, tell

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory


class Permissions:
    """The permissions of a directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def all(
        self, number: int | None, rights: Iterable[str], *, trustee: str = "", reach: Reach | None = None
    ) -> Iterator[PermissionRecord]:
        """Permissions on one mailbox (by primary key) or on all, of the rights named; of one trustee."""
        rows = Permission.objects.using(self._directory.alias).filter(right__in=list(rights))
        boxes = Mailbox.objects.using(self._directory.alias).filter(removed=None)
        if number is not None:
            rows = rows.filter(mailbox_id=number)
        elif not (reach is None or reach.everything):
            rows = rows.filter(mailbox__in=lookup.in_reach(boxes, reach))
        if trustee:
            rows = rows.filter(trustee_key__in={names.key(trustee), self.trustee_key(trustee, reach)})
        rows = rows.filter(mailbox__removed=None).select_related("mailbox")
        for row in in_pieces(rows.order_by("mailbox__name", "mailbox_id", "trustee", "deny", "right")):
            yield _record(row)

    def add(
        self,
        number: int,
        trustee: str,
        rights: Iterable[str],
        *,
        deny: bool = False,
        inherited: bool = False,
        reach: Reach | None = None,
    ) -> list[PermissionRecord]:
        """Give rights; those that were there already are left out of the answer.

        reach: what the one who gives them may see. A trustee beyond it is shown as it was written.
        """
        with self._directory.writing():
            key, shown = self.trustee_key(trustee, reach), self._shown(trustee, reach)
            made = []
            for right in dict.fromkeys(rights):
                row, new = Permission.objects.using(self._directory.alias).get_or_create(
                    mailbox_id=number,
                    trustee_key=key,
                    right=right,
                    deny=deny,
                    inherited=inherited,
                    defaults={"trustee": shown},
                )
                made += [_record(row)] if new else []
        return made

    def remove(
        self, number: int, trustee: str, rights: Iterable[str], *, deny: bool = False, reach: Reach | None = None
    ) -> list[PermissionRecord]:
        """Take rights away; what was taken. Raises DirectoryError when there was none of them."""
        wanted = list(rights)
        with self._directory.writing():
            keys = {names.key(trustee), self.trustee_key(trustee, reach)}
            rows = Permission.objects.using(self._directory.alias).select_related("mailbox").filter(mailbox_id=number)
            hit = rows.filter(trustee_key__in=keys, right__in=wanted, deny=deny, inherited=False)
            gone = [_record(row) for row in hit]
            if not gone:
                rights_told = either(wanted)
                raise DirectoryError(
                    "permission-not-found",
                    tell("{trustee!r} has no {rights} on that mailbox denied", trustee=trustee, rights=rights_told)
                    if deny
                    else tell("{trustee!r} has no {rights} on that mailbox", trustee=trustee, rights=rights_told),
                    tell("list the permissions of the mailbox"),
                    status=404,
                )
            hit.delete()
        return gone

    def trustee_key(self, trustee: str, reach: Reach | None = None) -> str:
        """The key of a trustee: of the mailbox when there is exactly one of that name, else the name.

        One within reach goes before others; the key is what rights hold by, so that those beyond it have theirs, too.
        """
        within = self._mailbox(trustee, reach)
        box = within or (self._mailbox(trustee) if reach is not None and not reach.everything else None)
        return f"#{box.guid}" if box is not None else names.key(trustee)

    def _shown(self, trustee: str, reach: Reach | None) -> str:
        box = self._mailbox(trustee, reach)
        return (box.primary_address or box.name) if box is not None else trustee.strip()

    def _mailbox(self, trustee: str, reach: Reach | None = None) -> Mailbox | None:
        try:
            return lookup.find(self._directory, trustee, reach)
        except DirectoryError:
            return None


def _record(row: Permission) -> PermissionRecord:
    box = row.mailbox
    return PermissionRecord(box.primary_address or box.name, row.trustee, row.right, row.deny, row.inherited)
