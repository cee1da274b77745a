"""`mailwake serve`: the web pages and the REST API over a data directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailwake.cli.session import session_of

if TYPE_CHECKING:
    from mailwake.app.settings import ServerOptions

HELP = """Serve the web pages and the REST API of a data directory, until it is told to stop.

The first visit makes the first account: the address for it is printed. Without a certificate it listens to this machine
only, unless you say otherwise: passwords and mail are nobody else's business. Put a proxy in front that ends TLS, or
give a certificate. Settings that stay belong into mailwake.toml in the data directory.

\b
mailwake serve
mailwake serve --listen 0.0.0.0:8443 --certificate fullchain.pem --key privkey.pem --host trace.example.org
mailwake serve --behind-proxy --host trace.example.org
"""


class _Listen(click.ParamType[tuple[str, int]]):
    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        from mailwake.app.configuration import address

        try:
            return value if isinstance(value, tuple) else address(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("serve", help=HELP, short_help="Serve the web pages and the REST API.")
@click.option("--listen", type=_Listen(), help="Where to listen.  [default: 127.0.0.1:8025]")
@click.option("--host", "hosts", multiple=True, help="A name by which clients call it. Repeatable.")
@click.option("--certificate", type=_FILE, help="Certificate chain, PEM.")
@click.option("--key", type=_FILE, help="Its private key, PEM.")
@click.option("--behind-proxy", is_flag=True, help="A proxy in front ends TLS and sets X-Forwarded-Proto.")
@click.option("--insecure", is_flag=True, help="Listen beyond this machine without TLS.")
@click.option("--config", type=_FILE, help="Settings.  [default: mailwake.toml in the data directory]")
@click.pass_context
def COMMAND(ctx: click.Context, /, insecure: bool, config: Path | None, **given: Any) -> int:
    """Serve."""
    from mailwake.app.configuration import ConfigurationError
    from mailwake.app.server import serve
    from mailwake.operations.live.listen import ListenError

    data_dir = session_of(ctx).data_dir
    try:
        options = _options(data_dir, config, given)
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from error
    if not options.secure and not insecure and options.listen[0] not in ("127.0.0.1", "::1", "localhost"):
        raise click.UsageError(
            f"{options.listen[0]} can be reached from other machines: give --certificate, --behind-proxy, or --insecure"
        )
    try:
        serve(data_dir, options, lambda text: click.echo(text, err=True))
    except ListenError as error:
        raise click.ClickException(f"a source cannot be opened: {error}") from error
    return 0


def _options(data_dir: Path, config: Path | None, given: dict[str, Any]) -> ServerOptions:
    """What the command line says, else the file, else the defaults."""
    from mailwake.app.configuration import NAME, Configuration, address, load
    from mailwake.app.settings import Provider, ServerOptions

    usual = data_dir / NAME
    found = load(config or usual) if config or usual.exists() else Configuration()
    own = found.serve
    return ServerOptions(
        listen=given["listen"] or address(own.listen),
        hosts=(*own.hosts, *given["hosts"]),
        certificate=given["certificate"] or own.certificate,
        key=given["key"] or own.key,
        behind_proxy=given["behind_proxy"] or own.behind_proxy,
        providers=tuple(
            Provider(one.name, one.issuer, one.client_id, one.client_secret, one.groups_claim) for one in found.oidc
        ),
        sources=found.source,
    )
