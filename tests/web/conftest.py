"""A serving process and a browser, both for all tests of the pages."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from visiting import browser, site, visit

__all__ = ["browser", "site", "visit"]
