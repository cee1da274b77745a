"""Write the bundled sample estate anew: `make_sample.py`. The seed is fixed, so the same bytes come out every time.

The logs go to mailwake/sample/estate/, the rows that a trace of them has to show to tests/lab/sample.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sample_estate import second_site, stories_in, stories_out
from sample_estate.book import Book

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261116


def main() -> int:
    """Write everything."""
    book = Book(SEED)
    for story in (*stories_in.STORIES, *stories_out.STORIES, *second_site.STORIES):
        story(book)
    total = 0
    for name, text in book.files().items():
        file = ROOT / "mailwake" / "sample" / "estate" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        total += text.count("\n")
    rows = sorted(book.rows, key=lambda row: [value or "" for value in row])
    lines = ",\n".join(json.dumps(row) for row in rows)
    (ROOT / "tests" / "lab" / "sample.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{total} lines, {len(rows)} rows", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
