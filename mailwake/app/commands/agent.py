"""`mailwake agent`: ships the logs of a mail host to a server."""

from __future__ import annotations

import logging
from pathlib import Path

import click

HELP = """Follow the logs of this host and ship their lines to a server, until it is told to stop.

What to read and where to send it stands in the configuration. While the server is away, lines wait on the disk; after a
crash, a power cut or a rotation everything arrives once. --check asks the server whether it would take them.

\b
mailwake agent
mailwake agent --config /etc/mailwake-agent.toml --check
"""


@click.command("agent", help=HELP, short_help="Ship the logs of this host to a server.")
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("/etc/mailwake-agent.toml"),
    show_default=True,
    help="What to read, and where to send it.",
)
@click.option("--check", "only_check", is_flag=True, help="Only see whether the server takes it.")
def COMMAND(config: Path, only_check: bool) -> int:
    """Run the agent."""
    from mailwake.operations.agent import agent
    from mailwake.operations.agent.configuration import AgentError, load

    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    try:
        found = load(config)
        if only_check:
            agent.check(found)
            click.echo(f"{found.server.url} takes what is sent.")
        else:
            click.echo(f"Logs are shipped to {found.server.url}", err=True)
            agent.run(found)
    except AgentError as error:
        raise click.ClickException(str(error)) from error
    return 0
