"""The search panel: what is typed becomes criteria, and criteria that were kept become the panel again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
_ASK = """
import sys
from django.conf import settings
settings.configure(USE_TZ=True, TIME_ZONE="Europe/Stockholm")
import django
django.setup()
from django.http import QueryDict
from mailwake.operations.trace_models import TraceCriteria
from mailwake.web.trace_form import TraceForm
from mailwake.web.trace_words import in_words

for line in sys.stdin:
    form = TraceForm.of(QueryDict(line.strip()))
    given = form.given()
    assert not form.errors, form.errors
    if form.span is not None:
        given.pop("start_date")
    kept = TraceCriteria.model_validate(given).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    again = TraceForm.of_criteria(TraceCriteria.model_validate(kept), form.span)
    print(again.address(), "|", "; ".join(f"{title}={text}" for title, text in in_words(again)))
"""


def again(*addresses: str) -> list[list[str]]:
    """What becomes of searches that are kept: their address, and their words."""
    line = [sys.executable, "-c", _ASK]
    done = subprocess.run(line, cwd=TOP, input="\n".join(addresses), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return [one.split(" | ") for one in done.stdout.splitlines()]


def test_days_of_the_slider_stay_relative() -> None:
    five, one, far, beyond, other, foreign = again(
        "range=days&days=5",
        "range=days&days=1",
        "range=days&days=90",
        "range=days&days=91",
        "range=7d&days=5",
        "range=days&days=0x5",
    )
    assert five == ["range=days&days=5", "Time range=Last 5 days"]
    assert one == ["range=24h", "Time range=Last 24 hours"]
    assert far == ["range=90d", "Time range=Last 90 days"]
    assert beyond == foreign == ["range=2d", "Time range=Last 2 days"]
    assert other == ["range=7d", "Time range=Last 7 days"]


def test_a_search_that_was_kept_is_the_same_search() -> None:
    relative, absolute, always = again(
        "range=7d&sender=a@example.com;b@example.com&status=Failed&size_min=10k&subject=Offer&how=StartsWith",
        "range=custom&start=2026-11-17T08:00&end=2026-11-19T09:30&message_id=<m1@example.net>&direction=Inbound",
        "range=all&from_ip=192.0.2.0/24 2001:db8::1&detail=Rejected&detail=Bounced",
    )
    assert relative == [
        "sender=a%40example.com%3B+b%40example.com&subject=Offer&how=StartsWith&size_min=10K&range=7d&status=Failed",
        "Time range=Last 7 days; Senders=a@example.com; b@example.com; Subject=starts with: Offer; "
        "At least this size=10K; Delivery status=Failed",
    ]
    assert absolute == [
        "message_id=%3Cm1%40example.net%3E&start=2026-11-17T08%3A00&end=2026-11-19T09%3A30&range=custom&direction=Inbound",
        "Time range=2026-11-17 08:00 – 2026-11-19 09:30; Message ID=<m1@example.net>; Direction=Inbound",
    ]
    assert always == [
        "from_ip=192.0.2.0%2F24+2001%3Adb8%3A%3A1&range=all&detail=Rejected&detail=Bounced",
        "Time range=Any time; Original client IP address=192.0.2.0/24 2001:db8::1; Status in detail=Rejected, Bounced",
    ]
