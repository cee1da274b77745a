"""What a newcomer waits for after `./run`: the server, the first account, the first trace, the first message.

    python bench/first_steps.py --top CLONE [--browser /usr/bin/chromium]

CLONE is a clone in which `./run` has been run, and nobody has made an account in its `data-demo` yet. `./run --data-dir
data-demo serve` is started there, and a browser without a window does what docs/first-steps.md says. Seconds by the
clock are printed for each step; typing and reading are not in them.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

LISTEN = "127.0.0.1:8399"
PASSWORD = "correct horse battery"


def timed(step: str, act: Callable[[], object]) -> None:
    """Do it, and print how long it took."""
    began = time.perf_counter()
    act()
    print(f"{time.perf_counter() - began:6.2f}  {step}", flush=True)


@contextmanager
def invited(top: Path) -> Iterator[str]:
    """Address of the page that makes the first account."""
    with tempfile.NamedTemporaryFile("w") as log:
        command = ["./run", "--data-dir", "data-demo", "serve", "--listen", LISTEN]
        began = time.perf_counter()
        server = subprocess.Popen(command, cwd=top, stdout=subprocess.DEVNULL, stderr=log)
        try:
            while not (found := re.search(r"(http\S+/setup/\S+)\n", Path(log.name).read_text())):
                if server.poll() is not None or time.perf_counter() - began > 60:
                    raise SystemExit(Path(log.name).read_text() or "it does not serve")
                time.sleep(0.02)
            took = time.perf_counter() - began
            print(f"{took:6.2f}  serve, until it prints where the first account is made", flush=True)
            yield found[1]
        finally:
            server.terminate()
            server.wait(60)


def sign_up(page: Page) -> None:
    """Fill in the form and send it."""
    page.fill("[name=name]", "ann@example.com")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.locator("main button.primary").click()
    page.wait_for_url("**/overview/")


def trace(page: Page) -> None:
    """The message trace, and everything in it."""
    page.get_by_role("link", name="Message trace").first.click()
    page.get_by_role("link", name="Search any time").click()
    page.locator("#grid a.open").first.wait_for()


def message(page: Page) -> None:
    """The first row's message."""
    page.locator("#grid a.open").first.click()
    page.locator("#flyout .body").wait_for()


def main() -> None:
    """Measure and print."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--top", type=Path, required=True)
    parser.add_argument("--browser", default="/usr/bin/chromium")
    given = parser.parse_args()
    with invited(given.top) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.browser, args=["--no-sandbox"])
        page = browser.new_page()
        timed("the page that makes the first account", lambda: page.goto(address))
        timed("its form, until the overview is there", lambda: sign_up(page))
        timed("Message trace, then Search any time: the first rows", lambda: trace(page))
        timed("a click on a row: its message", lambda: message(page))
        browser.close()


if __name__ == "__main__":
    main()
