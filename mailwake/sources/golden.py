"""Golden cases of a source: raw line in, fact out.

A case file `cases/<topic>.json` in the source's folder is a list of objects:

    {"shows": "what the line demonstrates, in a few words",
     "program": "postfix/smtpd", "message": "text after host program[pid]: ",
     "kind": "reject", "key": "", "fields": {...}}

or, for a line of a product's own log file, `"bare": "the whole line"` in place of program and message, with
`"stamp"`, `"host"`, `"pid"` optional; or `"kind": null` for a line that the source must refuse to know.

`kinds.json` beside the cases lists the kinds of records that the vendor documents, and how a line of each is known, by
a regular expression: `{"documented": "where", "kinds": {"name": "pattern"}}`. Each of them has a case.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from mailwake.events.vocabulary import KINDS
from mailwake.sources.api import Source

Case = dict[str, Any]


def cases_in(folder: Path) -> list[tuple[str, Case]]:
    """The cases in a folder, each with a name: topic and what it shows."""
    found: list[tuple[str, Case]] = []
    for path in sorted(folder.glob("*.json")):
        found.extend((f"{path.stem}: {case['shows']}", case) for case in json.loads(path.read_text("utf-8")))
    return found


def uncovered(folder: Path) -> list[str]:
    """The kinds of records that a source's `kinds.json` lists, and of which no line in its cases is known."""
    listed = folder / "kinds.json"
    if not listed.exists():
        return []
    lines = [case.get("bare") or case.get("message", "") for _, case in cases_in(folder / "cases") if case["kind"]]
    kinds: dict[str, str] = json.loads(listed.read_text("utf-8"))["kinds"]
    return [name for name, pattern in kinds.items() if not any(map(re.compile(pattern).search, lines))]


def check(source: Source, case: Case) -> None:
    """Raise AssertionError, with what was expected and what came, where a source does not give what a case says."""
    program, message = case.get("program", ""), case.get("message", "")
    if "bare" in case:
        bare = source.split_bare(case["bare"])
        if bare is None:
            raise AssertionError("split_bare refused the line")
        program, message = bare.program, bare.message
        for name in ("stamp", "host", "pid"):
            if name in case:
                _same(name, getattr(bare, name), case[name])
    parser = source.parser(program)
    if parser is None:
        raise AssertionError(f"{source.name} does not claim the program {program}")
    parsed = parser(message)
    if case["kind"] is None:
        _same("what it says", parsed, None)
        return
    if parsed is None:
        raise AssertionError("not recognised")
    kind, key, fields = parsed
    _same("kind", kind, case["kind"])
    _same("key", key, case.get("key", ""))
    _same("fields", fields, case.get("fields", {}))
    unknown = set(fields) - KINDS[kind].fields
    if unknown:
        raise AssertionError(f"the vocabulary has no such fields of {kind}: {', '.join(sorted(unknown))}")


def _same(what: str, got: object, wanted: object) -> None:
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, expected {wanted!r}")
