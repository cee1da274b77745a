"""Many people at the pages at once, while logs come in: how long a page takes, and whether any fails.

    python -m venv v && v/bin/pip install locust
    PATH=v/bin:$PATH python bench/people.py --data-dir DIR [--people 50] [--seconds 60] [--rate 1000]

DIR is a store that may be written to. A server is started on it, which follows a log that grows at `rate` lines a
second. Each person searches by a sender, a recipient or a status, gets the rest of the rows as a browser does, opens a
message, and reads for 2 to 6 seconds between two pages. Printed: requests, failures, p50 and p95 in ms of each kind of
page.
"""

from __future__ import annotations

import argparse
import csv
import html
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

from live import lines

PASSWORD = "correct horse battery"

if os.environ.get("MAILWAKE_BENCH_WORDS"):  # locust reads this file with people in mind
    from locust import HttpUser, between, task

    WORDS = json.loads(Path(os.environ["MAILWAKE_BENCH_WORDS"]).read_text())

    class Person(HttpUser):
        """Somebody at the help desk."""

        wait_time = between(2, 6)

        def on_start(self) -> None:
            """All share one session: signing in has a limit for each address."""
            self.client.cookies.update(WORDS["cookies"])

        def _page(self, name: str, query: str) -> None:
            with self.client.get(f"/messagetrace/?range=all&{query}", name=name, catch_response=True) as answer:
                if "Sign in" in answer.text and 'name="login"' in answer.text:
                    answer.failure("not signed in")
                elif answer.status_code != 200:
                    answer.failure(str(answer.status_code))
                found = re.search(r'href="(/messagetrace/message/[^"?]+/)', answer.text)
            rest = re.search(r'hx-get="([^"]+)"[^>]* data-soon', answer.text)
            if rest:  # a browser fetches it when it has painted the page
                headers = {"HX-Request": "true", "HX-Target": "grid"}
                self.client.get(html.unescape(rest[1]), name="rest of the rows", headers=headers)
            if found and random.random() < 0.5:
                self.client.get(found[1], name="message")

        @task(4)
        def by_recipient(self) -> None:
            """The most usual question."""
            self._page("recipient", f"recipient={quote(random.choice(WORDS['recipients']))}")

        @task(3)
        def by_sender(self) -> None:
            """The next usual."""
            self._page("sender", f"sender={quote(random.choice(WORDS['senders']))}")

        @task(2)
        def newest(self) -> None:
            """What just came."""
            self._page("newest", "")

        @task(1)
        def failed(self) -> None:
            """What went wrong."""
            self._page("failed", "status=Failed")


def _run(data_dir: Path, *words: str) -> str:
    command = [sys.executable, "-m", "mailwake", "--data-dir", str(data_dir), *words]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode not in (0, 1):  # 1: nothing was found
        sys.exit(done.stderr)
    return done.stdout


def _signed_in(url: str) -> dict[str, str]:
    """Cookies of a session."""
    from http.cookiejar import CookieJar
    from urllib.parse import urlencode

    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    form = opener.open(f"{url}/accounts/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert token is not None
    values = {"login": "bench", "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    opener.open(urllib.request.Request(f"{url}/accounts/login/", urlencode(values).encode(), {"Referer": url}))
    return {cookie.name: str(cookie.value) for cookie in jar}


def _words(data_dir: Path) -> dict[str, list[str]]:
    """Addresses that are in the store."""
    rows = [json.loads(line) for line in _run(data_dir, "trace", "--limit", "5000", "--jsonl").splitlines()]
    return {
        "senders": sorted({row["SenderAddress"] for row in rows if row["SenderAddress"]}),
        "recipients": sorted({row["RecipientAddress"] for row in rows if row["RecipientAddress"]}),
    }


def _grow(log: Path, rate: int, ended: threading.Event) -> None:
    number, start = random.randrange(1 << 24), time.monotonic()
    written = 0
    with log.open("a") as file:
        while not ended.wait(0.05):
            while written < (time.monotonic() - start) * rate:
                file.writelines(lines(number))
                number, written = number + 1, written + 5
            file.flush()


def _people(url: str, words: Path, folder: Path, people: int, seconds: int) -> list[dict[str, str]]:
    command = [
        *("locust", "-f", __file__, "--headless", "--host", url, "--only-summary"),
        *("-u", str(people), "-r", "10", "-t", f"{seconds}s", "--csv", str(folder / "people")),
    ]
    environment = {**os.environ, "MAILWAKE_BENCH_WORDS": str(words)}
    subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
    with (folder / "people_stats.csv").open() as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=1000, help="lines a second that come in")
    given = parser.parse_args()
    words: dict[str, object] = dict(_words(given.data_dir))
    if "bench" not in _run(given.data_dir, "user", "list", "--csv"):
        _run(given.data_dir, "user", "add", "bench", "--password", PASSWORD, "--role-groups", "Organization Management")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "mail.log"
        log.touch()
        (folder / "mailwake.toml").write_text(f'[[source]]\ntype = "file"\npath = "{log}"\n')
        serve = ["serve", "--listen", "127.0.0.1:8198", "--config", str(folder / "mailwake.toml")]
        command = [sys.executable, "-m", "mailwake", "--data-dir", str(given.data_dir), *serve]
        with (folder / "serve.log").open("w") as said:
            server = subprocess.Popen(command, stderr=said)
        ended = threading.Event()
        try:
            while not (found := re.search(r"Mailwake serves (\S+)/\n", (folder / "serve.log").read_text())):
                time.sleep(0.1)
            words["cookies"] = _signed_in(found[1])
            (folder / "words.json").write_text(json.dumps(words))
            threading.Thread(target=_grow, args=(log, given.rate, ended), daemon=True).start()
            shown = _people(found[1], folder / "words.json", folder, given.people, given.seconds)
        finally:
            ended.set()
            server.terminate()
            server.wait(60)
    for row in shown:
        told = {key: row[key] for key in ("Name", "Request Count", "Failure Count", "50%", "95%")}
        print(json.dumps(told))


if __name__ == "__main__":
    main()
