"""A server of ours of any product refuses what Postfix hands over, at any command: both logs tell of it, and it is one
row for each recipient. What another machine was refused stays."""

from __future__ import annotations

import pytest
from logs import lines, plain, rows_of, told, trace

BORN = """
10:00:00 edge postfix/smtpd[1]: A000000001: client=out.example.net[192.0.2.1]
10:00:00 edge postfix/cleanup[2]: A000000001: message-id=<1@example.net>
10:00:00 edge postfix/qmgr[3]: A000000001: from=<a@example.net>, size=100, nrcpt={0} (queue active)
"""
X, Y = "x@example.org", "y@example.org"


def handed(words: str, command: str, *names: str, at: str = "10:00:01", status: str = "bounced") -> str:
    """What the edge says of it."""
    code = "550 " if status == "bounced" else "451 "
    return BORN.format(len(names)) + "".join(
        f"{at}.{number} edge postfix/smtp[4]: A000000001: to=<{name}>, relay=inner[10.0.0.2]:25, delay=1, dsn=5.0.0,"
        f" status={status} (host inner[10.0.0.2] said: {code}{words} (in reply to {command} command))\n"
        for number, name in enumerate(names, 101)
    )


def bounced(*names: str) -> list[str]:
    return [f"a@example.net {name} = Failed/Bounced" for name in names]


def both(edge: str, inner: str, other: str, ours: list[str], left: str) -> None:
    """The rows of both logs are ours; another client's refusal, told by other lines of the inner server, stays."""
    assert told(trace(edge + inner)) == ours
    assert len(trace(inner)) == 1
    assert told(trace(edge + inner + other)) == sorted([*ours, left])


EXIM = "10:00:01.2 inner exim[7]: {0}H=(edge) [10.0.0.1] {1}\n"


@pytest.mark.pitfall("D36", "E04")
@pytest.mark.parametrize("logged", ["no data from you", "what only the log says"])
def test_exim_refuses_at_data(logged: str) -> None:
    edge = handed("no data from you", "DATA", X, Y)
    inner = EXIM.format("", f"rejected DATA: {logged}")
    other = inner.replace("10.0.0.1", "10.0.0.9").replace("[7]", "[8]")
    both(edge, inner, other, bounced(X, Y), "? ? = Failed/Rejected")
    ended = EXIM.format("", f"incomplete transaction (QUIT) from <a@example.net> for {X} {Y}")
    assert told(trace(edge + inner + ended)) == bounced(X, Y)


def test_exim_refuses_the_content() -> None:
    edge = handed("content refused", "end of DATA", X, Y)
    inner = EXIM.format("1xX5bI-00008n-0Z ", "F=<a@example.net> rejected after DATA: content refused")
    other = inner.replace("10.0.0.1", "10.0.0.9").replace("8n-0Z", "9n-0Z").replace("<a@", "<b@")
    both(edge, inner, other, bounced(X, Y), "b@example.net ? = Failed/Rejected")
    later = inner.replace("10:00:01", "10:04:01").replace("8n-0Z", "9n-0Z")
    assert told(trace(edge + inner + later)) == sorted([*bounced(X, Y), "a@example.net ? = Failed/Rejected"])


def test_exim_refuses_the_content_in_other_words_than_it_logs() -> None:
    """The reject log has the Message-ID."""
    line = "2026-11-21 10:00:01 1xX5bI-00008n-0Z H=(edge) [{0}] F=<a@example.net> rejected after DATA: what it logs\n"
    shown = line + f"Envelope-from: <a@example.net>\nEnvelope-to: <{X}>\nI Message-ID: <1@example.net>\n"
    edge = lines(handed("what it says", "end of DATA", X))
    assert told(rows_of([edge, shown.format("10.0.0.1").splitlines()])) == bounced(X)
    outside = rows_of([edge, shown.format("192.0.2.9").splitlines()])
    assert told(outside) == [*bounced(X), f"a@example.net {X} = Failed/Rejected"]


SESSION = "10:00:01 inner smtpd[474]: {0} smtp connected address={1} host=edge\n"
FAILED = '10:00:01 inner smtpd[474]: {0} smtp failed-command command="{1}" result="550 {2}"\n'
GONE = "10:00:01 inner smtpd[474]: {0} smtp disconnected reason=quit\n"


