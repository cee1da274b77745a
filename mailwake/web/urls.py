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
    path("auditing/mailboxes/", mailboxes.mailboxes, name="mailboxes"),
    path("auditing/mailboxes/<str:identity>/", mailboxes.mailbox, name="mailbox"),
    path("auditing/organization/", organization.organization, name="organization"),
    path("list/<slug:slug>/", listing.listing, name="listing"),
    path("administration/people/", accounts.accounts, name="accounts"),
    # The entry of the Defender portal: Email & collaboration > Exchange message trace. It only passes through.
    path(
        "email-and-collaboration/exchange-message-trace/",
        RedirectView.as_view(pattern_name="trace", query_string=True),
        name="pass-through",
    ),
]
