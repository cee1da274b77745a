"""What a page says of a wrong input is in the reader's language: errors of operations, the directory, the criteria."""

from __future__ import annotations

import html
from typing import Any

import pytest
from amounts import few
from stage import Stage, account_of

ADMIN = account_of("Organization Management", scoped=False)
TAKEN = account_of("Help Desk", scoped=False)
CASES: dict[str, tuple[str, dict[str, str] | None, int, dict[str, str]]] = {
    "the directory's, on a form": (
        "/administration/people/",
        {"what": "add", "name": TAKEN},
        400,
        {
            "en": f"There is an account '{TAKEN}' already.",
            "sv": f"Det finns redan ett konto '{TAKEN}'.",
            "nl": f"Er is al een account '{TAKEN}'.",
            "fr": f"Il y a déjà un compte '{TAKEN}'.",
            "zh-hant": f"已有名為 '{TAKEN}' 的帳戶。",
        },
    ),
    "the directory's, with its advice, in place of a page": (
        "/auditing/mailboxes/nosuch@example.org/",
        None,
        404,
        {
            "en": "There is no mailbox 'nosuch@example.org': no GUID, address, UPN, name, alias, login name or display",
            "sv": "Det finns ingen postlåda 'nosuch@example.org': inget stämmer (GUID, adress, UPN, namn, alias,",
            "nl": "Er is geen postvak 'nosuch@example.org': niets komt ermee overeen (GUID, adres, UPN, naam, alias,",
            "fr": "Il n’y a pas de boîte aux lettres 'nosuch@example.org' : rien n’y correspond (GUID, adresse, UPN,",
            "zh-hant": "沒有信箱 'nosuch@example.org'：沒有符合的GUID、地址、UPN、名稱、別名、登入名稱或顯示名稱",
        },
    ),
    "an operation's, of a retention policy": (
        "/auditing/retention/",
        {"what": "add", "name": "All", "priority": "3", "retention_duration": "ThreeMonths"},
        400,
        {
            "en": "The policy fits every record",
            "sv": "Principen gäller alla poster",
            "nl": "Het beleid geldt voor elk record",
        },
    ),
    "an operation's": (
        "/auditing/mailboxes/grace@example.org/",
        {"what": "Owner", "action": "NoSuch"},
        400,
        {
            "en": "AuditOwner: there is no action 'NoSuch'. Actions are: ",
            "sv": "AuditOwner: det finns ingen åtgärd 'NoSuch'. Åtgärderna är: ",
            "nl": "AuditOwner: er is geen actie 'NoSuch'. De acties zijn: ",
            "fr": "AuditOwner : il n’y a pas d’action 'NoSuch'. Les actions sont : ",
            "zh-hant": "AuditOwner：沒有動作 'NoSuch'。動作有：",
        },
    ),
    "a validator's": (
        "/auditing/mailboxes/grace@example.org/",
        {"what": "age", "age_limit": "for ever"},
        400,
        {
            "en": "Cannot read 'for ever' as a span of time: give days (120), or dd.hh:mm:ss (120.00:00:00)",
            "sv": "'for ever' går inte att läsa som ett tidsintervall: ange dagar (120) eller dd.hh:mm:ss",
            "zh-hant": "無法將 'for ever' 解讀為時間長度：請指定天數 (120)，或 dd.hh:mm:ss (120.00:00:00)",
        },
    ),
    "a criterion's": (
        "/messagetrace/?range=all&from_ip=nowhere",
        None,
        200,
        {
            "en": "'nowhere' is no IP address or network",
            "sv": "'nowhere' är ingen IP-adress och inget nät",
            "fr": "'nowhere' n’est ni une adresse IP ni un réseau",
        },
    ),
    "of what is not there": (
        "/messagetrace/reports/nosuch/download/",
        None,
        404,
        {
            "en": "There is no historical search 'nosuch'",
            "sv": "Det finns ingen historisk sökning 'nosuch'",
            "nl": "Er is geen historische zoekopdracht 'nosuch'",
        },
    ),
    "of an order that lacks something": (
        "/messagetrace/reports/order/",
        {"query": "range=7d", "title": "All", "type": "MessageTrace"},
        400,
        {
            "en": "A historical search needs a MessageID, RecipientAddress or SenderAddress. Give one of them.",
            "sv": "En historisk sökning behöver MessageID, RecipientAddress eller SenderAddress. Ange en av dem.",
            "zh-hant": "歷程記錄搜尋需要 MessageID、RecipientAddress 或 SenderAddress。請指定其中一項。",
        },
    ),
}


@pytest.mark.parametrize(
    ("case", "language"),
    few([(case, language) for case, (*_, texts) in CASES.items() for language in texts], 6, spread=True),
)
def test_an_error_is_told_in_the_reader_s_language(stage: Stage, case: str, language: str) -> None:
    address, posted, status, texts = CASES[case]
    found, page = stage.page(ADMIN, address, posted=posted, language=language)
    shown = html.unescape(page)
    assert found == status, shown
    assert texts[language] in shown
    assert language == "en" or texts["en"] not in shown


def test_a_refusal_says_in_swedish_which_role_would_do(stage: Stage) -> None:
    status, page = stage.page(account_of("nobody", scoped=False), "/auditing/mailboxes/", language="sv")
    assert status == 403
    assert "Get-Mailbox kräver hanteringsrollen " in page
    assert " eller " in page.split("kräver hanteringsrollen ")[1].split("</b>")[0]  # one of several will do
    assert "Dessa rollgrupper ger den: " in page


def test_the_first_account_s_name_is_refused_in_swedish(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from mailwake.web import first_run

    monkeypatch.setattr(first_run, "is_needed", lambda: True)
    monkeypatch.setattr(first_run, "is_code", lambda code: True)
    typed: dict[str, Any] = {"code": "x", "name": TAKEN, "password": "correct horse battery"}
    typed["again"] = typed["password"]
    status, page = stage.page(ADMIN, "/setup/", posted=typed, language="sv")
    assert status == 400
    assert f"Det finns redan ett konto '{TAKEN}'." in html.unescape(page)


def test_why_a_report_failed_is_told_in_swedish(stage: Stage) -> None:
    from mailwake.events.told import tell
    from mailwake.jobs.queue import Queue

    form = {"query": "sender=ann%40example.org&range=7d", "title": "Ann", "type": "MessageTrace"}
    assert stage.page(ADMIN, "/messagetrace/reports/order/", posted=form)[0] == 302
    jobs = Queue(stage.directory.alias)
    job = jobs.claim(("historical-search",), 1)
    assert job is not None
    jobs.fail(job, 2, tell("no message is known by {text!r}", text="x"))
    status, page = stage.page(ADMIN, "/messagetrace/reports/", language="sv")
    jobs.forget(3)
    assert status == 200
    assert "Inget meddelande är känt som 'x'" in html.unescape(page)


def test_the_other_faces_stay_english(stage: Stage) -> None:
    from django.utils.translation import override

    with override("sv"):
        _, body = stage.api(ADMIN, "get-mailbox", {"Identity": "nosuch@example.org"})
        written = stage.shell(ADMIN, "Get-Mailbox nosuch@example.org")
    assert "there is no mailbox 'nosuch@example.org': no GUID" in body
    assert "there is no mailbox 'nosuch@example.org': no GUID" in written
