"""What other versions, settings and shippers make of the same acts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from told_acts import FIXED, Fixed, acts_of, facts_of, lines_of
from writing import ALICE, BOB, event, item, login, opened, said

from mailwake.audit.model import Observation
from mailwake.audit.observe.folders import place
from mailwake.sources.dovecot.heads import read_head


def found(*lines: str, settings: Fixed = FIXED) -> list[Observation]:
    """Observations of lines of text and of events."""
    text, events = [x for x in lines if x[0] != "{"], [x for x in lines if x[0] == "{"]
    return acts_of(facts_of(*(part for part in (text, events) if part)), settings)


def acts(*lines: str, settings: Fixed = FIXED) -> list[str]:
    """The same as lines."""
    return lines_of(found(*lines, settings=settings))


def auth(protocol: str, at: str = "10:00:00", **more: object) -> str:
    """The event of a login as 2.4 writes it: `protocol`, where 2.3 says `service`."""
    fields = {"protocol": protocol, "success": "yes", "mechanism": "PLAIN", "remote_ip": "192.0.2.7", **more}
    return event("auth_request_finished", at, **fields, categories=["auth", "service:auth"])


def test_logins_of_a_newer_server() -> None:
    assert acts(auth("imap")) == [f"MailboxLogin Owner {ALICE}"]
    assert acts(auth("smtp")) == [], "who hands mail in is not in the mailbox"
    (sieve,) = found(auth("sieve"))
    assert (sieve.client, dict(sieve.properties)["Protocol"]) == ("Client=ManageSieve", "sieve")
    (pop3,) = found(auth("pop3", master_user="root"))
    assert (pop3.client, pop3.actor, str(pop3.logon_type)) == ("Client=POP3", "root", "Admin")


@pytest.mark.parametrize("success", [True, "true", "yes"])
def test_a_shipper_has_its_own_truth(success: object) -> None:
    assert acts(auth("imap", success=success)) == [f"MailboxLogin Owner {ALICE}"]
    assert acts(auth("imap", success=False)) == [f"MailboxLogin Owner {ALICE} Failed"]


def test_a_list_that_has_become_text() -> None:
    read = json.loads(opened("10:00:01", "INBOX", 3))
    for given in ("imap:fetch_body", "imap:cmd_uid_fetch,imap:fetch_body", "imap:cmd_uid_fetch imap:fetch_body"):
        read["fields"]["reason_code"] = given
        assert acts(json.dumps(read)) == [f"MailItemsAccessed Owner {ALICE} INBOX 3"]
    read["fields"]["reason_code"] = "doveadm:cmd_fetch"
    assert acts(json.dumps(read)) == [f"MailItemsAccessed Admin doveadm in {ALICE} INBOX 3"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("uid=5, box=INBOX, msgid=<m5@example.net>, size=9", "INBOX 5"),
        ("uid=5, box=INBOX", "INBOX 5"),
        ("box=INBOX, uid=5", "INBOX 5"),
        ("uid=5, box=A, B, msgid=(null), size=9, flags=()", "A, B 5"),
        ("box=INBOX, size=9", "INBOX"),
        ("box=INBOX, msgid=<m5@example.net>, size=9", "INBOX"),
        ("uid=5, msgid=<m5@example.net>, size=9", "5"),
        (
            "box=INBOX, uid=5, msgid=<m5@example.net>, from=a, uid=9, box=B <x@example.net>, subject=b, box=C, uid=8",
            "INBOX 5",
        ),
    ],
)
def test_any_choice_of_mail_log_fields(text: str, told: str) -> None:
    assert acts(said("10:00:00", f"expunge: {text}")) == [f"HardDelete Owner {ALICE} {told}"]


@pytest.mark.parametrize(
    "extra",
    [
        " rip=192.0.2.9 auth=root",
        f" rip=192.0.2.9 auth={ALICE}*root",
        f" auth_user={ALICE}/root",
        " master_user=root",
        f" master=<{ALICE}%root>",
    ],
)
def test_prefixes_that_name_the_master(extra: str) -> None:
    line = said("10:00:00", item("expunge", "INBOX", 5), extra=extra)
    assert acts(line) == [f"HardDelete Admin root in {ALICE} INBOX 5"]
    head = read_head(f"imap({ALICE})<7><S1> auth={ALICE}")
    assert head is not None and head.auth_user == ALICE


@pytest.mark.parametrize(
    "prefix", ["Andere Benutzer/", "Gedeeld/", "Partagés.", "Delade/", "共用/", "~users/", "Shared Folders/"]
)
def test_prefixes_in_other_languages(prefix: str) -> None:
    theirs = said("10:00:00", item("expunge", f"{prefix}{BOB}{prefix[-1]}Projects", 5))
    assert acts(theirs) == [f"HardDelete Delegate {ALICE} in {BOB} Projects 5"]
    own = said("10:00:00", item("expunge", f"{prefix}Projects", 5))
    assert acts(own) == [f"HardDelete Owner {ALICE} {prefix}Projects 5"]


def test_folders_that_are_everybodys() -> None:
    """They lie in no person's mailbox, whoever is in them: nobody is their owner (RFC 2342)."""
    mark = said("10:00:00", item("expunge", "Public/Announcements", 5))
    assert acts(mark) == [f"HardDelete Delegate {ALICE} in Public Folders Public/Announcements 5"]
    dest = said("10:00:00", item("copy from INBOX", "Public/Announcements", 9, "<m1@example.net>"))
    gone = said("10:00:00", item("expunge", "INBOX", 1))
    assert acts(dest, gone) == [f"Move Owner {ALICE} INBOX 1 to Public Folders Public/Announcements"]
    master = (login("10:00:00", auth_user="root"), mark)
    assert "HardDelete Admin root in Public Folders Public/Announcements 5" in acts(*master)


