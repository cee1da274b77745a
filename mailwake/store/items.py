"""The table of names of messages: which message a UID of a folder is at a time.

Resolved when a record is read, so it does not matter whether the line that names the message was read before or after
the event that knows its UID only. A name holds until the folder is deleted, renamed or made anew, and only under the
same UIDVALIDITY where the log says that (RFC 9051 2.3.1.1).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from mailwake.store.audit_filter import AuditFilter
from mailwake.store.binding import bindable
from mailwake.store.database import Database

_SLACK = 2_000_000
"""µs by which stamps of one moment may differ: text has seconds only."""
_RENAMES = 3
"""Renames of a folder that are followed back."""
_CHUNK = 5000


class Sign(NamedTuple):
    """A row: what the log calls a UID, or that a folder changed (uid 0)."""

    mailbox: str
    folder: str
    uid: int
    ts: int
    action: str
    message_id: str = ""
    """Without angle brackets."""
    subject: str | None = None
    sender: str = ""
    size: int = 0
    validity: int = 0
    from_folder: str = ""


Wanted = tuple[str, str, int, int]
"""Mailbox (lower case), folder, UID, time (µs)."""


def key(mailbox: str, folder: str, uid: int) -> str:
    """A message of a folder as one text."""
    return f"{mailbox.lower()}\n{folder}\n{uid}"


def parts(text: str) -> tuple[str, str, int]:
    """Mailbox, folder and UID of a key."""
    mailbox, folder, uid = text.rsplit("\n", 2)
    return mailbox, folder, int(uid)


def insert(database: Database, signs: Sequence[Sign]) -> None:
    """Append signs; a sign that is there already falls away."""
    import pyarrow as pa

    if not signs:
        return
    columns = dict(zip(Sign._fields, zip(*signs, strict=True), strict=True))
    made: dict[str, Any] = {"ts": pa.array(columns["ts"], pa.int64()).cast(pa.timestamp("us", "UTC"))}
    for name in ("uid", "size", "validity"):
        made[name] = pa.array([max(int(value), 0) for value in columns[name]], pa.uint64())
    for name in ("mailbox", "folder", "action", "message_id", "subject", "sender", "from_folder"):
        values = [None if one is None else one.encode("utf-8", "replace").decode() for one in columns[name]]
        made[name] = pa.array(values, pa.string())
    database.insert("items", pa.table(made))


def named(database: Database, wanted: AuditFilter) -> dict[str, set[str]]:
    """Keys of the messages that ever had one of the Message-IDs asked for, with those they had: only of the mailboxes
    that are asked for, too, for others are nobody's business who may not see them."""
    given: dict[str, object] = {"i": sorted({one.strip("<>") for one in wanted.message_ids})}
    whose = []
    if wanted.mailboxes is not None:
        given["m"] = [one.lower() for one in wanted.mailboxes]
        whose.append("lower(mailbox) IN {m:Array(String)}")
    if wanted.domains is not None:
        given["d"] = [one.lower() for one in wanted.domains]
        whose.append("(position(mailbox, '@') > 0 AND lower(splitByChar('@', mailbox)[-1]) IN {d:Array(String)})")
    query = (
        "SELECT DISTINCT mailbox, folder, uid, message_id FROM items WHERE message_id IN {i:Array(String)} AND uid > 0"
    )
    if whose:
        query += f" AND ({' OR '.join(whose)})"
    found: dict[str, set[str]] = defaultdict(set)
    for mailbox, folder, uid, message_id in database.client().query(query, parameters=bindable(given)).result_rows:
        found[key(mailbox, folder, uid)].add(message_id)
    return dict(found)


def resolve(database: Database, wanted: Iterable[Wanted]) -> dict[Wanted, Sign]:
    """What is known of messages at times; those of which nothing is known are left out."""
    found: dict[Wanted, Sign] = {}
    open_: dict[Wanted, list[Wanted]] = {one: [one] for one in wanted}
    """What is looked for now, and for whom."""
    for _ in range(_RENAMES + 1):
        if not open_:
            break
        folders = _signs(database, open_)
        later: dict[Wanted, list[Wanted]] = defaultdict(list)
        for asked, origins in open_.items():
            mailbox, folder, uid, ts = asked
            signs = folders.get((mailbox, folder), [])
            sign = _best(signs, uid, ts)
            if sign is not None:
                found.update(dict.fromkeys(origins, sign))
                continue
            renamed = [
                one
                for place in _and_above(folder)
                for one in folders.get((mailbox, place), ())
                if one.action == "mailbox_rename" and one.from_folder and one.ts <= ts + _SLACK
            ]
            if renamed:
                last = max(renamed, key=lambda one: one.ts)
                before = last.from_folder + folder[len(last.folder) :]
                later[mailbox, before, uid, last.ts - 1].extend(origins)
        open_ = dict(later)
    return found


def _and_above(folder: str) -> list[str]:
    """A folder and those that it lies in: a rename of one of these is one of it, and the log tells of that one only."""
    return [folder, *(folder[:place] for place, sign in enumerate(folder) if sign in "/." and place)]


def _signs(database: Database, wanted: Iterable[Wanted]) -> dict[tuple[str, str], list[Sign]]:
    """Signs about these UIDs, and all about their folders as such."""
    found: dict[tuple[str, str], list[Sign]] = defaultdict(list)
    asked = list(wanted)
    for start in range(0, len(asked), _CHUNK):
        part = asked[start : start + _CHUNK]
        parameters = {
            "m": sorted({one[0] for one in part}),
            "f": sorted({place for one in part for place in _and_above(one[1])}),
            "u": sorted({one[2] for one in part} | {0}),
        }
        query = (
            "SELECT mailbox, folder, uid, toUnixTimestamp64Micro(ts) AS t, action, message_id, subject, sender, size,"
            " validity, from_folder FROM items WHERE mailbox IN {m:Array(String)} AND folder IN {f:Array(String)}"
            " AND (uid IN {u:Array(UInt64)} OR action = 'uidvalidity')"
        )
        for row in database.client().query(query, parameters=bindable(parameters)).result_rows:
            sign = Sign._make(row)
            found[sign.mailbox, sign.folder].append(sign)
    return found


def _best(signs: list[Sign], uid: int, ts: int) -> Sign | None:
    """The nearest name of a UID that holds at a time; of two equally near ones the one that says more."""
    breaks = sorted(one.ts for one in signs if not one.uid)
    validities = sorted((one.ts, one.validity) for one in signs if one.validity)
    best: tuple[int, int, str, Sign] | None = None
    for sign in signs:
        if sign.uid != uid or not uid or sign.action == "uidvalidity":
            continue
        low, high = min(sign.ts, ts), max(sign.ts, ts)
        if any(low + _SLACK < one <= high - _SLACK for one in breaks):
            continue
        if _validity(validities, low) != _validity(validities, high):
            continue
        rank = (abs(sign.ts - ts), -bool(sign.message_id) - bool(sign.subject), sign.message_id, sign)
        if best is None or rank[:3] < best[:3]:
            best = rank
    return best[3] if best is not None else None


def _validity(validities: list[tuple[int, int]], ts: int) -> int:
    """UIDVALIDITY at a time, as far as the log says: the last one said before, else the first one after."""
    before = [value for at, value in validities if at <= ts]
    return before[-1] if before else validities[0][1] if validities else 0
