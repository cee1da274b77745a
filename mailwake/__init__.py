"""Mailwake: message trace and mailbox auditing for any mail estate."""

__version__ = "0.1.0"
