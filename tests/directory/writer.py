"""A process that changes the directory again and again: `python writer.py DATA_DIR NAME COUNT`."""

from __future__ import annotations

import sys
from pathlib import Path

from mailwake.operations.contract import all_operations
from mailwake.operations.local import open_context
from mailwake.operations.parameters import build_input
from mailwake.operations.perform import perform

ACTIONS = ("Move", "RecordDelete", "MailboxLogin", "SearchQueryInitiated")


def main(data_dir: str, name: str, count: str) -> None:
    """Add prefixes of its own, and actions, one by one; say each that is done."""
    operations = all_operations()
    with open_context(Path(data_dir), store=False) as context:
        for number in range(int(count)):
            prefix = f"{name}-{number}/"
            order = build_input(operations["set-organization-config"], {"SharedPrefixes": {"Add": [prefix]}})
            perform(operations["set-organization-config"], context, order)
            if number < len(ACTIONS):
                chosen = ACTIONS[number] if name == "one" else ACTIONS[-1 - number]
                values = {"Identity": "rosa@corp.test", "AuditOwner": {"Add": chosen}}
                perform(operations["set-mailbox"], context, build_input(operations["set-mailbox"], values))
            print(prefix, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
