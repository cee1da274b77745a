"""Exim: one message in its main log, several recipients, bounces, frozen and removed messages."""

from __future__ import annotations

import pytest
from logs import fates, messages, told, trace

ID, CHILD = "1rXyZa-0001Ab-Cd", "1rXyZb-0001Ac-Ef"
IN = f'2026-11-21 10:00:00 {ID} <= a@example.net H=out.example.net [192.0.2.1] P=esmtps X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no S=1234 id=1@example.net T="hello \\"you\\"" for x@example.org y@example.org\n'  # noqa: E501
X = f'2026-11-21 10:00:01 {ID} => x@example.org R=dnslookup T=remote_smtp H=mx.example.org [198.51.100.1] X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes C="250 2.0.0 Ok: queued as ABCDEF1234"\n'  # noqa: E501
Y = X.replace("=> x@", "-> y@")
DONE = f"2026-11-21 10:00:02 {ID} Completed\n"


@pytest.mark.pitfall("E01", "E05", "Q07")
@pytest.mark.parametrize("name", [ID, "10HmaX-000000005vi-0000"])
def test_several_recipients(name: str) -> None:
    rows = trace((IN + X + Y + DONE).replace(ID, name))
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.org = Delivered/Relayed",
    ]
    for row in rows:
        assert (row.subject, row.size, row.from_ip) == ('hello "you"', 1234, "192.0.2.1")
        assert (row.message_id.strip("<>"), row.to_ip) == ("1@example.net", "198.51.100.1")


@pytest.mark.pitfall("E01", "D25")
def test_mixed_ends() -> None:
    failed = f"2026-11-21 10:00:01 {ID} ** y@example.org R=dnslookup T=remote_smtp H=mx.example.org [198.51.100.1]: SMTP error from remote mail server after RCPT TO:<y@example.org>: 550 5.1.1 unknown\n"  # noqa: E501
    assert fates(IN + X + failed + DONE) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.org = Failed/Bounced",
    ]
    later = f"2026-11-21 10:00:01 {ID} == y@example.org R=dnslookup T=remote_smtp defer (-44) H=mx.example.org [198.51.100.1]: SMTP error from remote mail server after RCPT TO:<y@example.org>: 451 greylisted, try later\n"  # noqa: E501
    assert fates(IN + X + later) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.org = Pending/Greylisted",
    ]
    assert fates(IN + X + later + Y.replace("10:00:01", "11:00:01") + DONE.replace("10:00", "11:00")) == [
        "a@example.net x@example.org = Delivered/Relayed",
        "a@example.net y@example.org = Delivered/Relayed",
    ]


@pytest.mark.pitfall("E01")
def test_arrows_of_less_common_kinds() -> None:
    through = X.replace("=> x@", ">> x@")
    assert fates(IN.replace(" y@example.org", "") + through + DONE) == [
        "a@example.net x@example.org = Delivered/Relayed"
    ]
    suppressed = X.replace("=> x@", "*> x@")
    assert fates(IN.replace(" y@example.org", "") + suppressed + DONE) != [
        "a@example.net x@example.org = Delivered/Relayed"
    ]


@pytest.mark.pitfall("E02", "D13")
def test_bounce_child() -> None:
    failed = f"2026-11-21 10:00:01 {ID} ** x@example.org R=dnslookup T=remote_smtp: Unrouteable address\n"
    child = f"""2026-11-21 10:00:01 {CHILD} <= <> R={ID} U=Debian-exim P=local S=2000 for a@example.net
2026-11-21 10:00:02 {CHILD} => a@example.net R=dnslookup T=remote_smtp H=out.example.net [192.0.2.1] C="250 Ok"
2026-11-21 10:00:02 {CHILD} Completed
"""
    rows = trace(IN.replace(" y@example.org", "") + failed + child + DONE)
    assert told(rows) == ["<> a@example.net = Delivered/Relayed", "a@example.net x@example.org = Failed/Bounced"]
    assert (rows[1].parent_id, rows[1].relation) == (rows[0].trace_id, "failure notification")
    assert messages(rows) == 2


