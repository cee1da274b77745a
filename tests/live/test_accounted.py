"""What is told of each source in `mailwake status` and in the metrics."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from mailwake.app.ingest import exposition
from mailwake.events.fact import Fact, Origin
from mailwake.operations.catalog.source_status import SourceState
from mailwake.operations.live.status import Gauge
from mailwake.operations.skew import Skew, sentence

SECOND = 1_000_000


def _gauge() -> Gauge:
    found = Gauge("tcp://0.0.0.0:601", "syslog")
    now = time.time_ns() // 1000
    for host in ("edge", "store"):
        found.read([Fact(now, host, "postfix/qmgr", 7, "remove", "A", {}, "A: removed", Origin("spool"))])
    return found


def test_numbers_that_are_missing_are_losses_and_counted_as_gaps() -> None:
    gauge = _gauge()
    gauge.miss(4, "numbers are missing among the messages of edge")
    gauge.lose(3, "the receive buffer overflowed")
    found = gauge.look(0)
    assert (found.gaps, found.lost, found.losses) == (4, 7, 2)
    text = exposition([found], True)
    assert 'mailwake_source_sequence_gaps_total{source="tcp://0.0.0.0:601",type="syslog"} 4\n' in text
    assert 'mailwake_source_lost_total{source="tcp://0.0.0.0:601",type="syslog"} 7\n' in text


def test_a_source_tells_of_its_host_whose_clock_differs_most() -> None:
    gauge = _gauge()
    clocks = [Skew("elsewhere", "edge", 300 * SECOND, 9), Skew("store", "edge", -95 * SECOND, 9)]
    gauge.compare([*clocks, Skew("edge", "other", 3 * SECOND, 9)])
    found = gauge.look(0)
    assert (found.skew, found.skewed, found.skewed_than) == (-95.0, "store", "edge")
    assert "mailwake_source_clock_skew_seconds{" in exposition([found], True)
    state = SourceState.of(found, datetime.now(UTC))
    assert (state.clock_skew_seconds, state.clock_skew_host, state.clock_skew_than) == (-95.0, "store", "edge")
    assert sentence("store", "edge", -95.0) == "the clock of store is about 1 min 35 s behind that of edge"
    gauge.compare(())  # it was put right
    assert gauge.look(0).skew == 0.0
    assert gauge.look(0).skewed == ""


def test_silence_is_told_of_sources_that_gave_something() -> None:
    never = Gauge("push:mx1", "push")
    text = exposition([never.look(0), _gauge().look(0)], True)
    told = [line for line in text.splitlines() if line.startswith("mailwake_source_silent_seconds{")]
    assert len(told) == 1
    assert "601" in told[0]
    assert 0 <= float(told[0].rpartition(" ")[2]) < 60
