"""The tree of a message: its legs with what became of each recipient, the links between them, its notifications."""

from __future__ import annotations

from mailwake.events.fact import Fact
from mailwake.events.told import tell
from mailwake.trace.fate import Fate, of_mailbox, refused, untold
from mailwake.trace.journeys import identity
from mailwake.trace.model import INFERRED, PROVEN, Leg, Link, Recipient
from mailwake.trace.reports import tried
from mailwake.trace.story_model import BAD, GOOD, PLAIN, WAIT, Edge, End, Evidence, Node
from mailwake.trace.story_scene import Scene
from mailwake.trace.story_words import RULES

_TONES = {
    "Delivered": GOOD,
    "Failed": BAD,
    "Pending": WAIT,
    "Quarantined": WAIT,
    "FilteredAsSpam": WAIT,
}
_MAX_TEXT = 300


def tone(status: str) -> str:
    """The tone of a row's status."""
    return _TONES.get(status, PLAIN)


def tree(scene: Scene, swept: dict[tuple[str, str, int], int]) -> tuple[Node, ...]:
    """The message from its first leg on; a refusal without a queue ID is a single node."""
    if scene.root is not None:
        return (_node(scene, scene.root, scene.trace_id, swept, set()),)
    return tuple(_lone(scene, fact) for fact in scene.lone if fact not in scene.earlier)


def evidence(scene: Scene) -> tuple[Evidence, ...]:
    """All links of the message, and its notifications."""
    found = [
        Evidence(_name(link.parent), _name(link.child), link.rule, link.grade, RULES.get(link.rule, link.rule))
        for link in scene.links
    ]
    found.extend(_mailbox_evidence(scene))
    for parent, child, _ in scene.children:
        found.append(Evidence(_name(parent), _name(child), "notification", PROVEN, RULES["notification"]))
    return tuple(found)


def _mailbox_evidence(scene: Scene) -> list[Evidence]:
    """How the mailbox server's records were found: by the session in the reply, else by Message-ID, user and time."""
    found: dict[Evidence, None] = {}
    for leg in scene.legs:
        for recipient in leg.recipients.values():
            facts = scene.mailbox(leg, recipient)
            if not facts:
                continue
            token = next((fact.fields["token"] for fact in recipient.attempts if fact.fields.get("token")), "")
            rule, grade = ("token", PROVEN) if token else ("user", INFERRED)
            where = tell("{host} mailbox of {address}", host=facts[0].host or leg.host, address=recipient.address)
            found.setdefault(Evidence(_name(leg), where, rule, grade, RULES[rule]))
    return list(found)


def _name(leg: Leg) -> str:
    return f"{leg.host} {leg.key}".strip()


def _node(scene: Scene, leg: Leg, trace: str, swept: dict[tuple[str, str, int], int], seen: set[int]) -> Node:
    seen.add(id(leg))
    edges: list[Edge] = []
    for link in leg.outbound:
        if id(link.child) not in seen:
            names = _names(leg, link)
            child = _node(scene, link.child, trace, swept, seen)
            edges.append(Edge(link.rule, RULES.get(link.rule, link.rule), link.grade, names, child))
    for parent, child_leg, relation in scene.children:
        if parent is leg and id(child_leg) not in seen:
            below = _node(scene, child_leg, identity(child_leg), swept, seen)
            edges.append(Edge("notification", relation, PROVEN, (), below))
    when = swept.get(leg.place, 0)
    return Node(
        host=leg.host,
        queue_id=leg.key,
        trace_id=trace,
        program=leg.facts[0].program if leg.facts else "",
        first=leg.first,
        last=leg.last,
        sender=leg.sender,
        ended=is_over(leg) or bool(when),
        recipients=_ends(scene, leg, when),
        edges=tuple(edges),
    )


def _names(leg: Leg, link: Link) -> tuple[str, ...]:
    """For whom a leg handed the message over that link, when it was not for all."""
    names = [other.recipient.address for other in leg.outbound if other.child is link.child and other.recipient]
    return tuple(dict.fromkeys(names))


def is_over(leg: Leg) -> bool:
    """Whether the leg's end was seen: it left the queue, was refused, discarded or deleted.

    Servers that have no queue manager to tell of it are done when all recipients are.
    """
    if leg.removed or any(fact.fields.get("action") == "delete" for fact in leg.actions):
        return True
    if leg.tracked:  # no record says that a server has let go of it
        return bool(leg.recipients or leg.expansions)
    if leg.queued:
        return False
    if leg.rejects or any("discard" in str(fact.fields.get("action", "")) for fact in leg.checks):
        return True
    ends = [recipient.attempts[-1].fields.get("status") for recipient in leg.recipients.values()]
    return leg.arrival is not None and len(ends) >= max(leg.nrcpt, 1) and not {"deferred", "", None} & set(ends)


def _ends(scene: Scene, leg: Leg, swept: int) -> tuple[End, ...]:
    found: list[End] = []
    seen: set[str] = set()
    for recipient in leg.recipients.values():
        seen.update((recipient.address.lower(), recipient.original.lower()))
        found.extend(_end(scene, leg, recipient, swept))
    for fact in leg.rejects:
        name = fact.fields.get("recipient")
        if name and name.lower() not in seen:
            seen.add(name.lower())
            found.append(_made(name, name, refused(fact), 0))
    if not leg.outbound:
        for name in dict.fromkeys(leg.named):
            if name.lower() not in seen:
                seen.add(name.lower())
                found.append(_made(name, name, untold(leg, name, swept), 0))
    return tuple(found)


def _end(scene: Scene, leg: Leg, recipient: Recipient, swept: int) -> list[End]:
    onward = next(
        (link for link in leg.outbound if link.recipient in (None, recipient) and link.rule != "redirect"), None
    )
    last = recipient.attempts[-1].fields
    if onward is not None and last.get("status") != "bounced":
        text = tell("to {host} as {key}", host=onward.child.host, key=onward.child.key)
        attempts = len(recipient.attempts)
        return [End(recipient.address, recipient.original, "Transfer", "Transfer", text, attempts, PLAIN)]
    fates = of_mailbox(scene.mailbox(leg, recipient)) or [tried(leg, recipient, swept)]
    return [_made(recipient.address, recipient.original, fate, len(recipient.attempts)) for fate in fates]


def _made(address: str, original: str, fate: Fate, attempts: int) -> End:
    text = fate.folder or fate.address or fate.reason[:_MAX_TEXT] or fate.remark
    return End(address, original, fate.status, fate.detail, text, attempts, tone(fate.status))


def _lone(scene: Scene, fact: Fact) -> Node:
    ends = tuple(
        End(
            row.recipient or "",
            row.original_recipient or "",
            row.status,
            row.detail,
            row.reason[:_MAX_TEXT],
            0,
            tone(row.status),
        )
        for row in scene.rows
    )
    sender = fact.fields.get("sender")
    return Node(fact.host, fact.key, scene.trace_id, fact.program, fact.ts, fact.ts, sender, True, ends, ())