def opensmtpd(command: str, words: str, name: str = "e3b1180878be0129", ip: str = "10.0.0.1") -> str:
    return SESSION.format(name, ip) + FAILED.format(name, command, words) + GONE.format(name)


@pytest.mark.pitfall("D36")
@pytest.mark.parametrize(
    ("command", "reply", "left"),
    [
        ("MAIL FROM:<a@example.net> SIZE=386", "MAIL FROM", "a@example.net ? = Failed/Rejected"),
        ("DATA", "DATA", "? ? = Failed/Rejected"),
        ("DATA", "end of DATA", "? ? = Failed/Rejected"),
        (f"RCPT TO:<{X}> ORCPT=rfc822;{X}", "RCPT TO", f"? {X} = Failed/Rejected"),
    ],
)
@pytest.mark.parametrize("ip", ["10.0.0.9", "192.0.2.9"])
def test_opensmtpd_refuses(command: str, reply: str, left: str, ip: str) -> None:
    edge = handed("not you", reply, X)
    other = opensmtpd(command, "not you", "e3b118092ae98a5c", ip)
    both(edge, opensmtpd(command, "not you"), other, bounced(X), left)


RULE = "10:00:01 inner sendmail[{0}]: 6ARNheKY000{0}: {1}, relay=edge [{2}]"


def sendmail(pid: int, ip: str, *names: str) -> str:
    rules = (
        RULE.format(pid, f"ruleset=check_rcpt, arg1=<{name}>", ip) + f", reject=550 5.7.1 <{name}>... Not you\n"
        for name in names
    )
    origin = "from=<a@example.net>, size=386, class=0, nrcpts=0, proto=ESMTP, daemon=MTA"
    return "".join(rules) + RULE.format(pid, origin, ip) + "\n"


@pytest.mark.pitfall("D36")
def test_sendmail_refuses_recipients() -> None:
    edge = handed(f"5.7.1 <{X}>... Not you", "RCPT TO", X)
    left = f"a@example.net {X} = Failed/Rejected"
    both(edge, sendmail(582, "10.0.0.1", X), sendmail(584, "10.0.0.9", X), bounced(X), left)
    outside = sendmail(584, "192.0.2.9", X)
    assert told(trace(edge + sendmail(582, "10.0.0.1", X) + outside)) == sorted([*bounced(X), left])


def test_sendmail_refuses_an_unknown_user() -> None:
    edge = handed(f"5.1.1 <{X}>... User unknown", "RCPT TO", X)
    inner = f"10:00:01 inner sendmail[582]: 6ARNheKY000582: <{X}>... User unknown\n"
    inner += RULE.format(582, "from=<a@example.net>, size=386, class=0, nrcpts=0, proto=ESMTP, daemon=MTA", "10.0.0.1")
    assert told(trace(edge + inner + "\n")) == bounced(X)


def test_the_logs_come_one_after_the_other() -> None:
    """Put off three times, then taken: each refusal is of its attempt."""
    block = BORN.format(1)
    inner = ""
    for number, at in enumerate(("10:00:01", "10:05:01", "10:15:01")):
        block += handed("later", "end of DATA", X, at=at, status="deferred").partition("active)\n")[2]
        line = EXIM.format(f"1xX5bI-00008n-0{number} ", "F=<a@example.net> temporarily rejected after DATA: later")
        inner += line.replace("10:00:01", at)
    edge, ours = lines(block), lines(inner)
    rows = rows_of([edge, ours])
    assert told(rows) == [f"a@example.net {X} = Pending/Deferred"]
    assert plain(rows_of([ours, edge])) == plain(rows)


def test_exim_tells_syslog_twice_of_what_it_refused_the_edge() -> None:
    edge = handed("content refused", "end of DATA", X)
    line = EXIM.format("1xX5bI-00008n-0Z ", "F=<a@example.net> rejected after DATA: content refused")
    again = line.replace("01.2 inner exim[7]: ", "01.3 inner exim[7]: [1\\19] ")
    assert told(trace(edge + line + again)) == bounced(X)
