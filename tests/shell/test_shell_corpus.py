"""The corpus: transcripts of sessions over fake cmdlets, command by command with all that it writes.

A file in `corpus/` is one session. `PS> ` begins a command, `>> ` goes on with it, and what follows to the next `PS> `
is its output, to the last blank line.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from shell_fakes import shell

from mailwake.shell import Limits

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(CORPUS.glob("*.txt"))


def commands(text: str) -> list[tuple[str, str]]:
    """The commands of a transcript with their outputs."""
    made = []
    for part in re.split(r"^PS> ", text, flags=re.MULTILINE)[1:]:
        lines = part.split("\n")
        more = 1
        while more < len(lines) and lines[more].startswith(">> "):
            more += 1
        command = "\n".join([lines[0], *(line.removeprefix(">> ") for line in lines[1:more])])
        made.append((command, "\n".join(lines[more:])))
    return made


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_transcript(path: Path) -> None:
    session, out = shell(limits=Limits(steps=200_000))
    for command, expected in commands(path.read_text()):
        out.seek(0)
        out.truncate()
        session.run(command)
        assert out.getvalue() == expected, command


def test_corpus_is_large() -> None:
    told = [command for path in FILES for command, _ in commands(path.read_text())]
    assert len(told) >= 250
    assert len(set(told)) > len(told) - 5
