"""What somebody at a browser waits for: from asking for a page of the trace until its first row is painted.

    python bench/browser.py --data-dir DIR [--times 30] [--browser /usr/bin/chromium]

DIR is a store that may be written to; `mailwake serve` is started on it, and a browser without a window visits it
(Playwright is among the development tools). Printed: for each kind of page p50 and p95 in ms by the clock, of the
browser and, inside that, until the first byte came. Values differ from run to run; the first of a kind is not counted.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from people import PASSWORD, _run, _signed_in, _words

if TYPE_CHECKING:
    from playwright.sync_api import Page

LISTEN = "127.0.0.1:8197"
PAINTED = """() => new Promise((seen) => requestAnimationFrame(() => setTimeout(() => seen(
  [performance.now(), performance.getEntriesByType('navigation')[0].responseStart]))))"""
"""ms since navigation began when a frame with what is there now has been painted, and when the first byte came."""


@contextmanager
def served(data_dir: Path) -> Iterator[str]:
    """Address of a serving process."""
    command = [sys.executable, "-m", "mailwake", "--data-dir", str(data_dir), "serve", "--listen", LISTEN]
    with tempfile.TemporaryDirectory() as name:
        log = Path(name) / "serve.log"
        with log.open("w") as said:
            server = subprocess.Popen(command, stderr=said)
        try:
            while not (found := re.search(r"Mailwake serves (\S+)/\n", log.read_text())):
                if server.poll() is not None:
                    sys.exit(log.read_text())
                time.sleep(0.1)
            yield found[1]
        finally:
            server.terminate()
            server.wait(60)


def listed(page: Page, address: str) -> tuple[float, float]:
    """ms until the first row is painted, and until the first byte."""
    page.goto(address, wait_until="domcontentloaded")
    page.locator("#results").wait_for()
    seen, first = page.evaluate(PAINTED)
    return seen, first


def opened(page: Page, number: int) -> tuple[float, float]:
    """ms from a click on a row until its message is painted."""
    page.evaluate(
        "document.getElementById('flyout').close(); document.getElementById('flyout-content').textContent = ''"
    )
    link = page.locator("#grid a.open").nth(number)
    link.evaluate("(one) => { window.asked = performance.now(); one.click(); }")
    page.locator("#flyout .body").wait_for()
    seen, _ = page.evaluate(PAINTED)
    return seen - page.evaluate("window.asked"), 0.0


def measure(page: Page, words: dict[str, list[str]], times: int) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """Each kind of page with what it took each time."""
    any_time = "/messagetrace/?range=all"
    kinds = {
        "newest": [any_time] * (times + 1),
        "recipient": [f"{any_time}&recipient={quote(random.choice(words['recipients']))}" for _ in range(times + 1)],
        "sender": [f"{any_time}&sender={quote(random.choice(words['senders']))}" for _ in range(times + 1)],
        "failed": [f"{any_time}&status=Failed"] * (times + 1),
    }
    for kind, addresses in kinds.items():
        yield kind, [listed(page, address) for address in addresses][1:]
    listed(page, any_time)
    rows = min(page.locator("#grid a.open").count(), times + 1)
    yield "message (fly-out)", [opened(page, number) for number in range(rows)][1:]


def main() -> None:
    """Measure and print."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--browser", default="/usr/bin/chromium")
    given = parser.parse_args()
    random.seed(1)
    words = _words(given.data_dir)
    if "bench" not in _run(given.data_dir, "user", "list", "--csv"):
        _run(given.data_dir, "user", "add", "bench", "--password", PASSWORD, "--role-groups", "Organization Management")
    with served(given.data_dir) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.browser, args=["--no-sandbox"])
        context = browser.new_context(base_url=url, viewport={"width": 1360, "height": 860}, timezone_id="UTC")
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in _signed_in(url).items()])
        for kind, took in measure(context.new_page(), words, given.times):
            seen, first = (sorted(part) for part in zip(*took, strict=True))
            told = {"page": kind, "p50": round(seen[len(seen) // 2]), "p95": round(seen[int(len(seen) * 0.95)])}
            if first[-1]:
                told |= {"first byte p50": round(first[len(first) // 2])}
            print(json.dumps(told), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
