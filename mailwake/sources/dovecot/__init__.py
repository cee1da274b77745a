"""Dovecot 1.x to 2.4 and Pigeonhole: deliveries, mailbox items, logins, events."""

from mailwake.sources.dovecot.source import Dovecot

SOURCE = Dovecot()
