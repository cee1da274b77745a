"""Acts of submissions made at sight: of the facts of one window, while these are at hand.

Mostly all facts of a submission stand together, and whether two names are of one account is all that is asked about
who is who to see what was done. It is taken that they are not, and what was asked goes with the acts: who knows the
directory asks it. Then the facts need not be read from the store and parsed again when the import has ended. Whether a
window had all of them is told by their number: facts are never changed, so a store that has as many facts under a key
as were seen has the same. Of a message that one window does not tell from its beginning to its end the facts go along,
so that what several windows saw can be put together. What does not fit is made of the stored facts, as ever.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from mailwake.audit.keys import PREFIXES
from mailwake.audit.model import Item, LogonType, Observation
from mailwake.audit.observe.submission import KINDS, is_submission, submissions
from mailwake.audit.settings import Settings
from mailwake.events.fact import Fact
from mailwake.operations import audit_ready
from mailwake.operations.audit_alone import Made
from mailwake.operations.audit_plain import Nobody, plain_rows
from mailwake.operations.audit_ready import Ready, Rows
from mailwake.store import acts
from mailwake.store.database import Database

STORED_KINDS = (*sorted(KINDS), "reject")
"""Kinds of the facts that acts of submissions are made of."""
_PORTION = 20_000
"""Keys worked on at a time, about."""
_NOTED = 50_000
"""Keys noted at a time."""
_WINDOWS = 10
"""The same, of what is ready: some two thousand of a window."""
_FIELDS = attrgetter(*Observation.__slots__)
_ITEM_FIELDS = attrgetter(*Item.__slots__)
_LOGON, _ITEMS = (Observation.__slots__.index(name) for name in ("logon_type", "items"))


class Sight(NamedTuple):
    """What was seen under a key."""

    key: str
    facts: int
    """How many, of `STORED_KINDS`."""
    acts: list[Observation]
    asked: tuple[tuple[str, str], ...] = ()
    """Pairs of names; the acts are these if none of the pairs is of one account."""
    told: tuple[Fact, ...] = ()
    """The facts, where there may be more in other windows."""
    rows: Rows | None = None
    """What goes into the store, instead of `acts`."""

    def holds(self, settings: Settings) -> bool:
        """Whether the acts are what they would be by these settings."""
        return not any(settings.same_account(*pair) for pair in self.asked)


def sights(facts: Iterable[Fact], keys: Iterable[str], due: Iterable[str], ends: Iterable[str] = ()) -> list[Sight]:
    """Acts of those keys that are due of which they can be told from these facts, if none asked about is another.

    ends: keys of messages that left the queue, beside those of which there is a fact that says so.
    """
    by_key: dict[str, list[Fact]] = {key: [] for key in due if not key.startswith(PREFIXES)}
    ended = set(ends)
    for fact, key in zip(facts, keys, strict=True):
        found = by_key.get(key)
        if found is not None:
            if fact[4] in KINDS or fact[4] == "reject":
                found.append(fact)
            elif fact[4] == "remove":
                ended.add(key)
    made = []
    for key, found in by_key.items():
        if not found:
            continue
        whole = key in ended and any(fact[4] == "arrive" for fact in found)
        rows = plain_rows(key, found) if whole else None
        if rows is not None:
            made.append(Sight(key, len(found), [], rows.asked, rows=rows))
            continue
        one = _sight(key, found)
        if one is not None:
            made.append(one if whole else one._replace(told=tuple(found)))
    return made


def _sight(key: str, facts: list[Fact]) -> Sight | None:
    """What the facts under a key tell; None if more was asked than who is who."""
    nobody = Nobody()
    done = submissions(key, facts, nobody) if any(map(is_submission, facts)) else []
    return None if nobody.asked else Sight(key, len(facts), done, tuple(nobody.pairs))


def _together(parts: list[Sight]) -> Sight | None:
    """What several windows saw under one key, if all say which facts these were."""
    if any(len(one.told) != one.facts for one in parts):
        return None
    return _sight(parts[0].key, [fact for one in parts for fact in one.told])


def values_of(act: Observation) -> tuple[Any, ...]:
    """An act as plain values, for another process."""
    values = list(_FIELDS(act))
    values[_LOGON] = str(act.logon_type)
    values[_ITEMS] = [_ITEM_FIELDS(item) for item in act.items]
    return tuple(values)


def act_of(values: tuple[Any, ...]) -> Observation:
    """The act again."""
    made = list(values)
    made[_LOGON] = LogonType(made[_LOGON])
    made[_ITEMS] = tuple([Item(*item) for item in made[_ITEMS]])
    return Observation(*made)


def write(file: Path, found: list[Sight]) -> None:
    """Into a file, for `read`; what is ready for the store goes into files of its own beside it (`audit_ready`)."""
    ready: list[Made] = []
    plain: list[Rows] = []
    asked: audit_ready.Asked = {}
    rest = []
    for one in found:
        if one.rows is not None:
            plain.append(one.rows)
            if one.asked:
                asked[one.key] = one.asked
            continue
        whole = one.acts and not one.told
        made = audit_ready.makes_ready(one.key, one.acts, asked=bool(one.asked)) if whole else None
        if made is None:
            rest.append((*one[:2], list(map(values_of, one.acts)), *one[3:5]))
        else:
            ready += made
            if one.asked:
                asked[one.key] = one.asked
    if ready or plain:
        audit_ready.write(file, ready, asked, plain)
    with file.open("wb") as stream:
        pickle.dump(rest, stream, pickle.HIGHEST_PROTOCOL)


def read(file: Path) -> list[Sight]:
    """What another process of ours wrote."""
    with file.open("rb") as stream:
        return [Sight(key, facts, list(map(act_of, made)), *more) for key, facts, made, *more in pickle.load(stream)]


class Sights:
    """What was seen in the windows of one import."""

    def __init__(self, database: Database) -> None:
        """database: an open store."""
        self._database = database
        self._files: list[Path] = []
        self._seen: list[tuple[str, int]] = []
        """What is not noted in the store yet."""
        self._kept: Ready | None = None
        """What is ready, where that is few windows': it is asked for twice."""
        self._unsure: tuple[dict[str, int], set[str]] | None = None
        acts.forget_sights(database)

    def __bool__(self) -> bool:
        return bool(self._files)

    def note(self, file: Path, seen: list[tuple[str, int]]) -> None:
        """A window's: the file is removed in the end. seen: its keys, and how many facts of each."""
        if seen:
            self._files.append(file)
            self._seen += seen
            if len(self._seen) >= _NOTED:
                self._note()
        else:
            file.unlink(missing_ok=True)

    def _note(self) -> None:
        acts.note_sights(self._database, self._seen)
        self._seen.clear()

    def doubt(self, keys: Iterable[str]) -> None:
        """What was seen under these keys does not hold: `due_facts` is to give them."""
        acts.note_sights(self._database, [(key, 0) for key in keys])

    def ready(self) -> Iterator[tuple[Ready, set[str]]]:
        """What is ready for the store, a few windows at a time, and the keys in it of which that does not hold."""
        several, doubtful = self._judged()
        made = [file for file in self._files if audit_ready.files(file)[0].exists()]
        for start in range(0, len(made), _WINDOWS):
            found = self._kept or Ready(made[start : start + _WINDOWS])
            if len(made) <= _WINDOWS:
                self._kept = found
            # What one window told whole, and another told more of.
            mixed = found.among(several) if several else set()
            self.doubt(sorted(mixed))
            yield found, doubtful | mixed

    def portions(self) -> Iterator[list[Sight]]:
        """What all facts were seen of and is not ready, in portions; after this `due_facts` gives what else is due."""
        several, doubtful = self._judged()
        parts: dict[str, list[Sight]] = {}
        portion: list[Sight] = []
        for file in self._files:
            for one in read(file):
                if one.key in several:
                    found = parts.setdefault(one.key, [])
                    found.append(one)
                    if len(found) == several[one.key]:
                        made = _together(parts.pop(one.key))
                        if made is None:
                            self.doubt([one.key])
                        else:
                            portion.append(made)
                elif one.key not in doubtful:
                    portion.append(one)
            if len(portion) >= _PORTION:
                yield portion
                portion.clear()  # while the next one is read, whoever took it still has it in hand
        if portion:
            yield portion

    def _judged(self) -> tuple[dict[str, int], set[str]]:
        """See `store.acts.unsure`."""
        if self._unsure is None:
            self._note()
            self._unsure = acts.unsure(self._database, STORED_KINDS)
        return self._unsure

    def close(self) -> None:
        """Done with it."""
        self._kept = None
        acts.forget_sights(self._database)
        for file in self._files:
            for one in (file, *audit_ready.files(file)):
                one.unlink(missing_ok=True)
        self._files.clear()
