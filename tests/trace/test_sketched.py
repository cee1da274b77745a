"""What is told without facts is what is told of facts: rows, keys, names to remember, what is left over, what auditing
takes note of; on made estates and what is bundled, whole and damaged."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from calendar import month_abbr
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwake.ingest import columns
from mailwake.ingest.facts import FactReader
from mailwake.operations.audit_filing import HANDLED, SLACK
from mailwake.operations.parallel import for_auditing
from mailwake.store import row_columns
from mailwake.trace.buckets import FILING
from mailwake.trace.harvest import harvest
from mailwake.trace.keys import SESSION_KINDS
from mailwake.trace.sketched import tell

TOP = Path(__file__).parents[2]
WANTED = frozenset(FILING) | HANDLED
PARTS = [
    re.compile(part)
    for part in (
        r"\b[0-9A-F]{11}\b",
        r"(?<=: )[0-9A-Za-z]{15}(?=: )",
        r"(?<=[<=])[\w.+-]+@[\w.]+(?=>|,|\Z)",
        r"(?<=to=<)[^>]+(?=>)",
        r"(?<=\d\d:\d\d:\d\d )\w+(?= )",
        r"(?<=: client=)\S+",
        r"(?<=status=)\w+",
        r"(?<=nrcpt=)\d+",
        r"\d\d:\d\d:\d\d",
        r"(?<=queued as )\w+",
        r"(?<=\]: )NOQUEUE",
        r"postfix/[\w/]+(?=\[)",
        r"(?<=\d> )\S+(?= Saved)",
        r"<[^<> ]+>(?=: msgid)",
        r"\[[\da-f.:]+\]",
        r"orig_queue_id=\w+",
        r"message-id=\S+",
        r"Queue-ID: \w+",
        r"queued_as: \w+",
        r"sasl_username=\S+",
    )
]
"""What one line may take from another."""
WORDS = (" (ABCDEF0123)", ", id=12345-12", "[10.0.0.1]", "@", "t:", "not owned by user x", "Grey-List", "é", "\udc80")
"""What lines may get that mean something, or nothing."""


def _said(path: Path, sketching: bool) -> tuple[dict[str, Any], int, int]:
    """All that a window of one file gives; how many rows were told without facts, and how many facts were made."""
    taken = columns.columns(WANTED, SESSION_KINDS, sketching=sketching)
    reader = FactReader(path, zone="UTC", size=1 << 15, columns=taken)
    ends = [(batch.offset, batch.half) for batch in reader]
    told = tell(taken, SLACK) if sketching else None
    count = 0 if told is None else told.rows
    facts = taken.facts
    made = harvest(facts, told)
    filed, seen, keys = for_auditing(facts, made.keys, told)
    book = made.book
    names = (taken.hosts, taken.programs, taken.kinds, taken.sources)
    found = {
        "ends": ends,
        "account": vars(reader.account),
        **_columns(row_columns.table_in_order(made.rows, taken if told else None, count)),
        "keys": sorted(zip(book.keys, book.first, book.last, strict=True)),
        "message_ids": sorted(book.message_ids),
        "waited": sorted(set(zip(book.waited, book.when, strict=True))),  # noted once or twice is the same
        "left": made.left,
        "due": filed.due,
        "signs": filed.signs,
        "seen": seen,
        "names": names,
        "columns": {
            name: tuple(map(bytes, part)) if isinstance(part, tuple) else bytes(part)
            for name, part in taken.finish(keys).items()
        },
    }
    return found, count, len(facts)


def _columns(rows: Any) -> dict[str, Any]:
    """Rows as the store gets them, column by column, and as it gives them back."""
    found = {name: _plain(rows[name].to_pylist()) for name in rows.column_names}
    ids = [value.hex() for value in found["trace_id"]]
    whole = zip(found.pop("body"), ids, found["keys"], strict=True)
    found["row"] = [repr(row_columns.unpack(body, one, tuple(map(_text, keys)))) for body, one, keys in whole]
    return found


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _plain(value: Any) -> Any:
    """A value of a column; which of Arrow's types for text it was is of no interest."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.encode() if isinstance(value, str) else value


