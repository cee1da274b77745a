"""Send, SendAs, SendOnBehalf: who logged in, against whom the message says it is from."""

from __future__ import annotations

import random

import pytest
from told_acts import FIXED, Fixed, acts_of, facts_of, told

ALICE, BOB, SALES = "alice@corp.example", "bob@corp.example", "sales@corp.example"
HEAD = "2026-11-22T10:00:00+00:00 mx1 postfix/submission"


def mail(
    user: str, envelope: str, author: str = "", sender: str = "", *, qid: str = "1BDE228C03C", at: int = 0
) -> list[str]:
    """What Postfix logs of mail handed in; header lines as header_checks gives them."""
    head = HEAD.replace("10:00:00", f"10:00:{at:02}")
    tail = f"from client.example[192.0.2.7]; from=<{envelope}> to=<x@example.net> proto=ESMTP helo=<c>"
    lines = [f"{head}/smtpd[5]: {qid}: client=client.example[192.0.2.7], sasl_method=PLAIN, sasl_username={user}"]
    for name, value in (("From", author), ("Sender", sender)):
        if value:
            lines.append(f"{head}/cleanup[6]: {qid}: info: header {name}: {value} {tail}")
    lines.append(f"{head}/cleanup[6]: {qid}: message-id=<{qid}@corp.example>")
    lines.append(f"{head}/qmgr[7]: {qid}: from=<{envelope}>, size=335, nrcpt=1 (queue active)")
    lines.append(f"{head}/qmgr[7]: {qid}: removed")
    return lines


def acts(*lines: str, settings: Fixed = FIXED) -> list[str]:
    return [told(act) for act in acts_of(facts_of(lines), settings)]


@pytest.mark.parametrize(
    ("envelope", "author", "sender", "act"),
    [
        (BOB, "", "", f"Send Owner {BOB}"),
        (BOB, f"Bob <{BOB}>", "", f"Send Owner {BOB}"),
        ("bob", "", "", f"Send Owner {BOB}"),
        (BOB.upper(), "", "", f"Send Owner {BOB}"),
        (ALICE, "", "", f"SendAs Delegate {BOB} in {ALICE}"),
        (ALICE, f"Alice <{ALICE}>", "", f"SendAs Delegate {BOB} in {ALICE}"),
        (BOB, f'"Alice, of Sales" <{ALICE}>', BOB, f"SendOnBehalf Delegate {BOB} in {ALICE}"),
        (BOB, ALICE, "", f"SendAs Delegate {BOB} in {ALICE}"),
        (SALES, SALES, BOB, f"SendOnBehalf Delegate {BOB} in {SALES}"),
        ("bounce+1@lists.example", BOB, "", f"Send Owner {BOB}"),
        ("", BOB, "", f"Send Owner {BOB}"),
        ("", ALICE, "", f"SendAs Delegate {BOB} in {ALICE}"),
        (BOB, f"{ALICE}, {BOB}", BOB, f"Send Owner {BOB}"),
    ],
)
def test_who_it_is_from(envelope: str, author: str, sender: str, act: str) -> None:
    lines = mail(BOB, envelope, author, sender)
    assert acts(*lines) == [act]
    random.Random(1).shuffle(lines)
    assert acts(*lines, *lines) == [act]


@pytest.mark.parametrize("envelope", ["SRS0=aB+c=5T={1}={0}@relay.example", "prvs=0123456789={0}@{1}", "{0}+news@{1}"])
def test_envelopes_written_for_the_way(envelope: str) -> None:
    """SRS, BATV and details (RFC 5233) are the same sender's; another's stay another's."""
    for address, act in ((BOB, f"Send Owner {BOB}"), (ALICE, f"SendAs Delegate {BOB} in ")):
        (found,) = acts(*mail(BOB, envelope.format(*address.split("@")), "", ""))
        assert found.startswith(act)
        assert "SRS0" not in found and "prvs" not in found


@pytest.mark.parametrize(
    ("envelope", "act"),
    [
        ("bob+joe=example.net@corp.example", f"Send Owner {BOB}"),
        ("bob-return-17-joe=mail.example.net@corp.example", f"Send Owner {BOB}"),
        ("bob.joe=example.net@corp.example", f"Send Owner {BOB}"),
        ("news-bounces+joe=example.net@corp.example", f"SendAs Delegate {BOB} in news@corp.example"),
        ("bob+joe=example.net@lists.example", f"SendAs Delegate {BOB} in bob@lists.example"),
    ],
)
def test_an_envelope_made_for_one_recipient(envelope: str, act: str) -> None:
    """VERP: the name before the recipient's is who sends; thousands of recipients are not thousands of mailboxes."""
    assert acts(*mail(BOB, envelope, "", "")) == [act]
    assert acts(*mail(BOB, envelope, BOB, "")) == [f"Send Owner {BOB}"]


