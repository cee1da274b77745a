"""Acts of submissions that are ready for the store when their window has been read: columns of acts and records.

For most that is handed in nobody has set anything: what is decided, and how the record reads, is then a function of the
act alone. Who reads a window makes these columns, as they are by the defaults (`USUAL`), and the engine takes them over
as they are. Whether the defaults hold is asked once for each name, not for each act: whoever owns a mailbox with
settings of its own, is bypassed, had records removed, or has acts in the store already, goes the general way, with the
acts as the records tell them.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mailwake.audit.model import MailboxType, Observation
from mailwake.audit.policy.aggregate import group
from mailwake.audit.policy.decide import decide
from mailwake.audit.settings import ALL_TYPES, ActorSettings, MailboxSettings, OrganizationSettings, Settings
from mailwake.operations.audit_alone import Made, file_alone
from mailwake.operations.audit_rows import observation_of, unpack
from mailwake.store import acts, audit
from mailwake.store.arrow import read_stream, write_stream
from mailwake.store.database import Database

if TYPE_CHECKING:
    import pyarrow as pa

_RULE = "managed-set"
"""By which acts are recorded where nobody has set anything; its reason names nobody."""
_TABLES = ".ready-acts", ".ready-records"
_ASKED = ".ready-asked"
"""Endings of the names of the files."""
Asked = dict[str, tuple[tuple[str, str], ...]]
"""Pairs of names by key: the acts of a key are these if none of the pairs is of one account."""


class _Usual:
    """Settings where nobody has set anything. The same objects for all names, so no reason may name one."""

    def __init__(self) -> None:
        self._organization = OrganizationSettings()
        self._mailbox = MailboxSettings("", known=False)
        self._actor = ActorSettings("")

    def organization(self, ts: int) -> OrganizationSettings:
        return self._organization

    def mailbox(self, name: str, ts: int) -> MailboxSettings:
        return self._mailbox

    def actor(self, name: str, ts: int) -> ActorSettings:
        return self._actor

    def same_account(self, one: str, other: str) -> bool:
        return False


USUAL: Settings = _Usual()
"""Settings where nobody has set anything."""


def is_usual(mailbox: MailboxSettings, actor: ActorSettings) -> bool:
    """Whether the policy says of what is handed in, in this mailbox or by this account, what it says by `USUAL`; the
    settings of the organization apart."""
    is_plain = mailbox.type in (MailboxType.USER, MailboxType.SHARED) and mailbox.managed == ALL_TYPES
    return is_plain and not mailbox.geo and not actor.bypass


def is_usual_organization(organization: OrganizationSettings) -> bool:
    """The same of the organization's settings."""
    usual = USUAL.organization(0)
    return (
        organization.audit_disabled == usual.audit_disabled
        and organization.matrix == usual.matrix
        and organization.parity == usual.parity
    )


def makes_ready(key: str, observed: Iterable[Observation], *, asked: bool) -> list[Made] | None:
    """What is decided of the acts of a key by `USUAL`; None if they cannot be made ready.

    Names are compared as the store has them, so they are ASCII; an id that several keys may have is nobody's here. Acts
    that rest on who is who are ready if they tell nothing of it themselves: by a Send a mailbox becomes known.
    """
    made = []
    for act in observed:
        if asked and act.action == "Send":
            return None
        decision = decide(act, USUAL)
        if decision.rule != _RULE or act.result == "Failed" or group(act, throttling=True) is not None:
            return None
        if act.keys != (key,) or not (act.actor and act.mailbox and f"{key}{act.actor}{act.mailbox}".isascii()):
            return None
        made.append(Made(key, act, decision))
    return made


class Rows(NamedTuple):
    """What goes into the store of one act."""

    act: acts.Act
    record: audit.StoredRecord
    asked: tuple[tuple[str, str], ...]
    """Pairs of names; the rows are these if none of the pairs is of one account."""


def write(place: Path, made: Sequence[Made], asked: Asked, plain: Sequence[Rows] = ()) -> None:
    """Files of the acts and of their records, in the same order; plain: those that are rows already. place: of the
    window's other acts."""
    filed, _ = file_alone(made, USUAL, {}, throttling=False)
    filed.acts.extend([one.act for one in plain])
    filed.records.extend([one.record for one in plain])
    with place.with_suffix(_ASKED).open("wb") as stream:
        pickle.dump(asked, stream, pickle.HIGHEST_PROTOCOL)
    for ending, table in zip(_TABLES, (acts.table(filed.acts, 0), audit.table(filed.records, 0)), strict=True):
        write_stream(place.with_suffix(ending), table)


