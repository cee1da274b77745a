"""What the logs do not tell, or tell doubtfully: said plainly, so that nobody takes silence for an answer."""

from __future__ import annotations

from mailwake.events.told import tell
from mailwake.store.rows import Row
from mailwake.trace.model import INFERRED, Leg
from mailwake.trace.origins import is_internal
from mailwake.trace.story_model import Missing
from mailwake.trace.story_scene import Scene
from mailwake.trace.story_tree import is_over
from mailwake.trace.story_words import counted, plain_seconds, shown

_TOLD = ("its arrival is not in the logs", "end not seen", "the log does not show its delivery")
"""Remarks of rows that are said here in other words."""


_REMARKS = (
    tell("The line of its delivery is cut off"),
    tell("Left the queue without a final status in the log"),
    tell("End not seen"),
    tell("Its arrival is not in the logs"),
    tell("The log does not show its delivery"),
    tell("Taken off the message by a filter, as it seems: it left the queue without a delivery to it"),
    tell("Deleted by an administrator together with others that the log does not name"),
    tell("No reason in the log"),
)
"""Remarks that rows keep, as sentences: see `as_sentence`."""


def as_sentence(remark: str) -> str:
    """A row's remark as it begins a sentence; most are of a closed set, which catalogues have."""
    return tell(remark[:1].upper() + remark[1:])


def missing(scene: Scene, swept: dict[tuple[str, str, int], int]) -> tuple[Missing, ...]:
    """All that is missing, the more important first."""
    found: list[Missing] = []
    if scene.root is None and not scene.lone:
        found.append(
            Missing(
                "facts", tell("The records behind it are not in the store: only what was computed of them is shown.")
            )
        )
    for leg in scene.legs:
        found.extend(_of_leg(scene, leg, swept))
    for row in scene.rows:
        found.extend(_of_row(scene, row))
    for link in scene.links:
        if link.grade == INFERRED:
            names = tell(
                "{key} on {host} to {key2} on {host2}",
                key=link.parent.key,
                host=link.parent.host,
                key2=link.child.key,
                host2=link.child.host,
            )
            found.append(
                Missing(
                    "inferred",
                    tell("No record names the way from {names}: it is inferred from time and Message-ID.", names=names),
                )
            )
    for host, ahead in scene.skew.items():
        if abs(ahead) >= 1_000_000:
            way = tell("ahead of") if ahead > 0 else tell("behind")
            first = scene.root.host if scene.root is not None else ""
            span = plain_seconds(abs(ahead) / 1e6)
            found.append(
                Missing(
                    "skew",
                    tell(
                        "The clock of {host} is about {span} {way} that of {first}; the times between are put right.",
                        host=host,
                        span=span,
                        way=way,
                        first=first,
                    ),
                )
            )
    return tuple(dict.fromkeys(found))


def _of_leg(scene: Scene, leg: Leg, swept: dict[tuple[str, str, int], int]) -> list[Missing]:
    found: list[Missing] = []
    where = f"{leg.host} ({leg.key})"
    if leg.arrival is None and leg.queued and leg.sender != "":
        found.append(
            Missing(
                "arrival",
                tell(
                    "Its arrival on {where} is not in these logs: they begin later, or records are lost.", where=where
                ),
            )
        )
    if _released_unseen(leg):
        found.append(
            Missing(
                "order",
                tell("How it was released from hold on {where} is not in these logs: an order for all.", where=where),
            )
        )
    known = len({recipient.address.lower() for recipient in leg.recipients.values()})
    if leg.nrcpt > known and not _rewritten(leg) and not is_swept(leg, swept):
        told = counted(leg.nrcpt, "recipient")
        found.append(
            Missing(
                "recipients",
                tell(
                    "{where} had {told}; the fate of {known} of them is in these logs.",
                    where=where,
                    told=told,
                    known=known,
                ),
            )
        )
    if not leg.queued or is_over(leg) or leg.expired or is_swept(leg, swept):
        return found
    open_ends = [recipient for recipient in leg.recipients.values() if _is_open(recipient.attempts[-1].fields)]
    if leg.recipients and not open_ends and known >= leg.nrcpt:
        found.append(Missing("end", tell("That it left the queue of {where} is not in these logs.", where=where)))
    elif not leg.recipients and not leg.checks and not any(f.fields.get("action") == "hold" for f in leg.actions):
        found.append(
            Missing(
                "end",
                tell(
                    "What became of it on {where} is not in these logs: the last record is of its arrival.", where=where
                ),
            )
        )
    return found


def _released_unseen(leg: Leg) -> bool:
    """Held, never released by name, and yet delivered: `postsuper -H ALL` logs only how many (postsuper(1))."""
    held = [fact.ts for fact in leg.checks if str(fact.fields.get("action", "")).removeprefix("milter-") == "hold"]
    held += [fact.ts for fact in leg.actions if fact.fields.get("action") == "hold"]
    if not held or any(fact.fields.get("action") == "release" for fact in leg.actions):
        return False
    return any(attempt.ts > max(held) for recipient in leg.recipients.values() for attempt in recipient.attempts)


def _is_open(fields: dict[str, object]) -> bool:
    return fields.get("status") == "deferred"


def _rewritten(leg: Leg) -> bool:
    """A redirect, or a requeue, answers for more recipients than delivery records name."""
    if any("redirect" in str(fact.fields.get("action", "")) for fact in leg.checks):
        return True
    return any(link.rule == "orig_id" for link in leg.outbound)


def is_swept(leg: Leg, swept: dict[tuple[str, str, int], int]) -> bool:
    """Whether an order without queue IDs took the leg."""
    return leg.place in swept


def _of_row(scene: Scene, row: Row) -> list[Missing]:
    found: list[Missing] = []
    if row.detail == "Relayed":
        found.append(Missing("elsewhere", _elsewhere(scene, row)))
    if "without a final status" in row.remark:
        found.append(
            Missing(
                "left",
                tell("It left the queue without a final status for {recipient}.", recipient=shown(row.recipient)),
            )
        )
    elif "does not name" in row.remark:
        found.append(
            Missing(
                "order",
                tell("An administrator's order that names no queue ID took it: that it was this one is worked out."),
            )
        )
    elif row.remark and row.remark not in _TOLD:
        found.append(Missing("remark", tell("{remark}.", remark=as_sentence(row.remark))))
    return found


def _elsewhere(scene: Scene, row: Row) -> str:
    to = row.to_host or row.to_ip or tell("another server")
    if row.to_ip and row.to_ip not in to:
        to = f"{to}[{row.to_ip}]"
    leg = scene.last_leg(row)
    next_id = ""
    for recipient in leg.recipients.values() if leg is not None else ():
        if (recipient.address or "").lower() == (row.recipient or "").lower():
            next_id = str(recipient.attempts[-1].fields.get("next_id", ""))
    named = tell(" (queue ID there: {next_id})", next_id=next_id) if next_id else ""
    if is_internal(row.to_ip) and row.to_ip:
        return tell(
            "Handed to {to}{named}, one of our own machines by its address, whose log is not here.", to=to, named=named
        )
    return tell("Handed to {to}{named}, whose log is not here: ask there.", to=to, named=named)
