"""The pages beside those of the menu, the forms on them, and what can be asked about on each.

`test_roles_pages` sees that every route of the pages is here, and every view that takes a form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from inputs import ABSENT, CAROL, GRACE, NO_ID, Known
from stage import LOGIN, NILS, NO_LOGIN, OLGA, OWNER

Values = tuple[str, str, str]
"""Inside, outside and nowhere."""
EVERYBODY = ""
"""No operation: for whoever is signed in."""

FURTHER = {
    "/": EVERYBODY,
    "/setup/": EVERYBODY,
    "/email-and-collaboration/exchange-message-trace/": EVERYBODY,
    "/messagetrace/rows/": "message-trace",
    "/messagetrace/paste/": "message-trace",
    "/messagetrace/find/?q=grace@example.org": "message-trace",
    "/messagetrace/queries/default/": "get-saved-query",
    "/messagetrace/queries/custom/": "get-saved-query",
    "/messagetrace/queries/autosaved/": "get-saved-query",
    "/messagetrace/queries/save/": "new-saved-query",
    f"/messagetrace/queries/save/?saved={NO_ID}": "new-saved-query",
    "/messagetrace/reports/": "get-historical-search",
    "/messagetrace/reports/order/": "start-historical-search",
    f"/messagetrace/reports/{NO_ID}/download/": "historical-search-result",
    "/my/messages/rows/": "my-messages",
    "/my/messages/find/?q=grace@example.org": "my-messages",
    f"/my/messages/message/{NO_ID}/": "my-message-story",
    f"/my/messages/message/{NO_ID}/?recipient=grace@example.org": "my-message-story",
    f"/messagetrace/message/{NO_ID}/": "message-story",
    f"/messagetrace/message/{NO_ID}/?recipient=grace@example.org": "message-story",
    "/auditing/mailboxes/grace@example.org/": "get-mailbox",
    "/auditing/mailboxes/grace@example.org/?group=1": "get-mailbox",
}
"""Pages that one comes to from those of the menu, with their operations."""


@dataclass(frozen=True)
class Form:
    """A form as a browser sends it, and what it orders."""

    address: str
    operation: str
    sent: Mapping[str, str] = field(default_factory=dict)


_PEOPLE, _ORGANIZATION = "/administration/people/", "/auditing/organization/"
_RETENTION = "/auditing/retention/"
_GRACE, _ID = "/auditing/mailboxes/grace@example.org/", "/messagetrace/reports/"
_FORMS = (
    Form("/preferences/", EVERYBODY, {"theme": "dark"}),
    Form("/setup/", EVERYBODY, {"name": "intruder", "password": "correct horse battery"}),
    Form("/messagetrace/paste/", "message-trace", {"text": "Message-ID: <nothing@example.net>"}),
    Form("/messagetrace/queries/save/", "new-saved-query", {"query": "recipient=grace@example.org", "name": "Kept"}),
    Form(
        "/messagetrace/queries/save/",
        "set-saved-query",
        {"what": "change", "saved": NO_ID, "query": "recipient=grace@example.org", "name": "Other"},
    ),
    Form(f"/messagetrace/queries/remove/{NO_ID}/", "remove-saved-query"),
    Form(
        "/messagetrace/reports/order/",
        "start-historical-search",
        {"query": "recipient=grace@example.org", "title": "Roles", "type": "MessageTrace"},
    ),
    Form(f"/messagetrace/reports/{NO_ID}/cancel/", "stop-historical-search"),
    Form(_GRACE, "set-mailbox", {"what": "Owner", "action": "HardDelete"}),
    Form(_GRACE, "set-mailbox", {"what": "restore-Owner"}),
    Form(_GRACE, "set-mailbox", {"what": "age", "age_limit": "120"}),
    Form(_GRACE, "set-mailbox-audit-bypass-association", {"what": "bypass", "bypass": "on"}),
    Form(_ORGANIZATION, "set-organization-config", {"what": "switch", "audit_disabled": "on"}),
    Form(_ORGANIZATION, "set-organization-config", {"what": "more", "trash_folders": "Trash"}),
    Form(
        _RETENTION,
        "new-unified-audit-log-retention-policy",
        {"what": "add", "name": "Roles", "priority": "7", "retention_duration": "ThreeMonths", "operations": "Move"},
    ),
    Form(_RETENTION, "set-unified-audit-log-retention-policy", {"what": "change", "name": "Kept", "priority": "9"}),
    Form(_RETENTION, "remove-unified-audit-log-retention-policy", {"what": "remove", "name": "Kept"}),
    Form(_PEOPLE, "new-account", {"what": "add", "name": "newcomer@example.net"}),
    Form(_PEOPLE, "set-account", {"what": "disable", "name": "nobody@example.net"}),
    Form(_PEOPLE, "set-account", {"what": "enable", "name": "nobody@example.net"}),
    Form(_PEOPLE, "add-role-group-member", {"what": "join", "group": "Help Desk", "name": "nobody@example.net"}),
    Form(_PEOPLE, "remove-role-group-member", {"what": "leave", "group": "Help Desk", "name": "help-desk@example.net"}),
    Form(_PEOPLE, "new-api-token", {"what": "token", "name": "nobody@example.net", "for": "second"}),
    Form(_PEOPLE, "remove-api-token", {"what": "revoke", "name": "nobody@example.net", "for": "test"}),
)
FORMS = {f"POST:{form.address}#{form.operation}:{form.sent.get('what', '')}": form for form in _FORMS}
"""By what the table calls them."""


@dataclass(frozen=True)
class Look:
    """One page, or one form, about something inside, something outside and something that is nowhere."""

    address: str
    """With a place for it, unless the form says it."""
    values: Values
    sent: Mapping[str, str] | None = None

    def of(self, value: str) -> tuple[str, dict[str, str] | None]:
        """The address and the form of one of the three."""
        sent = None if self.sent is None else {name: text.replace("{}", value) for name, text in self.sent.items()}
        return self.address.replace("{}", quote(value, safe="")), sent


MAILBOX: Values = (GRACE, CAROL, ABSENT)
_NAMED = (MAILBOX, (GRACE, OLGA.alias, NILS.alias), (GRACE, LOGIN.name, NO_LOGIN.name))


def looks(known: Known) -> list[Look]:
    """All that pages of the organization can be asked by a name."""
    return [*_of_messages(known, "/messagetrace/", "/messagetrace/message/", (GRACE, CAROL, ABSENT)), *_queries(known),
            *_reports(known), *_mailboxes(), *_listed()]  # fmt: skip


def looks_at_ones_own(known: Known) -> list[Look]:
    """The same of the pages that tell people of their own mail."""
    return _of_messages(known, "/my/messages/", "/my/messages/message/", (OWNER, CAROL, ABSENT))


def _of_messages(known: Known, base: str, message: str, people: Values) -> list[Look]:
    traces = (known.trace_inside, known.trace_outside, NO_ID)
    ids = (known.id_inside, known.id_outside, "<nothing@example.net>")
    queued = (known.queue_inside, known.queue_outside, "0A0A0A0A0A")
    made = []
    for page in (base, f"{base}rows/"):
        for name, values in (("recipient", people), ("sender", people), ("message_id", ids), ("trace_id", traces),
                             ("queue_id", queued)):  # fmt: skip
            made.append(Look(f"{page}?range=all&{name}={{}}", values))
    made += [Look(f"{base}find/?q={{}}", values) for values in (people, ids, traces, queued)]
    for values in (ids, traces, queued):
        made += [Look(f"{message}{{}}/", values), Look(f"{message}{{}}/?recipient={OWNER}", values)]
    made.append(Look(f"{message}{known.trace_inside}/?recipient={{}}", people))
    if base == "/messagetrace/":
        paste = f"{base}paste/"
        bounce = "Final-Recipient: rfc822; {}\nAction: failed\nArrival-Date: Fri, 20 Nov 2026 09:00:00 +0000\n"
        bare = (known.id_inside.strip("<>"), known.id_outside.strip("<>"), "absent-id@example.net")
        made += [
            Look(paste, bare, {"text": "Message-ID: <{}>\nSubject: Offer\n"}),
            Look(paste, people, {"text": bounce}),
        ]
        made.append(Look(paste, queued, {"text": "X-Exim-Id: {}\n"}))
    return made


def _queries(known: Known) -> list[Look]:
    kept, save = (known.query_inside, known.query_outside, NO_ID), "/messagetrace/queries/save/"
    form = {"saved": "{}", "what": "change", "name": "Other", "query": f"recipient={GRACE}"}
    return [
        Look(f"{save}?saved={{}}", kept),
        Look(f"{save}?recipient={{}}", MAILBOX),
        Look(save, kept, form),
        Look(save, MAILBOX, {"name": "Kept", "query": "recipient={}"}),
        Look("/messagetrace/queries/remove/{}/", kept, {}),
        Look("/messagetrace/queries/custom/?saved={}", kept),
    ]


def _reports(known: Known) -> list[Look]:
    jobs, order = (known.report_inside, known.report_outside, NO_ID), "/messagetrace/reports/order/"
    form = {"query": "recipient={}&range=all", "title": "Roles", "type": "MessageTrace"}
    return [
        Look("/messagetrace/reports/{}/download/", jobs),
        Look("/messagetrace/reports/{}/download/?encoding=utf-16", jobs),
        Look("/messagetrace/reports/{}/cancel/", jobs, {}),
        Look(f"{order}?recipient={{}}", MAILBOX),
        Look(order, MAILBOX, form),
    ]


def _mailboxes() -> list[Look]:
    made = []
    for values in _NAMED:
        one = "/auditing/mailboxes/{}/"
        made += [Look("/auditing/mailboxes/?part={}", values), Look(one, values), Look(f"{one}?group=1", values)]
        forms = [dict(form.sent) for form in _FORMS if form.address == _GRACE]
        made += [Look(one, values, sent) for sent in (*forms, {"what": "age", "age_limit": "?"}, {"what": "?"})]
    return made


NAMES = {"identity", "actor", "mailboxes", "user_ids", "object_ids", "free_text"}
"""Inputs of listed pages that name somebody or something."""
NO_NAMES = {"action", "at", "logon_type", "logon_types", "operations", "record_type", "ip_addresses", "access", "rules",
            "start_date", "end_date", "external_access", "result_size", "include_owner", "hosts", "cmdlets",
            "is_success", "changes_only"}  # fmt: skip
_ALSO = {"explain": {"identity": GRACE, "action": "HardDelete"}, "mailbox-search": {"identity": GRACE},
         "unified": {"start_date": "2026-11-10T00:00", "end_date": "2026-11-25T00:00"}}  # fmt: skip


def _listed() -> list[Look]:
    """Pages that are one operation each, by each control that takes a name."""
    from mailwake.web.pages import PAGES

    made = []
    for page in PAGES.values():
        for name in sorted(NAMES & set(page.fields)):
            also = {key: one for key, one in _ALSO.get(page.slug, {}).items() if key != name}
            query = "".join(f"&{key}={quote(one)}" for key, one in also.items())
            made += [Look(f"/list/{page.slug}/?{name}={{}}&sent=1{query}", values) for values in _NAMED]
    return made
