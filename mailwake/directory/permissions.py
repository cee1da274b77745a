"""Who has which right on whose mailbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.db.models import Q

from mailwake.directory import lookup, names
from mailwake.directory.errors import DirectoryError
from mailwake.directory.models import Mailbox, MailboxName, NameKind, Permission
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
            rows = rows.filter(self._of(trustee, reach))
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

        reach: what the one who gives them may see. A trustee beyond it is nobody but the name as it was written.
        """
        with self._directory.writing():
            box = self._mailbox(trustee, reach)
            shown = (box.primary_address or box.name) if box is not None else trustee.strip()
            rows = Permission.objects.using(self._directory.alias).filter(
                mailbox_id=number, deny=deny, inherited=inherited
            )
            there = set(rows.filter(self._of(trustee, reach)).values_list("right", flat=True))
            made = []
            for right in dict.fromkeys(rights):
                if right not in there:
                    key = _key(trustee, box)
                    row = rows.create(
                        mailbox_id=number, trustee=shown, trustee_key=key, right=right, deny=deny, inherited=inherited
                    )
                    made.append(_record(row))
        return made

    def remove(
        self, number: int, trustee: str, rights: Iterable[str], *, deny: bool = False, reach: Reach | None = None
    ) -> list[PermissionRecord]:
        """Take rights away; what was taken. Raises DirectoryError when there was none of them."""
        wanted = list(rights)
        with self._directory.writing():
            rows = Permission.objects.using(self._directory.alias).select_related("mailbox").filter(mailbox_id=number)
            hit = rows.filter(self._of(trustee, reach), right__in=wanted, deny=deny, inherited=False)
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

    def _of(self, trustee: str, reach: Reach | None) -> Q:
        """Rights of a trustee: of the mailbox, when there is exactly one of that name within reach, whatever it was
        called when they were given; else those that are shown under this name, whoever it may be."""
        box = self._mailbox(trustee, reach)
        if box is None:
            return Q(trustee_key=names.key(trustee)) | Q(trustee__iexact=trustee.strip())
        called = MailboxName.objects.using(self._directory.alias).filter(mailbox=box, until=None)
        known = names.claiming(called).exclude(kind=NameKind.DISPLAY.value).values("name")
        return Q(trustee_key__in=[names.key(trustee), _key(trustee, box)]) | Q(trustee_key__in=known)

    def _mailbox(self, trustee: str, reach: Reach | None = None) -> Mailbox | None:
        try:
            return lookup.find(self._directory, trustee, reach)
        except DirectoryError:
            return None


def _key(trustee: str, box: Mailbox | None) -> str:
    """What a right is filed under: the mailbox, or the name where there is none to be seen."""
    return f"#{box.guid}" if box is not None else names.key(trustee)


def _record(row: Permission) -> PermissionRecord:
    box = row.mailbox
    return PermissionRecord(box.primary_address or box.name, row.trustee, row.right, row.deny, row.inherited)
