"""Exchange's words for statuses and events in the reader's language, and the tone in which they are shown."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STATUSES: dict[str, tuple[str | Promise, str]] = {
    "Delivered": (_("Delivered"), "good"),
    "Failed": (_("Failed"), "bad"),
    "Pending": (_("Pending"), "wait"),
    "Expanded": (_("Expanded"), "plain"),
    "Quarantined": (_("Quarantined"), "wait"),
    "FilteredAsSpam": (_("Filtered as spam"), "wait"),
    "GettingStatus": (_("Getting status"), "wait"),
}
"""Label and tone of each status."""
DETAILS: dict[str, str | Promise] = {
    "Delivered": _("Delivered"),
    "Relayed": _("Relayed"),
    "Rejected": _("Rejected"),
    "Bounced": _("Bounced"),
    "Expired": _("Expired"),
    "Discarded": _("Discarded"),
    "Deleted": _("Deleted"),
    "Deferred": _("Deferred"),
    "Greylisted": _("Greylisted"),
    "Held": _("Held"),
    "Quarantined": _("Quarantined"),
    "Junk": _("Junk"),
    "Expanded": _("Expanded"),
    "Redirected": _("Redirected"),
    "Duplicate": _("Duplicate"),
    "Unknown": _("Unknown"),
}
DIRECTIONS: dict[str, str | Promise] = {
    "Inbound": _("Inbound"),
    "Outbound": _("Outbound"),
    "Internal": _("Internal"),
}
OUTCOMES: dict[str, str | Promise] = {
    "received": _("Received"),
    "rejected": _("Rejected"),
    "deferred": _("Deferred"),
    "delivered": _("Delivered"),
}
EVENTS: dict[str, str | Promise] = {
    "Receive": _("Receive"),
    "Submit": _("Submit"),
    "Send": _("Send"),
    "Transfer": _("Transfer"),
    "Deliver": _("Deliver"),
    "Defer": _("Defer"),
    "Fail": _("Fail"),
    "Expand": _("Expand"),
    "Redirect": _("Redirect"),
    "Resolved": _("Resolved"),
    "Drop": _("Drop"),
    "Quarantine": _("Quarantine"),
    "Release": _("Release"),
    "Spam": _("Spam"),
    "Malware": _("Malware"),
    "Rule": _("Rule"),
    "DSN": _("Notification"),
    "Hold": _("Hold"),
    "Requeue": _("Requeue"),
    "Connect": _("Connect"),
    "Disconnect": _("Disconnect"),
    "Auth": _("Sign-in"),
    "Lost": _("Connection lost"),
    "Screen": _("Screening"),
    "Probe": _("Probe"),
    "Authentication": _("Authentication"),
    "Spam Diagnostics": _("Spam diagnostics"),
    "Policy": _("Policy"),
    "Vacation": _("Vacation reply"),
    "Notify": _("Notice by mail"),
    "Note": _("Note"),
    "Report": _("Report"),
    "Resubmit": _("Resubmit"),
    "Duplicate": _("Duplicate"),
    "Done": _("Done"),
}


def status(word: str) -> str | Promise:
    """Label of a status; a word that is not ours is shown as it is."""
    return STATUSES.get(word, (word, ""))[0]


def tone(word: str) -> str:
    """good, bad, wait or plain."""
    return STATUSES.get(word, ("", "plain"))[1]
