"""A server that refuses one command after the other: it was one try, as its client would count."""

from __future__ import annotations

import pytest
from logs import folder, lines, messages, plain, rows_of, told, trace

from mailwake.operations.opening import FileBackend
from mailwake.operations.show import show

DOWN = "451 4.7.1 Service unavailable - try again later"


def refused(at: str, stage: str, rest: str, pid: int = 7, client: str = "out.example.net[192.0.2.1]") -> str:
    return f"{at} mx postfix/smtpd[{pid}]: NOQUEUE: milter-reject: {stage} from {client}: {DOWN}; {rest}\n"


def session(at: str, sender: str = "a@example.net", pid: int = 7, client: str = "out.example.net[192.0.2.1]") -> str:
    """A milter is down: Postfix refuses the connection, the greeting and the sender."""
    return (
        refused(at, "CONNECT", "proto=SMTP", pid, client)
        + refused(at, "EHLO", "proto=SMTP helo=<out.example.net>", pid, client)
        + refused(at, "MAIL", f"from=<{sender}> proto=ESMTP helo=<out.example.net>", pid, client)
    )


@pytest.mark.pitfall("S06")
def test_refused_at_every_command_is_one_try() -> None:
    rows = trace(session("10:00:00"))
    assert told(rows) == ["a@example.net ? = Pending/Deferred"]
    assert rows[0].from_ip == "192.0.2.1"


def test_each_session_is_a_try() -> None:
    """Of two clients at once, and of one that comes again, to the same process in the same second."""
    block = (
        session("10:00:00") + session("10:00:00", "b@example.net") + session("10:04:00") + session("10:00:00", pid=8)
    )
    assert told(trace(block)) == ["a@example.net ? = Pending/Deferred"] * 3 + ["b@example.net ? = Pending/Deferred"]


def test_each_sender_of_a_session_is_a_try() -> None:
    block = session("10:00:00.1") + refused("10:00:01.5", "MAIL", "from=<b@example.net> proto=ESMTP helo=<x>")
    assert told(trace(block)) == ["a@example.net ? = Pending/Deferred", "b@example.net ? = Pending/Deferred"]


def test_a_greeting_that_is_refused_twice_over() -> None:
    """EHLO, and HELO when that was refused; the next session again."""
    once = """
        10:00:0{0} mx postfix/smtpd[7]: NOQUEUE: reject: EHLO from out.example.net[192.0.2.1]: 501 5.5.2 <b_@d>: Helo command rejected: Invalid name; proto=SMTP helo=<b_@d>
        10:00:0{0} mx postfix/smtpd[7]: NOQUEUE: reject: HELO from out.example.net[192.0.2.1]: 501 5.5.2 <b_@d>: Helo command rejected: Invalid name; proto=SMTP helo=<b_@d>
    """  # noqa: E501
    assert told(trace(once.format(1))) == ["? ? = Failed/Rejected"]
    assert told(trace(once.format(1) + once.format(4))) == ["? ? = Failed/Rejected"] * 2


def test_greeted_again_after_tls() -> None:
    block = (
        refused("10:00:00", "CONNECT", "proto=SMTP")
        + refused("10:00:00", "EHLO", "proto=SMTP helo=<out.example.net>")
        + refused("10:00:01", "EHLO", "proto=ESMTP helo=<out.example.net>")
        + refused("10:00:01", "MAIL", "from=<a@example.net> proto=ESMTP helo=<out.example.net>")
    )
    assert told(trace(block)) == ["a@example.net ? = Pending/Deferred"]


@pytest.mark.parametrize("second", ["00", "01"])
def test_by_a_proxy_that_says_for_whom_it_came(second: str) -> None:
    """It was refused at CONNECT and EHLO itself before it could say XCLIENT."""
    proxy, later = "localhost[127.0.0.1]", f"10:00:{second}"
    block = (
        refused("10:00:00", "CONNECT", "proto=SMTP", 7, proxy)
        + refused("10:00:00", "EHLO", "proto=SMTP helo=<proxy>", 7, proxy)
        + refused(later, "XCLIENT", "proto=ESMTP helo=<proxy>")
        + refused(later, "EHLO", "proto=SMTP helo=<out.example.net>")
        + refused(later, "MAIL", "from=<a@example.net> proto=ESMTP helo=<out.example.net>")
    )
    rows = trace(block)
    assert told(rows) == ["a@example.net ? = Pending/Deferred"]
    assert rows[0].from_ip == "192.0.2.1"
    assert len(trace(block + block.replace("10:00:", "10:02:"))) == 2


def test_by_two_routes_of_the_log() -> None:
    fine = lines(session("10:00:00.250000"))
    coarse = lines(session("10:00:00"))
    rows = rows_of([fine, coarse])
    assert told(rows) == ["a@example.net ? = Pending/Deferred"]
    assert plain(rows_of([coarse, fine])) == plain(rows)


def test_sessions_of_two_clients_with_one_process() -> None:
    block = session("10:00:00") + session("10:00:00", "c@example.com", client="mail.example.com[192.0.2.9]")
    rows = trace(block)
    assert messages(rows) == 2
    assert told(rows) == ["a@example.net ? = Pending/Deferred", "c@example.com ? = Pending/Deferred"]


def test_exim_refuses_the_greeting_and_what_follows() -> None:
    """Without process id and port in the log: what comes within seconds."""
    block = """
        2026-11-21 10:00:00 H=(bad) [192.0.2.1] rejected EHLO or HELO bad
        2026-11-21 10:00:00 rejected MAIL from [192.0.2.1]: no HELO/EHLO given
    """
    assert told(trace(block)) == ["? ? = Failed/Rejected"]
    other = "2026-11-21 10:00:00 H=(good) [192.0.2.1] F=<a@example.net> rejected MAIL <a@example.net>: message too big: size=9 max=3\n"  # noqa: E501
    assert told(trace(block + other)) == ["? ? = Failed/Rejected", "a@example.net ? = Failed/Rejected"]
    again = block + block.replace("10:00:00", "10:00:40")
    assert told(trace(again)) == ["? ? = Failed/Rejected"] * 2


def test_its_story_tells_every_command_and_one_way() -> None:
    with folder() as place:
        (place / "mail.log").write_text("\n".join(lines(session("10:00:00") + session("10:04:00"))))
        backend = FileBackend((str(place / "mail.log"),), zone="UTC")
        story = show(backend, rows_of([lines(session("10:00:00"))])[0].trace_id)
    said = " ".join(step.text for step in story.timeline)
    assert [said.count(f"at {stage}") for stage in ("CONNECT", "EHLO", "MAIL")] == [1, 1, 1]
    assert len(story.tree) == 1
