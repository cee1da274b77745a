"""The sample estate: a week of logs of a small mail estate, bundled so that a first look needs no logs of one's own.

Invented throughout, made by `bench/make_sample.py`: mx1 (Postfix with postscreen, postgrey, Rspamd and amavis), submit
(Postfix for submission and relay), imap1 (Dovecot with Sieve) and exim1 (Exim, a second site), 16 to 20 November 2026.
Every end that a message can meet occurs.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path


def paths() -> list[Path]:
    """The sample's log files. The package is always installed as plain files, so each resource is a path."""
    estate = Path(str(files(__name__) / "estate"))
    return sorted(path for path in estate.rglob("*") if path.is_file())


CONTOSO_DAYS = ("2026-11-16", "2026-11-17", "2026-11-18")
"""Days of the demo organization's logs, as bundled."""
CONTOSO_DOMAIN = "contoso.example"
"""Its domain there."""


def contoso(place: Path, domain: str, last_day: date) -> list[Path]:
    """Write the logs of the demo organization (Postfix and Dovecot, three days up to `last_day`) into a folder.

    Made by `bench/make_contoso.py`; the domain becomes `domain`. The files written, one for each host.
    """
    days = {told: str(last_day - timedelta(days=2 - number)) for number, told in enumerate(CONTOSO_DAYS)}
    written = []
    for path in sorted(Path(str(files(__name__) / "contoso")).rglob("*.log")):
        text = path.read_text(encoding="utf-8").replace(CONTOSO_DOMAIN, domain)
        text = _DAY.sub(lambda found: days[found[0]], text)
        file = place / path.parent.name / path.name
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
        written.append(file)
    return written


_DAY = re.compile("|".join(CONTOSO_DAYS))

TRIES: tuple[tuple[str, ...], ...] = (
    ("trace", "--status", "Failed"),
    ("trace", "--recipient", "*@example.com", "--since", "2026-11-19"),
    ("show", "4jWJXr1Py8z11pXL"),
    ("stats",),
    ("serve",),
)
"""Command lines to look at next, without the program's name."""
