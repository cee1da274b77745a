"""From a row, or from a status and a server's words, to the cause."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple

from mailwake.events.told import joined, tell
from mailwake.store.rows import Row
from mailwake.trace.causes.cause import VAGUE, Cause
from mailwake.trace.origins import is_internal

_CODE = re.compile(r"(?<![\w.])([245])\.(\d{1,3})\.(\d{1,3})(?![\w.])")
_REPLY = re.compile(r"(?:^|[\s:(])([245])\d\d[ -]")
_SAID = re.compile(r"\b(?:said|refused to talk to me):")
_NOT_MACHINERY = ("cause", "explain")
_EXPLAINED = frozenset({"Failed", "Pending", "Quarantined", "FilteredAsSpam"})


class _Ready(NamedTuple):
    cause: Cause
    pattern: re.Pattern[str] | None


def explain(row: Row) -> Cause | None:
    """Why this row is not delivered; None when it is delivered, expanded, or its end is not known."""
    if row.status not in _EXPLAINED:
        return None
    ours = _refused_by_us(row)
    cause = explain_words(row.detail, row.dsn, row.reason, ours=ours)
    if cause.rank >= VAGUE and row.verdict and ours:  # the door says little, the filter behind it says more
        return explain_words(row.detail, row.dsn, f"{row.reason} {row.verdict}", ours=ours)
    return cause


def explain_words(detail: str, dsn: str, reason: str, *, ours: bool = False) -> Cause:
    """The cause behind a StatusDetail, an enhanced status code ("" for none) and a server's words.

    ours: a server of ours said it, so that the advice is for its own users and administrators.
    """
    cause = _find(detail, dsn, reason)
    if ours and (cause.ours_advice or cause.ours_who):
        return replace(cause, advice=cause.ours_advice or cause.advice, who=cause.ours_who or cause.who)
    return cause


@cache
def causes() -> tuple[Cause, ...]:
    """Every cause of every theme of this folder."""
    found: list[Cause] = []
    for module in iter_modules([str(Path(__file__).parent)]):
        if module.name not in _NOT_MACHINERY:
            found.extend(import_module(f"{__package__}.{module.name}").CAUSES)
    return tuple(found)


def texts() -> list[str]:
    """Every text of every cause: what a catalogue of translations holds."""
    found: set[str] = set()
    for one in causes():
        found.update((one.title, one.sentence, one.advice, one.who, one.ours_advice, one.ours_who))
    return sorted(found - {""})


@cache
def _ready() -> tuple[_Ready, ...]:
    return tuple(
        _Ready(cause, re.compile("|".join(cause.patterns), re.IGNORECASE) if cause.patterns else None)
        for cause in causes()
    )


@lru_cache(maxsize=4096)
def _find(detail: str, dsn: str, reason: str) -> Cause:
    if detail == "Expired" and reason:
        return _given_up(_find("Deferred", dsn, reason))
    best: tuple[int, int, str] | None = None
    chosen: Cause | None = None
    for cause, pattern in _ready():
        if cause.details and detail not in cause.details:
            continue
        length = _longest(pattern, reason)
        if length is None:
            continue
        rank = (cause.rank, -length, cause.key)
        if best is None or rank < best:
            best, chosen = rank, cause
    return chosen or _by_status(detail) or _by_code(detail, dsn, reason)


def _given_up(last: Cause) -> Cause:
    """The message was returned for its age; what matters is what went wrong all that time."""
    end = _by_status("Expired")
    if end is None or last.key == end.key:
        return last
    return replace(last, key=end.key, sentence=joined(" ", map(tell, (end.sentence, last.sentence))))


def _longest(pattern: re.Pattern[str] | None, reason: str) -> int | None:
    """Length of the longest match; None when there is none."""
    if pattern is None or not reason:
        return None
    return max((match.end() - match.start() for match in pattern.finditer(reason)), default=None)


def _by_status(detail: str) -> Cause | None:
    return next((cause for cause, _ in _ready() if cause.always and detail in cause.details), None)


def _by_code(detail: str, dsn: str, reason: str) -> Cause:
    """By the enhanced status code, with or without its class; else by the class alone (RFC 3463, 3.1)."""
    known = _CODE.fullmatch(dsn) or _CODE.search(reason)
    if known is not None:
        full = ".".join(known.groups())
        tail = full[2:]
        for wanted in (full, tail):
            for cause, _ in _ready():
                if wanted in cause.codes and (not cause.details or detail in cause.details):
                    return cause
    reply = _REPLY.search(reason)
    kind = known[1] if known is not None else reply[1] if reply is not None else ""
    if kind not in ("4", "5"):
        kind = "4" if detail in ("Deferred", "Greylisted") else "5"
    return next(cause for cause, _ in _ready() if f"{kind}.x.x" in cause.codes)


def _refused_by_us(row: Row) -> bool:
    """Refused at our own door, or by a machine that can only be one of ours (loopback, private address, a socket)."""
    if row.detail == "Rejected":
        return True
    if row.to_ip:
        return is_internal(row.to_ip)
    return not _SAID.search(row.reason)
