"""`python -m mailwake`."""

from mailwake.cli.main import main

main()
