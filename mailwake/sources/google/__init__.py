"""Google Workspace: Gmail log events (Reports API, BigQuery export) and Email Log Search.

    {"kind": "admin#reports#activity", "id": {...}, "events": [...]}     Reports API, applicationName=gmail
    {"event_info": {...}, "message_info": {...}}, in "gmail" or not       a row of the BigQuery export
    Message ID,Start date,End date,Sender,...                            Email Log Search, downloaded as CSV

Ingest makes a line of JSON of each record (`ingest.tables`, `ingest.documents`). Gmail gives messages no id of its own;
the key is their Message-ID. Sources: developers.google.com/workspace/admin/reports/v1/appendix/activity/gmail, "Schema
for Gmail logs in BigQuery" (support.google.com/a/answer/12384955), "Email Log Search delivery status definitions"
(support.google.com/a/answer/2623280).
"""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.sources.api import Bare
from mailwake.sources.google import activity, event, search
from mailwake.sources.google.record import load

HOST = "Gmail"
EVENTS, SEARCH = "google/gmail", "google/search"
"""Names given here to the two kinds of records, which name no program themselves."""

PARSERS: dict[str, LineParser] = {EVENTS: event.parse, SEARCH: search.parse}


class _Google:
    """See `sources.api.Source` and `sources.api.TableSource`."""

    name = "google"

    def parser(self, program: str) -> LineParser | None:
        return PARSERS.get(program)

    def split_bare(self, line: str) -> Bare | None:
        record = load(line)
        if record is None:
            return None
        if search.is_row(record):
            return Bare(search.time_of(record), HOST, SEARCH, 0, line)
        if activity.is_activity(record):
            return Bare(activity.time_of(record), HOST, EVENTS, 0, line)
        return None

    def continues(self, line: str) -> bool:
        return False

    def table(self, columns: tuple[str, ...]) -> bool:
        return search.COLUMNS.issubset(columns)


SOURCE = _Google()
