"""A story for people: the verdict first, then cause and advice, then how it went and how that is known."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo

from mailwake.cli.printable import cut, one_line, padded, plain, width
from mailwake.cli.render_tree import tree
from mailwake.cli.terminal import toned
from mailwake.operations.records import dashed
from mailwake.operations.when import from_micros, zone_name
from mailwake.trace.story_model import Message, Outcome, Relative, Step, Story
from mailwake.trace.story_words import plain_seconds

Show = Callable[[str], str]
_EVENT = 12
_SYMBOLS = 8
_RELATIVES = 10


def lines(story: Story, zone: tzinfo, room: int | None, show: Show, *, raw: bool = False) -> Iterator[str]:
    """The story, line by line.

    room: columns of the terminal, None for as many as it takes; raw: with all records; show: gives the command that
    tells the story of another id.
    """
    yield from (toned(text, story.tone, bold=True) for text in wrapped(story.headline, room, ""))
    yield ""
    yield from _fields(_message(story, zone), room)
    yield from titled("What became of it", _outcomes(story.outcomes, room))
    yield from titled(f"How it went ({zone_name(zone)})", steps_of(story.timeline, zone, room, raw))
    if len(story.tree) > 1 or any(node.edges for node in story.tree):
        yield from titled("Which way it took", tree(story.tree, room))
    evidence = (wrapped(f"{e.parent} -> {e.child}: {e.words} ({e.grade})", room, "  ") for e in story.evidence)
    yield from titled("How that is known", (line for found in evidence for line in found))
    missing = (wrapped(one.text, room, "  - ", "    ") for one in story.missing)
    yield from titled("What the logs do not tell", (line for found in missing for line in found))
    yield from titled("The connection it came over", steps_of(story.session, zone, room, raw))
    yield from titled(
        "Other attempts of the same sender to the same recipient", _relatives(story.attempts, zone, room, show)
    )
    yield from titled("What it came out of, and what came out of it", _relatives(story.relatives, zone, room, show))
    yield from titled("Other messages that the same question finds", _relatives(story.also, zone, room, show))


def titled(title: str, body: Iterable[str]) -> Iterator[str]:
    """A heading and what stands under it; nothing when that is nothing."""
    headed = False
    for line in body:
        if not headed:
            yield from ("", toned(title, "", bold=True))
            headed = True
        yield line


def _message(story: Story, zone: tzinfo) -> Iterator[tuple[str, str]]:
    message = story.message
    sender = "not known" if message.sender is None else message.sender or "<> (the null sender: a notification)"
    author = message.header_from
    yield "From", f"{sender}, written as {author}" if author and author.lower() != sender.lower() else sender
    yield "To", ", ".join(message.recipients)
    yield "Subject", message.subject or ""
    yield "Message-ID", ", also ".join(filter(None, (message.message_id, *message.other_ids)))
    received = f"{time_of(message.received, zone)} {zone_name(zone)}" if message.received else ""
    facts = (received, f"{message.size:,} bytes" if message.size else "", message.direction.lower())
    yield "Received", ", ".join(filter(None, facts))
    yield "Client", ", ".join(_client(message))
    for verdict in message.verdicts:
        score = "" if verdict.score is None else f"{verdict.score:.2f}"
        score += "" if verdict.required is None or not score else f"/{verdict.required:.2f}"
        symbols = ", ".join(verdict.symbols[:_SYMBOLS]) + (", ..." if len(verdict.symbols) > _SYMBOLS else "")
        said = (verdict.action, score, verdict.text, f"[{symbols}]" if symbols else "")
        yield "Filter", f"{verdict.filter}: {' '.join(filter(None, said))}"
    yield "Trace id", dashed(story.trace_id) or ""


def _client(message: Message) -> Iterator[str]:
    name = message.client_name if message.client_name != message.client_ip else ""
    if name or message.client_ip:
        yield f"{name}[{message.client_ip}]" if name and message.client_ip else name or message.client_ip
    if message.helo and message.helo != name:
        yield f"calls itself {message.helo}"
    if message.protocol:
        yield message.protocol
    if message.tls:
        yield message.tls
    if message.sasl_user:
        yield f"logged in as {message.sasl_user}" + (f" ({message.sasl_method})" if message.sasl_method else "")
    if message.local_user:
        yield f"local user {message.local_user}"


def _fields(fields: Iterable[tuple[str, str]], room: int | None) -> Iterator[str]:
    for name, value in fields:
        if value:
            yield from wrapped(value, room, padded(name, 12), " " * 12)


def _outcomes(outcomes: Iterable[Outcome], room: int | None) -> Iterator[str]:
    for outcome in outcomes:
        final, original = outcome.recipient or "", outcome.original or ""
        who = (
            f"{original} -> {final}" if final and original and final.lower() != original.lower() else final or original
        )
        status = outcome.status if outcome.detail in ("", outcome.status) else f"{outcome.status} ({outcome.detail})"
        head = one_line(f"{who or 'a recipient that the logs do not name'}: {status}")
        yield "  " + toned(cut(head, room - 2) if room else head, outcome.tone)
        yield from wrapped(outcome.text, room, "    ")
        cause = outcome.cause
        if cause is not None:
            yield from wrapped(f"{cause.title}. {cause.sentence}", room, "    Why:    ", " " * 12)
            yield from wrapped(f"{cause.advice} [{cause.who}]", room, "    To do:  ", " " * 12)
        if outcome.reason and outcome.reason not in outcome.text:
            yield from wrapped(outcome.reason, room, "    Reply:  ", " " * 12)
        for line in outcome.mailbox:
            yield from wrapped(line, room, "    Mailbox: ", " " * 13)
        remark = "; ".join(filter(None, (outcome.remark, "" if outcome.grade == "proven" else outcome.grade)))
        if remark:
            yield from wrapped(remark, room, "    Note:   ", " " * 12)


def steps_of(steps: Iterable[Step], zone: tzinfo, room: int | None, raw: bool) -> Iterator[str]:
    """One line for each step: its time, the time since the step before, host, event, and what happened."""
    shown = list(steps)
    host_width = min(max((width(one_line(step.host)) for step in shown), default=0), 24)
    day = ""
    for step in shown:
        moment = from_micros(step.ts, zone) if step.ts else None
        if moment is not None and moment.strftime("%Y-%m-%d") != day:
            day = moment.strftime("%Y-%m-%d")
            yield f"  {day}"
        clock = moment.strftime("%H:%M:%S.%f")[:12] if moment else "-"
        waited = f"+{plain_seconds(step.since_previous)}" if step.since_previous >= 0.0005 else ""
        host = padded(cut(one_line(step.host), 24), host_width)
        head = f"  {padded(clock, 12)} {padded(waited, 13, right=True)}  {host}  "
        place = "\0" * (_EVENT + 2)  # wrapped without the colour, which takes no room
        indent = " " * (width(head) + len(place))
        guessed = " (inferred)" if step.grade != "proven" else ""
        first, *rest = wrapped(step.text + guessed, room, head + place, indent) or [head + place]
        yield first.replace(place, toned(padded(step.event, _EVENT), step.tone) + "  ")
        yield from rest
        for detail in step.details:
            yield from wrapped(detail, room, indent, indent + "  ")
        if raw:
            yield from (f"      | {plain(record)}" for record in step.raw)


def _relatives(relatives: tuple[Relative, ...], zone: tzinfo, room: int | None, show: Show) -> Iterator[str]:
    for one in relatives[:_RELATIVES]:
        status = one.status if one.detail in ("", one.status) else f"{one.status} ({one.detail})"
        sender = "-" if one.sender is None else one.sender or "<>"
        text = (
            f"{time_of(one.received, zone)}  {one.relation}: {sender} to {one.recipient or '-'}: {status}. {one.text}"
        )
        inferred = " (inferred)" if one.grade != "proven" else ""
        yield from wrapped(f"{text}{inferred} {show(dashed(one.trace_id) or '')}", room, "  ", "      ")
    if len(relatives) > _RELATIVES:
        yield f"  and {len(relatives) - _RELATIVES} more"


def time_of(micros: int, zone: tzinfo) -> str:
    """A time for people; `-` when it is not known."""
    return from_micros(micros, zone).strftime("%Y-%m-%d %H:%M:%S") if micros else "-"


def wrapped(text: str, room: int | None, first: str, rest: str | None = None) -> list[str]:
    """A text in lines that fit."""
    clean = one_line(text)
    if room is None:
        return [first + clean] if clean else []
    columns = max(room, len(first) + 24)
    indent = first if rest is None else rest
    return textwrap.wrap(clean, columns, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)
