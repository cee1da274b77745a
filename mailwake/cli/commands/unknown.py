"""`mailwake unknown`: what no source recognised."""

from __future__ import annotations

import click

from mailwake.cli.failures import FOUND, NOTHING
from mailwake.cli.printable import one_line, plain
from mailwake.cli.session import session_of
from mailwake.events.text import decoded

HELP = """Lines in the store that were not recognised, put together by shape, the most frequent first.

A shape is the line with its numbers, ids, addresses and quoted texts replaced. Samples are shown as they were read:
send them to us, or add a source (see CONTRIBUTING.md).

\b
mailwake unknown
mailwake unknown --samples 3 --limit 50
mailwake unknown --json > unknown.json
"""


@click.command("unknown", help=HELP, short_help="Show lines that were not recognised.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Shapes at most.")
@click.option("--samples", type=click.IntRange(0, 3), default=1, show_default=True, help="Samples of each shape.")
@click.option("--json", "as_json", is_flag=True, help="A JSON array with Shape, Count and Samples.")
@click.pass_context
def COMMAND(ctx: click.Context, limit: int, samples: int, as_json: bool) -> int:
    """List the shapes."""
    from mailwake.operations.unknown import unknown

    shapes = unknown(session_of(ctx).data_dir)
    if as_json:
        from mailwake.cli.writing import to_json

        values = [
            {"Shape": decoded(name), "Count": cluster.count, "Samples": [decoded(raw) for raw in cluster.samples]}
            for name, cluster in shapes[:limit]
        ]
        click.echo(to_json(values, indent=True))
    else:
        for name, cluster in shapes[:limit]:
            click.echo(f"{cluster.count:>10,}  {one_line(name)}")
            for raw in cluster.samples[:samples]:
                click.echo(f"{'':>12}{plain(raw)}")
    total = sum(cluster.count for _, cluster in shapes)
    more = f"; shown are {limit}" if len(shapes) > limit else ""
    click.echo(f"{total:,} unknown lines of {len(shapes):,} shapes{more}." if shapes else "Nothing unknown.", err=True)
    return FOUND if shapes else NOTHING
