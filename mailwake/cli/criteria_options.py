"""The criteria of a trace as options of the command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from mailwake.cli.sections import option
from mailwake.cli.shared_options import Size
from mailwake.operations.criteria import DETAILS, DIRECTIONS, OUTCOMES, STATUSES, Criteria

_F = TypeVar("_F", bound=Callable[..., Any])
_WHO, _WHICH, _WHAT, _WAY = "Who", "Which message", "What became of it", "Which way it took"

_ADDRESS = "Address, *@domain or other wildcards, a domain, or a list of them"
_OPTIONS: tuple[tuple[str, tuple[str, ...], dict[str, Any]], ...] = (
    (_WHO, ("--sender", "-s"), {"multiple": True, "help": f"{_ADDRESS}; '<>' for bounces. Repeatable."}),
    (_WHO, ("--recipient", "-r"), {"multiple": True, "help": f"{_ADDRESS}; as addressed or as delivered. Repeatable."}),
    (_WHO, ("--sasl-user",), {"multiple": True, "help": "Login that submitted it. Wildcards, repeatable."}),
    (_WHICH, ("--message-id", "-m"), {"multiple": True, "help": "Message-ID, with or without <>."}),
    (_WHICH, ("--queue-id", "-q"), {"multiple": True, "help": "Queue ID on any host."}),
    (_WHICH, ("--trace-id",), {"multiple": True, "help": "MessageTraceId: UUID or 32 hex digits."}),
    (_WHICH, ("--subject",), {"help": "Text in the subject."}),
    (_WHICH, ("--subject-starts",), {"metavar": "TEXT", "help": "Beginning of the subject."}),
    (_WHICH, ("--subject-ends",), {"metavar": "TEXT", "help": "End of the subject."}),
    (_WHICH, ("--size-min",), {"type": Size(), "help": "At least this size: 2000, 10k, 1.5MB."}),
    (_WHICH, ("--size-max",), {"type": Size(), "help": "At most this size."}),
    (_WHAT, ("--status",), {"multiple": True, "metavar": "STATUS", "help": f"{', '.join(STATUSES)}."}),
    (_WHAT, ("--detail",), {"multiple": True, "metavar": "DETAIL", "help": f"{', '.join(DETAILS)}."}),
    (_WHAT, ("--outcome",), {"multiple": True, "metavar": "OUTCOME", "help": f"{', '.join(OUTCOMES)}."}),
    (_WAY, ("--direction",), {"multiple": True, "metavar": "WAY", "help": f"{', '.join(DIRECTIONS)}."}),
    (
        _WAY,
        (
            "--client-ip",
            "--client",
        ),
        {"multiple": True, "metavar": "IP", "help": "Client's IP or network (192.0.2.0/24)."},
    ),
    (_WAY, ("--next-hop",), {"multiple": True, "metavar": "HOST", "help": "Name or IP it was handed to. Wildcards."}),
    (
        _WAY,
        ("--host",),
        {
            "multiple": True,
            "metavar": "NAME",
            "help": "Host of ours that it passed, mailbox servers too; `*` and `?` are allowed.",
        },
    ),
)


def criteria_options(command: _F) -> _F:
    """All criteria but those of time."""
    for section, names, settings in reversed(_OPTIONS):
        command = option(section, *names, **settings)(command)
    return command


def criteria_of(values: dict[str, Any], since: int | None, until: int | None) -> Criteria:
    """The criteria that the options say. Raises click.UsageError."""
    subject, how = _subject(values)
    return Criteria(
        senders=values["sender"],
        recipients=values["recipient"],
        message_ids=values["message_id"],
        queue_ids=_listed(values["queue_id"], r"[;,\s]+"),
        trace_ids=_listed(values["trace_id"], r"[;,\s]+"),
        subject=subject,
        subject_how=how,
        statuses=_listed(values["status"]),
        details=_listed(values["detail"]),
        outcomes=_listed(values["outcome"]),
        directions=_listed(values["direction"]),
        client_ips=_listed(values["client_ip"], r"[;,\s]+"),
        sasl_users=_listed(values["sasl_user"]),
        next_hops=_listed(values["next_hop"], r"[;,\s]+"),
        hosts=_listed(values["host"], r"[;,\s]+"),
        size_min=values["size_min"],
        size_max=values["size_max"],
        since=since,
        until=until,
    )


def _subject(values: dict[str, Any]) -> tuple[str, str]:
    ways = {"contains": "subject", "starts": "subject_starts", "ends": "subject_ends"}
    given = [(values[name], how) for how, name in ways.items() if values[name] is not None]
    if len(given) > 1:
        raise click.UsageError("give only one of --subject, --subject-starts and --subject-ends")
    if given and not given[0][0]:
        raise click.UsageError("the subject to look for is empty; leave the option out to search for all")
    return given[0] if given else ("", "contains")


def _listed(texts: Iterable[str], separators: str = r"[;,]") -> tuple[str, ...]:
    """Several values in one option, as lists are pasted; an empty value stays, to be refused with a good reason."""
    return tuple(part for text in texts for part in ([p for p in re.split(separators, text) if p.strip()] or [text]))
