"""Components to rows: every message of a component, every recipient of a message."""

from __future__ import annotations

from collections import Counter

from mailwake.store.rows import Row
from mailwake.trace.buckets import mentions
from mailwake.trace.component import Component
from mailwake.trace.doors import door_of
from mailwake.trace.echoes import is_echo, met_elsewhere, unmet, unmet_tries
from mailwake.trace.fate import Fate
from mailwake.trace.heads import Head
from mailwake.trace.keys import client_key, fact_key, travels
from mailwake.trace.learning import bare_id, is_passing
from mailwake.trace.legs import agent_key
from mailwake.trace.links import resolve
from mailwake.trace.model import PROVEN, Leg
from mailwake.trace.proxies import proxy_rows, refused_rows
from mailwake.trace.refusals import MAX_TEXT, refusal_row, trace_id
from mailwake.trace.sessions import refused
from mailwake.trace.tries import try_rows
from mailwake.trace.twins import without_doubles
from mailwake.trace.unnamed import sessions_of
from mailwake.trace.walk import Leaf, Walker

Swept = dict[tuple[str, str, int], int]


def identity(leg: Leg) -> str:
    """trace_id of the message that began with this leg: Exchange's own one is kept."""
    if leg.tracked and travels(leg.key):
        return leg.key.replace("-", "")
    return trace_id(leg.host, leg.key, leg.first, leg.instance)


def component_rows(component: Component, swept: Swept) -> list[Row]:
    """All rows of a component, in a stable order. One that cannot be worked out says so: it must not stop the rest."""
    try:
        return _component_rows(component, swept)
    except Exception as error:
        return _broken_rows(component, error)


def _broken_rows(component: Component, error: Exception) -> list[Row]:
    """A row for each message of a component that could not be worked out, and for each refusal."""
    what = f"could not be worked out: {type(error).__name__}: {error}"[:MAX_TEXT]
    rows: list[Row] = []
    for leg in component.legs:
        if leg.inbound is None and is_message(leg):
            head = Head(leg, identity(leg), (leg.key,), "", "")
            fate = Fate("GettingStatus", "Unknown", "", "", leg.last, remark=what)
            rows.append(head.row(0, Leaf(None, None, fate, (leg,), PROVEN, None)))
    rows.extend(refusal_row(fact) for fact in component.refusals)
    return rows


def _component_rows(component: Component, swept: Swept) -> list[Row]:
    resolve(component)
    rows: list[Row] = []
    parents = _parents(component)
    refused_legs, met = met_elsewhere(component)
    for leg in component.legs:
        if leg.inbound is None and is_message(leg) and id(leg) not in refused_legs and not is_echo(component, leg):
            rows.extend(_message_rows(component, leg, swept, parents))
    for fact in component.refusals:
        rows.extend(refused_rows(component, fact))
    for session, facts in component.sessions.items():
        left = [fact for fact in facts if id(fact) not in met] if met else facts
        rows.extend(refused(client_key(session), left, component.legs))
    for key, facts in unmet(component).items():
        rows.extend(refusal_row(fact)._replace(keys=(key,)) for fact in facts)
    for key, tried in unmet_tries(component).items():
        for one in tried:
            spoken = {name for fact in one for name in mentions(fact)}
            rows.extend(row._replace(keys=tuple(sorted({key, *spoken}))) for row in try_rows(one))
    taken: Counter[str] = Counter(row.trace_id for row in rows if component.proxies)
    for fact in without_doubles(component.proxies) if component.proxies else ():
        through, more = proxy_rows(component, fact)
        if through is not None:  # the part that the filter let through and the rest are one message
            root = root_of(through)
            whole = identity(root)
            more = [row._replace(trace_id=whole, received=root.first) for row in more]
        before = taken[more[0].trace_id] if more else 0
        rows.extend(row._replace(leaf=before + number) for number, row in enumerate(more))
        taken.update(row.trace_id for row in more)
    return rows


def is_message(leg: Leg) -> bool:
    """Whether a leg that nothing precedes is a message: not a probe, not a connection that gave up half way."""
    if leg.probe or _is_left_over(leg):
        return False
    return bool(
        leg.queued
        or leg.recipients
        or leg.rejects
        or (leg.checks and not all(map(is_passing, leg.checks)))
        or leg.expansions
        or leg.nameless
        or leg.actions
        or leg.expired
        or leg.removed
        or _is_taken(leg)
    )


def _is_left_over(leg: Leg) -> bool:
    """Whether each recipient was discarded by itself before, so that nobody was left (Exim's ACLs of MAIL and RCPT)."""
    return (
        bool(leg.checks)
        and not (leg.recipients or leg.named or leg.rejects)
        and all(
            fact.fields.get("action") == "discard" and fact.fields.get("stage") in ("MAIL", "RCPT")
            for fact in leg.checks
        )
    )


def _is_taken(leg: Leg) -> bool:
    """Whether the arrival was of a message, and no greeting alone: smtpd's names no sender, the client may give up yet.

    Where an id joins the records, the sender may stand in another one.
    """
    arrival = leg.arrival
    if arrival is None or arrival.get("nrcpt") == 0:
        return False
    return "sender" in arrival or (leg.sender is not None and (leg.tracked or "session" in arrival))


