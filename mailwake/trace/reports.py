"""What a mail service reports of a recipient, as a fate; and that beside what its records of events say.

Statuses are those of Get-MessageTrace(V2), Graph's exchangeMessageTrace and the message trace pages, in any spelling.
"""

from __future__ import annotations

from mailwake.events.fact import Fact
from mailwake.trace.fate import Fate
from mailwake.trace.instances import is_final

_FATES = {
    "delivered": ("Delivered", "Delivered", ""),
    "expanded": ("Expanded", "Expanded", ""),
    "failed": ("Failed", "Bounced", ""),
    "pending": ("Pending", "Deferred", ""),
    "quarantined": ("Quarantined", "Quarantined", ""),
    "filteredasspam": ("FilteredAsSpam", "Junk", "marked as spam"),
    "gettingstatus": ("GettingStatus", "Unknown", "the service had no status yet"),
    "none": ("GettingStatus", "Unknown", "rejected, or redirected to another recipient"),
    "recalled": ("Failed", "Deleted", "recalled by its sender"),
}
_NOT_NAMED = ("GettingStatus", "Unknown", "a status that is not known")


def of_report(fact: Fact) -> Fate:
    """The fate that a report on one recipient tells of."""
    fields = fact.fields
    word = fields["status"].replace(" ", "").lower()
    status, detail, remark = _FATES.get(word, _NOT_NAMED)
    if word not in _FATES and word not in ("unknown", "unknownfuturevalue", ""):
        remark = f"reported as {fields['status']}"
    if detail == "Delivered" and (fields.get("relay_ip") or _is_passed_on(fields.get("event", ""))):
        detail = "Relayed"
    return Fate(status, detail, fields.get("text", ""), "", fact.ts, remark=remark)


def _is_passed_on(events: str) -> bool:
    """Whether a report's events (`Receive, Send`) end with another server."""
    return "send" in events.lower() and "deliver" not in events.lower()


def with_report(fact: Fact | None, fate: Fate) -> Fate:
    """A fate by records of events, and what is reported: an end that is reported counts, for the service knows all of
    its servers; how and why is what the records say, where both agree."""
    if fact is None:
        return fate
    told = of_report(fact)
    if fate.status == "GettingStatus":
        return told
    if not is_final(fact.fields["status"]) or told.status == fate.status:
        if (told.detail, fate.detail) == ("Delivered", "Relayed") and fact.fields.get("hosted"):
            return fate._replace(detail="Delivered")
        return fate
    return told._replace(reason=fate.reason, dsn=fate.dsn, ts=max(told.ts, fate.ts))
