"""The sample estate: a week of logs of a small mail estate, bundled so that a first look needs no logs of one's own.

Invented throughout, made by `bench/make_sample.py`: mx1 (Postfix with postscreen, postgrey, Rspamd and amavis), submit
(Postfix for submission and relay), imap1 (Dovecot with Sieve) and exim1 (Exim, a second site), 16 to 20 November 2026.
Every end that a message can meet occurs.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def paths() -> list[Path]:
    """The sample's log files. The package is always installed as plain files, so each resource is a path."""
    estate = Path(str(files(__name__) / "estate"))
    return sorted(path for path in estate.rglob("*") if path.is_file())


TRIES: tuple[tuple[str, ...], ...] = (
    ("trace", "--status", "Failed"),
    ("trace", "--recipient", "*@example.com", "--since", "2026-11-19"),
    ("show", "4jWJXr1Py8z11pXL"),
    ("stats",),
)
"""Command lines to look at next, without the program's name."""
