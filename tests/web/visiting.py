"""A serving process with a small estate in it, a browser, and people at it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import packages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

TOP = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"
SHOTS = Path(os.environ["MAILWAKE_SCREENSHOTS"]) if "MAILWAKE_SCREENSHOTS" in os.environ else None
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@cache
def chromium() -> str:
    """The browser; "" when there is none and none can be installed. Playwright's own download is not used."""
    found = next(filter(None, map(shutil.which, _CHROMIUMS)), "")
    if found:
        return found
    packages.install("chromium", "fonts-noto-core", "fonts-noto-cjk")
    return next(filter(None, map(shutil.which, _CHROMIUMS)), "")


def command(data_dir: Path, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run `mailwake WORDS...` on a data directory."""
    line = [sys.executable, "-m", "mailwake", "--data-dir", str(data_dir), *words]
    return subprocess.run(line, cwd=TOP, capture_output=True, text=True, check=True, timeout=120, **more)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Site:
    """A serving process."""

    data_dir: Path
    process: subprocess.Popen[str]
    url: str
    invitation: str
    """Address of the page that makes the first account; "" when there is one."""

    def stop(self) -> None:
        """Tell it to stop, and wait."""
        self.process.terminate()
        self.process.wait(30)


def serve(data_dir: Path, *words: str) -> Site:
    """Start `mailwake serve` and wait until it serves."""
    port = free_port()
    line = [sys.executable, "-m", "mailwake", "--data-dir", str(data_dir), "serve", "--listen", f"127.0.0.1:{port}"]
    log = data_dir.parent / f"serve-{port}.log"
    process = subprocess.Popen([*line, *words], cwd=TOP, stderr=log.open("w"), text=True)
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        text = log.read_text()
        if found := re.search(r"Mailwake serves (\S+)/\n", text):
            time.sleep(0.3)  # the invitation is a line of its own
            invitation = re.search(r"(http\S+/setup/\S+)", log.read_text())
            return Site(data_dir, process, found[1], invitation[1] if invitation else "")
        time.sleep(0.05)
    process.kill()
    raise AssertionError(f"it does not serve: {log.read_text()}")


MESSAGE_LOG = """\
Nov 20 08:58:00 mx9 postfix/smtpd[100]: 2CA6A3A450: client=mail.example.net[192.0.2.99]
Nov 20 08:58:00 mx9 postfix/cleanup[101]: 2CA6A3A450: message-id=<m1@example.net>
Nov 20 08:58:00 mx9 postfix/qmgr[900]: 2CA6A3A450: from=<ann@example.net>, size=900, nrcpt=1 (queue active)
Nov 20 08:58:01 mx9 postfix/lmtp[102]: 2CA6A3A450: to=<carol@example.com>, relay=imap1.example.com[198.51.100.2]:24,\
 delay=1, delays=0.1/0/0.5/0.4, dsn=2.0.0, status=sent (250 2.0.0 <carol@example.com> abc Saved)
Nov 20 08:58:01 mx9 postfix/qmgr[900]: 2CA6A3A450: removed
"""
"""The message that was moved in the mailbox, as it came in."""
MAILBOX_LOG = """\
Nov 20 09:00:00 imap1 dovecot: imap-login: Login: user=<carol@example.com>, auth_user=<carol@example.com>,\
 method=PLAIN, rip=192.0.2.7, lip=198.51.100.2, mpid=7, TLS, session=<aaaaBBBBcccc1>
Nov 20 09:00:05 imap1 dovecot: imap(carol@example.com)<7><aaaaBBBBcccc1>: copy from INBOX: box=Trash, uid=3,\
 msgid=<m1@example.net>, size=900, subject=Offer, flags=()
Nov 20 09:00:05 imap1 dovecot: imap(carol@example.com)<7><aaaaBBBBcccc1>: expunge: box=INBOX, uid=12,\
 msgid=<m1@example.net>, size=900, subject=Offer, flags=()
Nov 20 09:01:00 imap1 dovecot: imap-login: Login: user=<carol@example.com>, auth_user=<root@example.com>,\
 method=PLAIN, rip=192.0.2.66, lip=198.51.100.2, mpid=8, TLS, session=<aaaaBBBBcccc2>
Nov 20 09:01:05 imap1 dovecot: imap(carol@example.com)<8><aaaaBBBBcccc2>: expunge: box=INBOX, uid=13,\
 msgid=<m2@example.net>, size=900, subject=Secret, flags=()
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample estate and a few acts in a mailbox, with an account for each role group that matters."""
    folder = tmp_path_factory.mktemp("site")
    data = folder / "data"
    log = folder / "mailbox.log"
    log.write_text(MESSAGE_LOG + MAILBOX_LOG)
    command(data, "import", str(TOP / "mailwake/sample/estate"))
    command(data, "import", "--zone", "UTC", "--year", "2026", str(log))
    groups = {
        "admin": "Organization Management",
        "help": "Help Desk",
        "compliance": "Compliance Management",
        "records": "Records Management",
        "carol": "My Messages",
        "nobody": "",
    }
    for name, group in groups.items():
        words = ["--role-groups", group] if group else []
        command(data, "user", "add", f"{name}@example.com", "--password", PASSWORD, *words)
    running = serve(data)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser."""
    program = chromium()
    if not program:
        pytest.skip("no Chromium here, and none can be installed (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


class Visitor:
    """A person at a browser; what the browser complains about is kept."""

    def __init__(self, browser: Browser, site: Site, **settings: Any) -> None:
        settings = {"viewport": {"width": 1360, "height": 860}, "locale": "en-GB", "timezone_id": "UTC", **settings}
        self.context: BrowserContext = browser.new_context(base_url=site.url, **settings)
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda one: self.complaints.append(one.text) if one.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, name: str) -> Visitor:
        """By the form; from one address thirty are let in a minute, so one may have to wait."""
        self.page.goto("/accounts/login/")
        self.page.fill("[name=login]", f"{name}@example.com")
        self.page.fill("[name=password]", PASSWORD)
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as told:
            self.page.click("button.primary")
        if told.value.status == 429:
            self.page.wait_for_timeout(20_000)
            self.complaints.clear()
            return self.sign_in(name)
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)
        return self

    def shot(self, name: str) -> None:
        """Keep a picture when a folder for them was named (MAILWAKE_SCREENSHOTS)."""
        if SHOTS is not None:
            SHOTS.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(SHOTS / f"{name}.png"), animations="disabled")


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Any]:
    """Makes visitors: `visit(name)` signed in, `visit()` not; further words are the browser's settings."""
    opened: list[Visitor] = []

    def visitor(name: str = "", **settings: Any) -> Visitor:
        one = Visitor(browser, site, **settings)
        opened.append(one)
        return one.sign_in(name) if name else one

    yield visitor
    for one in opened:
        one.context.close()