def _parents(component: Component) -> dict[int, tuple[Leg, str]]:
    """For legs that are notifications (by object identity): the leg they report on, and how."""
    parents: dict[int, tuple[Leg, str]] = {}
    for leg in component.legs:
        for notice in leg.notices:
            children = component.legs_of.get(notice.fields.get("child_id", ""), ())
            for child in children:
                if child is not leg and abs(child.first - notice.ts) <= 60_000_000:
                    if child.sender is None:
                        child.sender = ""  # a report has the null sender (RFC 3464 section 2), which not every log says
                    parents[id(child)] = (leg, f"{notice.fields.get('notice', 'failure')} notification")
            told = notice.fields.get("child_message_id")
            for child in _answering(component, told) if told else ():
                if child is not leg:
                    parents[id(child)] = (leg, f"{notice.fields.get('notice', 'failure')} notification")
        arrival = leg.arrival
        if arrival and arrival.get("parent_message_id") and id(leg) not in parents:
            about = [p for p in component.legs if p.bare_id == bare_id(arrival["parent_message_id"]) and p is not leg]
            if about:
                first = min(about, key=lambda p: (p.inbound is not None, p.first, p.host))
                parents[id(leg)] = (first, "failure notification" if leg.sender == "" else "forwarded")
        if arrival and arrival.get("parent_id") and id(leg) not in parents:
            above = [p for p in component.legs_of.get(arrival["parent_id"], ()) if p.first <= leg.first]
            if above:
                parents[id(leg)] = (above[-1], "failure notification" if leg.sender == "" else "forwarded")
    return parents


def _answering(component: Component, message_id: str) -> list[Leg]:
    """Legs with a Message-ID that another one's record names."""
    return [leg for leg in component.legs if leg.tracked and leg.bare_id == bare_id(message_id)]


def root_of(leg: Leg) -> Leg:
    """The leg with which this leg's message began."""
    while leg.inbound is not None:
        leg = leg.inbound.parent
    return leg


def _message_rows(component: Component, root: Leg, swept: Swept, parents: dict[int, tuple[Leg, str]]) -> list[Row]:
    walker = Walker(component, swept)
    walker.leg(root, {}, (), PROVEN)
    parent = parents.get(id(root))
    parent_id, relation = "", ""
    if parent is not None:
        above = root_of(parent[0])
        parent_id, relation = identity(above), parent[1]
    head = Head(root, identity(root), _keys(component, root), parent_id, relation)
    if len(walker.leaves) == 1:
        return [head.row(0, walker.leaves[0])]
    return [head.row(number, leaf) for number, leaf in enumerate(_distinct(walker.leaves))]


def _distinct(leaves: list[Leaf]) -> list[Leaf]:
    """One leaf for each (original, final, folder); where the same end was reached twice, the later one.

    Of one moment it is the one that is sure, then whichever: not by the order in which the lines of a second stand.
    """
    kept: dict[tuple[str, str, str, str], Leaf] = {}
    for leaf in leaves:
        fate = leaf.fate
        kind = fate.status if fate.status in ("Expanded", "Failed") else ""
        key = ((leaf.original or "").lower(), (leaf.address or "").lower(), fate.folder, kind)
        before = kept.get(key)
        if before is None or _lateness(leaf) > _lateness(before):
            kept[key] = leaf
    return sorted(kept.values(), key=_place)


def _lateness(leaf: Leaf) -> tuple[int, int, str, str, str, tuple[tuple[str, str, int], ...]]:
    fate = leaf.fate
    sure = {"GettingStatus": 0, "Pending": 1}.get(fate.status, 2)
    way = tuple(leg.place for leg in leaf.path)
    return fate.ts, sure, fate.status, fate.detail, fate.reason, way


def _place(leaf: Leaf) -> tuple[str, bool, str, str]:
    """Order of the rows of a message: by what was addressed, what an address stood for after it."""
    return (
        leaf.original or "",
        leaf.fate.status != "Expanded",
        leaf.address or "",
        leaf.fate.folder + leaf.fate.status,
    )


def _keys(component: Component, root: Leg) -> tuple[str, ...]:
    """Keys that the facts of a message are filed under, and those they speak of: queue IDs of other sites, mostly.

    Of these legs alone, and not of all that an ID used again has drawn into the component.
    """
    legs = [root]
    known = {id(root)}
    found = {root.key}
    for leg in legs:  # which grows meanwhile
        found.add(leg.key)
        for link in leg.outbound:
            if link.child.inbound is link and id(link.child) not in known:
                known.add(id(link.child))
                legs.append(link.child)
        if len(component.legs_of[leg.key]) == 1:
            found.update(component.said[leg.key])
        else:
            for fact in leg.facts:
                found.update(mentions(fact))
        agent = agent_key(leg)
        if agent:
            found.add(agent)
        if leg.checks:
            found.update(fact_key(fact) for fact in leg.checks)
        if leg.door is not None:
            door = door_of(leg.door, component.doors)
            found.update((fact_key(door),) if door is not None else ())
        if component.sides:
            found.update(sessions_of(component, leg))
        if component.filters:
            found.update(fact_key(fact) for fact in leg.verdicts)
    if component.mailboxes:
        found.update(_behind_proxies(component, found))
    return tuple(sorted(found)) if len(found) > 1 else (root.key,)


def _behind_proxies(component: Component, known: set[str]) -> list[str]:
    """The keys of delivery sessions that LMTP proxies passed a message on to, in sessions that are known."""
    found = [key for key in known if key in component.mailboxes]
    for key in found:  # which grows meanwhile
        for fact in component.mailboxes.get(key, ()):
            found.extend(name for name in mentions(fact) if name not in known and name not in found)
    return found
