"""What `mailwake` on the command line calls: the commands of the command line, and those that need the whole house."""

from __future__ import annotations

from mailwake.app import commands as own
from mailwake.cli import commands
from mailwake.cli.main import main as run


def main() -> None:
    """Run the command line."""
    commands.add(own)
    run()
