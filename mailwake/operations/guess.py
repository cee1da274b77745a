"""What a person means who just types something: the likeliest reading first."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import ip_network
from typing import NamedTuple

from mailwake.events.pairs import SENDMAIL_ID
from mailwake.events.queueid import is_queue_id
from mailwake.events.told import tell
from mailwake.operations.criteria import Criteria, CriteriaError, trace_id

_EXIM_ID = re.compile(r"[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}")
_SENDMAIL_ID = re.compile(SENDMAIL_ID)
_RETYPED_ID = re.compile(r"(?=.*\d)[0-9a-fA-F]{8,24}")
_DOMAIN = re.compile(r"@?(?:[\w*?-]+\.)+[\w-]*[A-Za-z*][\w-]*")
_MACHINE_MADE = re.compile(r"[^@]{24,}|(?:[^@]*\d){6,}[^@]*|[^@]*[0-9A-F]{8}[^@]*|[^@]*\.[^@]*\$[^@]*")
"""Local parts as programs make them for Message-IDs, and people seldom for addresses."""


class Reading(NamedTuple):
    """One way to read a query."""

    what: str
    criteria: Criteria


def readings(query: str, criteria: Criteria) -> list[Reading]:
    """Ways to read a query on top of the other criteria, to be tried in this order. Raises CriteriaError."""
    text = query.strip()
    if not text:
        raise CriteriaError(tell("the query is empty"), tell("Give an address, an id, an IP or words of a subject."))
    ways = {
        "MessageTraceId": replace(criteria, trace_ids=(*criteria.trace_ids, text)),
        "Message-ID": replace(criteria, message_ids=(*criteria.message_ids, text)),
        "queue ID": replace(criteria, queue_ids=(*criteria.queue_ids, text)),
        "address": replace(criteria, correspondents=(*criteria.correspondents, text)),
        "domain": replace(criteria, correspondents=(*criteria.correspondents, text)),
        "client IP": replace(criteria, client_ips=(*criteria.client_ips, text)),
        "next hop": replace(criteria, next_hops=(*criteria.next_hops, text)),
        "subject": replace(criteria, subject_words=(*criteria.subject_words, *text.split())),
    }
    return [Reading(what, ways[what]) for what in _likely(text)]


def _likely(text: str) -> tuple[str, ...]:
    if _is_trace_id(text):
        return ("MessageTraceId",)
    if _is_network(text):
        return "client IP", "next hop"
    if re.search(r"\s", text):
        return ("subject",)
    if "@" in text.strip("@"):
        return _with_at(text)
    bare = text.rstrip(":")
    if is_queue_id(bare) or any(shape.fullmatch(bare) for shape in (_EXIM_ID, _SENDMAIL_ID, _RETYPED_ID)):
        return "queue ID", "subject"
    if _DOMAIN.fullmatch(text) or text.startswith("@"):
        return "domain", "subject"
    return "subject", "address"


def _with_at(text: str) -> tuple[str, ...]:
    if "*" in text or "?" in text:
        return ("address",)
    local = text.removeprefix("<").rpartition("@")[0]
    if text.startswith("<") or _MACHINE_MADE.fullmatch(local):
        return "Message-ID", "address"
    return "address", "Message-ID"


def _is_trace_id(text: str) -> bool:
    try:
        return bool(trace_id(text))
    except CriteriaError:
        return False


def _is_network(text: str) -> bool:
    if text.isdigit():
        return False  # ip_network would take it for the number of an address
    try:
        ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return False
    return True
