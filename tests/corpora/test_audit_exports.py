"""Exports of audit records that others published: every record is kept, and searches find what a plain scan finds."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from corpora import CORPORA
from logs import folder

from mailwake.audit.imported import own_id, record_of
from mailwake.ingest.facts import FactReader
from mailwake.operations import importing
from mailwake.operations.contract import all_operations
from mailwake.operations.local import open_context
from mailwake.operations.perform import perform

M365 = CORPORA / "m365"
TABLES = sorted(M365.glob("*/**/*.csv"))
MESSAGES = sorted(M365.glob("SEKOIA*/Office 365/o365/tests/*.json"))
XML = sorted(M365.glob("*/*.xml"))
pytestmark = pytest.mark.skipif(not M365.is_dir(), reason="other people's exports are not here")
csv.field_size_limit(1 << 24)


def scanned(path: Path) -> list[dict[str, Any]]:
    """The records of a table, read plainly."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [json.loads(row["AuditData"]) for row in csv.DictReader(file) if row.get("AuditData")]


@pytest.mark.parametrize("path", TABLES, ids=[path.name for path in TABLES])
def test_every_record_of_a_table_is_kept(path: Path) -> None:
    reader = FactReader(path, zone="UTC")
    facts = [fact for batch in reader for fact in batch.facts]
    assert {fact.kind for fact in facts} == {"audited"}
    records = [record_of(fact) for fact in facts]
    plain = scanned(path)
    assert [json.loads(record.raw) for record in records] == plain
    assert all(record.observation.ts for record in records)
    distinct = {json.dumps(one, sort_keys=True) for one in plain}
    assert len({record.id for record in records}) == len(distinct), "duplicates are recognised, and nothing else"


@pytest.mark.parametrize("path", MESSAGES, ids=[path.stem for path in MESSAGES])
def test_a_single_record(path: Path, tmp_path: Path) -> None:
    message = json.loads(path.read_text())["input"]["message"]
    log = tmp_path / "records.json"
    log.write_text(message if message.endswith("\n") else message + "\n")
    facts = [fact for batch in FactReader(log, zone="UTC") for fact in batch.facts]
    (record,) = [record_of(fact) for fact in facts if fact.kind == "audited"]
    original = json.loads(message)
    assert json.loads(record.raw) == original
    assert record.observation.action == original["Operation"]
    assert record.record_type == original["RecordType"]


@pytest.mark.parametrize("path", XML, ids=[path.name for path in XML])
def test_search_result_as_it_was_published(path: Path) -> None:
    facts = [fact for batch in FactReader(path, zone="UTC") for fact in batch.facts]
    (record,) = [record_of(fact) for fact in facts if fact.kind == "audited"]
    act = record.observation
    assert act.action == "HardDelete" and act.mailbox and act.actor and act.items[0].subject
    assert "Id" in json.loads(record.raw)["SourceItems"][0]


@pytest.fixture(scope="module")
def store() -> Iterator[Path]:
    """All tables, imported twice."""
    with folder() as place:
        for _ in range(2):
            importing.run(place, [str(path) for path in TABLES], zone="UTC")
        yield place


def search(store: Path, **given: Any) -> list[dict[str, Any]]:
    """The unified audit log, all pages."""
    operation = all_operations()["search-unified-audit-log"]
    given |= {"StartDate": datetime(2000, 1, 1, tzinfo=UTC), "EndDate": datetime(2030, 1, 1, tzinfo=UTC)}
    given |= {"ResultSize": 5000}
    with open_context(store) as context:
        answer = perform(operation, context, operation.input.model_validate(given))
        return [item.model_dump(mode="json", by_alias=True) for item in answer]


@pytest.mark.slow
def test_searches_find_what_a_scan_finds(store: Path) -> None:
    whole = {json.dumps(one, sort_keys=True): one for path in TABLES for one in scanned(path)}
    plain = list(whole.values())

    def ids(found: Any) -> Counter[str]:
        return Counter(own_id(one["Id"]) for one in found)

    def got(**given: Any) -> Counter[str]:
        return ids(json.loads(one["AuditData"]) for one in search(store, **given))

    assert got() == ids(plain)
    for name, _ in Counter(one["Operation"] for one in plain).most_common(4):
        assert got(Operations=name.lower()) == ids(one for one in plain if one["Operation"] == name), name
    for user, _ in Counter(one["UserId"] for one in plain).most_common(3):
        wanted = ids(one for one in plain if one["UserId"].casefold() == user.casefold())
        assert got(UserIds=[user]) == wanted, user
    for kind in (1, 50):
        assert got(RecordType=str(kind)) == ids(one for one in plain if one["RecordType"] == kind)
    for text in ("InboxRule", "powershell"):
        assert got(FreeText=text) == ids(one for one in plain if text.casefold() in json.dumps(one).casefold()), text
