"""Documents with what JSON allows and few libraries take: nothing stops the reading, nothing is silently left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailwake.events.jsontext import dumps
from mailwake.ingest.facts import FactReader

RECORD = {
    **{"CreationTime": "2026-11-20T08:20:11", "Id": "1c0a2b6e-5f7d-4a8f-8d33-3e9d1b2c4f50", "Operation": "SoftDelete"},
    **{"RecordType": 3, "UserId": "ola@example.org", "Workload": "Exchange", "OrganizationId": "8c1f5c1e"},
}


def _deep(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


@pytest.mark.parametrize(
    "odd", ["1" + "0" * 30, r'"\ud800 and more"', "-1e999", _deep(300), _deep(900), '"' + "x" * 200_000 + '"']
)
@pytest.mark.parametrize("form", ["[{}]", '{{"value": [\n{}\n]}}', "{}"])
def test_a_document_is_read_whatever_a_member_says(odd: str, form: str, tmp_path: Path) -> None:
    record = json.dumps(RECORD, indent=1)[:-1] + f', "Odd": {odd}' + "}"
    file = tmp_path / "audit.json"
    file.write_text(form.format(record))
    facts = [fact for batch in FactReader(file) for fact in batch.facts]
    assert [fact.kind for fact in facts] == ["audited"]
    assert json.loads(facts[0].raw)["Odd"] is not None or odd == "-1e999"


@pytest.mark.parametrize("levels", [5_000, 200_000])
def test_what_nests_without_end_is_told(levels: int, tmp_path: Path) -> None:
    file = tmp_path / "audit.json"
    file.write_text("[" + json.dumps(RECORD)[:-1] + f', "Odd": {_deep(levels)}' + "}]")
    reader = FactReader(file)
    facts = [fact for batch in reader for fact in batch.facts]
    assert facts or any(str(file) in note for note in reader.account.notes)


@pytest.mark.parametrize("levels", [300, 5_000])
def test_elements_within_elements(levels: int, tmp_path: Path) -> None:
    file = tmp_path / "SearchResult.xml"
    inner = "<a>" * levels + "</a>" * levels
    file.write_text(
        '<SearchResults><Event MailboxGuid="b" Owner="o" Operation="SoftDelete" LastAccessed="2026-11-20T08:20:11">'
        f"{inner}</Event></SearchResults>"
    )
    reader = FactReader(file)
    facts = [fact for batch in reader for fact in batch.facts]
    assert facts or any(str(file) in note for note in reader.account.notes)


def test_one_line() -> None:
    assert dumps({"b": 1, "a": [10**30, "\ud800"]}) == '{"b":1,"a":[1000000000000000000000000000000,"\\ud800"]}'
