"""`python -m mailwake`."""

from mailwake.app.main import main

main()
