"""What somebody at a browser waits for: from asking for a page of the trace until its first row is painted.

    python bench/browser.py --data-dir DIR [--times 30] [--browser /usr/bin/chromium]

DIR is a store that may be written to; `mailwake serve` is started on it, and a browser without a window visits it
(Playwright is among the development tools). Printed for each kind of page, in ms: p50 and p95 by the page's own
clock until a frame with its first row has been painted; the same as Playwright sees it from outside ("told"), which
asks the page three questions before it knows; until the first byte came; and processor time of the browser's main
thread and of the server until then, medians. Values differ from run to run; the first of a kind is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from people import PASSWORD, _run, _signed_in, _words

if TYPE_CHECKING:
    from playwright.sync_api import Page

LISTEN = "127.0.0.1:8197"
WATCH = """
window.painted = null;
window.watch = (selector) => {
  window.painted = null;
  const look = () => document.querySelector(selector) && (seen.disconnect(),
    requestAnimationFrame(() => setTimeout(() => { window.painted = performance.now(); })));
  const seen = new MutationObserver(look);
  seen.observe(document, {childList: true, subtree: true});
};
watch("#grid tbody tr");
"""
"""Runs before each page: notes when (ms since navigation began) a frame with what is waited for has been painted."""
PAINTED = """() => new Promise((seen) => requestAnimationFrame(() => setTimeout(() => seen(
  [performance.now(), performance.getEntriesByType('navigation')[0].responseStart]))))"""
"""The same asked from outside, and when the first byte came."""
_TICK = 1000 / os.sysconf("SC_CLK_TCK")


class Took(NamedTuple):
    """Of one page, ms."""

    painted: float
    told: float
    first_byte: float
    browser: float
    """Processor time of its main thread."""
    server: float


class Clock:
    """A page of a browser, and the process that serves it."""

    def __init__(self, page: Page, server: int) -> None:
        self.page, self._server = page, server
        self._tools = page.context.new_cdp_session(page)
        self._tools.send("Performance.enable")
        self._before = (0.0, 0.0)

    def start(self) -> None:
        """Note what was used before; the browser's count begins anew with each navigation."""
        self._before = self._used()

    def took(self, since: float = 0.0, *, anew: bool = True) -> Took:
        """What it took until now. since: ms of the page's clock; anew: whether there was a navigation."""
        told, first_byte = self.page.evaluate(PAINTED)
        painted = self.page.wait_for_function("window.painted").json_value()
        browser, server = self._used()
        return Took(
            painted - since,
            told - since,
            first_byte if anew else 0.0,
            browser if anew else browser - self._before[0],
            server - self._before[1],
        )

    def _used(self) -> tuple[float, float]:
        metrics = {one["name"]: one["value"] for one in self._tools.send("Performance.getMetrics")["metrics"]}
        words = Path(f"/proc/{self._server}/stat").read_text().rpartition(")")[2].split()
        return metrics["TaskDuration"] * 1000, (int(words[11]) + int(words[12])) * _TICK


@contextmanager
def served(data_dir: Path) -> Iterator[tuple[str, int]]:
    """Address and id of a serving process."""
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
            yield found[1], server.pid
        finally:
            server.terminate()
            server.wait(60)


def listed(clock: Clock, address: str) -> Took:
    """A page of the trace."""
    clock.start()
    clock.page.goto(address, wait_until="domcontentloaded")
    clock.page.locator("#results").wait_for()
    return clock.took()


def opened(clock: Clock, number: int) -> Took:
    """From a click on a row until its message is painted."""
    page = clock.page
    page.evaluate(
        "document.getElementById('flyout').close(); document.getElementById('flyout-content').textContent = ''"
    )
    clock.start()
    link = page.locator("#grid a.open").nth(number)
    link.evaluate("(one) => { watch('#flyout[open] .body'); window.asked = performance.now(); one.click(); }")
    page.locator("#flyout .body").wait_for()
    return clock.took(page.evaluate("window.asked"), anew=False)


def measure(clock: Clock, words: dict[str, list[str]], times: int) -> Iterator[tuple[str, list[Took]]]:
    """Each kind of page with what it took each time."""
    any_time = "/messagetrace/?range=all"
    kinds = {
        "newest": [any_time] * (times + 1),
        "recipient": [f"{any_time}&recipient={quote(random.choice(words['recipients']))}" for _ in range(times + 1)],
        "sender": [f"{any_time}&sender={quote(random.choice(words['senders']))}" for _ in range(times + 1)],
        "failed": [f"{any_time}&status=Failed"] * (times + 1),
    }
    for kind, addresses in kinds.items():
        yield kind, [listed(clock, address) for address in addresses][1:]
    listed(clock, any_time)
    clock.page.locator("#grid tr.more[data-soon]").wait_for(state="detached")
    rows = min(clock.page.locator("#grid a.open").count(), times + 1)
    yield "message (fly-out)", [opened(clock, number) for number in range(rows)][1:]


def summed(took: list[Took]) -> dict[str, int]:
    """What is printed of one kind."""
    columns = {name: sorted(getattr(one, name) for one in took) for name in Took._fields}
    middle, high = len(took) // 2, int(len(took) * 0.95)
    told = {"p50": columns["painted"][middle], "p95": columns["painted"][high]}
    told |= {"told p50": columns["told"][middle], "told p95": columns["told"][high]}
    if columns["first_byte"][-1]:
        told["first byte p50"] = columns["first_byte"][middle]
    told |= {"browser CPU": columns["browser"][middle], "server CPU": columns["server"][middle]}
    return {name: round(value) for name, value in told.items()}


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
    with served(given.data_dir) as (url, server), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.browser, args=["--no-sandbox"])
        context = browser.new_context(base_url=url, viewport={"width": 1360, "height": 860}, timezone_id="UTC")
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in _signed_in(url).items()])
        context.add_init_script(WATCH)
        for kind, took in measure(Clock(context.new_page(), server), words, given.times):
            print(json.dumps({"page": kind, **summed(took)}), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
