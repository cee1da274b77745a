"""Damaged tracking logs and reports: nothing crashes, no row is made up, and what is whole is still told."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from logs import folder

from mailwake.operations.opening import FileBackend
from mailwake.sources.exchange import SOURCE
from mailwake.store.query import And

ROOM = Path(__file__).parents[2] / "mailwake" / "sources" / "exchange" / "cases"
LINES = [
    case.get("bare") or case["message"] for path in sorted(ROOM.glob("*.json")) for case in json.loads(path.read_text())
]
PIECES = [*'",;{}[]<>@', "##", "\0", "9" * 40, "null", "[]", "{}", "/Date(1)/", "\udcff"]


def damaged(text: str, chance: random.Random) -> str:
    """A text with pieces put in, taken out and doubled."""
    for _ in range(chance.choice([1, 1, 3, 10])):
        place, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        kind = chance.randrange(4)
        if kind == 0:
            text = text[:place] + chance.choice(PIECES) + text[place:]
        elif kind == 1:
            text = text[:place] + text[min(end, place + 20) :]
        elif kind == 2:
            text = text[:place] + text[place : place + 30] * 2 + text[place:]
        else:
            text = text[:end]
    return text


def test_any_line() -> None:
    """Sources give a record or none; they never raise, and keys and addresses stay texts."""
    chance = random.Random(5)
    for _ in range(6000):
        line = damaged(chance.choice(LINES), chance)
        bare = SOURCE.split_bare(line)
        parser = SOURCE.parser(bare.program) if bare else None
        parsed = parser(bare.message) if bare and parser else None
        if parsed is not None:
            kind, key, fields = parsed
            assert isinstance(key, str) and kind
            for name in ("recipients", "statuses", "replies", "names", "events"):
                assert all(isinstance(item, str) for item in fields.get(name, ()))
            if kind == "traced":
                assert len(fields["recipients"]) == len(fields["statuses"])


@pytest.mark.parametrize("seed", range(12))
def test_any_file(seed: int) -> None:
    """Whole files: what could not be read is said, and no journey is left that could not be worked out."""
    chance = random.Random(seed)
    records = [line for line in LINES if line.startswith("{")]
    whole = chance.choice(["[" + ",".join(records) + "]", "\n".join(LINES), json.dumps({"value": records})])
    for _ in range(4):
        with folder() as place:
            path = place / "x.json"
            path.write_bytes(damaged(whole, chance).encode("utf-8", "surrogateescape"))
            backend = FileBackend((str(path),), zone="UTC")
            assert not [note for note in backend.account.notes if "failed" in note or "could not be read" in note]
            remarks = [row.remark for row in backend.search(And(()), 10_000)]
            assert not [remark for remark in remarks if "could not be worked out" in remark]