def test_an_account_of_a_windows_domain() -> None:
    assert acts(*mail("CORP\\bob", BOB, "", "")) == ["Send Owner CORP\\bob"]


def test_an_author_with_a_detail_is_the_same() -> None:
    detailed = BOB.replace("@", "+list@")
    assert acts(*mail(BOB, BOB, detailed, "")) == [f"Send Owner {BOB}"]
    assert acts(*mail(BOB, BOB, ALICE, detailed)) == [f"SendOnBehalf Delegate {BOB} in {ALICE}"]


def test_an_alias_is_ones_own() -> None:
    own = Fixed(same=frozenset({frozenset((BOB, SALES))}))
    assert acts(*mail(BOB, SALES, SALES), settings=own) == [f"Send Owner {BOB}"]


def test_message_of_the_act() -> None:
    (act,) = acts_of(facts_of(mail(BOB, ALICE, ALICE)))
    assert (act.items[0].message_id, act.items[0].size) == ("<1BDE228C03C@corp.example>", 335)
    assert (act.on_behalf_of, act.client_ip, act.client, act.host) == (ALICE, "192.0.2.7", "Client=SMTP", "mx1")


def test_lives_of_a_queue_id() -> None:
    """The same queue ID again: a message by bob, one by nobody, one by alice."""
    nobody = [line.partition(", sasl_method")[0] for line in mail("", "x@example.net", at=20)]
    lines = mail(BOB, BOB, at=10) + nobody + mail(ALICE, SALES, at=30)
    assert acts(*lines) == [f"Send Owner {BOB}", f"SendAs Delegate {ALICE} in {SALES}"]


def test_nobody_knows_the_sender() -> None:
    assert acts(mail(BOB, BOB)[0]) == []


def test_refused() -> None:
    def line(pid: int, second: int, recipient: str) -> str:
        head = HEAD.replace("10:00:00", f"10:00:{second:02}")
        return (
            f"{head}/smtpd[{pid}]: NOQUEUE: reject: RCPT from c.example[192.0.2.7]: 553 5.7.1 <{ALICE}>:"
            f" Sender address rejected: not owned by user {BOB}; from=<{ALICE}> to=<{recipient}> proto=ESMTP helo=<c>"
        )

    one = f"SendAs Delegate {BOB} in {ALICE} Failed"
    assert acts(line(5, 1, "x@example.net")) == [one]
    made = acts_of(facts_of([line(5, 1, "x@example.net"), line(5, 1, "y@example.net")]))
    assert {act.id for act in made} == {made[0].id}, "two recipients, one attempt"
    assert acts(line(5, 1, "x@example.net"), line(5, 9, "x@example.net")) == [one, one]


def test_exim() -> None:
    line = (
        f"2026-11-22 10:00:00 1xUxRC-000396-00 <= {ALICE} H=(c) [192.0.2.7] P=esmtpa A=plain:{BOB} S=349"
        " id=3a769d@corp.example"
    )
    assert acts(line) == [f"SendAs Delegate {BOB} in {ALICE}"]


def test_headers_from_a_filter() -> None:
    """Rspamd's metadata: the author of the message, of mail that Postfix names by the same queue ID."""
    said = (
        '{"qid":"1BDE228C03C","user":"bob@corp.example","header_from":["alice@corp.example"],"action":"no action",'
        '"score":-0.1,"ip":"192.0.2.7","message_id":"1BDE228C03C@corp.example","from":"bob@corp.example",'
        '"rcpt":["x@example.net"],"rspamd_server":"mx1","symbols":[],"subject":"s","header_date":'
        '["Sun, 22 Nov 2026 10:00:00 +0000"],"scan_time":2,"fuzzy":[]}'
    )
    lines = mail(BOB, BOB)
    facts = facts_of(lines, [said])
    verdicts = [fact for fact in facts if fact.kind == "verdict"]
    assert verdicts and verdicts[0].fields["header_from"] == ALICE
    assert [told(act) for act in acts_of(facts)] == [f"SendAs Delegate {BOB} in {ALICE}"]