def test_public_folders_by_setting() -> None:
    own = said("10:00:00", item("expunge", "#news.local", 5))
    assert acts(own) == [f"HardDelete Owner {ALICE} #news.local 5"]
    named = Fixed(replace(FIXED.values, public_prefixes=("#news.",)))
    assert acts(own, settings=named) == [f"HardDelete Delegate {ALICE} in Public Folders #news.local 5"]
    assert place("Public/A", ALICE, (), ()) == (ALICE, "Public/A", False)


def test_events_that_a_shipper_wrote_anew() -> None:
    """With blanks, in another order, in a list, on several lines: the act stays the same one."""
    plain = opened("10:00:01", "INBOX", 3)
    read = json.loads(plain)
    forms = (
        json.dumps(read),
        json.dumps(dict(reversed(read.items()))),
        json.dumps([read]),
        json.dumps(read, indent=2),
        json.dumps({"log": f"stats: Info: {plain}\n", "stream": "stdout", "time": "2026-11-22T10:00:01.5Z"}),
    )
    acted = [acts_of(facts_of(form.splitlines())) for form in (plain, *forms)]
    assert {lines_of(one)[0] for one in acted} == {f"MailItemsAccessed Owner {ALICE} INBOX 3"}
    assert {len(one) for one in acted} == {1} and len({one[0].id for one in acted}) == 1
    assert len(acts_of(facts_of([plain], [forms[0]], [forms[1]]))) == 1, "told three times, done once"


def test_a_master_who_fails() -> None:
    """The one who tried is the master, the mailbox the one that was asked for; nobody's is called `owner*master`."""
    told = f"MailboxLogin Admin root in {ALICE} Failed"
    end = "2026-11-22 10:00:02 imap-login: Info: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs)"
    typed = f"{end}: user=<{ALICE}*root>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, session=<S1>"
    assert acts(typed) == [told]
    checked = "2026-11-22 10:00:00 auth: Info: passwd-file(root,192.0.2.7,master,<S1>): Password mismatch"
    plain = typed.replace("*root", "")
    assert acts(checked, plain) == [told] == acts(checked, typed)
    tried = auth("imap", success="", user="root", login_user=ALICE, original_user=f"{ALICE}*root")
    assert acts(tried) == [told]
