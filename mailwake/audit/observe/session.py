"""All observations of one key."""

from __future__ import annotations

from collections.abc import Iterable

from mailwake.audit.model import Observation
from mailwake.audit.observe.accesses import accesses
from mailwake.audit.observe.changes import changes
from mailwake.audit.observe.completing import complete
from mailwake.audit.observe.evidence import read
from mailwake.audit.observe.others import binds, creations, folders, logins, rights, rules, searches
from mailwake.audit.observe.removals import removals
from mailwake.audit.observe.scene import Scene
from mailwake.audit.settings import Settings
from mailwake.events.fact import Fact

_ALL = (logins, binds, removals, creations, accesses, changes, folders, rights, searches, rules)


def observe(key: str, facts: Iterable[Fact], settings: Settings) -> list[Observation]:
    """What was done in a session: the observations of all facts filed under `key` (see `audit.keys`), in order of time.

    The settings' same_account, organization (names of trash folders, prefixes of shared folders, lazy_expunge) count.
    """
    evidence = read(key, facts)
    complete(evidence)
    scene = Scene(evidence, settings)
    found = [one for part in _ALL for one in part(scene)]
    return sorted(found, key=lambda one: (one.ts, one.action, one.id))
