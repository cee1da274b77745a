"""Connect-ExchangeOnline and Disconnect-ExchangeOnline: to a Mailwake server, and back."""

from __future__ import annotations

from collections.abc import Iterator

from mailwake.operations.contract import OperationError
from mailwake.shell.exchange.services import Services
from mailwake.shell.exchange.told import error_of
from mailwake.shell.invocation import Invocation
from mailwake.shell.objects import PSObject, Value
from mailwake.shell.parameter_types import STRING, SWITCH
from mailwake.shell.registry import Cmdlet, Example, Parameter

_NOTHING = "Accepted, and of no effect here."


def _connect(call: Invocation) -> Iterator[Value]:
    services: Services = call.services
    uri = call.get("ConnectionUri") or services.uri
    token = call.get("AccessToken") or services.token
    yield from ()
    if not uri:
        call.verbose("The data directory of this machine is used: no server is named.")
        return
    if services.connect is None:
        raise error_of(OperationError("no-connections", "this shell connects to no server"))
    try:
        made = services.connect(uri, token)
    except OperationError as error:
        raise error_of(error, uri) from error
    services.disconnect()
    services.away, services.away_uri = made, uri


def _disconnect(call: Invocation) -> Iterator[Value]:
    call.services.disconnect()
    yield from ()


def _connection(call: Invocation) -> Iterator[Value]:
    if call.services.away is not None:
        made = {"ConnectionUri": call.services.away_uri, "State": "Connected", "TokenStatus": "Active"}
        yield PSObject(made, "Mailwake.Connection", text=call.services.away_uri)


CONNECT = Cmdlet(
    "Connect-ExchangeOnline",
    _connect,
    (
        Parameter("ConnectionUri", STRING, aliases=("Uri",), help="Address of the server: https://trace.example.org."),
        Parameter("AccessToken", STRING, aliases=("Token",), help="An API token of your account there."),
        *(
            Parameter(name, STRING, help=_NOTHING, hidden=True)
            for name in (
                "UserPrincipalName",
                "Organization",
                "AppId",
                "CertificateThumbprint",
                "ExchangeEnvironmentName",
            )
        ),
        Parameter("ShowBanner", SWITCH, help=_NOTHING, hidden=True),
        Parameter("ShowProgress", SWITCH, help=_NOTHING, hidden=True),
        Parameter("Device", SWITCH, help=_NOTHING, hidden=True),
    ),
    synopsis="Have the following commands ask a Mailwake server.",
    description=(
        "Without an address the server in MAILWAKE_SERVER is asked with the token in MAILWAKE_TOKEN; when that is not"
        " set either, the data directory of this machine."
    ),
    examples=(
        Example(
            "Connect-ExchangeOnline -Uri https://trace.example.org -Token mw_...",
            "From now on the server answers, with what your account may see.",
        ),
    ),
)

DISCONNECT = Cmdlet(
    "Disconnect-ExchangeOnline",
    _disconnect,
    (Parameter("Confirm", SWITCH, help=_NOTHING, hidden=True),),
    synopsis="Have the following commands ask the data directory of this machine again.",
)

CONNECTION = Cmdlet(
    "Get-ConnectionInformation",
    _connection,
    (),
    synopsis="Show the server that is asked; nothing where the data directory of this machine is.",
)
