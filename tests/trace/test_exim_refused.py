"""Exim refuses before and at DATA: the line of the refusal names nobody, the one of the transaction that it ended does
(log_selector `smtp_incomplete_transaction`)."""

from __future__ import annotations

import pytest
from logs import lines, messages, plain, rows_of, told, trace

CLIENT = "H=(out.example.net) [192.0.2.1]:52569 I=[198.51.100.9]:25"
STAMP = "2026-11-21 10:00:0{0} +0100 [95] "
REFUSED = STAMP + CLIENT + " rejected DATA: no data from you\n"
ENDED = STAMP + CLIENT + " incomplete transaction ({1}) from <a@example.net> for {2}\n"
BOB, ANN = "bob@example.org", "ann@example.org"


def row(name: str, sender: str = "a@example.net") -> str:
    return f"{sender} {name} = Failed/Rejected"


@pytest.mark.pitfall("E04")
@pytest.mark.parametrize("how", ["RSET", "QUIT", "connection lost"])
def test_refused_at_data(how: str) -> None:
    rows = trace(REFUSED.format("0.291") + ENDED.format("0.291", how, f"{BOB} {ANN}"))
    assert told(rows) == [row(ANN), row(BOB)]
    assert messages(rows) == 1
    assert {one.from_ip for one in rows} == {"192.0.2.1"}
    assert told(trace(REFUSED.format("0.291"))) == ["? ? = Failed/Rejected"], "nobody names them"
    alone = trace(REFUSED.format("0.291"))
    assert alone[0].trace_id == rows[0].trace_id, "the same message, whichever of the logs is there"


def test_the_same_refusal_for_one_message_after_the_other() -> None:
    """Within one stamp both refusals are one record."""
    block = REFUSED.format(1) + ENDED.format(1, "RSET", BOB) + ENDED.format(1, "RSET", ANN)
    rows = trace(block)
    assert told(rows) == [row(ANN), row(BOB)]
    assert messages(rows) == 2
    assert told(trace(block + REFUSED.format(3) + ENDED.format(5, "QUIT", BOB))) == [row(ANN), row(BOB), row(BOB)]
    twice = REFUSED.format(1) + REFUSED.format(2) + ENDED.format(3, "QUIT", BOB)
    assert told(trace(twice)) == [row(BOB)], "DATA said again is no other message"


def test_only_the_one_that_was_refused() -> None:
    """A transaction that ended without DATA, of whichever client, is no message."""
    other = CLIENT.replace("192.0.2.1", "192.0.2.2")
    before = ENDED.format(0, "RSET", ANN)
    foreign = ENDED.format(1, "QUIT", ANN).replace(CLIENT, other)
    after = ENDED.format(4, "QUIT", ANN)
    block = before + REFUSED.format(1) + foreign + ENDED.format(3, "RSET", BOB) + after
    assert told(trace(block)) == [row(BOB)]
    assert not trace(before + after)
    nobody = STAMP.format(2) + CLIENT + " incomplete transaction (QUIT) from <a@example.net>\n"
    assert told(trace(REFUSED.format(1) + nobody)) == ["? ? = Failed/Rejected"]


def test_without_process_and_port() -> None:
    bare = "2026-11-21 10:00:00 H=(out.example.net) [192.0.2.1] "
    block = (
        bare + "temporarily rejected DATA: later\n" + bare + "incomplete transaction (RSET) from <> for x@example.org\n"
    )
    assert told(trace(block)) == ["<> x@example.org = Pending/Deferred"]


def test_in_two_logs_read_in_any_order() -> None:
    """The reject log has the refusal alone."""
    mainlog = lines(REFUSED.format("0.291") + ENDED.format("0.291", "QUIT", f"{BOB} {ANN}"))
    rejectlog = mainlog[:1]
    rows = rows_of([mainlog, rejectlog])
    assert told(rows) == [row(ANN), row(BOB)]
    assert plain(rows_of([rejectlog, mainlog])) == plain(rows)
    assert plain(rows_of([mainlog, mainlog])) == plain(rows)


def test_told_to_syslog_twice() -> None:
    """Option syslog_duplication, which is on by default: once as of the main log, once as of the reject log."""
    line = "10:00:01.{0} mx exim[95]: 2026-11-21 10:00:01 H=(out.example.net) [192.0.2.1] {1}\n"
    rcpt, data = f"F=<a@example.net> rejected RCPT <{BOB}>: unknown", "rejected DATA: no data from you"
    for text, fate in ((rcpt, row(BOB)), (data, "? ? = Failed/Rejected")):
        block = line.format(123456, text) + line.format(123498, text)
        assert told(trace(block)) == [fate]
        assert told(trace(block + block.replace("exim[95]", "exim[96]"))) == [fate, fate], "another session"
        assert told(trace(block + block.replace("10:00:01.", "10:00:03."))) == [fate, fate], "some time later"
        assert told(trace((line.format(123, text) + line.format(423, text)).replace("exim[95]", "exim"))) == [fate] * 2
    met = data + "\n" + line.format(123700, f"incomplete transaction (QUIT) from <a@example.net> for {BOB}")
    assert told(trace(line.format(123456, data) + line.format(123498, met))) == [row(BOB)]
