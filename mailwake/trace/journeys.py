"""Components to rows: every message of a component, every recipient of a message."""

from __future__ import annotations

from hashlib import blake2b

from mailwake.events.fact import Fact
from mailwake.store.rows import Row
from mailwake.trace.fate import OUTCOMES, Fate, refused
from mailwake.trace.keys import refusal_key
from mailwake.trace.links import Component, is_internal, resolve
from mailwake.trace.model import PROVEN, Leg
from mailwake.trace.walk import Leaf, Walker, filter_fates, filter_id

Swept = dict[tuple[str, str, int], int]
_MAX_TEXT = 1000
"""Characters of a reply or refusal kept in a row; the whole is in the facts."""


def trace_id(host: str, key: str, first: int) -> str:
    """Identity of a message: that of the leg it began with. 32 hex digits."""
    text = f"{host}\0{key}\0{first}".encode("utf-8", "surrogateescape")
    return blake2b(text, digest_size=16).hexdigest()


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
        parent_id, relation = trace_id(above.host, above.key, above.first), parent[1]
    head = _Head(component, root, parent_id, relation)
    leaves = walker.leaves if len(walker.leaves) == 1 else _distinct(walker.leaves)
    return [head.row(number, leaf) for number, leaf in enumerate(leaves)]


def _distinct(leaves: list[Leaf]) -> list[Leaf]:
    """One leaf for each (original, final, folder); where the same end was reached twice, the later one."""
    kept: dict[tuple[str, str, str, bool], Leaf] = {}
    for leaf in leaves:
        fate = leaf.fate
        key = ((leaf.original or "").lower(), (leaf.address or "").lower(), fate.folder, fate.status == "Expanded")
        before = kept.get(key)
        if before is None or fate.ts >= before.fate.ts:
            kept[key] = leaf
    return list(kept.values())


class _Head:
    """What all rows of one message share."""

    def __init__(self, component: Component, root: Leg, parent_id: str, relation: str) -> None:
        arrival = root.arrival or {}
        self.root = root
        self.trace_id = trace_id(root.host, root.key, root.first)
        self.parent_id, self.relation = parent_id, relation
        self.sender = root.sender
        self.from_ip, self.from_host = arrival.get("client_ip", ""), arrival.get("client_name", "")
        if "orig_client_ip" in arrival:
            self.from_ip, self.from_host = arrival["orig_client_ip"], arrival.get("orig_client_name", "")
        if not self.from_ip:
            self._from_elsewhere()
        self.sasl_user = arrival.get("sasl_username", "")
        filters = (f"f:{key}" for key in component.filters)
        self.keys = tuple(sorted({*component.legs_of, *component.mailboxes, *filters, *component.dangling}))

    def _from_elsewhere(self) -> None:
        for fact in (*self.root.rejects, *self.root.checks):
            if fact.fields.get("client_ip"):
                self.from_ip, self.from_host = fact.fields["client_ip"], fact.fields.get("client_name", "")
                return

    def row(self, number: int, leaf: Leaf) -> Row:
        fate, root, last_leg = leaf.fate, self.root, leaf.path[-1]
        attempts = leaf.recipient.attempts if leaf.recipient is not None else ()
        hop = attempts[-1].fields if attempts else {}
        originating = bool(self.sasl_user) or (root.arrival is not None and "local" in root.arrival)
        return Row(
            received=root.first,
            trace_id=self.trace_id,
            leaf=number,
            sender=self.sender,
            recipient=leaf.address,
            original_recipient=leaf.original,
            subject=_subject(leaf.path),
            status=fate.status,
            detail=fate.detail,
            outcome=OUTCOMES.get(fate.detail, "received"),
            direction=_direction(originating, self.from_ip, fate),
            from_ip=self.from_ip,
            from_host=self.from_host,
            to_ip=hop.get("relay_ip", ""),
            to_host=hop.get("relay_host", "") or hop.get("relay", ""),
            size=root.size or last_leg.size,
            message_id=root.message_id or last_leg.message_id,
            sasl_user=self.sasl_user,
            folder=fate.folder,
            reason=fate.reason[:_MAX_TEXT],
            dsn=fate.dsn,
            verdict=_verdict(leaf.path),
            attempts=len(attempts),
            last=fate.ts or last_leg.last,
            hosts=tuple(dict.fromkeys(leg.host for leg in leaf.path)),
            queue_ids=tuple(leg.key for leg in leaf.path),
            keys=self.keys,
            parent_id=self.parent_id,
            relation=self.relation,
            grade=leaf.grade,
            remark=fate.remark or _remark(leaf.path),
        )


def _remark(path: tuple[Leg, ...]) -> str:
    leg = path[0]
    if leg.arrival is None and leg.queued and leg.sender != "":
        return "its arrival is not in the logs"
    return ""


def _subject(path: tuple[Leg, ...]) -> str | None:
    for leg in path:
        if leg.subject is not None:
            return leg.subject
        for fact in leg.verdicts:
            if fact.fields.get("subject"):
                return str(fact.fields["subject"])
    return None


def _verdict(path: tuple[Leg, ...]) -> str:
    words = []
    for leg in path:
        for fact in leg.verdicts:
            fields = fact.fields
            if fact.kind != "verdict" or not fields.get("action"):
                continue
            score = fields.get("score")
            limit = f"/{fields['required']:g}" if fields.get("required") is not None else ""
            words.append(f"{fields.get('filter', '')}: {fields['action']}" + (f" {score:g}{limit}" if score is not None else ""))
    return "; ".join(dict.fromkeys(words))


def _direction(originating: bool, from_ip: str, fate: Fate) -> str:
    """Outbound: sent by a user or a machine of ours to a server that is not; Internal: it stayed with us."""
    ours = originating or is_internal(from_ip)
    if fate.detail in ("Relayed", "Bounced", "Expired", "Deferred", "Greylisted"):
        return "Outbound" if ours else "Inbound"
    return "Internal" if ours else "Inbound"


def refusal_row(fact: Fact) -> Row:
    """A refusal that never got a queue ID: a result like any other."""
    fields = fact.fields
    fate = refused(fact)
    recipients = fields.get("recipients") or ()
    recipient = fields.get("recipient", recipients[0] if recipients else None)
    key = fact.key or refusal_key(fact)
    sasl_user = fields.get("sasl_username", "")
    return Row(
        received=fact.ts,
        trace_id=trace_id(fact.host, key, fact.ts),
        leaf=0,
        sender=fields.get("sender"),
        recipient=recipient,
        original_recipient=recipient,
        subject=fields.get("subject"),
        status=fate.status,
        detail=fate.detail,
        outcome=OUTCOMES[fate.detail],
        direction="Outbound" if sasl_user else "Inbound",
        from_ip=fields.get("client_ip", ""),
        from_host=fields.get("client_name", "") or fields.get("helo", ""),
        to_ip="",
        to_host="",
        size=fields.get("size", 0),
        message_id=fields.get("message_id", ""),
        sasl_user=sasl_user,
        folder="",
        reason=fate.reason[:_MAX_TEXT],
        dsn=fate.dsn,
        verdict="",
        attempts=0,
        last=fact.ts,
        hosts=(fact.host,),
        queue_ids=(),
        keys=(key,),
        parent_id="",
        relation="",
        grade=PROVEN,
        remark="",
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
                    reason=(fate.reason or str(fact.fields.get("reply", "")))[:_MAX_TEXT],
                    remark=fate.remark,
                    keys=(*base.keys, *(f"f:{key}" for key in component.filters)),
                )
            )
    return rows
