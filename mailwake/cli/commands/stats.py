"""`mailwake stats`: numbers over a span of time."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

import click

from mailwake.cli.criteria_options import criteria_of, criteria_options
from mailwake.cli.failures import FOUND, NOTHING
from mailwake.cli.sections import SectionedCommand, option
from mailwake.cli.session import opened, session_of
from mailwake.cli.shared_options import check_input_options, input_options, span, time_options

HELP = """Numbers: volumes, statuses, top senders and recipients, reasons of failure, delays, retries.

Messages are counted once, however many filters and hosts they passed; rows are messages times recipients. All criteria
of `trace` narrow what is counted.

\b
mailwake stats --since 7d
mailwake stats --since yesterday --until yesterday --zone UTC
mailwake stats -s example.org --json
mailwake stats --in /var/log/mail.log
"""


@click.command("stats", cls=SectionedCommand, help=HELP, short_help="Count messages.")
@criteria_options
@time_options
@option("Output", "--top", type=click.IntRange(1, 10_000), default=10, show_default=True, help="Length of top lists.")
@option("Output", "--json", "as_json", is_flag=True, help="As JSON.")
@input_options
@click.pass_context
def COMMAND(ctx: click.Context, /, **values: Any) -> int:
    """Count and show."""
    from mailwake.operations.criteria import to_node
    from mailwake.operations.stats import stats

    zone: tzinfo = values["zone"]
    check_input_options(values["in_files"], values["assume_zone"], values["assume_year"])
    since, until = span(values["since"], values["until"], zone)
    condition = to_node(criteria_of(values, since, until))
    with opened(session_of(ctx), values["in_files"], values["assume_zone"], values["assume_year"]) as backend:
        found = stats(backend, since, until, zone, top=values["top"], condition=condition)
    if values["as_json"]:
        from mailwake.cli.render_stats import as_json
        from mailwake.cli.writing import to_json

        click.echo(to_json(as_json(found, zone), indent=True))
    else:
        from mailwake.cli.render_stats import lines
        from mailwake.cli.terminal import columns

        for line in lines(found, zone, columns()):
            click.echo(line)
    return FOUND if found.rows else NOTHING
