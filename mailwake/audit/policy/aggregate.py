"""Acts that become one record: folder access of delegates, access to items.

A pure function of the set of allowed acts: the same whatever their order and however often one is given. Windows begin
with an act (the first after the window before has ended), so a window depends on what came before it, but not across a
gap as long as the window: `neighbourhood` finds the acts that new ones can affect, and aggregating just these again
gives what aggregating everything would give for them.

- FolderBind by a delegate: one record for each folder in 24 hours.
- MailItemsAccessed, Bind: the same item within an hour counts once as long as client, folder, logon type, account and
  session are the same; what remains of one context within two minutes is one record.
- MailItemsAccessed, Sync: one record for each folder, once within an hour in one context.
- Throttling, where asked for: the record by which a mailbox has more than 1,000 Bind records in less than 24 hours says
  IsThrottled, and then there are none for 24 hours.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mailwake.audit.model import Item, LogonType, Observation, State

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
FOLDER_WINDOW, BIND_WINDOW, DUPLICATE_WINDOW = DAY, 2 * MINUTE, HOUR
THROTTLE_RECORDS, THROTTLE_WINDOW, THROTTLE_PAUSE = 1000, DAY, DAY

_AGGREGATED = frozenset({"FolderBind", "MailItemsAccessed"})
"""Actions of which several acts may become one record."""

Key = tuple[str, ...]


@dataclass(slots=True)
class Merged:
    """One record."""

    observation: Observation
    """The first act, with the items of all."""
    members: list[str]
    """Ids of the acts in it, the first one first."""
    count: int
    """OperationCount: the accesses in it."""
    throttled: bool = False
    """IsThrottled: after this one there are none for 24 hours."""


class Fate(NamedTuple):
    """What became of one act."""

    state: State
    record: str
    """Id of the act that the record bears the id of: the first one in it. Of a throttled act, that of the record which
    says IsThrottled."""


@dataclass(slots=True)
class Aggregation:
    """All records, in order of time, and the fate of every act."""

    records: list[Merged] = field(default_factory=list)
    fates: dict[str, Fate] = field(default_factory=dict)


def never(_ts: int) -> bool:
    """No throttling."""
    return False


def aggregate(observations: Iterable[Observation], throttles: Callable[[int], bool] = never) -> Aggregation:
    """Records of acts that the policy allows.

    throttles: whether throttling is in force at a time (µs UTC).
    """
    result = Aggregation()
    groups: dict[Key, list[Observation]] = defaultdict(list)
    for observation in _ordered(observations):
        key = group(observation)
        if key is None:
            _keep(result, Merged(observation, [observation.id], max(len(observation.items), 1)))
        else:
            groups[key].append(observation)
    binds: dict[str, list[Merged]] = defaultdict(list)
    if not groups:
        return result
    for key, acts in groups.items():
        if key[0] == "bind":
            binds[key[1]] += _binds(acts, result)
        else:
            _windows(acts, FOLDER_WINDOW if key[0] == "folder" else DUPLICATE_WINDOW, result)
    for found in binds.values():
        _throttle(sorted(found, key=lambda record: _place(record.observation)), throttles, result)
    _settle_duplicates(result)
    result.records.sort(key=lambda record: _place(record.observation))
    return result


def group(observation: Observation, throttling: bool = False) -> Key | None:
    """What an act is aggregated with: acts of the same group can become one record; None for none.

    throttling: where it may be in force all Bind accesses to a mailbox affect each other, so they are one group for
    `neighbourhood`.
    """
    if observation.action not in _AGGREGATED:
        return None
    who, mailbox = observation.actor.casefold(), observation.mailbox.casefold()
    if observation.action == "FolderBind":
        if observation.logon_type is not LogonType.DELEGATE:
            return None
        return ("folder", mailbox, who, observation.folder, observation.result)
    context = (
        *(mailbox, who, str(observation.logon_type), observation.result),
        *(observation.client_ip, observation.client, observation.session),
    )
    if observation.access == "Sync":
        return ("sync", *context, observation.folder)
    return ("bind", mailbox) if throttling else ("bind", *context)


def window(key: Key) -> int:
    """Gap (µs) of a group across which nothing is aggregated: acts before it do not affect acts after it."""
    if len(key) == 2:  # of a whole mailbox, where throttling may be in force
        return THROTTLE_WINDOW
    return FOLDER_WINDOW if key[0] == "folder" else DUPLICATE_WINDOW


Load = Callable[[Key, int, int], Iterable[Observation]]
"""Known acts of a group (see `group`) from one time to another (µs UTC, both inclusive)."""


def neighbourhood(new: Iterable[Observation], load: Load, throttling: bool = False) -> list[Observation]:
    """The acts to aggregate again when new ones become known: the new ones, and of each group the known ones around
    them that are not separated by a gap of the group's window. Records of exactly these replace those that had any of
    them as a member.
    """
    spans: dict[Key, list[int]] = defaultdict(list)
    found: dict[str, Observation] = {}
    for observation in new:
        found[observation.id] = observation
        key = group(observation, throttling)
        if key is not None:
            spans[key].append(observation.ts)
    for key, times in spans.items():
        found |= {known.id: known for known in _run(key, sorted(times), load)}
    return _ordered(found.values())


def _run(key: Key, times: Sequence[int], load: Load) -> list[Observation]:
    """Known acts of a group without a gap around any of the times."""
    gap = window(key)
    found: dict[str, Observation] = {}
    for low, high in _joined(times, gap):
        while True:
            known = [act for act in load(key, low - gap + 1, high + gap - 1) if act.id not in found]
            if not known:
                break
            found |= {act.id: act for act in known}
            low, high = min(low, *(act.ts for act in known)), max(high, *(act.ts for act in known))
    return list(found.values())


def _joined(times: Sequence[int], gap: int) -> list[tuple[int, int]]:
    """Spans of sorted times without a gap."""
    spans: list[tuple[int, int]] = []
    for ts in times:
        if spans and ts - spans[-1][1] < gap:
            spans[-1] = (spans[-1][0], ts)
        else:
            spans.append((ts, ts))
    return spans


# -- windows -----------------------------------------------------------------------------------------------------------


def _place(observation: Observation) -> tuple[int, str]:
    return observation.ts, observation.id


def _ordered(observations: Iterable[Observation]) -> list[Observation]:
    """In order of time, each act once."""
    return sorted({act.id: act for act in observations}.values(), key=_place)


def _keep(result: Aggregation, record: Merged) -> None:
    first, *others = record.members
    result.records.append(record)
    result.fates[first] = Fate(State.RECORDED, first)
    if others:
        result.fates |= {other: Fate(State.MERGED, first) for other in others}


def _windows(acts: Sequence[Observation], span: int, result: Aggregation) -> None:
    """One record a window. A further sync is the same access again, a further folder access part of the record."""
    first: Merged | None = None
    for act in acts:
        if first is None or act.ts - first.observation.ts >= span:
            first = Merged(act, [act.id], 1)
            _keep(result, first)
        elif act.action == "FolderBind":
            first.members.append(act.id)
            first.count += 1
            result.fates[act.id] = Fate(State.MERGED, first.observation.id)
        else:
            result.fates[act.id] = Fate(State.DUPLICATE, first.observation.id)


Access = tuple[str, str, int]
"""What was accessed: folder, Message-ID or the act's own id, UID."""


