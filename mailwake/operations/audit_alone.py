"""Acts that stand alone: no other act can become one record with them. Most are, all that is handed in among them, so
they are filed without looking for others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from mailwake.audit.model import Decision, Observation, State
from mailwake.audit.policy.aggregate import group
from mailwake.audit.policy.decide import is_searchable
from mailwake.audit.record import AuditRecord, record_type
from mailwake.audit.settings import Settings
from mailwake.operations.audit_rows import stored_of
from mailwake.store.acts import Act
from mailwake.store.arrow import clean
from mailwake.store.audit import Place, StoredRecord

BYPASS = "bypass"
NOWHERE = Place("", 0, "")
"""Of an act that no record leads to."""


class Made(NamedTuple):
    """An act just made, and what the policy says."""

    key: str
    act: Observation
    decision: Decision


class Filed(NamedTuple):
    """What is to be written."""

    records: list[StoredRecord]
    acts: list[Act]
    places: set[Place]
    """Where the records are."""


def stored_mailbox(name: str) -> str:
    """A mailbox as the store has it."""
    return clean(name.lower())


def is_removed(removed: Mapping[str, int], mailbox: str, ts: int) -> bool:
    """Whether a record would be of before what retention has removed for good.

    removed: until when, by mailbox as the store has it.
    """
    return bool(removed) and ts < removed.get(mailbox, 0)


def file_alone(
    made: Iterable[Made], settings: Settings, removed: Mapping[str, int], throttling: bool
) -> tuple[Filed, list[Made]]:
    """Records and acts of acts that stand alone; and the acts that do not.

    removed: see `is_removed`. throttling: see `group`.
    """
    others: list[Made] = []
    records: dict[str, StoredRecord] = {}
    acts: list[Act] = []
    places: set[Place] = set()
    for one in made:
        act, decision = one.act, one.decision
        if decision.recorded and group(act, throttling) is not None:
            others.append(one)
            continue
        mailbox = stored_mailbox(act.mailbox)
        place, state = NOWHERE, State.NOT_RECORDED
        if decision.recorded and not is_removed(removed, mailbox, act.ts):
            place, state = Place(mailbox, act.ts, act.id), State.RECORDED
            places.add(place)
            records[act.id] = stored_of(record_of(act, act.keys, decision, settings, max(len(act.items), 1)))
        account = act.actor.lower() if decision.rule == BYPASS else ""
        acts.append(
            Act(
                *(one.key, act.ts, act.id, decision.recorded, state, decision.rule, act.host, act.action),
                *(account, mailbox, "", *place, b""),
            )
        )
    return Filed(list(records.values()), acts, places), others


def record_of(
    act: Observation,
    keys: Iterable[str],
    decision: Decision,
    settings: Settings,
    count: int,
    *,
    throttled: bool = False,
) -> AuditRecord:
    """The record of an act as it is found; keys: of all acts in it. count: how many items or acts it stands for."""
    ordered = tuple(sorted(set(keys)))
    first = act if ordered == act.keys else replace(act, keys=ordered)
    parity = settings.organization(act.ts).parity
    return AuditRecord(
        act.id,
        first,
        decision.rule,
        decision.reason,
        record_type(act.action),
        count,
        throttled,
        not parity or is_searchable(settings.mailbox(act.mailbox, act.ts), parity),
    )