def files(place: Path) -> tuple[Path, Path, Path]:
    """Where `write` puts them: acts, records, what was asked."""
    return place.with_suffix(_TABLES[0]), place.with_suffix(_TABLES[1]), place.with_suffix(_ASKED)


class Ready:
    """What is ready of some windows of an import."""

    def __init__(self, places: Sequence[Path]) -> None:
        """places: as given to `write`, where something was written; one at least."""
        import pyarrow as pa

        of_acts, of_records, of_asked = zip(*map(files, places), strict=True)
        self._acts: pa.Table = pa.concat_tables(map(read_stream, of_acts))
        self._records: pa.Table = pa.concat_tables(map(read_stream, of_records))
        self.count: int = self._acts.num_rows
        self.asked: Asked = {}
        """Only of keys of which something was asked."""
        for file in of_asked:
            with file.open("rb") as stream:
                self.asked |= pickle.load(stream)

    def first_sends(self, without: set[str]) -> dict[str, int]:
        """When (µs UTC) something was sent first out of each mailbox, but for the acts of some keys."""
        import pyarrow as pa

        columns = [self._acts.column(name) for name in ("action", "key", "mailbox")]
        columns.append(self._acts.column("ts").cast(pa.int64()))
        first: dict[str, int] = {}
        # The table's own way (`group_by`) loads pandas.
        for action, key, mailbox, ts in zip(*(column.to_pylist() for column in columns), strict=True):
            if action == "Send" and ts < first.get(mailbox, ts + 1) and key not in without:
                first[mailbox] = ts
        return first

    def keys(self) -> set[str]:
        """Of all acts."""
        return set(self._acts.column("key").to_pylist())

    def among(self, keys: Iterable[str]) -> set[str]:
        """Those of some keys that have acts here."""
        return set(self._acts.column("key").filter(self._have("key", keys)).to_pylist())

    def names(self) -> set[str]:
        """Mailboxes and accounts."""
        import pyarrow.compute as pc

        columns = (self._acts.column("mailbox"), self._records.column("actor"))
        return {name for column in columns for name in pc.unique(column).to_pylist()}

    def keys_of(self, names: Iterable[str]) -> set[str]:
        """Keys of the acts in the mailboxes of these names, or by these accounts."""
        import pyarrow.compute as pc

        wanted = list(names)
        if not wanted:
            return set()
        theirs = pc.or_(self._have("mailbox", wanted), self._have("actor", wanted))
        return set(self._acts.column("key").filter(theirs).to_pylist())

    def _have(self, name: str, values: Iterable[str]) -> pa.ChunkedArray:
        """Of which acts a column has one of these values."""
        import pyarrow.compute as pc

        column = (self._records if name == "actor" else self._acts).column(name)
        return pc.is_in(column, value_set=_plain(values, column.type))

    def told(self, keys: Iterable[str]) -> list[tuple[str, list[Observation]]]:
        """The acts of some keys."""
        wanted = set(keys)
        found: dict[str, list[Observation]] = {}
        if wanted:
            bodies = self._records.column("body")
            for number, key in enumerate(self._acts.column("key").to_pylist()):
                if key in wanted:
                    values = unpack(bodies[number].as_py())
                    found.setdefault(key, []).append(observation_of(values["observation"]))
        return list(found.items())

    def file(self, database: Database, version: int, without: set[str], only: set[str] | None = None) -> int:
        """Into the store, but for the acts of some keys, or only those of some; how many. Acts first: a crash then
        leaves no record that no act leads to."""
        import pyarrow.compute as pc

        taken, records = self._acts, self._records
        for keys, wanted in ((only, True), (without, False)):
            if keys is None or not (keys or wanted):
                continue
            mask = pc.is_in(taken.column("key"), value_set=_plain(keys, taken.column("key").type))
            # One chunk: the pieces of the two tables need not be alike.
            mask = (mask if wanted else pc.invert(mask)).combine_chunks()
            taken, records = taken.filter(mask), records.filter(mask)
        if taken.num_rows:
            place = database.temporary / f"all-{version}"  # two may be filed at a time
            of_acts, of_records, _ = files(place)
            for file, table, insert in ((of_acts, taken, acts.insert_file), (of_records, records, audit.insert_file)):
                write_stream(file, table)
                insert(database, file, version)
                file.unlink()
        return int(taken.num_rows)


def _plain(values: Iterable[str], kind: pa.DataType) -> pa.Array:
    """Values to look for: one that is no ASCII is in no column of what is ready."""
    import pyarrow as pa

    return pa.array([value for value in values if value.isascii()], kind)
