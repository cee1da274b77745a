"""From stored facts to audit records: observe, decide, aggregate, write.

Every window of an import notes which keys have new facts before it writes these (`acts_due`). When the reading is done,
the acts of each such key are made anew from all its facts, decided with the settings of their time, aggregated with the
known ones around them, and compared with what was there: what is no more is taken back. So it does not matter in which
order, how often or in how many imports the facts came, and a crash is repaired by the next run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from mailwake.audit.imported import KIND as IMPORTED
from mailwake.audit.imported import record_of as imported_record
from mailwake.audit.keys import PREFIXES, audit_key
from mailwake.audit.model import Decision, MailboxType, Observation, State, type_of_unknown
from mailwake.audit.observe import observe
from mailwake.audit.observe.naming import Named, placed
from mailwake.audit.observe.submission import is_submission, submissions
from mailwake.audit.policy.aggregate import Fate, Key, Merged, aggregate, group, neighbourhood
from mailwake.audit.policy.decide import decide
from mailwake.audit.record import AuditRecord
from mailwake.audit.settings import ActorSettings, MailboxSettings, OrganizationSettings, Settings
from mailwake.events.fact import Fact
from mailwake.operations.audit_alone import BYPASS, NOWHERE, Made, file_alone, is_removed, record_of, stored_mailbox
from mailwake.operations.audit_filing import is_audit_key, submission_words
from mailwake.operations.audit_ready import Ready, is_usual, is_usual_organization
from mailwake.operations.audit_rows import observation_of, pack, stored_of, unpack
from mailwake.operations.audit_sight import STORED_KINDS, Sight, Sights
from mailwake.operations.reviving import StoredReviver
from mailwake.store import acts, audit
from mailwake.store.acts import Act
from mailwake.store.audit import Place
from mailwake.store.database import Database
from mailwake.store.facts import Stored

if TYPE_CHECKING:
    from pathlib import Path

TABLES = ("acts", "acts_due", "audit", "items")
"""What auditing writes, portion by portion."""


_PORTION = 20_000
"""Keys worked on at a time."""


class History(Settings, Protocol):
    """Settings at any time."""

    def ever(self, name: str) -> Iterable[tuple[MailboxSettings, ActorSettings]]:
        """What held for the mailbox and for the account of a name, at one time or another."""

    def organizations(self) -> Iterable[OrganizationSettings]:
        """What held for the organization, at one time or another."""

    @property
    def knows_nobody(self) -> bool:
        """Whether no mailbox is known, and nobody is bypassed."""


class Office(Protocol):
    """Where settings come from, and where mailboxes that appear in logs are made known."""

    def settings(self) -> History:
        """The settings with their history, as known now."""

    def discover(self, names: Iterable[str], first_seen: int | Mapping[str, int]) -> int:
        """Mailboxes exist from their first act (µs UTC) on; how many were new."""

    def deciding(self, now: int) -> None:
        """Acts are decided from now on: changes of settings no longer reach back."""


Opener = Callable[["Path"], AbstractContextManager[Office]]


class Audited(NamedTuple):
    """What was done."""

    keys: int
    acts: int
    records: int


def work(database: Database, opener: Opener | None = None, sights: Sights | None = None) -> Audited:
    """Make the acts of all keys that are due. Raises StoreError, DirectoryError.

    sights: acts that were made while reading.
    """
    if not acts.due(database):
        return Audited(0, 0, 0)
    with ExitStack() as stack:
        office = stack.enter_context((opener or directory)(database.path))
        office.deciding(int(datetime.now(UTC).timestamp() * 1_000_000))
        auditor = stack.enter_context(Auditor(database, office))
        done: list[Audited] = []
        if sights:
            for ready in sights.ready():
                auditor.prepare(*ready)
            done += [auditor.sighted(portion) for portion in sights.portions()]
            done += [auditor.ready(*ready) for ready in sights.ready()]
            sights.doubt(auditor.doubtful)
        facts = acts.due_facts(database, STORED_KINDS, PREFIXES, sighted=bool(sights))
        done += [auditor.portion(portion) for portion in facts]
    acts.settle(database)
    return Audited(*map(sum, zip(*done, strict=True))) if done else Audited(0, 0, 0)


def rebuild(database: Database, opener: Opener | None = None) -> Audited:
    """Make all acts anew."""
    acts.mark_all_due(database, PREFIXES, submission_words())
    return work(database, opener)


class Placing:
    """Finds the mailbox that a folder is in, by the organization's names for shared folders; asked for once."""

    def __init__(self, path: Path) -> None:
        """path: the data directory."""
        self._path = path
        self._organization: OrganizationSettings | None = None

    def __call__(self, signs: Iterable[Named]) -> Iterable[Named]:
        """Signs of items as the users call their folders, with mailbox and folder."""
        if self._organization is None:
            self._organization = _organization(self._path)
        return placed(signs, self._organization.shared_prefixes, self._organization.public_prefixes)