@pytest.mark.pitfall("E03")
def test_frozen_and_removed() -> None:
    one = IN.replace(" y@example.org", "")
    later = f"2026-11-21 10:00:01 {ID} == x@example.org R=dnslookup T=remote_smtp defer (111): Connection refused\n"
    frozen = f"2026-11-21 10:00:02 {ID} Frozen\n"
    assert [row.status for row in trace(one + later + frozen)] in (["Pending"], ["Quarantined"])
    removed = f"2026-11-21 11:00:00 {ID} removed by root\n2026-11-21 11:00:00 {ID} Completed\n"
    assert fates(one + later + frozen + removed) == ["a@example.net x@example.org = Failed/Deleted"]
    thawed = f"2026-11-21 11:00:00 {ID} Unfrozen by forced delivery\n" + X.replace("10:00:01", "11:00:01")
    assert fates(one + later + frozen + thawed + DONE.replace("10:", "11:")) == [
        "a@example.net x@example.org = Delivered/Relayed"
    ]


@pytest.mark.pitfall("E03")
def test_end_words_within_text_end_nothing() -> None:
    one = IN.replace(" y@example.org", "").replace("hello", "Completed removed by")
    later = f"2026-11-21 10:00:01 {ID} == x@example.org R=dnslookup T=remote_smtp defer (-44): 451 Completed removed by root\n"  # noqa: E501
    assert fates(one + later) == ["a@example.net x@example.org = Pending/Deferred"]


@pytest.mark.pitfall("E04")
def test_refused() -> None:
    rows = trace(
        "2026-11-21 10:00:00 H=(helo.example) [192.0.2.1]:4430 I=[198.51.100.9]:25 F=<a@example.net> rejected RCPT <x@example.org>: relay not permitted\n"  # noqa: E501
    )
    assert told(rows) == ["a@example.net x@example.org = Failed/Rejected"]
    assert rows[0].from_ip == "192.0.2.1"
    assert fates(
        "2026-11-21 10:00:00 H=out.example.net [192.0.2.1] F=<a@example.net> temporarily rejected RCPT <x@example.org>: greylisted\n"  # noqa: E501
    ) == ["a@example.net x@example.org = Pending/Greylisted"]
    for noise in (
        "no host name found for IP address 192.0.2.1",
        "SMTP connection from out.example.net [192.0.2.1] lost",
        "SMTP data timeout (message abandoned) on connection from out.example.net [192.0.2.1] F=<a@example.net>",
    ):
        assert not fates(f"2026-11-21 10:00:00 {noise}\n")


@pytest.mark.pitfall("E07", "D07")
@pytest.mark.parametrize(
    ("line", "fate"),
    [
        ("=> x <x@example.org> R=local_user T=local_delivery", "x@example.org Delivered/Delivered"),
        ("=> :blackhole: <x@example.org> R=system_aliases", "Failed/Discarded"),
        ("=> discarded <x@example.org> R=userfilter", "x@example.org Failed/Discarded"),
        ("=> |/usr/bin/tool <x@example.org> R=userforward T=address_pipe", "Delivered/Delivered"),
        ("=> /var/mail/archive <x@example.org> R=userforward T=address_file", "Delivered/Delivered"),
        ("=> elsewhere@example.com <x@example.org> R=dnslookup T=remote_smtp H=mx.example.com [198.51.100.2] C=\"250 Ok\"", "elsewhere@example.com Delivered/Relayed"),  # noqa: E501
    ],
)  # fmt: skip
def test_what_a_delivery_means(line: str, fate: str) -> None:
    rows = trace(IN.replace(" y@example.org", "") + f"2026-11-21 10:00:01 {ID} {line}\n" + DONE)
    assert [(row.sender, row.original_recipient) for row in rows] == [("a@example.net", "x@example.org")]
    assert f"{rows[0].recipient} {rows[0].status}/{rows[0].detail}".endswith(fate)


@pytest.mark.pitfall("E06")
def test_through_syslog() -> None:
    """One stamp by syslog, one by Exim; a long line in parts."""
    rows = trace(f"""
    10:00:00 mx exim[77]: 2026-11-21 10:00:00 {ID} <= a@example.net H=out.example.net [192.0.2.1] P=esmtps S=1234 id=1@example.net for x@example.org
    10:00:01 mx exim[78]: 2026-11-21 10:00:01 {ID} => x@example.org R=dnslookup T=remote_smtp H=mx.example.org [198.51.100.1] C="250 Ok"
    10:00:01 mx exim[78]: 2026-11-21 10:00:01 {ID} Completed
    """)  # noqa: E501
    assert told(rows) == ["a@example.net x@example.org = Delivered/Relayed"]
    assert rows[0].hosts == ("mx",)


