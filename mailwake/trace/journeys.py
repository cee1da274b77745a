"""Components to rows: every message of a component, every recipient of a message."""

from __future__ import annotations

from hashlib import blake2b

from mailwake.events.fact import Fact
from mailwake.store.rows import Row
from mailwake.trace.buckets import mentions
from mailwake.trace.fate import OUTCOMES, Fate, refused
from mailwake.trace.heads import MAX_TEXT, Head
from mailwake.trace.keys import refusal_key
from mailwake.trace.links import Component, resolve
from mailwake.trace.model import PROVEN, Leg
from mailwake.trace.walk import Leaf, Walker, filter_fates, filter_id

Swept = dict[tuple[str, str, int], int]
_HASH = blake2b(digest_size=16)


def trace_id(host: str, key: str, first: int, instance: str = "") -> str:
    """Identity of a message: that of the leg it began with. 32 hex digits.

    instance: of Postfix, where two with queues of their own use the same ID on one host.
    """
    digest = _HASH.copy()  # a third faster than a new one
    digest.update(f"{host}\0{key}\0{first}{instance}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def identity(leg: Leg) -> str:
    """trace_id of the message that began with this leg."""
    return trace_id(leg.host, leg.key, leg.first, leg.instance)


def component_rows(component: Component, swept: Swept) -> list[Row]:
    """All rows of a component, in a stable order."""
    resolve(component)
    rows: list[Row] = []
    parents = _parents(component)
    for leg in component.legs:
        if leg.inbound is None and is_message(leg):
            rows.extend(_message_rows(component, leg, swept, parents))
    for fact in component.refusals:
        rows.append(refusal_row(fact))
    if component.proxies:
        rows.extend(_proxy_rows(component))
    return rows


def is_message(leg: Leg) -> bool:
    """Whether a leg that nothing precedes is a message: not a probe, not a connection that gave up half way."""
    if leg.probe:
        return False
    return bool(
        leg.queued
        or leg.recipients
        or leg.rejects
        or leg.checks
        or leg.actions
        or leg.expired
        or leg.removed
        or (leg.arrival is not None and leg.sender is not None)
    )


def _parents(component: Component) -> dict[int, tuple[Leg, str]]:
    """For legs that are notifications (by object identity): the leg they report on, and how."""
    parents: dict[int, tuple[Leg, str]] = {}
    for leg in component.legs:
        for notice in leg.notices:
            children = component.legs_of.get(notice.fields.get("child_id", ""), ())
            for child in children:
                if child is not leg and abs(child.first - notice.ts) <= 60_000_000:
                    parents[id(child)] = (leg, f"{notice.fields.get('notice', 'failure')} notification")
        arrival = leg.arrival
        if arrival and arrival.get("parent_id") and id(leg) not in parents:
            above = [p for p in component.legs_of.get(arrival["parent_id"], ()) if p.first <= leg.first]
            if above:
                parents[id(leg)] = (above[-1], "failure notification" if leg.sender == "" else "forwarded")
    return parents


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
    """One leaf for each (original, final, folder); where the same end was reached twice, the later one."""
    kept: dict[tuple[str, str, str, bool], Leaf] = {}
    for leaf in leaves:
        fate = leaf.fate
        key = ((leaf.original or "").lower(), (leaf.address or "").lower(), fate.folder, fate.status == "Expanded")
        before = kept.get(key)
        if before is None or fate.ts >= before.fate.ts:
            kept[key] = leaf
    return sorted(kept.values(), key=_place)


def _place(leaf: Leaf) -> tuple[str, bool, str, str]:
    """Order of the rows of a message: by what was addressed, what an address stood for after it."""
    return (leaf.original or "", leaf.fate.status != "Expanded", leaf.address or "", leaf.fate.folder)


def _keys(component: Component, root: Leg) -> tuple[str, ...]:
    """Keys that the facts of a message are filed under, and those they speak of: queue IDs of other sites, mostly.

    Of these legs alone, and not of all that an ID used again has drawn into the component.
    """
    legs = [root]
    found = {root.key}
    for leg in legs:  # which grows meanwhile
        found.add(leg.key)
        for link in leg.outbound:
            if link.child.inbound is link and link.child not in legs:
                legs.append(link.child)
        if len(component.legs_of[leg.key]) == 1:
            found.update(component.said[leg.key])
        else:
            for fact in leg.facts:
                found.update(mentions(fact))
        if component.mailboxes and "m:" + leg.bare_id in component.mailboxes:
            found.add("m:" + leg.bare_id)
    return tuple(sorted(found)) if len(found) > 1 else (root.key,)


def refusal_row(fact: Fact, key: str = "") -> Row:
    """A refusal that never got a queue ID: a result like any other. key: the one it is filed under, if at hand."""
    fields = fact.fields
    fate = refused(fact)
    recipient = fields.get("recipient")
    if recipient is None and "recipient" not in fields:
        recipients = fields.get("recipients")
        recipient = recipients[0] if recipients else None
    key = fact.key or key or refusal_key(fact)
    sasl_user = fields.get("sasl_username", "")
    return Row._make(  # by place, as above
        (
            fact.ts,  # received
            trace_id(fact.host, key, fact.ts),
            0,  # leaf
            fields.get("sender"),
            recipient,
            recipient,  # original_recipient
            fields.get("subject"),
            fate.status,
            fate.detail,
            OUTCOMES[fate.detail],  # outcome
            "Outbound" if sasl_user else "Inbound",  # direction
            fields.get("client_ip", ""),
            fields.get("client_name", "") or fields.get("helo", ""),
            "",  # to_ip
            "",  # to_host
            fields.get("size", 0),
            fields.get("message_id", ""),
            sasl_user,
            "",  # folder
            fate.reason[:MAX_TEXT],
            fate.dsn,
            "",  # verdict
            0,  # attempts
            fact.ts,  # last
            (fact.host,),  # hosts
            (),  # queue_ids
            (key,),  # keys
            "",  # parent_id
            "",  # relation
            PROVEN,  # grade
            "",  # remark
        )
    )


def _proxy_rows(component: Component) -> list[Row]:
    """Messages that a before-queue filter took without a queue ID of ours to follow: quarantined, or gone on unseen."""
    rows = []
    for fact in component.proxies:
        next_id = fact.fields.get("next_id")
        if next_id and component.legs_of.get(str(next_id)):
            continue
        found = component.filters.get(filter_id(str(fact.fields.get("reply", ""))), ())
        base = refusal_row(fact._replace(fields={**fact.fields, "text": ""}))
        names: list[str | None] = [str(f.fields["recipient"]) for f in found if f.fields.get("recipient")]
        names = names or [base.recipient]
        for number, name in enumerate(dict.fromkeys(names)):
            fates = filter_fates(list(found), name or "") or [Fate("GettingStatus", "Unknown", remark="end not seen")]
            fate = fates[0]
            rows.append(
                base._replace(
                    leaf=number,
                    recipient=name,
                    original_recipient=name,
                    status=fate.status,
                    detail=fate.detail,
                    outcome=OUTCOMES.get(fate.detail, "received"),
                    reason=(fate.reason or str(fact.fields.get("reply", "")))[:MAX_TEXT],
                    remark=fate.remark,
                    keys=(*base.keys, *(f"f:{key}" for key in component.filters)),
                )
            )
    return rows