def _access(act: Observation, item: Item | None) -> Access:
    """Identity of an access. An item that the log does not identify is like no other."""
    if item is None:
        return act.folder, act.id, 0
    folder = item.folder or act.folder
    if item.uid:
        return folder, "", item.uid
    return folder, item.message_id or act.id, 0


def _binds(acts: Sequence[Observation], result: Aggregation) -> list[Merged]:
    """Records of one context before throttling. Acts that bring nothing new are settled here."""
    last: dict[Access, tuple[int, str]] = {}
    records: list[Merged] = []
    gathered: list[Item] = []
    for act in acts:
        is_open = bool(records) and act.ts - records[-1].observation.ts < BIND_WINDOW
        home = records[-1].observation.id if is_open else act.id
        fresh, same = _fresh(act, home, last)
        if not fresh:
            result.fates[act.id] = Fate(State.DUPLICATE, same)
            continue
        if not is_open:
            _close(records, gathered)
            gathered = []
            records.append(Merged(act, [], 0))
        gathered += (replace(item, folder=item.folder or act.folder) for item in fresh if item is not None)
        records[-1].members.append(act.id)
        records[-1].count += len(fresh)
    _close(records, gathered)
    return records


def _fresh(act: Observation, home: str, last: dict[Access, tuple[int, str]]) -> tuple[list[Item | None], str]:
    """The accesses of an act that are no repetition, and the record of one that is. `last` remembers, by access, when
    it was recorded and in which record."""
    fresh: list[Item | None] = []
    same = ""
    for item in act.items or (None,):
        access = _access(act, item)
        known = last.get(access)
        if known is not None and act.ts - known[0] < DUPLICATE_WINDOW:
            same = same or known[1]
        else:
            fresh.append(item)
            last[access] = (act.ts, home)
    return fresh, same


def _close(records: list[Merged], items: list[Item]) -> None:
    """Give the last record its items."""
    if records:
        records[-1].observation = replace(records[-1].observation, items=tuple(items))


def _throttle(records: Sequence[Merged], throttles: Callable[[int], bool], result: Aggregation) -> None:
    """Keep the Bind records of one mailbox, but for a day after the one that was too many."""
    recent: deque[int] = deque()
    stopped: Merged | None = None
    for record in records:
        ts = record.observation.ts
        if stopped is not None and ts - stopped.observation.ts < THROTTLE_PAUSE:
            result.fates |= {member: Fate(State.THROTTLED, stopped.observation.id) for member in record.members}
            continue
        while recent and ts - recent[0] >= THROTTLE_WINDOW:
            recent.popleft()
        recent.append(ts)
        if len(recent) > THROTTLE_RECORDS and throttles(ts):
            record.throttled = True
            stopped = record
            recent.clear()
        _keep(result, record)


def _settle_duplicates(result: Aggregation) -> None:
    """A repetition of an access that throttling kept out was kept out by it, too."""
    for act, fate in result.fates.items():
        if fate.state is State.DUPLICATE:
            original = result.fates[fate.record]
            if original.state is State.THROTTLED:
                result.fates[act] = original