@pytest.mark.pitfall("E06")
def test_long_line_in_parts() -> None:
    rows = trace(
        f"""
    10:00:00 mx exim[77]: [1/2] 2026-11-21 10:00:00 {ID} <= a@example.net H=out.example.net [192.0.2.1] P=esmtps S=1234 id=1@example.net
    10:00:00 mx exim[77]: [2/2]  for x@example.org
    10:00:01 mx exim[78]: 2026-11-21 10:00:01 {ID} => x@example.org R=dnslookup T=remote_smtp H=mx.example.org [198.51.100.1] C="250 Ok"
    10:00:01 mx exim[78]: 2026-11-21 10:00:01 {ID} Completed
    """,  # noqa: E501
        any_order=False,
    )
    assert told(rows) == ["a@example.net x@example.org = Delivered/Relayed"]


@pytest.mark.pitfall("D25", "E04")
def test_each_recipient_is_answered_after_the_data() -> None:
    """PRDR: the arrival names those who are left; the other one was refused, and no delivery tells of it."""
    plain = IN.partition(" for ")[0] + "\n"
    rows = trace(f"""
    2026-11-21 10:00:00 {ID} PRDR R=<x@example.org> acceptance
    2026-11-21 10:00:00 {ID} PRDR y@example.org no lists here
    {plain}
    2026-11-21 10:00:01 {ID} => x@example.org R=local_user T=local_delivery
    {DONE}
    """)
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Delivered",
        "a@example.net y@example.org = Failed/Rejected",
    ]


@pytest.mark.pitfall("E07", "D07")
def test_an_alias_with_a_command_a_file_and_a_mailbox() -> None:
    """Each is an end of its own, though Exim names one address for all of them."""
    arrival = IN.replace(" y@example.org", "")
    ways = f"""
    2026-11-21 10:00:01 {ID} => |/usr/bin/tool <x@example.org> R=aliases T=address_pipe
    2026-11-21 10:00:01 {ID} == /srv/archive <x@example.org> R=aliases T=address_file defer (-22): disk quota exceeded
    2026-11-21 10:00:01 {ID} => x <x@example.org> R=local_user T=local_delivery
    2026-11-21 10:00:02 {ID} => /srv/archive <x@example.org> R=aliases T=address_file
    """
    assert sorted(f"{row.original_recipient} {row.recipient} {row.detail}" for row in trace(arrival + ways + DONE)) == [
        "x@example.org /srv/archive Delivered",
        "x@example.org x@example.org Delivered",
        "x@example.org |/usr/bin/tool Delivered",
    ]


@pytest.mark.pitfall("D25")
def test_refused_after_the_data_though_the_arrival_names_it() -> None:
    """With `received_recipients` the arrival names all that were taken at RCPT."""
    rows = trace(f"""
    2026-11-21 10:00:00 {ID} PRDR y@example.org no lists here
    {IN}
    2026-11-21 10:00:01 {ID} => x@example.org R=local_user T=local_delivery
    {DONE}
    """)
    assert told(rows) == [
        "a@example.net x@example.org = Delivered/Delivered",
        "a@example.net y@example.org = Failed/Rejected",
    ]


def test_recipients_discarded_one_by_one_leave_no_message() -> None:
    """Exim logs each at RCPT, then takes a message for nobody (receive.c, `blackholed_by`)."""
    told_of = "2026-11-21 10:00:00 H=(out) [192.0.2.1] F=<a@example.net> RCPT <%s>: discarded by RCPT ACL: trap\n"
    block = told_of % "x@example.org" + told_of % "y@example.org"
    block += IN.replace(" for x@example.org y@example.org", "")
    block += f"2026-11-21 10:00:01 {ID} => blackhole (RCPT ACL discarded recipients)\n" + DONE
    assert fates(block) == [
        "a@example.net x@example.org = Failed/Discarded",
        "a@example.net y@example.org = Failed/Discarded",
    ]


def test_a_message_discarded_as_a_whole_has_one_row_where_nobody_is_named() -> None:
    block = IN.replace(" for x@example.org y@example.org", "")
    block += f"2026-11-21 10:00:01 {ID} => blackhole (DATA ACL discarded recipients): trap\n" + DONE
    assert fates(block) == ["a@example.net ? = Failed/Discarded"]


