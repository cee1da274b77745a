"""Every page and every form of the site for every role group; and what lies outside a scope is as what is not there.

Both are derived from the routes: a page that is not asked about here fails the first tests.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

import likeness
import pytest
import table
from asking import PART
from inputs import NO_ID, Known
from likeness import Told
from places import FORMS, FURTHER, NAMES, NO_NAMES, Look, looks, looks_at_ones_own
from stage import OWNER, Seen, Stage, account_of
from test_roles_faces import expected

from mailwake.directory.roles import ROLE_GROUPS

pytestmark = pytest.mark.slow
PAGES = table.read(table.PAGES)
MENU = [address for address in PAGES if address not in FURTHER and address not in FORMS]


def routes() -> dict[str, Any]:
    """Views of the site by the names of their routes."""
    from mailwake.web.urls import urlpatterns

    return {str(one.name): one.callback for one in urlpatterns}


def names_of(addresses: list[str]) -> set[str]:
    """The routes of addresses."""
    from django.urls import resolve

    return {str(resolve(address.partition("?")[0]).url_name) for address in addresses}


def test_every_route_is_in_the_matrix(stage: Stage) -> None:
    asked = names_of([*MENU, *FURTHER, *(form.address for form in FORMS.values())])
    assert asked == set(routes()), "add the page to places.FURTHER, or its form to places.FORMS"


def test_every_view_that_takes_a_form_has_one_in_the_matrix(stage: Stage) -> None:
    takes = {name for name, view in routes().items() if "POST" in inspect.getsource(inspect.unwrap(view))}
    assert takes == names_of([form.address for form in FORMS.values()])


def test_every_route_that_names_something_is_asked_about_it(stage: Stage, known: Known) -> None:
    from mailwake.web.pages import PAGES as listed

    asked = names_of([one.of("x")[0] for one in (*looks(known), *looks_at_ones_own(known))])
    no_names = {"home", "setup", "preferences", "overview", "organization", "accounts", "reference", "pass-through"}
    no_names |= {"retention"}  # of the organization, which a scope does not narrow
    assert asked | no_names | {"reports"} == set(routes())
    assert {name for page in listed.values() for name in page.fields} <= NAMES | NO_NAMES


def test_signing_in_is_not_of_operations(stage: Stage) -> None:
    """The other pages are about the one who signs in, and none of ours."""
    from mailwake.web.account_urls import urlpatterns

    views = [one.callback for one in urlpatterns if hasattr(one, "callback") and one.callback]
    assert {view.__module__.partition(".")[0] for view in views} <= {"allauth"}


@pytest.mark.parametrize("address", [one for one in PAGES if one not in FORMS])
def test_pages(stage: Stage, address: str) -> None:
    """A page that is refused says so, and stands in nobody's menu who may not see it."""
    for group, account, allowed in expected(PAGES[address]):
        seen = stage.look(account, address)
        assert (seen.status == 403) is not allowed, (account, seen.status)
        assert seen.status < 500
        if address in MENU:
            assert seen.status in (200, 403), account
            menu = set(re.findall(r'href="([^"]+)"', seen.body[: seen.body.find("<main")]))
            assert (address in menu) is (PAGES[address][group] != "-"), account


@pytest.mark.parametrize("name", FORMS)
def test_forms(stage: Stage, name: str) -> None:
    """A form does what the table says, and is refused to everybody else."""
    form = FORMS[name]
    for group, account, allowed in expected(PAGES[name]):
        with stage.thrown_away():
            seen = stage.look(account, form.address, dict(form.sent))
        assert (seen.status == 403) is not allowed, (account, seen.status)
        assert seen.status < 500
        if allowed and group == "Organization Management":
            sound = (200, 302, 404) if NO_ID in f"{form.address}{form.sent}" else (200, 302)
            assert seen.status in sound, (account, seen.status, seen.body[-600:])


def test_metrics_are_for_who_may_ask_for_the_sources(stage: Stage) -> None:
    from django.test import Client

    for _, account, allowed in expected(table.read(table.OPERATIONS)["source-status"]):
        headers = {"Authorization": f"Bearer {stage.tokens[account]}"}
        answer = Client(HTTP_HOST="localhost").get("/metrics", headers=headers)
        assert (answer.status_code == 200) is allowed, account


def told(stage: Stage, account: str, look: Look, value: str, *, part: bool) -> Told:
    """What is shown, and what it cost; what a form does is thrown away."""
    address, sent = look.of(value)

    def seen() -> Seen:
        return stage.look(account, address, sent, part=part)

    if sent is None:
        return likeness.told(stage, seen, [value])
    with stage.thrown_away():
        seen()
    with stage.thrown_away():
        return likeness.told(stage, seen, [value], warm=lambda: None)


def compared(stage: Stage, account: str, asked: list[Look]) -> str:
    """How answers about what is outside and what is nowhere differ; "" if they do not."""
    differing = []
    for look in asked:
        for part in (False, True):
            outside, absent = (told(stage, account, look, value, part=part) for value in look.values[1:])
            if outside.unlike(absent):
                differing.append(likeness.shown(f"{look.address} {look.sent} {look.values[1]}", outside, absent))
    return "\n".join(differing)


def test_outside_is_as_not_there(stage: Stage, known: Known) -> None:
    assert not (text := compared(stage, PART, looks(known))), text


@pytest.mark.parametrize("group", [group for group in ROLE_GROUPS if group != "Organization Management"])
def test_outside_is_as_not_there_for_others(stage: Stage, known: Known, group: str) -> None:
    """For a member with a scope of each other role group: what they may open, about one thing each."""
    one_of_each = list({(look.address, str(look.sent)): look for look in reversed(looks(known))}.values())
    account = account_of(group, scoped=True)
    open_to_them = [look for look in one_of_each if look.sent is not None or
                    stage.look(account, look.of(look.values[0])[0]).status != 403]  # fmt: skip
    assert not (text := compared(stage, account, open_to_them)), text


def test_ones_own_is_as_one_s_own_alone(stage: Stage, known: Known) -> None:
    assert not (text := compared(stage, OWNER, looks_at_ones_own(known))), text


def test_inside_is_shown(stage: Stage, known: Known) -> None:
    """The comparison would show nothing if what is inside were not found either."""
    for account, asked in ((PART, looks(known)), (OWNER, looks_at_ones_own(known))):
        for look in asked:
            address, sent = look.of(look.values[0])
            if PAGES.get(address.partition("?")[0], {}).get("Organization Management") == "all":
                continue  # refused to everybody with a scope
            with stage.thrown_away():
                seen = stage.look(account, address, sent)
            wrong = sent is not None and "?" in sent.values()
            assert seen.status in ((400,) if wrong else (200, 302, 404) if "group=1" in address else (200, 302)), (
                address, sent, seen.status, seen.body[-500:]
            )  # fmt: skip
