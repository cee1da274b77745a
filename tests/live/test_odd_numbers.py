"""Sizes and counts that no message has, in lines of every product: nothing fails, whatever order they come in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from logs import trace

from mailwake.operations import importing
from mailwake.store.row_columns import pack, unpack
from tests.live.mutations import seeds

_NUMBER = re.compile(rb"(?<![\w.:/@-])\d+(?![\w.:/@-])")
"""A number that stands alone: no part of a time, an address or a name."""
ODD = ("9" * 22, "1e30", "12.5", "-7", "1e400", "0" * 30)


@pytest.mark.parametrize("value", ODD)
def test_numbers_nobody_expects(value: str, tmp_path: Path) -> None:
    lines = [_NUMBER.sub(value.encode(), line.replace(b"\n", b" ")) for line in seeds()]
    half = len(lines) // 2
    for number, part in enumerate((lines[half:], lines[:half], lines)):  # what is late makes earlier rows anew
        path = tmp_path / f"mail{number}.log"
        path.write_bytes(b"\n".join(part) + b"\n")
        account = importing.run(tmp_path / "data", [str(path)])
        assert not [note for note in account.notes if "Error" in note]


def test_a_size_beyond_64_bits_comes_back_from_the_store() -> None:
    row = trace(f"""
10:00:00 mx postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 mx postfix/qmgr[3]: A000000001: from=<a@example.net>, size={10**22 + 1}, nrcpt=1 (queue active)
10:00:01 mx postfix/smtp[4]: A000000001: to=<x@example.org>, relay=none, delay=1, dsn=2.0.0, status=sent (ok)
""")[0]
    assert row.size == 10**22 + 1
    assert unpack(pack(row), row.trace_id, row.keys) == row
