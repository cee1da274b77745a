"""The Get-EXO cmdlets, which newer scripts for Exchange Online use: each is an older one under another name.

In Exchange Online they are faster and give fewer properties unless Properties or PropertySets ask for more. Here all
properties are always given, so both are accepted and mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mailwake.shell.parameter_types import STRINGS
from mailwake.shell.registry import Cmdlet, Parameter

OF: dict[str, str] = {
    "Get-EXOMailbox": "Get-Mailbox",
    "Get-EXOMailboxFolderStatistics": "Get-MailboxFolderStatistics",
    "Get-EXOMailboxPermission": "Get-MailboxPermission",
    "Get-EXORecipientPermission": "Get-RecipientPermission",
}
"""The cmdlet that each stands for."""
_IDENTITIES = ("ExternalDirectoryObjectId", "PrimarySmtpAddress", "UserPrincipalName")
_NOTHING = tuple(
    Parameter(name, STRINGS, help="Accepted, and of no effect here.", hidden=True)
    for name in ("Properties", "PropertySets")
)


def exo_cmdlets(cmdlets: Iterable[Cmdlet]) -> Iterator[Cmdlet]:
    """The Get-EXO cmdlets of those that are there."""
    known = {one.name: one for one in cmdlets}
    for name, older in OF.items():
        parameters = tuple(
            replace(one, aliases=(*one.aliases, *_IDENTITIES)) if one.name == "Identity" else one
            for one in known[older].parameters
        )
        yield replace(known[older], name=name, parameters=(*parameters, *_NOTHING), examples=())
