"""Mailbox auditing: facts to observations, observations to records under a policy. Pure: no I/O, no clock."""
