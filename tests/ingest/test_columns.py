"""What is read in bulk is what is read line by line: shapes against parsers, and the native part against Python.

The native part is compiled for this, whatever is installed; without a C compiler only the shapes are tested.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from amounts import few
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwake.events import shape as shapes
from mailwake.events.fact import Fact
from mailwake.ingest import columns
from mailwake.ingest.facts import FactReader
from mailwake.ingest.shapes import loadable
from mailwake.sources import api
from mailwake.store import facts as stored_facts
from mailwake.store import row_columns
from mailwake.store.rows import Row
from mailwake.trace.buckets import FILING
from mailwake.trace.harvest import harvest

TOP = Path(__file__).parents[2]
WANTED = frozenset(FILING)
SLOW = settings(max_examples=200, deadline=None)


def _damaged(text: str, chance: random.Random) -> str:
    """A text with a piece missing, twice, or a character that was another."""
    if not text:
        return text
    start, end = sorted((chance.randrange(len(text)), chance.randrange(len(text) + 1)))
    kind = chance.randrange(4)
    if kind < 2:
        return text[:start] + text[end if kind else start + 1 :]
    if kind == 2:
        return text[:end] + text[start:]
    return text[:start] + chance.choice("0 ,:;=<>[]()\"'aZ-#é\udc80\t") + text[start + 1 :]


def _messages() -> Iterator[tuple[str, str]]:
    """Program and message of every golden case, whole and damaged."""
    chance = random.Random(3)
    for path in sorted(TOP.glob("mailwake/sources/*/cases/*.json")):
        for case in json.loads(path.read_text()):
            if "program" in case:
                yield case["program"], case["message"]
                yield from ((case["program"], _damaged(case["message"], chance)) for _ in range(30))


def test_a_shape_says_what_the_parser_says() -> None:
    met = set()
    for program, message in _messages():
        if not message.isascii() or not message or message[-1] <= " " or message[-4:-3] == "#":
            continue  # shapes are not asked for these
        parser = api.parser_for(program)
        for shape in api.shapes_for(program):
            said = shape.read(message)
            if said is not None:
                met.add(shape.pattern)
                assert parser is not None
                assert said == parser(message), (program, message)
                break
    known = {
        shape.pattern
        for program in ("postfix/smtpd", "postfix/smtp", "postfix/qmgr", "postfix/postscreen", "dovecot", "amavis")
        for shape in api.shapes_for(program)
    }
    assert known <= met


def _log(tmp: Path, lines: list[str], name: str = "mail.log") -> Path:
    path = tmp / name
    path.write_bytes("".join(lines).encode("utf-8", "surrogateescape"))
    return path


def _both(path: Path, native: Any, monkeypatch: pytest.MonkeyPatch, size: int = 1 << 16) -> None:
    """Assert that a file gives the same facts, account, columns and rows either way."""
    plain = FactReader(path, size=size)
    facts = [fact for batch in plain for fact in batch.facts]
    monkeypatch.setattr(columns, "native", native)
    taken = columns.columns(WANTED)
    reader = FactReader(path, size=size, columns=taken)
    ends = [batch.offset for batch in reader]
    assert ends == [batch.offset for batch in FactReader(path, size=size)]
    assert vars(reader.account) == vars(plain.account)
    first: dict[Any, Fact] = {}
    for fact in facts:
        first.setdefault((*fact[:4], fact.raw), fact)
    facts = list(first.values())
    assert taken.facts == [fact for fact in facts if fact.kind in WANTED]
    expected, made = harvest(facts), harvest(taken.facts)
    assert (made.rows, made.left) == (expected.rows, expected.left)
    names = {"host": taken.hosts, "program": taken.programs, "kind": taken.kinds, "source": taken.sources}
    rows = taken.rows
    table = stored_facts.table_of_columns(rows, taken.finish(made.keys), names)
    assert _bytes(table) == (_bytes(stored_facts.table(facts, expected.keys, 0)) if facts else [])


def _bytes(table: Any) -> list[dict[str, Any]]:
    """Rows of a table, text as bytes."""
    return [
        {k: v.encode("utf-8", "surrogateescape") if isinstance(v, str) else v for k, v in row.items()}
        for row in table.to_pylist()
    ]


@pytest.fixture(scope="module", params=["rfc3164", "rfc3339"])
def estate(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Lines of a made-up estate."""
    path = tmp_path_factory.mktemp("estate") / "mail.log"
    words = ["--lines", "4000", "--seed", "5", "--single", str(path), "--stamp", request.param]
    subprocess.run([sys.executable, str(TOP / "bench" / "generate.py"), *words], check=True, capture_output=True)
    return path.read_text().splitlines(keepends=True)