def _organization(path: Path) -> OrganizationSettings:
    from mailwake.directory.errors import DirectoryError
    from mailwake.directory.opening import open_directory

    now = int(datetime.now(UTC).timestamp() * 1_000_000)
    try:
        with open_directory(path, create=False) as directory:
            return directory.settings().organization(now)
    except DirectoryError as error:
        if error.code != "no-directory":
            raise
        return OrganizationSettings()


def directory(path: Path) -> AbstractContextManager[Office]:
    """The directory of a data directory, made if there is none. Raises DirectoryError."""
    from mailwake.directory.opening import open_directory

    return open_directory(path)


def _is_usual(settings: History) -> bool:
    return all(map(is_usual_organization, settings.organizations()))


class Auditor:
    """Makes acts of facts. One thread uses it."""

    def __init__(self, database: Database, office: Office) -> None:
        self._database = database
        self._office = office
        self._revive = StoredReviver()
        self._version = acts.next_version(database)
        self._removed = audit.removed(database)
        self._had_acts = acts.any_known(database)
        self._known: set[str] = set()
        """Keys of acts that are ready of which the store has acts."""
        settings = office.settings()
        self._blank = settings.knows_nobody and not self._removed and _is_usual(settings)
        """When this began nobody had set anything and nobody was known: the defaults hold."""
        self._beside = ThreadPoolExecutor(1)
        self._ahead: deque[tuple[Future[int], set[str]]] = deque()
        """What is being filed beside, by `prepare`, and the keys that were left out."""
        self.doubtful: list[str] = []
        """Keys of which the acts that were made while reading do not hold."""

    def __enter__(self) -> Auditor:
        return self

    def __exit__(self, *_: object) -> None:
        self._beside.shutdown()

    def _is_removed(self, act: Observation) -> bool:
        return is_removed(self._removed, stored_mailbox(act.mailbox), act.ts)

    def portion(self, portion: list[tuple[str, list[Stored]]]) -> Audited:
        """Make the acts of some keys anew from all their facts."""
        imported, observed = self._observe(portion)
        return self._keep(imported, observed)

    def sighted(self, portion: list[Sight]) -> Audited:
        """File the acts of some keys that were made while reading, but for those that are `doubtful` then."""
        observed = [(one, one.acts) for one in portion]
        sure = [pair for pair in observed if not pair[0].asked]
        asked = [pair for pair in observed if pair[0].asked]
        self._office.discover(*_people(found for _, found in sure))
        while True:
            settings = self._office.settings()
            holding = [pair for pair in asked if pair[0].holds(settings)]
            if not self._office.discover(*_people(found for _, found in holding)):
                break
            # Who is who may be known better now.
        self.doubtful += {one.key for one, _ in asked} - {one.key for one, _ in holding}
        return self._keep([], [(one.key, found) for one, found in (*sure, *holding)])

    def prepare(self, ready: Ready, doubtful: set[str]) -> None:
        """Make known who was in a mailbox by the acts that are ready, but for those under doubtful keys. What needs no
        decision is filed meanwhile."""
        if self._had_acts:
            self._known |= {act.key for act in acts.of_keys(self._database, ready.keys())}
        elif self._blank:
            left = doubtful | ready.asked.keys() | self._unusual(ready, self._office.settings())
            self._version += 1
            filing = self._beside.submit(ready.file, self._database, self._version, left)
            self._ahead.append((filing, left))
        first = ready.first_sends(doubtful)  # see `_people`
        self._office.discover(list(first), first)

    def ready(self, found: Ready, doubtful: set[str]) -> Audited:
        """File the acts that are ready (see `prepare`), but for those under doubtful keys; where the defaults do not
        hold, decide."""
        settings = self._office.settings()
        not_so = {key for key, pairs in found.asked.items() if any(settings.same_account(*pair) for pair in pairs)}
        self.doubtful += not_so - doubtful
        doubtful = doubtful | not_so
        others = self._unusual(found, settings) | found.among(self._known)
        number, left = 0, None
        if self._ahead:
            filing, left = self._ahead.popleft()
            number = filing.result()
        told = found.told(others - doubtful)
        done = [self._keep([], told[start : start + _PORTION]) for start in range(0, len(told), _PORTION)]
        self._version += 1
        number += found.file(self._database, self._version, others | doubtful, left)
        done.append(Audited(number, number, number))
        return Audited(*map(sum, zip(*done, strict=True)))

    def _unusual(self, ready: Ready, settings: History) -> set[str]:
        """Keys of acts that are not decided by the defaults."""
        if not _is_usual(settings):
            return ready.keys()
        names = ready.names()
        if self._blank:  # who has become known since has no settings either
            return ready.keys_of(name for name in names if type_of_unknown(name) is not MailboxType.USER)
        return ready.keys_of(
            name for name in names if name in self._removed or not all(is_usual(*one) for one in settings.ever(name))
        )

    def _keep(self, imported: list[AuditRecord], observed: list[tuple[str, list[Observation]]]) -> Audited:
        """Decide on the acts of some keys, and replace what there was of these keys."""
        self._version += 1
        settings = self._office.settings()
        made = [Made(key, act, decide(act, settings)) for key, found in observed for act in found]
        old = acts.of_keys(self._database, [key for key, _ in observed])
        times = [self._version, *(one.act.ts for one in made)]  # a version is a time of today
        throttling = any(settings.organization(ts).parity for ts in times)
        alone, others = file_alone(made, settings, self._removed, throttling)
        records, written, places = self._aggregate(others, old, settings, throttling)
        written += alone.acts
        # In this order a crash leaves no record that no act leads to.
        kept = {_place(record) for record in records}
        audit.strike(self._database, places - kept - alone.places, self._version)
        acts.insert(self._database, written, self._version)
        stored = [*alone.records, *(stored_of(one) for one in (*records, *imported))]
        audit.insert(self._database, stored, self._version)
        there = {(act.key, act.ts, act.id) for act in written}
        gone = [act for act in old if (act.key, act.ts, act.id) not in there]
        acts.insert(self._database, gone, self._version, deleted=1)
        return Audited(len(observed), len(made), len(stored))

    def _observe(
        self, portion: list[tuple[str, list[Stored]]]
    ) -> tuple[list[AuditRecord], list[tuple[str, list[Observation]]]]:
        """Records of other services, and the acts of each key."""
        imported: dict[str, AuditRecord] = {}
        facts = {}
        for key, stored in portion:
            revived = list(map(self._revive, stored))
            if key.startswith("r:"):
                made = (imported_record(fact) for fact in revived if fact.kind == IMPORTED)
                imported.update((one.id, one) for one in made if not self._is_removed(one.observation))
            else:
                facts[key] = revived
        observed: dict[str, list[Observation]] = {}
        again = facts
        while True:
            settings = _Watched(self._office.settings())
            uncertain = {}
            for key, found in again.items():
                settings.asked = False
                observed[key] = _acts_of(key, found, settings)
                if settings.asked:
                    uncertain[key] = found
            if not self._office.discover(*_people(observed.values())):
                return list(imported.values()), list(observed.items())
            # Who is who may be known better now.
            again = uncertain

    def _aggregate(
        self, made: list[Made], old: list[Act], settings: Settings, throttling: bool
    ) -> tuple[list[AuditRecord], list[Act], set[Place]]:
        """Records, acts to write, and places of the records that they replace."""
        decisions = {one.act.id: one.decision for one in made}
        allowed = [one.act for one in made if one.decision.recorded and not self._is_removed(one.act)]
        keys = {one.act.id: one.key for one in made}
        own_keys = {act.key for act in old} | set(keys.values())
        neighbours: dict[str, Act] = {}

        def load(cohort: Key, low: int, high: int) -> Iterable[Observation]:
            name = _cohort_name(cohort)
            known = acts.of_cohort(self._database, name, low, high) if name else []
            for act in known:
                if act.key in own_keys or not act.recorded:
                    continue
                remembered = _remembered(act, decisions)
                if not self._is_removed(remembered):
                    neighbours[act.id] = act
                    yield remembered

        current = {act.id for act in allowed}
        left = [_remembered(act, {}) for act in old if act.cohort and act.recorded and act.id not in current]
        around = neighbourhood([*allowed, *left], load, throttling)
        gone = {act.id for act in left}
        result = aggregate([act for act in around if act.id not in gone], lambda ts: settings.organization(ts).parity)
        by_id = {act.id: act for act in around}
        records = [_record(merged, by_id, decisions, settings) for merged in result.records]
        place_of = {record.id: _place(record) for record in records}
        written = [
            _act(one.key, one.act, one.decision, result.fates.get(one.act.id), place_of, throttling) for one in made
        ]
        for act in neighbours.values():
            fate = result.fates[act.id]
            place = place_of.get(fate.record)
            if place is not None:
                written.append(_placed(act._replace(state=str(fate.state)), place))
        replaced = {
            Place(act.record_mailbox, act.record_ts, act.record_id)
            for act in (*old, *neighbours.values())
            if act.record_id
        }
        return records, written, replaced


