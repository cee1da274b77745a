"""`mailwake serve`: the web pages and the REST API over a data directory."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from mailwake.cli.session import session_of

HELP = """Serve the web pages and the REST API of a data directory, until it is told to stop.

The first visit makes the first account. Without a certificate it listens to this machine only unless you say otherwise:
passwords and mail are nobody else's business. Put a proxy in front that ends TLS, or give a certificate.

\b
mailwake serve
mailwake serve --listen 0.0.0.0:8443 --certificate fullchain.pem --key privkey.pem --host trace.example.org
mailwake serve --behind-proxy --host trace.example.org
"""


class _Listen(click.ParamType[tuple[str, int]]):
    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([^\[\]:]*)):(\d{1,5})", value)
        if found is None or int(found[3]) > 65535:
            self.fail(f"{value!r} is no address with a port, such as 127.0.0.1:8025 or [::1]:8025", param, ctx)
        return found[1] or found[2] or "0.0.0.0", int(found[3])


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("serve", help=HELP, short_help="Serve the web pages and the REST API.")
@click.option("--listen", type=_Listen(), default="127.0.0.1:8025", show_default=True, help="Where to listen.")
@click.option("--host", "hosts", multiple=True, help="A name by which clients call it. Repeatable.")
@click.option("--certificate", type=_FILE, help="Certificate chain, PEM.")
@click.option("--key", type=_FILE, help="Its private key, PEM.")
@click.option("--behind-proxy", is_flag=True, help="A proxy in front ends TLS and sets X-Forwarded-Proto.")
@click.option("--insecure", is_flag=True, help="Listen beyond this machine without TLS.")
@click.pass_context
def COMMAND(
    ctx: click.Context,
    listen: tuple[str, int],
    hosts: tuple[str, ...],
    certificate: Path | None,
    key: Path | None,
    behind_proxy: bool,
    insecure: bool,
) -> int:
    """Serve."""
    from mailwake.app.server import serve
    from mailwake.app.settings import ServerOptions

    options = ServerOptions(listen, hosts, certificate, key, behind_proxy)
    if not options.secure and not insecure and listen[0] not in ("127.0.0.1", "::1", "localhost"):
        raise click.UsageError(
            f"{listen[0]} can be reached from other machines: give --certificate, --behind-proxy, or --insecure"
        )
    serve(session_of(ctx).data_dir, options, lambda text: click.echo(text, err=True))
    return 0
