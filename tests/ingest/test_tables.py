"""Tables and JSON documents become lines of JSON that say by themselves what they are; encodings of Windows."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from stub import StubSource, put, read

from mailwake.events.fact import LineParser, Parsed
from mailwake.ingest.documents import Documents, is_document
from mailwake.ingest.facts import FactReader
from mailwake.ingest.registry import Registry
from mailwake.ingest.revive import Reviver
from mailwake.ingest.utf16 import encoding_of
from mailwake.sources.api import Bare

DAY = "2026-11-21T10:00:0{}Z"


class Tabled(StubSource):
    """Knows tables with the columns `when` and `id`."""

    def table(self, columns: tuple[str, ...]) -> bool:
        return {"when", "id"} <= set(columns)

    def parser(self, program: str) -> LineParser | None:
        return self._row if program == "tabled" else super().parser(program)

    def split_bare(self, line: str) -> Bare | None:
        if not line.startswith("{"):
            return super().split_bare(line)
        record = json.loads(line)
        return Bare(record["when"], "", "tabled", 0, line) if "when" in record else None

    def _row(self, message: str) -> Parsed | None:
        record = json.loads(message)
        return "note", record.get("id", ""), {"text": record.get("text", "")}


REGISTRY = Registry([Tabled()])


def said(path: Path, **options: Any) -> list[tuple[str, str]]:
    """(key, text) of all records that are known."""
    facts, _ = read(path, registry=REGISTRY, **options)
    return [(fact.key, fact.fields.get("text", "")) for fact in facts if fact.kind == "note"]


TABLE = (
    '#Software: x\r\n#Fields: when,id,text\r\n2026-11-21T10:00:00Z,a,"one, ""two"""\r\n'
    '2026-11-21T10:00:01Z,b,"folded\r\nline"\r\n\r\n2026-11-21T10:00:02Z,c,\r\n'
)
ROWS = [("a", 'one, "two"'), ("b", "folded\nline"), ("c", "")]


@pytest.mark.parametrize("size", [20, 64, 1 << 20])
def test_table(size: int, tmp_path: Path) -> None:
    path = put(tmp_path / "x.log", TABLE)
    assert said(path, size=size) == ROWS
    facts, account = read(path, registry=REGISTRY, size=size)
    assert (account.recognised, account.unknown_count, account.lines) == (3, 0, 3)
    assert json.loads(facts[2].raw) == {"when": "2026-11-21T10:00:02Z", "id": "c"}


def test_row_is_read_again_by_itself(tmp_path: Path) -> None:
    revive = Reviver(REGISTRY)
    for fact in read(put(tmp_path / "x.log", TABLE), registry=REGISTRY)[0]:
        again = revive(fact.ts, fact.host, fact.program, fact.pid, "x.log", fact.raw)
        assert again._replace(origin=fact.origin) == fact


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("before", ["", "\ufeff", '#TYPE Selected.Thing\n"', "\ufeff#TYPE Thing\n"])
def test_headers(delimiter: str, before: str, tmp_path: Path) -> None:
    before = before.removesuffix('"')
    head, row = delimiter.join(['"when"', "text", '"id"']), delimiter.join([DAY.format(1), '"x"', "k"])
    assert said(put(tmp_path / "x.csv", f"{before}{head}\n{row}\n")) == [("k", "x")]


def test_tables_after_each_other(tmp_path: Path) -> None:
    text = TABLE + f"#Fields: id,when\r\nd,{DAY.format(3)}\r\nwhen,id\r\n{DAY.format(4)},e\r\n"
    assert said(put(tmp_path / "x.log", text)) == [*ROWS, ("d", ""), ("e", "")]


@pytest.mark.parametrize("cut", [TABLE.index("2026"), TABLE.index("2026-11-21T10:00:01"), TABLE.rindex("2026")])
def test_goes_on_with_the_header_before(cut: int, tmp_path: Path) -> None:
    number = TABLE[:cut].count("2026-")
    assert said(put(tmp_path / "x.log", TABLE), start=cut) == ROWS[number:]


def test_row_without_end(tmp_path: Path) -> None:
    path = put(tmp_path / "x.log", TABLE + f"{DAY.format(3)},d")
    assert said(path) == ROWS
    path = put(tmp_path / "y.log", TABLE + f"{DAY.format(3)},d,te")
    batches = list(FactReader(path, registry=REGISTRY, zone="UTC"))
    assert batches[-1].half and batches[-1].offset == len(TABLE)
    assert said(path, follow=True) == ROWS
    assert said(put(tmp_path / "z.log", TABLE + f'{DAY.format(3)},d,"te')) == ROWS