def _acts_of(key: str, found: list[Fact], settings: Settings) -> list[Observation]:
    """The acts of the facts under a key."""
    # A client's session with a mail server may be filed under the same id: that is no mailbox's.
    own = [fact for fact in found if audit_key(fact)] if is_audit_key(key) else []
    done = observe(key, own, settings) if own else []
    sent = submissions(key, found, settings) if any(map(is_submission, found)) else []
    return [*done, *sent]


class _Watched:
    """Settings, and whether anything was asked of them: acts that do not rest on them need not be made again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.asked = False

    def organization(self, ts: int) -> OrganizationSettings:
        self.asked = True
        return self._settings.organization(ts)

    def mailbox(self, name: str, ts: int) -> MailboxSettings:
        self.asked = True
        return self._settings.mailbox(name, ts)

    def actor(self, name: str, ts: int) -> ActorSettings:
        self.asked = True
        return self._settings.actor(name, ts)

    def same_account(self, one: str, other: str) -> bool:
        self.asked = True
        return self._settings.same_account(one, other)


def _people(observed: Iterable[list[Observation]]) -> tuple[list[str], dict[str, int]]:
    """Mailboxes that somebody was in, and when first; an address that somebody claims to be may be nobody's."""
    first: dict[str, int] = {}
    for found in observed:
        for act in found:
            if act.result == "Failed" or act.action in ("SendAs", "SendOnBehalf"):
                continue
            for name in (act.mailbox, act.dest_mailbox):
                if name:
                    first[name] = min(act.ts, first.get(name, act.ts))
    return list(first), first


