"""Django's commands for who changes the models: `python -m mailwake.directory makemigrations directory`."""

from __future__ import annotations

import sys

from django.core.management import execute_from_command_line

from mailwake.directory.configuration import ensure

ensure()
execute_from_command_line(["python -m mailwake.directory", *sys.argv[1:]])
