"""Time auditing: decisions a second, and searches over many records: `audit.py --records 10000000 --data-dir DIR`.

Records: some thousands are made as the product makes them (an act, the decision on it, the record, its stored form) and
go in through the store's own writer, into a table of the same form. The engine then copies them as often as it takes
(INSERT SELECT), each copy later than the one before and with ids, Message-IDs and times of its own, in the columns and
in the body of each record. So columns, indexes, parts and bodies are those of an import, and searches, which is what is
timed, run as they always do; how fast records are made from logs is not measured, and texts repeat, so bytes a record
are not those of real mail. Each search is asked through its operation and read to the last record of the page.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from query import Clock, Question, Timing, table, time_question

from mailwake.audit.model import Item, LogonType, Observation
from mailwake.audit.policy.decide import decide
from mailwake.audit.record import AuditRecord, record_type
from mailwake.audit.settings import Settings
from mailwake.operations.audit_rows import stored_of
from mailwake.operations.catalog import search_mailbox_audit_log, search_unified_audit_log
from mailwake.operations.context import Context
from mailwake.operations.local import open_context
from mailwake.store import audit

if TYPE_CHECKING:
    from mailwake.directory.directory import Directory

MAILBOXES = 1000
MADE = 20_000
"""Records that the product's own code makes; the engine multiplies them."""
AT_ONCE = 15
"""Copies made by one statement: about as many records as one portion of an import gives."""
SPAN = timedelta(days=120)
"""The records spread over so long, and a search looks at the last 90 days of it."""
LOOKED_AT = timedelta(days=90)
END = datetime(2026, 11, 1, tzinfo=UTC)
DECISIONS = 200_000
ACTIONS = (
    *(("MailItemsAccessed", LogonType.OWNER),) * 40,
    *(("Update", LogonType.OWNER),) * 12,
    *(("MoveToDeletedItems", LogonType.OWNER),) * 14,
    *(("SoftDelete", LogonType.OWNER),) * 6,
    *(("HardDelete", LogonType.OWNER),) * 6,
    *(("Create", LogonType.DELEGATE),) * 2,
    *(("MailItemsAccessed", LogonType.DELEGATE),) * 12,
    *(("SendAs", LogonType.DELEGATE),) * 4,
    *(("UpdateFolderPermissions", LogonType.OWNER),) * 1,
    *(("MailItemsAccessed", LogonType.ADMIN),) * 3,
)
_VERSION = 1


# -- acts and decisions ------------------------------------------------------------------------------------------------


def mailbox(number: int) -> str:
    """A mailbox's address."""
    return f"user{number:04d}@example.com"


def acts(count: int, rnd: Random, low: int, span: int) -> Iterator[Observation]:
    """Acts in the mailboxes between low and low + span (µs UTC), in order of time."""
    for n in range(count):
        action, kind = rnd.choice(ACTIONS)
        number = rnd.randrange(MAILBOXES)
        actor = number if kind is LogonType.OWNER else rnd.randrange(MAILBOXES)
        name = f"{rnd.getrandbits(128):032x}"
        item = Item(
            folder="INBOX",
            uid=rnd.randrange(1, 90_000),
            message_id=f"<{name}@mail.example.org>",
            subject=" ".join(rnd.choices(("Invoice", "agenda", "minutes", "offer", "Re:", "order", "report"), k=4)),
            sender=mailbox(rnd.randrange(MAILBOXES)),
            size=rnd.randrange(900, 90_000),
        )
        yield Observation(
            id=name,
            ts=low + span * n // count,
            action=action,
            actor=mailbox(actor),
            mailbox=mailbox(number),
            logon_type=kind,
            folder="INBOX",
            dest_folder="Trash" if action == "MoveToDeletedItems" else "",
            items=(item,),
            client_ip=f"192.0.2.{rnd.randrange(1, 255)}",
            client="Client=IMAP;Name=Thunderbird",
            session=f"{rnd.getrandbits(64):016x}",
            host="imap1",
            access="Bind" if action == "MailItemsAccessed" else "",
            keys=(f"s:{rnd.getrandbits(64):016x}",),
        )