def both(path: Path, native: Any) -> tuple[int, int, int]:
    """Compare the two ways: rows told without facts, facts made, facts of the usual way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "native", native)
        patch.setattr(row_columns, "native", None)
        usual, _, facts = _said(path, False)
        patch.setattr(row_columns, "native", native)
        made, told, few = _said(path, True)
    for name, expected in usual.items():
        assert made[name] == expected, name
    return told, few, facts


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sketched") / "mail.log"
    words = ["--lines", "6000", "--seed", "7", "--single", str(path)]
    subprocess.run([sys.executable, str(TOP / "bench" / "generate.py"), *words], check=True, capture_output=True)
    return path


def test_made_estate(made: Path, native: Any) -> None:
    told, few, facts = both(made, native)
    assert told * 12 > facts, "few rows are told"
    assert few * 2 < facts, "many facts are made"


def test_stamps_with_parts_of_a_second(made: Path, native: Any, tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text("".join(_stamped(line, 7 * number) for number, line in enumerate(made.open())))
    assert both(path, native)[0] > 100


def test_bundled_logs(native: Any) -> None:
    estate = sorted(path for path in (TOP / "mailwake" / "sample").rglob("*") if path.is_file())
    assert sum(both(path, native)[0] for path in estate) > 10


def _stamped(line: str, number: int) -> str:
    found = re.match(r"(\w{3}) ([ \d]\d) (\S+) ", line)
    if found is None or found[1] not in month_abbr:
        return line
    day = f"{list(month_abbr).index(found[1]):02}-{int(found[2]):02}"
    return f"2026-{day}T{found[3]}.{number % 1_000_000:06}+00:00 {line[found.end() :]}"


def _mixed(line: str, other: str, chance: random.Random) -> str:
    for pattern in chance.sample(PARTS, len(PARTS)):
        theirs = pattern.findall(other)
        if theirs and pattern.search(line):
            return pattern.sub(chance.choice(theirs).replace("\\", r"\\"), line, count=chance.randrange(3))
    return line


def _cut(line: str, chance: random.Random) -> str:
    start, end = sorted((chance.randrange(len(line) + 1), chance.randrange(len(line) + 1)))
    kind = chance.randrange(4)
    if kind == 0:
        return line[:start]
    if kind == 1:
        return line[:start] + line[end:]
    return line[:start] + (chance.choice(WORDS) if kind == 2 else chance.choice('0 ,:;=<>[]()"aZ-#\t@(')) + line[end:]


def _disturbed(lines: list[str], chance: random.Random) -> list[str]:
    """A part of a log with lines lost, twice, damaged, at other places, and with what stands in others."""
    start = chance.randrange(max(len(lines) - 400, 1))
    taken = lines[start : start + 400]
    rate = chance.choice((0.0, 0.01, 0.05, 0.2))
    out: list[str] = []
    for place, line in enumerate(taken):
        if chance.random() >= rate:
            out.append(line)
            continue
        kind = chance.randrange(7)
        if kind == 0:
            out += [line] * chance.randrange(3)
        elif kind == 1:
            out.insert(chance.randrange(max(len(out) - 8, 0), len(out) + 1), line)
        elif kind < 4:
            out.append(_cut(line, chance))
        else:
            out.append(_mixed(line, chance.choice(taken[max(0, place - 20) : place + 20]), chance))
    if chance.random() < 0.1:
        chance.shuffle(out)
    if chance.random() < 0.2:
        out = [_stamped(line, chance.randrange(10**6)) if chance.random() < 0.9 else line for line in out]
    return out


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(min_value=0))
def test_disturbed_estate(made: Path, native: Any, tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path_factory.mktemp("disturbed") / "mail.log"
    text = "\n".join(_disturbed(made.read_text().splitlines(), chance)) + "\n" * chance.randrange(2)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    both(path, native)


@pytest.mark.parametrize("given", [(), ((), [], [], [], True, ""), (None,) * 6])
def test_rules_that_are_none(native: Any, given: tuple[Any, ...]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "native", native)
        with pytest.raises(TypeError):
            columns.columns(WANTED, sketching=True).plain(*given)


def test_facts_that_were_not_made_are_not_forgotten(made: Path, native: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "native", native)
        taken = columns.columns(WANTED, SESSION_KINDS, sketching=True)
        for _ in FactReader(made, zone="UTC", columns=taken):
            pass
        with pytest.raises(ValueError, match="not all facts were made"):
            taken.finish([""] * len(taken.facts))


def test_refusals_of_one_try(native: Any, tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    who = "unknown[192.0.2.9]"
    refusal = "451 4.7.1 Service unavailable - try again later"
    said = (
        f"milter-reject: CONNECT from {who}: {refusal}; proto=SMTP",
        f"milter-reject: EHLO from {who}: {refusal}; proto=SMTP helo=<a.example>",
        f"milter-reject: MAIL from {who}: {refusal}; from=<x@a.example> proto=ESMTP helo=<a.example>",
        f"reject: MAIL from {who}: 450 4.1.8 <x@a.example>: Sender address rejected: Domain not found;"
        " from=<x@a.example> proto=ESMTP helo=<a.example>",
        f"reject: EHLO from {who}: 504 5.5.2 <a>: Helo command rejected: need fully-qualified hostname; proto=SMTP"
        " helo=<a>",
        f"reject: RCPT from {who}: 554 5.7.1 <b@example.com>: Relay access denied; from=<x@a.example>"
        " to=<b@example.com> proto=ESMTP helo=<a.example>",
    )
    lines = [f"Oct  5 00:00:0{number} mx1 postfix/smtpd[7]: NOQUEUE: {text}\n" for number, text in enumerate(said)]
    path.write_text("".join(lines * 2))
    assert both(path, native)[0] > 0
