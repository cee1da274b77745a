"""What a page costs the serving process: milliseconds of processor time, all threads, by Django's test client.

    python bench/pages.py --data-dir DIR [--times 25] [--profile KIND]

DIR is a store that may be written to. Pages are asked for in one process, one after the other, by somebody of
Organization Management; the first two of a kind are not counted. Printed for each kind of page: median and the
largest, and the size of the answer. With `--profile newest` the profile of that kind is printed instead.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import logging
import pstats
import random
import re
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from people import PASSWORD, _run, _words

if TYPE_CHECKING:
    from django.test import Client

LIST = "/messagetrace/?range=all"


def kinds(client: Client, words: dict[str, list[str]], times: int) -> dict[str, list[str]]:
    """Addresses of each kind of page."""
    found: dict[str, list[str]] = {
        "newest": [LIST] * times,
        "recipient": [f"{LIST}&recipient={quote(random.choice(words['recipients']))}" for _ in range(times)],
        "sender": [f"{LIST}&sender={quote(random.choice(words['senders']))}" for _ in range(times)],
        "failed": [f"{LIST}&status=Failed"] * times,
    }
    page = client.get(LIST).content.decode()
    messages = list(dict.fromkeys(re.findall(r'href="(/messagetrace/message/[^"?]+/)', page)))
    return found | {"message": (messages * times)[:times]}


def cost(client: Client, address: str) -> tuple[float, int]:
    """Milliseconds of one page, and its size."""
    began = time.process_time()
    answer = client.get(address)
    took = (time.process_time() - began) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{answer.status_code} {address}")
    return took, len(answer.content)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--times", type=int, default=25)
    parser.add_argument("--profile", default="", help="kind of page")
    given = parser.parse_args()
    random.seed(1)
    words = _words(given.data_dir)
    if "bench" not in _run(given.data_dir, "user", "list", "--csv"):
        _run(given.data_dir, "user", "add", "bench", "--password", PASSWORD, "--role-groups", "Organization Management")
    from mailwake.app.server import application
    from mailwake.app.settings import ServerOptions

    with application(given.data_dir, ServerOptions(hosts=("testserver",))):
        from django.contrib.auth import get_user_model
        from django.test import Client

        logging.disable(logging.WARNING)
        client = Client()
        client.force_login(get_user_model().objects.get(name="bench"))
        for kind, addresses in kinds(client, words, given.times + 2).items():
            profile = cProfile.Profile(time.process_time)
            if given.profile == kind:
                profile.enable()
            took = [cost(client, address) for address in addresses][2:]
            profile.disable()
            if given.profile == kind:
                pstats.Stats(profile).sort_stats("cumulative").print_stats(70)
            elif not given.profile:
                each, sizes = zip(*took, strict=True)
                told = {"page": kind, "median": round(statistics.median(each), 1), "most": round(max(each), 1)}
                print(json.dumps(told | {"bytes": round(statistics.median(sizes))}), flush=True)


if __name__ == "__main__":
    main()
