"""What users read does not speak of how or where the product was built."""

from __future__ import annotations

from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
BINARY = {".pyc", ".mo", ".png", ".ico", ".gz", ".zst", ".woff2", ".db", ".parquet"}
PLACES = ("README*", "CHANGELOG*", "CONTRIBUTING*", "docs/**/*", "mailwake/**/*")
FORBIDDEN = (
    "helper agent",
    "subagent",
    "sub-agent",
    "/work/",
    "/tmp/bash_jobs",
    "registry.npmjs.org",
    "proxy.golang.org",
    "files.pythonhosted.org",
)
FILES = sorted(
    path
    for place in PLACES
    for path in TOP.glob(place)
    if path.is_file() and path.suffix not in BINARY and "__pycache__" not in path.parts
)


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(TOP)) for path in FILES])
def test_text_is_about_the_product(path: Path) -> None:
    text = path.read_text(errors="replace").lower()
    assert not [words for words in FORBIDDEN if words in text]