def test_quotes_that_do_not_end(tmp_path: Path) -> None:
    rows = "".join(f"{DAY.format(4)},k{number},t\n" for number in range(3000))
    path = put(tmp_path / "x.log", f'{TABLE}{DAY.format(3)},d,"te\n{rows}')
    assert said(path)[3:] == [(f"k{number}", "t") for number in range(3000)]
    assert read(path, registry=REGISTRY)[1].unknown_count == 1


def test_table_of_nobody(tmp_path: Path) -> None:
    facts, account = read(put(tmp_path / "x.csv", "a,b,c,d\n1,2,3,4\n5,6,7,8\n"), registry=REGISTRY)
    assert {fact.kind for fact in facts} == {"unknown"}
    assert any("CSV table" in note for note in account.notes)


RECORDS = [
    {"when": DAY.format(number), "id": f"k{number}", "text": "é\u2028", "more": [{"a": 1}]} for number in range(5)
]
KEYS = [(f"k{number}", "é\u2028") for number in range(5)]
DOCUMENTS = {
    "list": json.dumps(RECORDS),
    "list in lines": json.dumps(RECORDS, indent=4),
    "list of plain text": json.dumps(RECORDS, ensure_ascii=False, indent=1),
    "page": json.dumps({"@odata.context": 'x"[{', "n": 5, "value": RECORDS, "@odata.nextLink": "y"}),
    "page in lines": json.dumps({"value": RECORDS, "other": {"a": [1]}}, indent=2),
    "page of OData 2": json.dumps({"d": {"results": RECORDS}}),
    "pages": json.dumps({"items": RECORDS[:2], "next": "y"}) + "\n" + json.dumps({"items": RECORDS[2:]}, indent=1),
    "one after the other": "\n".join(json.dumps(record, indent=2) for record in RECORDS),
    "lines": "\n".join(map(json.dumps, RECORDS)) + "\n",
}


@pytest.mark.parametrize("size", [50, 1 << 20])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents(name: str, size: int, tmp_path: Path) -> None:
    path = put(tmp_path / "x.json", DOCUMENTS[name])
    assert is_document(DOCUMENTS[name].encode()) is (name != "lines")
    facts, account = read(path, registry=REGISTRY, size=size)
    assert [(fact.key, fact.fields["text"]) for fact in facts] == KEYS
    assert account.lines == 5
    assert "\n" not in facts[0].raw


def test_damaged_document_gives_what_came_before(tmp_path: Path) -> None:
    facts, account = read(put(tmp_path / "x.json", DOCUMENTS["list"][:250]), registry=REGISTRY)
    assert [fact.key for fact in facts] == ["k0", "k1"]
    assert any("no JSON" in note for note in account.notes)


@pytest.mark.parametrize(
    "text", ["", "{", "[", '{"a": "b\n{"a": 1}\n', "[1, 2]\n", "{x} y\n", "[x] y\n", '{"a": 1}\n', "Nov  1 10:00:00 x"]
)
def test_what_is_no_document(text: str) -> None:
    assert not is_document(text.encode()) or not list(Documents().feed(text.encode()))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be with mark", "gz"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    text = TABLE.replace("two", "tw\u00f6\U0001f600")
    data = {
        "utf-16": text.encode("utf-16"),
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be with mark": ("\ufeff" + text).encode("utf-16-be"),
        "gz": gzip.compress(text.encode("utf-16-le")),
    }[encoding]
    path = put(tmp_path / "x.csv", data)
    assert said(path, size=30) == [("a", 'one, "tw\u00f6\U0001f600"'), *ROWS[1:]]


def test_log_in_utf16(tmp_path: Path) -> None:
    path = put(tmp_path / "x.log", "2026-11-21T10:00:00Z mx postfix/smtpd[1]: A1: go\n".encode("utf-16"))
    assert [fact.key for fact in read(path)[0]] == ["A1"]


@pytest.mark.parametrize("start", [b"", b"\0" * 16, b"a\0b", b"Nov  1 10:00:00 ", b"\xff\xfe\0\0a\0\0\0"])
def test_what_is_not_utf16(start: bytes) -> None:
    assert encoding_of(start) == ""
