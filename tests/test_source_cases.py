"""Golden cases of all sources: raw line in, fact out.

A case file `mailwake/sources/<name>/cases/<topic>.json` is a list of objects:

    {"shows": "what the line demonstrates, in a few words",
     "program": "postfix/smtpd", "message": "text after host program[pid]: ",
     "kind": "reject", "key": "", "fields": {...}}

or, for a line of a product's own log file, `"bare": "the whole line"` in place of program and message, with
`"stamp"`, `"host"`, `"pid"` optional; or `"kind": null` for a line that the source must refuse to know.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailwake.events.vocabulary import KINDS
from mailwake.sources.api import Source, all_sources

ROOM = Path(__file__).parent.parent / "mailwake" / "sources"


def _cases() -> list[tuple[str, Source, dict[str, Any]]]:
    found = []
    for source in all_sources():
        for path in sorted((ROOM / source.name / "cases").glob("*.json")):
            for case in json.loads(path.read_text()):
                found.append((f"{source.name}/{path.stem}: {case['shows']}", source, case))
    return found


@pytest.mark.parametrize(("source", "case"), [pytest.param(s, c, id=name) for name, s, c in _cases()])
def test_case(source: Source, case: dict[str, Any]) -> None:
    program, message = case.get("program"), case.get("message")
    if "bare" in case:
        bare = source.split_bare(case["bare"])
        assert bare is not None, "split_bare refused the line"
        program, message = bare.program, bare.message
        for name in ("stamp", "host", "pid"):
            if name in case:
                assert getattr(bare, name) == case[name], name
    assert isinstance(program, str) and isinstance(message, str)
    parser = source.parser(program)
    assert parser is not None, f"{source.name} does not claim {program}"
    parsed = parser(message)
    if case["kind"] is None:
        assert parsed is None
        return
    assert parsed is not None, "not recognised"
    kind, key, fields = parsed
    assert (kind, key, fields) == (case["kind"], case.get("key", ""), case.get("fields", {}))
    assert set(fields) <= KINDS[kind].fields, "a field that the vocabulary does not have"


def test_every_source_has_cases() -> None:
    for source in all_sources():
        assert list((ROOM / source.name / "cases").glob("*.json")), f"{source.name} has no cases"
