"""Which audit records are asked for: values that `store.audit` makes SQL of. None and empty tuples ask for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class AuditPlace(NamedTuple):
    """Place of a record in the order of time: pages go on behind it."""

    ts: int
    id: str


class Retained(NamedTuple):
    """From when on records of a kind are given. Empty criteria fit any record."""

    since: int
    """µs UTC."""
    record_types: tuple[int, ...] = ()
    actions: tuple[str, ...] = ()
    """Lower case."""
    actors: tuple[str, ...] = ()
    """Lower case."""


@dataclass(frozen=True)
class AuditFilter:
    """Criteria; values of one widen, criteria narrow. Names and addresses without regard to case."""

    low: int | None = None
    """µs UTC, inclusive."""
    high: int | None = None
    """µs UTC, exclusive."""
    mailboxes: tuple[str, ...] | None = None
    """Names by which logs may know the mailboxes (addresses, logins, GUIDs), lower case; None: all. `()` none."""
    domains: tuple[str, ...] | None = None
    """Domains of mailboxes, lower case, beside those of `mailboxes`: a limited scope. None: no such limit."""
    actors: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    """Exact, in any case."""
    logon_types: tuple[str, ...] = ()
    """Owner, Delegate, Admin."""
    record_types: tuple[int, ...] = ()
    client_ips: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    """Of any item, without angle brackets."""
    keys: tuple[str, ...] = ()
    """Any of the record's keys: facts behind it, `u:<Id>` of an imported record."""
    ids: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    """Each occurs somewhere in the record (subject, folder, properties, addresses, raw text), in any case."""
    origins: tuple[str, ...] = ()
    """observed, imported."""
    kept: tuple[Retained, ...] = ()
    """How far back which records are given; the first that speaks of a record decides."""
    searchable_only: bool = False
    """Only what the audit log search may give."""
