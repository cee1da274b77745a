"""Write the log of the demo organization anew: `make_contoso.py`. The same bytes come out every time.

The logs go to mailwake/sample/contoso/; names of the domain and days are put in when they are used.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sample_estate import contoso
from sample_estate.book import Book

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261117


def main() -> int:
    """Write everything."""
    book = Book(SEED)
    post = contoso.Post(book)
    for story in contoso.STORIES:
        story(book, post)
    total = 0
    for name, text in book.files().items():
        if name.endswith("rspamd.log"):
            continue  # mx1's own log says enough
        file = ROOT / "mailwake" / "sample" / "contoso" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        total += text.count("\n")
    print(f"{total} lines", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
