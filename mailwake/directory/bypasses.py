"""Audit bypass associations: who is not audited, whatever they do and wherever."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailwake.directory import lookup, names, versions
from mailwake.directory.errors import DirectoryError
from mailwake.directory.models import Account, Bypass, Mailbox
from mailwake.directory.pieces import in_pieces
from mailwake.directory.records import BypassRecord, Reach
from mailwake.events.told import tell

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory


class Bypasses:
    """The bypass associations of a directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def get(self, identity: str, reach: Reach | None = None) -> BypassRecord:
        """That of one account: of a mailbox, somebody who signs in, or a name that has one. Raises DirectoryError."""
        box = self._mailbox(identity, reach)
        if box is not None:
            row = Bypass.objects.using(self._directory.alias).filter(mailbox=box).first()
            return _of_mailbox(box, row)
        everything = reach is None or reach.everything
        row = self._by_name(identity) if everything else None
        if row is not None:
            return _of_name(row)
        if everything and self._is_account(identity):
            return _of_name(Bypass(name=names.key(identity)))
        raise lookup.not_found(identity)

    def set(
        self, identity: str, enabled: bool, now: int, reach: Reach | None = None, *, unknown: bool = False
    ) -> tuple[BypassRecord, BypassRecord]:
        """Set one, before and after. unknown: take a name that nothing knows, too (a master user, a service)."""
        with self._directory.writing() as revision:
            box = self._mailbox(identity, reach)
            rows = Bypass.objects.using(self._directory.alias)
            if box is not None:
                row = rows.filter(mailbox=box).first() or Bypass(mailbox=box)
                before = _of_mailbox(box, row)
            else:
                if not (reach is None or reach.everything):
                    raise lookup.not_found(identity)
                found = self._by_name(identity)
                if found is None and not (unknown or self._is_account(identity)):
                    raise DirectoryError(
                        "account-not-found",
                        tell("neither a mailbox nor an account is named {identity!r}", identity=identity),
                        tell(
                            "check the spelling; for an account that only a mail server knows (a master user) add Force"
                        ),
                        status=404,
                    )
                row = found or Bypass(name=names.key(identity))
                before = _of_name(row)
            row.enabled, row.revision = enabled, revision
            row.save(using=self._directory.alias)
            versions.record(
                self._directory, versions.ACTOR, row.pk, {"enabled": before.enabled}, {"enabled": enabled}, now
            )
        return before, _of_mailbox(box, row) if box is not None else _of_name(row)

    def all(self, reach: Reach | None = None, *, enabled_only: bool = False) -> Iterator[BypassRecord]:
        """Associations of all mailboxes by name, then those of accounts without one."""
        rows = Bypass.objects.using(self._directory.alias)
        by_box = {row.mailbox_id: row for row in rows.exclude(mailbox=None)}
        boxes = Mailbox.objects.using(self._directory.alias).filter(removed=None, same_as=None)
        if enabled_only:
            boxes = boxes.filter(bypass__enabled=True)
        for box in in_pieces(lookup.in_reach(boxes, reach).order_by("name", "id")):
            yield _of_mailbox(box, by_box.get(box.pk))
        if reach is None or reach.everything:
            for row in rows.filter(mailbox=None).order_by("name"):
                if row.enabled or not enabled_only:
                    yield _of_name(row)

    def _mailbox(self, identity: str, reach: Reach | None) -> Mailbox | None:
        try:
            return lookup.find(self._directory, identity, reach)
        except DirectoryError as error:
            if error.status != 404:
                raise
            return None

    def _by_name(self, identity: str) -> Bypass | None:
        return Bypass.objects.using(self._directory.alias).filter(mailbox=None, name=names.key(identity)).first()

    def _is_account(self, identity: str) -> bool:
        return Account.objects.using(self._directory.alias).filter(name=names.key(identity)).exists()


def _of_mailbox(box: Mailbox, row: Bypass | None) -> BypassRecord:
    enabled = row is not None and row.enabled
    return BypassRecord(str(box.guid), box.display_name or box.name, box.primary_address or box.name, enabled, True)


def _of_name(row: Bypass) -> BypassRecord:
    return BypassRecord(str(row.guid), row.name, row.name, row.enabled, False)
