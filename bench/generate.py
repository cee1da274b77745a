"""Write the logs of a made-up mail estate.

`generate.py --lines 1300000 --seed 1 --single mail.log --ledger truth.jsonl`
The same seed and number of lines give the same bytes. Memory holds the names and the messages that still wait, never
the lines. Hosts: mx1 (short queue IDs, amavis behind the queue), mx2 (long IDs, postscreen), out1 (submission and
relay), imap1 (Dovecot).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from estate.inbound import direct, filtered, forwarded
from estate.outbound import leave_open, submitted
from estate.refusals import broken, greylisted, refused, screened, statistics
from estate.wheel import Sinks, Wheel
from estate.world import HOSTS, Ledger, World

START = 1_790_812_800
"""2026-10-01T00:00:00Z: fixed, so that the bytes do not depend on the day, and in the past."""
Story = Callable[[World], None]
STORIES: tuple[tuple[int, Story], ...] = (
    (470, refused),
    (60, screened),
    (30, greylisted),
    (24, broken),
    (130, filtered),
    (160, direct),
    (30, forwarded),
    (120, submitted),
)
"""Of 1024 things that happen, so many are of this kind."""
LINES_A_STORY = 7.4
"""Measured; only decides how fast the clock runs."""
DAY = tuple(0.35 + 1.3 * (6 < hour < 19) + 0.4 * (hour in (8, 9, 13)) for hour in range(24))
"""Traffic by hour of day, mean about 1."""


class Made(NamedTuple):
    """What one run wrote."""

    lines: int
    bytes: int
    seconds: float


class Order(NamedTuple):
    """What to write."""

    lines: int
    seed: int
    single: Path | None = None
    out: Path | None = None
    ledger: Path | None = None
    rfc3339: bool = False
    days: int = 0


def generate(order: Order) -> Made:
    """Write one estate's logs."""
    began = time.perf_counter()
    days = order.days or (7 if order.lines <= 2_000_000 else 30)
    sinks = Sinks(order.single, order.out, HOSTS)
    wheel = Wheel(sinks, START, order.rfc3339)
    ledger = Ledger(order.ledger)
    world = World(order.seed, wheel, ledger)
    table = [story for share, story in STORIES for _ in range(share)]
    if len(table) != 1024:
        raise ValueError("the shares of STORIES must add up to 1024")
    _run(world, table, order.lines, days * 86_400 * LINES_A_STORY / order.lines)
    leave_open(world)
    wheel.end()
    sinks.close()
    ledger.close()
    return Made(wheel.lines, sinks.bytes, time.perf_counter() - began)


def _run(world: World, table: list[Story], lines: int, step: float) -> None:
    """Let things happen, `step` seconds apart on average, until the lines are there."""
    wheel, bits = world.wheel, world.bits
    statistics(world)
    clock = float(wheel.now)
    steps = [step / share for share in DAY]
    while wheel.lines < lines:
        table[bits(10)](world)
        clock += steps[int(clock) // 3600 % 24] * (bits(8) + 1) / 128
        second = int(clock)
        if second != wheel.now:
            wheel.pass_to(second)


def main(argv: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lines", type=int, default=1_300_000, help="how many lines, give or take a few (1300000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="folder for one file a host")
    parser.add_argument("--single", type=Path, help="file for the lines of all hosts, in order of time")
    parser.add_argument("--ledger", type=Path, help="JSONL file for what really happened")
    parser.add_argument("--stamp", choices=("rfc3164", "rfc3339"), default="rfc3164")
    parser.add_argument("--days", type=int, default=0, help="how long the logs last (7, above 2 million lines 30)")
    given = parser.parse_args(argv)
    if not given.out and not given.single:
        parser.error("give --out DIR or --single FILE, or both")
    made = generate(
        Order(given.lines, given.seed, given.single, given.out, given.ledger, given.stamp == "rfc3339", given.days)
    )
    speed = made.lines / made.seconds
    print(f"{made.lines:,} lines, {made.bytes:,} bytes, {made.seconds:.1f} s, {speed:,.0f} lines/s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
