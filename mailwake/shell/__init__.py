"""The shell's language: a part of PowerShell, for questions about mail.

`Interpreter` runs texts; a `Registry` holds the cmdlets that are bound to it (see `registry`). The room is pure: it
knows nothing of mail, and touches nothing but the streams it is given and, for Export-Csv, one file.
"""

from __future__ import annotations

from mailwake.shell.errors import ExitCode, ParseError, ShellError
from mailwake.shell.interpreter import Interpreter, zone_of
from mailwake.shell.invocation import Invocation
from mailwake.shell.limits import Limits
from mailwake.shell.objects import HashTable, PSObject, Size
from mailwake.shell.registry import (
    Changes,
    Cmdlet,
    Column,
    Example,
    OutputType,
    Parameter,
    ParameterType,
    Registry,
    View,
)
from mailwake.shell.session import ExportPolicy

__all__ = [
    "Changes",
    "Cmdlet",
    "Column",
    "Example",
    "ExitCode",
    "ExportPolicy",
    "HashTable",
    "Interpreter",
    "Invocation",
    "Limits",
    "OutputType",
    "PSObject",
    "Parameter",
    "ParameterType",
    "ParseError",
    "Registry",
    "ShellError",
    "Size",
    "View",
    "zone_of",
]
