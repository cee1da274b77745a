"""Routes of the pages."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from mailwake.web.views import (
    accounts,
    home,
    listing,
    mailboxes,
    message,
    organization,
    overview,
    preferences,
    queries,
    reference,
    reports,
    retention,
    setup,
    trace,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("setup/", setup.setup, name="setup"),
    path("preferences/", preferences.change, name="preferences"),
    path("overview/", overview.overview, name="overview"),
    path("messagetrace/", trace.trace, name="trace"),
    path("messagetrace/rows/", trace.rows, name="trace-rows"),
    path("messagetrace/find/", trace.find, name="trace-find"),
    path("messagetrace/paste/", trace.paste, name="trace-paste"),
    path("messagetrace/message/<str:identity>/", message.message, name="trace-message"),
    path("messagetrace/queries/save/", queries.save, name="query-save"),
    path("messagetrace/queries/remove/<str:query_id>/", queries.remove, name="query-remove"),
    path("messagetrace/queries/<slug:kind>/", queries.queries, name="queries"),
    path("messagetrace/reports/", reports.reports, name="reports"),
    path("messagetrace/reports/order/", reports.order, name="report-order"),
    path("messagetrace/reports/<str:job_id>/cancel/", reports.cancel, name="report-cancel"),
    path("messagetrace/reports/<str:job_id>/download/", reports.download, name="report-download"),
    path("my/messages/", trace.trace, {"place": trace.OWN}, name="my-messages"),
    path("my/messages/find/", trace.find, {"place": trace.OWN}, name="my-find"),
    path("my/messages/rows/", trace.rows, {"place": trace.OWN}, name="my-rows"),
    path("my/messages/message/<str:identity>/", message.message, {"place": trace.OWN}, name="my-message"),
    path("auditing/mailboxes/", mailboxes.mailboxes, name="mailboxes"),
    path("auditing/mailboxes/<str:identity>/", mailboxes.mailbox, name="mailbox"),
    path("auditing/organization/", organization.organization, name="organization"),
    path("auditing/retention/", retention.retention, name="retention"),
    path("list/<slug:slug>/", listing.listing, name="listing"),
    path("administration/people/", accounts.accounts, name="accounts"),
    path("api-reference/", reference.reference, name="reference"),
    # The entry of the Defender portal: Email & collaboration > Exchange message trace. It only passes through.
    path(
        "email-and-collaboration/exchange-message-trace/",
        RedirectView.as_view(pattern_name="trace", query_string=True),
        name="pass-through",
    ),
]