KINDS = ["whole", "damaged", "half", "doubled", "returns", "zeros", "escaped", "solaris"]


@pytest.mark.parametrize("kind", few(KINDS))
def test_an_estate(estate: list[str], kind: str, native: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    lines = estate
    if kind == "half":
        lines = [*lines[:-1], lines[-1][:-20]]
    elif kind == "damaged":
        lines = [_damaged(line[:-1], chance) + "\n" if chance.random() < 0.2 else line for line in lines]
    elif kind == "doubled":
        lines = [line for line in lines for _ in range(1 + (chance.random() < 0.1))] + lines[:300]
    elif kind == "returns":
        lines = [line[:-1] + "\r\n" if chance.random() < 0.5 else line for line in lines]
    elif kind == "zeros":
        lines = [line[:40] + "\0\0" + line[40:] if chance.random() < 0.1 else line for line in lines]
    elif kind == "escaped":
        lines = [line[:-1] + "#012\n" if chance.random() < 0.3 else line for line in lines]
    elif kind == "solaris":
        lines = [line.replace("]: ", "]: [ID 197553 mail.info] ", 1) for line in lines]
    _both(_log(tmp_path, lines), native, monkeypatch)


def test_the_sample_estate(native: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in sorted((TOP / "mailwake" / "sample" / "estate").rglob("*.log")):
        _both(path, native, monkeypatch, size=4096)


def test_sections_and_products_files(native: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        "==> mail.log <==\n",
        "Nov 21 10:00:00 mx postfix/qmgr[7]: 1CA6A3A450: removed\n",
        "\n",
        "==> exim4/mainlog <==\n",
        "2026-11-21 10:00:01 1vMabc-000001-AB <= a@example.com H=mx.example.net [192.0.2.1] P=esmtp S=100\n",
        "2026-11-21 10:00:02 1vMabc-000001-AB => b@example.org R=dnslookup T=remote_smtp H=mx [192.0.2.2]\n",
        "a line of nobody's\n",
        "Nov 21 10:00:03 mx postfix/qmgr[7]: 1CA6A3A451: removed\n",
        "Nov 21 10:00:03 mx rsyslogd: imuxsock lost 12 messages from pid 5 due to rate-limiting\n",
        "Nov 21 10:00:03 mx cron[5]: (root) CMD (true)\n",
        "Nov 21 10:00:04 mx rspamd[7]: \xe9 \udcff\n",
    ]
    for size in (64, 1 << 16):
        _both(_log(tmp_path, lines), native, monkeypatch, size=size)


@SLOW
@given(
    st.lists(
        st.text(st.sampled_from('ab(<>)=, :;"0'), max_size=12),
        min_size=1,
        max_size=20,
    ),
    st.data(),
)
def test_the_matcher_is_that_of_re(native: Any, texts: list[str], data: st.DataObject) -> None:
    pattern = data.draw(
        st.sampled_from(
            [
                r"([ab]+)(?: \(([^)]*)\))?(.*)\Z",
                r"(a{1,3}|b*0)(.*), (?:([^ ]+)=)?(.*)\Z",
                r"([ab]{2,}b[a]{1,2}|[0]{1,3})(?:\.)?: ",
                r"<([^<>]*)>,? ?(.*); (.*)",
                r"(a|ab)(c|b?)(.*):(0)\Z",
            ]
        )
    )
    made = shapes.Shape(pattern, "noise", 0, tuple(shapes.text(str(n), n) for n in range(1, 5)))
    groups = re.compile(pattern).groups
    made = made._replace(kind="deliver", fields=made.fields[:groups])
    found = (("mx", "x", 0, lambda _: None), loadable([made]))
    taken = native.Columns(Fact, WANTED, frozenset(), lambda _: found, str)
    for number, message in enumerate(texts):
        if not message or message[-1] <= " " or message[0] == "[":
            continue
        line = f"Nov 21 10:00:00 x: {message}"
        taken.bsd(line.encode(), 0, {line[:15]: number + 1}, int, "f", None, False)
        said = made.read(message)
        last = taken.facts[-1] if taken.facts and taken.facts[-1].ts == number + 1 else None
        assert (said is None) == (last is None), (pattern, message)
        if said is not None and last is not None:
            assert last[4:7] == said


def test_numbers(native: Any) -> None:
    made = shapes.Shape(r"([0-9]+) ([0-9.]+)\Z", "deliver", 0, (shapes.whole("size", 1), shapes.decimal("delay", 2)))
    found = (("mx", "x", 0, lambda _: None), loadable([made]))
    taken = native.Columns(Fact, WANTED, frozenset(), lambda _: found, str)
    for size, delay in ((0, "0"), (10**17, "0.1"), (7, "12345.678"), (7, "1.2345678901234"), (9, "300000.07")):
        line = f"Nov 21 10:00:00 x: {size} {delay}"
        taken.bsd(line.encode(), 0, {line[:15]: 1}, int, "f", None, False)
        assert taken.facts[-1].fields == {"size": size, "delay": float(delay)}


def test_what_is_no_shape_is_refused() -> None:
    for pattern in (r"\d+", r"a+?", r"(?=a)", r"a{2}(bc)+", r"é", r"(?i)a"):
        with pytest.raises(ValueError):
            loadable([shapes.Shape(pattern, "noise")])


_TEXTS = st.text(max_size=20) | st.binary(max_size=20).map(lambda data: data.decode("utf-8", "surrogateescape"))
_MAYBE = st.none() | _TEXTS


@st.composite
def _rows(draw: st.DrawFn) -> Row:
    """Rows as a log of any bytes can make them."""
    made = {name: draw(_TEXTS) for name in ("status", "detail", "reason", "from_ip", "message_id")}
    made |= {name: draw(_MAYBE) for name in ("sender", "recipient", "original_recipient", "subject")}
    made |= {name: tuple(draw(st.lists(_TEXTS, max_size=3))) for name in ("hosts", "queue_ids", "keys")}
    numbers = {"received": draw(st.integers(0, 1 << 55)), "size": draw(st.integers(-5, 1 << 70))}
    trace_id = f"{draw(st.integers(0, (1 << 128) - 1)):032x}"
    empty = Row._make(["" for _ in Row._fields])
    return empty._replace(**made, **numbers, trace_id=trace_id, leaf=draw(st.integers(0, 9)), attempts=1, last=0)


def _plain(value: Any) -> Any:
    """A value of a column; which of Arrow's types for text it was is of no interest."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.encode() if isinstance(value, str) else value


@SLOW
@given(st.lists(_rows(), max_size=5))
def test_rows_become_columns_as_in_python(native: Any, rows: list[Row]) -> None:
    with patch.object(row_columns, "native", native):
        made = row_columns.table(rows)
    with patch.object(row_columns, "native", None):
        plain = row_columns.table(rows)
    assert set(made.column_names) == set(plain.column_names)
    for name in set(made.column_names) - {"body"}:
        assert _plain(made[name].to_pylist()) == _plain(plain[name].to_pylist()), name
    for row, body in zip(rows, made["body"].to_pylist(), strict=True):
        if row.size < 1 << 63:
            assert row_columns.unpack(body, row.trace_id, row.keys) == row


@pytest.mark.parametrize(
    "row",
    [
        (),
        Row._make([""] * len(Row._fields)),
        Row._make([0] * len(Row._fields)),
        Row._make([None] * len(Row._fields)),
    ],
)
def test_what_is_no_row_is_refused(native: Any, row: Any) -> None:
    for wanted in row_columns._WANTED:
        try:
            native.rows([row], (wanted,))
        except (ValueError, TypeError, OverflowError):
            continue
        assert row and isinstance(row, Row)
    with pytest.raises((ValueError, TypeError)):
        native.rows([row], row_columns._WANTED)
    for wanted in ((9, 0, 0, 0), (-1, 0, 0, 0), (0, -1, 0, 0), (0, 99, 0, 0), (0,)):
        with pytest.raises((ValueError, TypeError)):
            native.rows([row], (wanted,))