def _cohort_name(cohort: Key) -> str:
    """Name under which acts are kept that can become one record with those of other keys; "" for none.

    Accesses to items are told apart by session, and all acts of a session are made at once.
    """
    if cohort[0] == "folder" or len(cohort) == 2:
        return "\n".join(cohort)
    session = cohort[-1] if cohort[0] == "bind" else cohort[-2]
    return "" if session else "\n".join(cohort)


def _remembered(act: Act, decisions: dict[str, Decision]) -> Observation:
    """The observation of a stored act; its decision goes into `decisions`."""
    values = unpack(act.body)
    found = observation_of(values["act"])
    decisions[found.id] = Decision(True, values["rule"], values["reason"])
    return found


def _record(
    merged: Merged, by_id: dict[str, Observation], decisions: dict[str, Decision], settings: Settings
) -> AuditRecord:
    first = merged.observation
    keys = first.keys if len(merged.members) == 1 else {key for one in merged.members for key in by_id[one].keys}
    return record_of(first, keys, decisions[first.id], settings, merged.count, throttled=merged.throttled)


def _place(record: AuditRecord) -> Place:
    return Place(stored_mailbox(record.observation.mailbox), record.observation.ts, record.id)


def _act(
    key: str, act: Observation, decision: Decision, fate: Fate | None, place_of: dict[str, Place], throttling: bool
) -> Act:
    cohort = group(act, throttling) if decision.recorded else None
    name = _cohort_name(cohort) if cohort is not None else ""
    place = (place_of.get(fate.record) if fate is not None else None) or NOWHERE
    return Act(
        key,
        act.ts,
        act.id,
        decision.recorded,
        fate.state if fate is not None else State.NOT_RECORDED,
        decision.rule,
        act.host,
        act.action,
        act.actor.lower() if decision.rule == BYPASS else "",
        stored_mailbox(act.mailbox),
        name,
        *place,
        pack({"act": act, "rule": decision.rule, "reason": decision.reason}) if name else b"",
    )


def _placed(act: Act, place: Place) -> Act:
    return act._replace(record_mailbox=place.mailbox, record_ts=place.ts, record_id=place.id)