@pytest.mark.parametrize(
    ("line", "fate"),
    [
        ("=> x@example.org R=user T=lmtp H=box.example.org [192.0.2.7] C=\"250 Saved\"", "Delivered/Delivered"),
        ("** x@example.org R=user T=lmtp H=box.example.org [192.0.2.7]: 550 5.1.1 No such user", "Failed/Bounced"),
        ("== x@example.org R=user T=lmtp defer (-44) H=box [192.0.2.7]: 451 4.2.0 Later", "Pending/Deferred"),
        ("", "Delivered/Delivered"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "answer",
    [
        "=> x <x@example.org> R=vacation T=vacation_reply",
        "=> >a@example.net <x@example.org> R=userfilter T=address_reply",
    ],
)
def test_an_automatic_answer_does_not_deliver_the_message(answer: str, line: str, fate: str) -> None:
    """A router with `unseen` runs an autoreply transport besides: what the next router does decides."""
    lines = f"2026-11-21 10:00:01 {ID} {answer}\n" + (f"2026-11-21 10:00:02 {ID} {line}\n" if line else "")
    assert fates(IN.replace(" y@example.org", "") + lines + DONE) == [f"a@example.net x@example.org = {fate}"]


def test_passed_on_while_it_came_in_and_refused_there() -> None:
    """control=cutthrough_delivery: the next host's answer to the data is the client's, and nothing is queued."""
    line = (
        f"2026-11-21 10:00:00 {ID} H=(out.example.net) [192.0.2.1] X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no"
        " x@example.org F=<a@example.net> rejected after DATA: R=out T=remote_smtp H=mx.example.com [198.51.100.2]"
        ' C="554 5.7.1 Not this"\n'
    )
    assert fates(line) == ["a@example.net x@example.org = Failed/Rejected"]


def test_failed_by_the_system_filter() -> None:
    lines = f"2026-11-21 10:00:01 {ID} cancelled by system filter: not in this house\n"
    rows = trace(IN + lines + DONE)
    assert told(rows) == [f"a@example.net {who}@example.org = Failed/Bounced" for who in "xy"]
    assert {row.reason for row in rows} == {"not in this house"}


def test_an_address_that_needs_quotes_is_logged_without_them() -> None:
    lines = (
        IN.replace("x@example.org y@example.org", '"a b"@example.org')
        + f'2026-11-21 10:00:01 {ID} => a b@example.org <"a b"@example.org> R=out T=smtp H=mx [198.51.100.1]'
        + ' C="250 Ok"\n'
        + DONE
    )
    assert fates(lines) == ['a@example.net "a b"@example.org = Delivered/Relayed']


def test_sent_elsewhere_by_the_system_filter() -> None:
    """Nobody of those addressed gets it, and who does was not addressed."""
    to = f'2026-11-21 10:00:01 {ID} => z@example.org <system-filter> R=user T=lmtp H=box [192.0.2.7] C="250 Saved"\n'
    ignored = f"2026-11-21 10:00:01 {ID} original recipients ignored (system filter)\n"
    assert sorted((row.original_recipient, row.recipient, row.detail) for row in trace(IN + ignored + to + DONE)) == [
        ("x@example.org", "z@example.org", "Delivered"),
        ("x@example.org", "z@example.org", "Redirected"),
        ("y@example.org", "z@example.org", "Redirected"),
    ]


def test_a_copy_in_a_file_by_the_system_filter_throws_nothing_away() -> None:
    copy = f"2026-11-21 10:00:01 {ID} => /var/archive/mail <system-filter> T=address_file\n"
    assert fates(IN + copy) == [f"a@example.net {who}@example.org = GettingStatus/Unknown" for who in "xy"]


def test_an_automatic_answer_beside_a_file_is_no_end_of_its_own() -> None:
    """A user's filter: vacation and save."""
    lines = (
        f"2026-11-21 10:00:01 {ID} => /srv/archive/x <x@example.org> R=userfilter T=address_file\n"
        f"2026-11-21 10:00:01 {ID} => >a@example.net <x@example.org> R=userfilter T=address_reply\n"
    )
    rows = trace(IN.replace(" y@example.org", "") + lines + DONE)
    assert [(row.recipient, row.detail) for row in rows] == [("/srv/archive/x", "Delivered")]


def test_an_alias_that_is_routed_anew_while_a_member_waits() -> None:
    """Exim routes the alias again with each run of its queue; what it stood for is known."""
    arrival = IN.replace("for x@example.org y@example.org", "for all@example.org")
    done = X.replace("=> x@example.org", "=> x@example.org <all@example.org>")
    wait = f"2026-11-21 10:00:01 {ID} == y@example.org <all@example.org> R=box T=box defer (-1): Tainted file name\n"
    early = f"2026-11-21 10:00:31 {ID} == all@example.org routing defer (-52): retry time not reached\n"
    ends = [
        "a@example.net all@example.org = Expanded/Expanded",
        "a@example.net all@example.org x@example.org Delivered/Relayed",
        "a@example.net all@example.org y@example.org Pending/Deferred",
    ]
    assert fates(arrival + done + wait + early) == ends
    lookup = f"2026-11-21 09:59:59 {ID} == all@example.org R=alias defer (-1): failed to bind the LDAP connection\n"
    assert fates(arrival.replace("10:00:00", "09:59:59") + lookup + early + done + wait) == ends
    assert fates(arrival + early) == ["a@example.net all@example.org = Pending/Deferred"]


def test_an_address_reached_twice_is_delivered_to_once() -> None:
    """deliver.c drops duplicates silently: who is named at arrival and has no line stood for one that has."""
    arrival = IN.replace("for x@example.org y@example.org", "for all@example.org x@example.org both@example.org")
    first = X.replace("=> x@example.org", "=> x <all@example.org>")
    second = Y.replace("-> y@example.org", "-> y@example.org <all@example.org>")
    assert fates(arrival + first + second + DONE) == [
        "a@example.net all@example.org = Expanded/Expanded",
        "a@example.net all@example.org x@example.org Delivered/Relayed",
        "a@example.net all@example.org y@example.org Delivered/Relayed",
        "a@example.net both@example.org = Expanded/Expanded",
        "a@example.net x@example.org = Delivered/Duplicate",
    ]
    assert "a@example.net both@example.org = GettingStatus/Unknown" in fates(arrival + first + second)
    assert "a@example.net x@example.org = Delivered/Duplicate" in fates(arrival + first + second), "known at once"
    elsewhere = arrival.replace("x@example.org", "y@example.org")
    assert "a@example.net y@example.org = Delivered/Duplicate" in fates(elsewhere + first + second + DONE)


@pytest.mark.parametrize(
    ("target", "recipient"),
    [
        ("carol <boss@example.org>", "carol@example.org"),
        ("carol (team@example.com, all@example.org) <staff@example.org>", "carol@example.com"),
        ("carol <system-filter>", "carol"),
    ],
)
def test_a_mailbox_reached_by_an_alias_has_its_domain(target: str, recipient: str) -> None:
    """Exim leaves out a local domain: it is that of the nearest address that the mailbox stands for."""
    arrival = IN.replace("for x@example.org y@example.org", "for z@example.org")
    rows = trace(f"{arrival}2026-11-21 10:00:01 {ID} => {target} R=local_user T=mail_spool\n{DONE}")
    assert recipient in [row.recipient for row in rows]


def test_a_filter_that_is_a_transport_hands_the_message_in_again() -> None:
    """The way of `spamc`: a pipe transport, and `exim -oMr spam-scanned` behind it. No id joins the two."""
    arrival = IN.replace("for x@example.org y@example.org", "for x@example.org")
    scanned = f'2026-11-21 10:00:01 {CHILD} <= a@example.net U=Debian-exim P=spam-scanned S=1500 id=1@example.net T="hello" for x@example.org\n'  # noqa: E501
    given = f"2026-11-21 10:00:01 {ID} => x@example.org R=spamcheck T=spamcheck\n"
    kept = f"2026-11-21 10:00:02 {CHILD} => x <x@example.org> R=local T=maildir\n"
    rows = trace(arrival + scanned + given + DONE + kept + DONE.replace(ID, CHILD))
    assert told(rows) == ["a@example.net x@example.org = Delivered/Delivered"]
    assert rows[0].queue_ids == (ID, CHILD)
    local = scanned.replace("P=spam-scanned", "P=local")
    assert messages(trace(arrival + local + given + DONE + kept)) == 2, "a program that sends it once more"


def test_into_a_file_by_the_system_filter() -> None:
    """`save FILE seen finish`: nobody of those addressed gets it, and the message is there."""
    ignored = f"2026-11-21 10:00:01 {ID} original recipients ignored (system filter)\n"
    saved = f"2026-11-21 10:00:01 {ID} => /var/archive/mail <system-filter> T=into_file\n"
    assert sorted(
        (row.original_recipient, row.recipient, row.detail) for row in trace(IN + ignored + saved + DONE)
    ) == [
        ("x@example.org", "/var/archive/mail", "Delivered"),
        ("x@example.org", "/var/archive/mail", "Redirected"),
        ("y@example.org", "/var/archive/mail", "Redirected"),
    ]
