"""The story of one message: the fly-out beside the grid, and a page of its own for links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mailwake.operations.catalog.message_mailbox_history import Happened
from mailwake.operations.catalog.message_story import StoryItem
from mailwake.operations.contract import all_operations
from mailwake.operations.perform import allowed
from mailwake.operations.when import from_micros
from mailwake.trace.story import Story
from mailwake.trace.story_model import Outcome, Step
from mailwake.web import words
from mailwake.web.callers import ask, caller_of, context_of, items, page
from mailwake.web.labels import label, worded
from mailwake.web.route import route
from mailwake.web.spoken import spoken
from mailwake.web.views.trace import EVERYBODY, Place


@dataclass(frozen=True)
class Stage:
    """One of the three steps of the progress bar."""

    label: str | Promise
    tone: str
    at: Any


@page
def message(request: HttpRequest, identity: str, place: Place = EVERYBODY) -> HttpResponseBase:
    """One message; `recipient` in the address chooses whose end comes first."""
    item = next(iter(ask(request, "my-message-story" if place.own else "message-story", identity=identity)))
    assert isinstance(item, StoryItem)
    story = spoken(item.story)
    recipient = request.GET.get("recipient", "").lower()
    outcomes = sorted(story.outcomes, key=lambda one: not _is(one, recipient))
    zone = context_of(request).zone
    shown = {
        "story": story,
        "outcomes": [_outcome(one, zone) for one in outcomes],
        "stages": _stages(story, outcomes[0] if outcomes else None, zone),
        "timeline": [_step(step, zone) for step in story.timeline],
        "session": [_step(step, zone) for step in story.session],
        "received": from_micros(story.message.received, zone) if story.message.received else None,
        "route": route(story),
        "identity": story.to_id(),
        "place": place,
        "fate": None if place.own else _fate(request, story),
    }
    template = "web/partials/message.html" if request.headers.get("HX-Request") else "web/message.html"
    return render(request, template, shown)


def _fate(request: HttpRequest, story: Story) -> list[dict[str, Any]] | None:
    """What happened in the mailbox afterwards; None for who may not know, and for a message without a Message-ID."""
    operation = all_operations()["message-mailbox-history"]
    if not story.message.message_id or not allowed(operation, caller_of(request)):
        return None
    found = items(request, operation.name, identity=story.to_id())
    return [
        {
            "it": one,
            "at": timezone.localtime(one.date),
            "meaning": gettext(one.meaning),
            "as": label(one.logon_type),
            "result": worded("OperationResult", one.result),
        }
        for one in found
        if isinstance(one, Happened)
    ]


def _is(outcome: Outcome, recipient: str) -> bool:
    return recipient in ((outcome.recipient or "").lower(), (outcome.original or "").lower())


def _outcome(outcome: Outcome, zone: Any) -> dict[str, Any]:
    return {
        "it": outcome,
        "label": words.status(outcome.status),
        "finer": words.DETAILS.get(outcome.detail, outcome.detail),
        "at": from_micros(outcome.at, zone) if outcome.at else None,
    }


def _step(step: Step, zone: Any) -> dict[str, Any]:
    raw = [text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") for text in step.raw]
    return {
        "it": step,
        "at": from_micros(step.ts, zone) if step.ts else None,
        "event": words.EVENTS.get(step.event, step.event),
        "raw": raw,
    }


def _stages(story: Story, outcome: Outcome | None, zone: Any) -> list[Stage]:
    """Received > Processed > Delivered, as far as the message came for this recipient."""
    begin = from_micros(story.message.received, zone) if story.message.received else None
    end = from_micros(outcome.at, zone) if outcome and outcome.at else None
    tone = outcome.tone if outcome else "plain"
    refused = outcome is not None and outcome.detail == "Rejected" and len(story.timeline) <= 1
    end_label = words.status(outcome.status) if outcome and not refused and tone in ("bad", "wait") else _("Delivered")
    return [
        Stage(_("Rejected") if refused else _("Received"), "bad" if refused else "good", begin),
        Stage(_("Processed"), "plain" if refused else "good" if tone in ("good", "plain") else tone, None),
        Stage(end_label, "plain" if refused else tone, end if not refused else None),
    ]
