"""The master process and the small services: starts, stops, reloads, crashes.

Sources: Dovecot's master/main.c, master/service-process.c.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Parsed
from mailwake.sources.dovecot.heads import Head

_START = re.compile(r"Dovecot (?:Pro )?v?\S+ (?:\([^)]*\) )?starting up")
_CRASH = re.compile(r"service\([^)]*\): child \d+ (?:killed with signal|returned error)|.*\bkilled with signal \d+")
_NOISE = (
    *("service(", "Generating ", "SSL parameters", "Time ", "Warning: ", "Created", "Creating", "Config", "config"),
    *("Received signal", "conn ", "Connection", "client", "Expunged", "Server ", "file ", "Warned", "doveconf"),
    *("dict", "lookup", "replic", "director", "host ", "user ", "Log ", "log", "Sent", "Connected", "read("),
)


def parse_master(head: Head, text: str) -> Parsed | None:
    """A line of master, or of a service that has nothing to do with messages."""
    for level in ("Warning: ", "Error: ", "Fatal: ", "Panic: ", "Info: "):
        text = text.removeprefix(level)
    action = ""
    if _START.match(text):
        action = "started"
    elif text.startswith(("Killed with signal", "Dovecot is shutting down", "Shutting down", "stopped")):
        action = "stopped"
    elif text.startswith(("SIGHUP received", "Received SIGHUP", "Reloading")):
        action = "reloaded"
    elif _CRASH.match(text):
        action = "crashed"
    if action:
        return "service", "", {"action": action, "text": text}
    return ("noise", "", {}) if text.startswith(_NOISE) else None