def furnish(directory: Directory, rnd: Random) -> None:
    """The mailboxes, one of ten with a set of its own, and a few accounts that are not audited."""
    first = _micros(END - SPAN)
    directory.discover([mailbox(number) for number in range(MAILBOXES)], first)
    own = {LogonType.OWNER: frozenset({"HardDelete", "MailItemsAccessed"})}
    managed = frozenset(LogonType) - {LogonType.OWNER}
    for number in rnd.sample(range(MAILBOXES), MAILBOXES // 10):
        box = directory.mailboxes.find(mailbox(number))
        directory.mailboxes.change(box.id, first, managed=managed, custom=own)
    for number in rnd.sample(range(MAILBOXES), 5):
        directory.bypasses.set(mailbox(number), True, first)


def decisions(settings: Settings, rnd: Random, runs: int, clock: Clock) -> list[float]:
    """Decisions a second, of each run: acts that differ, decided one by one under the settings of their time."""
    low = _micros(END - SPAN)
    observed = list(acts(DECISIONS, rnd, low, _micros(END) - low))
    found = []
    for _ in range(runs):
        began = clock()
        for act in observed:
            decide(act, settings)
        found.append(len(observed) / (clock() - began))
    return found


# -- records -----------------------------------------------------------------------------------------------------------


def fill(context: Context, records: int, rnd: Random) -> int:
    """Fill the table of records; how many are there then."""
    database = context.database
    assert database is not None
    copies = -(-records // MADE)
    step = int(SPAN / timedelta(microseconds=1)) // copies
    low = _micros(END - SPAN)
    client = database.client()
    client.command("CREATE TABLE audit_made AS audit")
    made = list(_recorded(context.settings.settings(), rnd, low, step))
    audit.insert(database, [stored_of(one) for one in made], _VERSION, where="audit_made")
    with database.merging():  # as while an import makes records
        for first in range(0, copies, AT_ONCE):
            client.command(_COPY, parameters={"f": first, "n": min(AT_ONCE, copies - first), "s": step})
    client.command("DROP TABLE audit_made")
    return int(client.query("SELECT count() FROM audit").result_rows[0][0])


def _recorded(settings: Settings, rnd: Random, low: int, span: int) -> Iterator[AuditRecord]:
    """The first MADE records that the policy asks for."""
    number = 0
    for act in acts(2 * MADE, rnd, low, span):
        decision = decide(act, settings)
        if decision.recorded:
            yield AuditRecord(act.id, act, decision.rule, decision.reason, record_type(act.action))
            number += 1
        if number == MADE:
            return


_OTHER = "lower(hex(MD5(concat(toString(number), lower(hex(audit_made.id))))))"
_BODY = (
    f"replaceAll(replaceAll(body, lower(hex(audit_made.id)), {_OTHER}),"
    " toString(toUnixTimestamp64Micro(audit_made.ts)),"
    " toString(toUnixTimestamp64Micro(audit_made.ts) + number * {s:Int64}))"
)
_COPY = (
    "INSERT INTO audit SELECT * EXCEPT number REPLACE (audit_made.ts + toIntervalMicrosecond(number * {s:Int64}) AS ts,"
    f" toFixedString(unhex({_OTHER}), 16) AS id, {_BODY} AS body,"
    f" arrayMap(one -> replaceAll(one, lower(hex(audit_made.id)), {_OTHER}), message_ids) AS message_ids)"
    " FROM audit_made CROSS JOIN (SELECT number FROM numbers({f:UInt64}, {n:UInt64})) AS copies"
)


# -- searches ----------------------------------------------------------------------------------------------------------


def searches(count: int, rnd: Random) -> list[Question]:
    """What people ask of the log: `values` are drawn beforehand."""
    since, until = END - LOOKED_AT, END
    boxes = [mailbox(number) for number in rnd.sample(range(MAILBOXES), min(count, MAILBOXES))]

    def log(name: str, size: int, **criteria: Any) -> Question:
        def run(context: Context, identity: str) -> object:
            asked = search_mailbox_audit_log.Question(
                identity=identity, show_details=True, start_date=since, end_date=until, result_size=size, **criteria
            )
            return list(search_mailbox_audit_log.handle(context, asked))

        return Question(name, boxes, run)

    def unified(context: Context, user: str) -> object:
        asked = search_unified_audit_log.Question(start_date=since, end_date=until, user_ids=(user,), result_size=100)
        return list(search_unified_audit_log.handle(context, asked))

    return [
        log("a mailbox, newest 100", 100),
        log("a mailbox, newest 1000", 1000),
        log("hard deletions in a mailbox", 100, operations=("HardDelete",)),
        log("others in a mailbox", 100, logon_types=("Delegate", "Admin")),
        Question("what an account did anywhere", boxes, unified),
    ]


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


# -- measuring ---------------------------------------------------------------------------------------------------------


class Measured(NamedTuple):
    """All of it."""

    records: int
    seconds: float
    decisions: list[float]
    searches: list[Timing]


def measure(data_dir: Path, records: int, runs: int, seed: int, clock: Clock) -> Measured:
    """Fill a new data directory, or take one that an earlier run filled, and time."""
    fresh = not (data_dir / "store").exists()
    with open_context(data_dir) as context:
        rnd = Random(seed)
        assert context.directory is not None and context.database is not None
        context.now = lambda: END
        began = time.perf_counter()
        if fresh:
            furnish(context.directory, rnd)
            fill(context, records, rnd)
        filled = time.perf_counter() - began
        there = int(context.database.client().query("SELECT count() FROM audit").result_rows[0][0])
        speed = decisions(context.directory.settings(), rnd, 5, clock)
        timings = [time_question(context, question, runs, clock) for question in searches(runs, rnd)]
    return Measured(there, filled if fresh else 0.0, speed, [one for one in timings if one])


def main(argv: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data-dir", type=Path, required=True, help="filled when it is new, else asked as it is")
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=60, help="counted runs of each search (60; at least 50)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=150, help="p95 above so many ms is marked and fails (150)")
    parser.add_argument("--least", type=float, default=100_000, help="fewer decisions a second fail (100000)")
    parser.add_argument("--cpu", action="store_true", help="measure processor time, for a machine that is busy")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(argv)
    if given.runs < 50:
        parser.error("--runs must be at least 50")
    clock = time.process_time if given.cpu else time.perf_counter
    found = measure(given.data_dir, given.records, given.runs, given.seed, clock)
    speed = statistics.median(found.decisions)
    print(f"{found.records:,} records" + (f", made in {found.seconds:.0f} s" if found.seconds else ""))
    print(f"{speed:,.0f} decisions a second (median of {len(found.decisions)} runs of {DECISIONS:,})\n")
    print(table({f"{found.records:,} records": found.searches}, given.limit))
    if given.json:
        made = found._asdict() | {"searches": [one._asdict() for one in found.searches]}
        given.json.write_text(json.dumps(made, indent=1) + "\n")
    return 1 if speed < given.least or any(one.p95 > given.limit for one in found.searches) else 0


if __name__ == "__main__":
    sys.exit(main())
